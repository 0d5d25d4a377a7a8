"""A map with five different problems, in all formats of ``check``, and the page of rules in the documentation.

The golden files are rewritten by ``GOLDEN=write pytest tests/reports``; look at what changed before committing it.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from techmap_sync import __version__
from techmap_sync.planning.rules import EVERY_RULE
from techmap_sync.reports.check_results import rules_page
from tests.app.run import ROOT, Program

GOLDEN = Path(__file__).parent / "golden"
NAME = "five-problems.md"
TEXT = (GOLDEN / NAME).read_text(encoding="utf-8")
FORMATS = {"text": "txt", "json": "json", "sarif": "sarif", "github": "github.txt", "gitlab": "gitlab.json"}

# rule -> what is underlined; the problems in the order of the text
PROBLEMS = {
    "unknown-dependency": "### ResetTokens",
    "component-without-location": "### ResetMailer",
    "placeholder-left": "[Schema modifications needed]",
    "empty-section": "### Configuration Changes",
    "unknown-section": "## Budget: 50 % at most, ::error::",
}
SARIF_SCHEMA = ROOT / "node_modules" / "@microsoft" / "jest-sarif" / "lib" / "schemas" / "sarif-2.1.0-rtm.5.json"


@pytest.fixture
def check(program: Program) -> Program:
    (program.folder / NAME).write_text(TEXT, encoding="utf-8")
    return program


def place(underlined: str) -> tuple[int, int]:
    """Line and column at which a text stands in the map."""
    before = TEXT[: TEXT.index(underlined)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def run(check: Program, form: str) -> str:
    ended = check("check", NAME, "--format", form)
    assert ended.code == 1, ended.err
    return ended.out


@pytest.mark.parametrize("form", FORMATS)
def test_the_golden_file(check: Program, form: str) -> None:
    path = GOLDEN / f"five-problems.{FORMATS[form]}"
    out = run(check, form).replace(f'"version": "{__version__}"', '"version": "VERSION"')
    if os.environ.get("GOLDEN") == "write":
        path.write_text(out, encoding="utf-8")
    assert out == path.read_text(encoding="utf-8")


def test_all_five_problems_are_found_in_one_run_each_at_its_line_and_column(check: Program) -> None:
    found = json.loads(run(check, "json"))["diagnostics"]
    assert [(f["rule"], f["line"], f["column"]) for f in found] == [
        (rule, *place(underlined)) for rule, underlined in PROBLEMS.items()
    ]


def test_the_text_underlines_the_place_also_behind_wide_characters(check: Program) -> None:
    lines = run(check, "text").splitlines()
    source = next(number for number, line in enumerate(lines) if "パスワード再設定" in line)
    assert lines[source + 1].partition("| ")[2] == " " * len("- ") + " " * 2 * 8 + "  " + "^" * 29
    assert lines[source - 2].endswith(f"--> {NAME}:{':'.join(map(str, place('[Schema modifications needed]')))}")


def test_sarif_has_what_code_scanning_needs(check: Program) -> None:
    log = json.loads(run(check, "sarif"))
    assert log["version"] == "2.1.0"
    (only,) = log["runs"]
    described = {rule["id"] for rule in only["tool"]["driver"]["rules"]}
    assert described == set(PROBLEMS)
    for result, (rule, underlined) in zip(only["results"], PROBLEMS.items(), strict=True):
        region = result["locations"][0]["physicalLocation"]["region"]
        assert result["ruleId"] == rule
        assert (region["startLine"], region["startColumn"]) == place(underlined)
        assert result["level"] in ("error", "warning", "note")
    assert len(fingerprints(only["results"])) == len(PROBLEMS)


@pytest.mark.skipif(not SARIF_SCHEMA.exists(), reason="the schema of SARIF is missing: npm install")
def test_sarif_validates_against_its_schema(check: Program) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads(SARIF_SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert list(validator.iter_errors(json.loads(run(check, "sarif")))) == []
    assert list(validator.iter_errors({"version": "2.1.0", "runs": [{}]})) != []


def test_no_text_of_a_map_ends_a_workflow_command_or_begins_one(check: Program) -> None:
    lines = run(check, "github").splitlines()
    assert len(lines) == len(PROBLEMS)
    for line, underlined in zip(lines, PROBLEMS.values(), strict=True):
        number, column = place(underlined)
        assert line.startswith(("::error file=", "::warning file=", "::notice file="))
        assert f",line={number},col={column}," in line
    assert "50 %25 at most" in lines[-1]


def test_gitlab_fingerprints_are_unique_and_do_not_change_with_the_lines(check: Program) -> None:
    before = json.loads(run(check, "gitlab"))
    (check.folder / NAME).write_text(TEXT.replace("## Components", "\n\n\n## Components", 1), encoding="utf-8")
    after = json.loads(run(check, "gitlab"))
    marks = [found["fingerprint"] for found in before]
    assert len(set(marks)) == len(PROBLEMS)
    assert [found["fingerprint"] for found in after] == marks
    lines = [found["location"]["lines"]["begin"] for found in before]
    assert [found["location"]["lines"]["begin"] for found in after] == [line + 3 for line in lines]
    assert {found["severity"] for found in before} <= {"info", "minor", "major", "critical", "blocker"}


def fingerprints(results: list[Any]) -> set[str]:
    return {mark for result in results for mark in result["partialFingerprints"].values()}


def test_the_page_of_rules_is_up_to_date() -> None:
    page = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    assert page == rules_page(EVERY_RULE.values()), "run `make docs`"


def test_the_page_of_rules_explains_every_rule() -> None:
    page = rules_page(EVERY_RULE.values())
    assert all(f"\n## {rule}\n" in page for rule in EVERY_RULE)
