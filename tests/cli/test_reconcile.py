"""``reconcile``: drift, copies, and maps that are gone, retired or renamed."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.app.run import CORPUS, Program
from tests.cli.one_map import KEY, MAP, conflict, edited, ticket
from tests.planning.maps import keys_of


def test_a_run_that_adopts_a_renamed_map_does_not_call_its_old_id_missing(program: Program) -> None:
    edited(program)
    program.has_run("push", "map.md")
    edited(program, "TECHNICAL MAP: Two-Factor Login with TOTP", "TECHNICAL MAP: Second Factor by TOTP")
    ended = program("reconcile", "--allow", "retitles", "--format", "json")
    assert [each["map_id"] for each in ended.json["maps"]] == ["second-factor-by-totp"]
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


def test_reconcile_reports_drift_and_writes_nothing(program: Program) -> None:
    conflict(program)
    before = {path: path.read_bytes() for path in program.folder.rglob("*.md")}
    assert program("reconcile", "--report-only").code == 3
    assert {path: path.read_bytes() for path in program.folder.rglob("*.md")} == before


def test_reconcile_closes_an_untouched_copy(program: Program) -> None:
    edited(program)
    program.has_run("push", "map.md")
    original = ticket(program, "1.1")
    copy = original.with_name("task-1.99 - Copy.md")
    copy.write_text(original.read_text("utf-8").replace("id: TASK-1.1\n", "id: TASK-1.99\n"), encoding="utf-8")
    assert "a copy of ticket TASK-1.1" in program("plan", "map.md").out
    assert program("reconcile").code == 0
    assert "status: Done" in copy.read_text("utf-8")
    assert "status: To Do" in original.read_text("utf-8")


def test_a_map_whose_file_is_gone_closes_nothing_until_it_is_retired(program: Program) -> None:
    edited(program)
    program.has_run("push", "map.md")
    (program.folder / "map.md").unlink()
    shutil.copy(CORPUS / "08-cli-profiles.md", program.folder / "other.md")
    ended = program("reconcile", "--format", "json")
    map_id = "two-factor-login-with-totp"
    missing = next(each for each in ended.json["maps"] if each["map_id"] == map_id)
    (reason,) = missing["reasons"]
    assert f"reconcile --retire {map_id}" in reason
    assert ended.json["counts"]["close"] == 0
    assert program("reconcile", "--retire", map_id, "--format", "json").json["counts"]["close"] == len(keys_of(MAP))
    assert program("reconcile", "--retire", map_id, "--format", "json").json["counts"]["close"] == 0


@pytest.mark.parametrize("status", ["ABANDONED", "SUPERSEDED"])
def test_a_retired_map_lets_its_tickets_go(program: Program, status: str) -> None:
    edited(program)
    program.has_run("push", "map.md")
    edited(program, "**Status**: TECHNICAL MAP", f"**Status**: {status}")
    assert program("push", "map.md").code == 0
    tasks = (program.folder / "backlog" / "tasks").iterdir()
    assert all("status: Done" in path.read_text("utf-8") for path in tasks)
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


@pytest.mark.parametrize("by_file", [True, False], ids=["by its status", "by reconcile --retire"])
def test_a_retired_map_lets_tickets_go_that_lost_the_managed_label(program: Program, by_file: bool) -> None:
    file = edited(program)
    program.has_run("push", "map.md")
    path = ticket(program, "1.1")
    text = path.read_text("utf-8")
    path.write_text(text.replace("  - techmap\n", ""), encoding="utf-8")
    assert path.read_text("utf-8") != text
    if by_file:
        edited(program, "**Status**: TECHNICAL MAP", "**Status**: ABANDONED")
        assert program("push", "map.md").code == 0
    else:
        file.unlink()
        shutil.copy(CORPUS / "08-cli-profiles.md", program.folder / "other.md")
        assert program("reconcile", "--retire", KEY.partition("/")[0]).code == 0
    assert "status: Done" in path.read_text("utf-8")


def test_a_renamed_map_keeps_its_tickets(program: Program) -> None:
    edited(program)
    program.has_run("push", "map.md")
    edited(program, "TECHNICAL MAP: Two-Factor Login with TOTP", "TECHNICAL MAP: Second Factor by TOTP")
    plan = json.loads(program("plan", "map.md", "--format", "json").out)
    assert plan["counts"]["create"] == plan["counts"]["close"] == 0
    assert program("push", "map.md", "--allow", "retitles").code == 0
    assert program("plan", "map.md", "--format", "json").json["changes"] == []
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == len(keys_of(MAP))
