"""What the documents show is what the program does."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.app.run import ROOT, Program, committed
from tests.app.test_specs import with_families

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]

FAMILIES = ("spec-kit", "openspec", "kiro", "bmad", "plans")


def test_the_readme_shows_a_real_run(program: Program) -> None:
    page = (ROOT / "README.md").read_text("utf-8")
    shown = re.search(r"```console\n\$ techmap-sync (push [^\n]+)\n(.*?)\n```\n", page, re.S)
    assert shown
    shutil.copytree(ROOT / "examples", program.folder / "examples")
    ended = program(*shown[1].split())
    assert ended.out.startswith(shown[2].rstrip("\n"))
    assert "Plan: no changes." in program(*shown[1].split()).out


@pytest.mark.parametrize("family", FAMILIES)
def test_the_page_of_families_shows_an_example_of_each_and_what_is_read_of_it(program: Program, family: str) -> None:
    page = (ROOT / "docs" / "families.md").read_text("utf-8")
    shown = re.search(
        rf"^## {family}\n.*?\]\(\.\./(?P<file>\S+)\):\n\n```markdown\n(?P<text>.*?)```\n\n```console\n\$ techmap-sync "
        r"(?P<command>show \S+)\n(?P<said>.*?)```",
        page,
        re.M | re.S,
    )
    assert shown and shown["text"] == (ROOT / shown["file"]).read_text("utf-8")
    shutil.copytree(ROOT / "examples" / family, program.folder, dirs_exist_ok=True)
    with_families(program, family)
    committed(program.folder)
    assert program(*shown["command"].split()).out == shown["said"]
    assert program("push").code == 0
    assert program("plan", "--exit-code").code == 0


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_leads_nowhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), target


def test_every_setting_is_explained_where_it_stands() -> None:
    """docs/configuration.md sends readers to defaults.toml: each setting or table has a comment above it there."""
    lines = (ROOT / "config" / "defaults.toml").read_text("utf-8").partition("# --- vocabulary")[0].splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("[") and "." not in line and line != "[gitlab]":
            assert before.startswith("#"), line
