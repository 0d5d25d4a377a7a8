"""CONTRIBUTING is true: answers are where it says, and everything in the house followed the lists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from techmap_sync.app.formats import CheckFormat
from techmap_sync.cli.main import COMMANDS
from techmap_sync.documents.base import DocumentFamily
from techmap_sync.documents.families import FAMILIES, READERS
from techmap_sync.planning.rules import EVERY_RULE

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


READING_ORDER_LINES = 2_000


def part(heading: str) -> str:
    """Return what CONTRIBUTING says under a heading."""
    return TEXT.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]


def places(heading: str) -> list[str]:
    """Return the paths with NAME that the steps under a heading ask for."""
    found = re.findall(r"`([\w./-]*NAME[\w./-]*)`", part(heading))
    assert found, f"nothing to follow under {heading!r}"
    return found


def files_to_read() -> list[Path]:
    return [
        ROOT / "techmap_sync" / name
        for name in re.findall(r"^\d+\. `([\w/]+\.py)`", part("Reading order"), re.MULTILINE)
    ]


def test_the_reading_order_is_ten_files_of_at_most_two_thousand_lines() -> None:
    files = files_to_read()
    assert len(files) == 10
    lines = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in files}
    assert sum(lines.values()) <= READING_ORDER_LINES, lines


def test_the_reading_order_leads_to_no_command_line_and_no_vendor_but_its_own() -> None:
    assert len(files_to_read()) == 10
    for path in files_to_read():
        own = ".".join(path.parent.relative_to(ROOT).parts)
        led = {name for name in runtime_imports(path) if re.match(r"techmap_sync\.(cli|trackers\.\w+)\b", name)}
        assert {name for name in led if not name.startswith(own)} <= _modules_of_the_port(led), path


def runtime_imports(path: Path) -> set[str]:
    """Return the modules that a file imports when it is loaded."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    typing = {id(each) for node in ast.walk(tree) if isinstance(node, ast.If) for each in ast.walk(node)}
    return {
        node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in typing
    }


def _modules_of_the_port(names: set[str]) -> set[str]:
    """What all trackers share: files right below ``trackers/``."""
    return {name for name in names if (ROOT / Path(*name.split(".")[:3])).with_suffix(".py").exists()}


ANSWERS = re.findall(r"`([\w./-]+\.(?:py|toml)):([\w.-]+)`", part("Where is it decided?"))


@pytest.mark.parametrize(("path", "name"), ANSWERS, ids=[f"{path}:{name}" for path, name in ANSWERS])
def test_an_answer_is_where_it_is_said_to_be(path: str, name: str) -> None:
    file = ROOT / path
    if file.suffix == ".toml":
        assert re.search(rf"^\[?{re.escape(name)}\b", file.read_text(encoding="utf-8"), re.MULTILINE), name
        return
    *owner, last = name.split(".")
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for each in owner:
        tree = next(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == each)  # type: ignore[assignment]
    assert last in _defined(tree)


def _defined(tree: ast.AST) -> set[str]:
    found = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return found | {
        node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def test_the_question_list_answers_what_newcomers_ask_first() -> None:
    asked = part("Where is it decided?")
    assert len(ANSWERS) >= 12
    for word in ("closed", "pause between writes", "synonym", "label that a person removed"):
        assert word in asked


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_went_through_the_steps(command: str) -> None:
    for place in places("How to add a command"):
        assert (ROOT / place.replace("NAME", command)).exists(), place


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_every_rule_went_through_the_steps(rule: str) -> None:
    steps = part("How to add a rule")
    for place in re.findall(r"`([\w./-]+\.\w+|[\w./-]+/)`", steps):
        assert (ROOT / place).exists(), place
    assert f"## {rule}" in (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


ENDINGS = {
    "text": "txt",
    "json": "json",
    "markdown": "md",
    "sarif": "sarif",
    "github": "github.txt",
    "gitlab": "gitlab.json",
}
"""How the golden files of ``check`` end, by format."""


@pytest.mark.parametrize("form", CheckFormat)
def test_every_report_of_check_went_through_the_steps(form: CheckFormat) -> None:
    for place in re.findall(r"`((?:techmap_sync|tests)/[\w./-]+)`", part("How to add a report")):
        assert (ROOT / place).exists(), place
    assert (ROOT / "tests" / "reports" / "golden" / f"five-problems.{ENDINGS[form.value]}").exists()


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_went_through_the_steps(family: type[DocumentFamily]) -> None:
    folder = family.name.replace("-", "_").removesuffix("s")
    assert (ROOT / places("How to add a family of documents")[0].replace("NAME", folder)).exists()
    assert family.__module__ == f"techmap_sync.documents.{folder}.{folder}_family"


@pytest.mark.parametrize("reader", READERS)
def test_every_reader_of_specs_is_where_a_family_is(reader: str) -> None:
    assert READERS[reader].startswith(f"techmap_sync.documents.{reader}.{reader}_family:")
