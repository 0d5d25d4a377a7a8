"""What the documents show is what the program does."""

from __future__ import annotations

import re
import shlex
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from techmap_sync.cli.main import COMMANDS
from tests.app.run import ROOT, Program, clone, committed
from tests.app.test_specs import with_families
from tests.pages.commands import help_of
from tests.simulators.github import GitHub
from tests.simulators.github import running as github_running
from tests.simulators.github.server import TOKEN
from tests.simulators.gitlab import Simulator as GitLab

DOCUMENTS = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
README = (ROOT / "README.md").read_text("utf-8")
FIRST_MAP = README.partition("<!-- the first map -->\n```markdown\n")[2].partition("```\n")[0]
FAMILIES = ("spec-kit", "openspec", "kiro", "bmad", "plans")


@pytest.fixture
def first_map(program: Program) -> Program:
    """A folder that holds the map of the README."""
    path = program.folder / "docs" / "maps" / "login-throttle.md"
    path.parent.mkdir(parents=True)
    path.write_text(FIRST_MAP, "utf-8")
    return program


def typed(after: str) -> list[list[str]]:
    """Return the commands of this program in the next block of the README."""
    block = README.partition(after)[2].partition("```console\n")[2].partition("```")[0]
    lines = [shlex.split(line.removeprefix("$ "), comments=True) for line in block.splitlines()]
    return [line[1:] for line in lines if line[0] == "techmap-sync"]


def test_the_first_map_of_the_readme_has_no_problem(first_map: Program) -> None:
    assert first_map("check", "docs/maps", "--format", "json").json["diagnostics"] == []


def test_the_first_tickets_need_no_token(first_map: Program) -> None:
    first, second = typed("## Your first ticket")
    ended = first_map(*first)
    assert (ended.code, "2 created" in ended.out) == (0, True), ended.out + ended.err
    assert (first_map.folder / "backlog" / "tasks").is_dir()
    assert "no changes" in first_map(*second).out


def test_the_first_tickets_on_github(first_map: Program) -> None:
    clone(first_map.folder, "https://github.com/octo/maps")
    with github_running(GitHub()) as server:
        _at(first_map, "github", TOKEN, server.base_url)
        for command in typed("**GitHub**"):
            assert first_map(*command, *(["--allow", "branch"] if command[0] == "push" else [])).code == 0
        assert len(server.repository.issues) == 2
    assert (first_map.folder / ".github" / "workflows" / "techmap-sync.yml").exists()


def test_the_first_tickets_on_gitlab(first_map: Program) -> None:
    clone(first_map.folder, "https://gitlab.com/group/project")
    with GitLab.running() as server:
        _at(first_map, "gitlab", "glpat-secret", server.url)
        for command in typed("**GitLab**"):
            assert first_map(*command, *(["--allow", "branch"] if command[0] == "push" else [])).code == 0
        assert len(server.world.issues) == 2
    assert (first_map.folder / ".gitlab-ci.yml").exists()


def _at(program: Program, vendor: str, token: str, address: str) -> None:
    values = {f"{vendor.upper()}_TOKEN": token, "TECHMAP_SYNC_API_URL": address}
    for name, value in values.items():
        program.monkeypatch.setenv(name, value)
    program.monkeypatch.setenv(f"TECHMAP_SYNC_{vendor.upper()}__SECONDS_BETWEEN_WRITES", "0")


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


def test_the_commands_of_the_page_about_ci_run(first_map: Program) -> None:
    clone(first_map.folder, "https://github.com/octo/maps")
    page = (ROOT / "docs" / "continuous-integration.md").read_text("utf-8")
    lines = re.findall(r"^ *\$ (.*)", page, re.M)
    parts = [part.split() for line in lines for part in line.split("#")[0].split("&&")]
    start, repair, look = (words[1:] for words in parts if words[0] == "techmap-sync")
    with github_running(GitHub()) as server:
        _at(first_map, "github", TOKEN, server.base_url)
        ended = [first_map(*start), first_map(*repair, "--allow", "branch"), first_map(*look)]
        assert [each.code for each in ended] == [0, 0, 0]
        server.repository.issues.pop(2)
        assert first_map(*look).code == 3


def commands(page: str) -> Iterator[list[str]]:
    """Yield the commands of this program that a page names, whether in a block or in a sentence."""
    for text in re.findall(r"^ *\$ (.*)|`(techmap-sync [^`]+)`|(?:run: |&& )(techmap-sync .*)", page, re.M):
        for part in re.split(r"&&|\|", "".join(text)):
            words = shlex.split(part, comments=True)
            if len(words) > 1 and words[0] == "techmap-sync":
                yield words[1:]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_and_option_exists(document: Path) -> None:
    for command, *words in commands(document.read_text("utf-8")):
        if command in ("--version", "--help", "--install-completion", "help"):
            continue
        assert command in COMMANDS, command
        for option in (word.split("=")[0] for word in words if word.startswith("-") and word != "-"):
            assert re.search(rf"(?<![\w-]){option}(?![\w-])", help_text(command)), f"{command} {option}"


@cache
def help_text(command: str) -> str:
    return help_of(command)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_no_link_leads_nowhere(document: Path) -> None:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", document.read_text("utf-8"), flags=re.M | re.S)
    for target, anchor in re.findall(r"\]\(([^)#:\s]*)(?:#([^)\s]*))?\)", text):
        file = document.parent / target if target else document
        assert file.exists(), target
        if anchor and file.suffix == ".md":
            assert anchor in anchors(file), f"{target}#{anchor}"
    for address in re.findall(r"\]\((\w+:[^)]*)\)", text):
        assert address.startswith("https://"), address


@cache
def anchors(file: Path) -> frozenset[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    text = re.sub(r"^```.*?^```", "", file.read_text("utf-8"), flags=re.M | re.S)
    headings = re.findall(r"^#+ (.*)", text, re.M)
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_the_first_line_says_who_should_read_it(document: Path) -> None:
    title, empty, first, *_ = document.read_text("utf-8").split("\n")
    assert title.startswith("# ") and not empty
    assert first.startswith("*For "), first


def test_every_make_target_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    for document in DOCUMENTS:
        text = document.read_text("utf-8")
        assert set(re.findall(r"[`$] ?make ([a-z-]+)", text)) <= targets, document


def test_every_setting_is_explained_where_it_stands() -> None:
    """docs/configuration.md sends readers to defaults.toml: each setting or table has a comment above it there."""
    lines = (ROOT / "config" / "defaults.toml").read_text("utf-8").partition("# --- vocabulary")[0].splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if line.startswith("[") and "." not in line and line != "[gitlab]":
            assert before.startswith("#"), line
