"""``check``: what it says, what it lets through, and how a team tunes it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from techmap_sync.planning.rules import EVERY_RULE
from tests.app.run import CORPUS, NOT_READY, READY, ROOT, Program
from tests.documents.maps import GOOD

UNKNOWN = GOOD.replace("## Testing", "## Hardware\nTwo racks.\n\n## Testing")
CYCLE = GOOD.replace("**Purpose**: Makes", "**Depends on**: `LoginPage`\n**Purpose**: Makes").replace(
    "**Purpose**: Shows", "**Depends on**: `ResetTokens`\n**Purpose**: Shows"
)


def write(program: Program, name: str, text: str) -> Path:
    path = program.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(program: Program, *arguments: str | Path) -> list[tuple[str, str]]:
    """Rule and severity of everything that is found."""
    said = program("check", *arguments, "--format", "json").json
    return [(diagnostic["rule"], diagnostic["severity"]) for diagnostic in said["diagnostics"]]


def test_a_good_map_is_praised_in_one_line(program: Program) -> None:
    write(program, "map.md", GOOD)
    ended = program("check", "map.md")
    assert (ended.code, ended.out) == (0, "checked 1 map: no problems\n")


@pytest.mark.parametrize("path", READY, ids=lambda path: path.stem)
def test_every_ready_map_of_the_corpus_is_approved(program: Program, path: Path) -> None:
    assert program("check", path, "--require-approved").code == 0


@pytest.mark.parametrize("path", NOT_READY, ids=lambda path: path.stem)
def test_a_map_that_is_not_ready_is_a_note_and_no_failure(program: Program, path: Path) -> None:
    assert ("not-ready", "note") in found(program, path)
    assert program("check", path).code == 0
    assert program("check", path, "--require-approved").code == 1


def test_an_error_keeps_only_its_own_map_from_being_pushed(program: Program) -> None:
    write(program, "broken.md", CYCLE)
    ended = program("push", "broken.md", CORPUS / "01-two-factor-login.md", "--format", "json")
    assert ended.code == 1
    approved = {Path(entry["path"]).name: entry["approved"] for entry in ended.json["maps"]}
    assert approved == {"broken.md": False, "01-two-factor-login.md": True}
    assert "broken.md:" in next(entry for entry in ended.json["maps"] if not entry["approved"])["reasons"][0]


def test_problems_of_the_tasks_are_found_in_the_same_run(program: Program) -> None:
    write(program, "map.md", CYCLE.replace("## Testing", "## Hardware\nTwo racks.\n\n## Testing"))
    assert sorted(found(program, "map.md")) == [("dependency-cycle", "error"), ("unknown-section", "warning")]
    assert program("check", "map.md").code == 1


def test_severities_are_settings_also_those_of_the_tasks(program: Program) -> None:
    write(program, "techmap-sync.toml", '[severity]\nunknown-section = "error"\ndependency-cycle = "off"\n')
    write(program, "map.md", CYCLE.replace("## Testing", "## Hardware\nTwo racks.\n\n## Testing"))
    assert found(program, "map.md") == [("unknown-section", "error")]


def test_severities_can_be_a_variable(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_SEVERITY", '{"unknown-section": "off"}')
    write(program, "map.md", UNKNOWN)
    assert found(program, "map.md") == []


def test_an_unknown_rule_in_the_settings_names_line_and_nearest_rule(program: Program) -> None:
    write(program, "techmap-sync.toml", '[severity]\nnot-ready = "off"\nunkown-section = "error"\n')
    write(program, "map.md", UNKNOWN)
    ended = program("check", "map.md")
    assert ended.code == 2
    assert "techmap-sync.toml:3: no such rule: unkown-section" in ended.err
    assert "did you mean unknown-section?" in ended.err


def test_an_unknown_severity_names_the_line(program: Program) -> None:
    write(program, "techmap-sync.toml", '[severity]\nunknown-section = "fatal"\n')
    ended = program("check", CORPUS)
    assert ended.code == 2
    assert "techmap-sync.toml:2: severity.unknown-section = 'fatal'" in ended.err


def test_a_comment_silences_also_what_is_wrong_with_the_tasks(program: Program) -> None:
    write(program, "map.md", CYCLE.replace("### Reset", "<!-- techmap-sync: ignore dependency-cycle -->\n### Reset"))
    assert found(program, "map.md") == []


def test_two_maps_with_one_identity_are_errors_in_both_and_a_third_is_pushed(program: Program) -> None:
    for name in ("a.md", "b/c.md"):
        write(program, name, GOOD)
    write(program, "other.md", GOOD.replace("Password Reset", "Another Feature"))
    ended = program("push", ".", "--format", "json")
    assert ended.code == 1
    assert {entry["path"]: entry["approved"] for entry in ended.json["maps"]} == {
        "a.md": False, "b/c.md": False, "other.md": True
    }  # fmt: skip
    doubled = [
        each
        for each in program("check", ".", "--format", "json").json["diagnostics"]
        if each["rule"] == "duplicate-map-id"
    ]
    assert [each["path"] for each in doubled] == ["a.md", "b/c.md"]
    assert ["b/c.md" in doubled[0]["message"], "a.md" in doubled[1]["message"]] == [True, True]


def test_an_identity_by_hand_tells_namesakes_apart(program: Program) -> None:
    write(program, "a.md", GOOD)
    write(program, "b.md", GOOD.replace("**Author**", "**Map ID**: reset-2\n**Author**"))
    assert found(program, ".") == []


def test_two_blank_templates_are_no_namesakes(program: Program) -> None:
    template = (ROOT / "config" / "technical-map.md").read_text(encoding="utf-8")
    for name in ("a.md", "b.md"):
        write(program, name, template)
    assert "duplicate-map-id" not in {rule for rule, _ in found(program, ".")}


@pytest.mark.parametrize("rule", EVERY_RULE)
def test_every_rule_is_explained(program: Program, rule: str) -> None:
    ended = program("check", "--explain", rule)
    assert ended.code == 0
    assert ended.out.startswith(f"{rule} ({EVERY_RULE[rule].severity}): ")
    assert EVERY_RULE[rule].help.splitlines()[-1] in ended.out


def test_a_rule_that_does_not_exist_names_the_nearest(program: Program) -> None:
    ended = program("check", "--explain", "placeholders-left")
    assert ended.code == 2
    assert "hint: did you mean placeholder-left?" in ended.err


def test_the_pre_commit_hook_runs_a_command_that_exists(program: Program) -> None:
    (hook,) = YAML(typ="safe").load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["id"] == "techmap-check"
    write(program, "docs/map.md", UNKNOWN.replace("Ready**: Yes", "Ready**: No"))
    write(program, "notes.md", "# Notes\n")
    name, *arguments = hook["entry"].split()
    assert name == "techmap-sync"
    assert not hook["pass_filenames"]  # a file that is named must be a map, and most *.md files are none
    ended = program(*arguments)
    assert (ended.code, "docs/map.md" in ended.out) == (0, True)


def test_the_json_has_counts_and_names_all_maps(program: Program) -> None:
    write(program, "map.md", UNKNOWN)
    said = json.loads(program("check", "map.md", "--format", "json").out)
    assert said["maps"] == ["map.md"]
    assert said["counts"] == {"error": 0, "warning": 1, "note": 0}
