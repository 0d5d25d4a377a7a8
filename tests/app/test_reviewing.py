"""Flags that hold a push to what was reviewed, stop it early, or settle what it left open."""

from __future__ import annotations

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Draft, Ticket
from techmap_sync.trackers.backlog.tracker import BacklogTracker
from tests.app.run import CORPUS, Program

MAP = CORPUS / "01-two-factor-login.md"
KEY = "two-factor-login-with-totp/component/totpservice"


def edited(program: Program, old: str = "", new: str = "") -> Path:
    path = program.folder / "map.md"
    path.write_text(MAP.read_text("utf-8").replace(old, new, 1), encoding="utf-8")
    return path


def ticket(program: Program, number: str) -> Path:
    return next((program.folder / "backlog" / "tasks").glob(f"task-{number} - *"))


def test_a_reviewed_plan_is_applied_exactly(program: Program) -> None:
    edited(program)
    assert program("plan", "map.md", "--out", "plan.json").code == 0
    assert program("push", "map.md", "--plan", "plan.json").code == 0
    assert program("push", "map.md", "--plan", "plan.json").code == 0, "what is already applied passes"


def test_a_stale_plan_is_refused_before_the_first_write(program: Program) -> None:
    edited(program)
    program("plan", "map.md", "--out", "plan.json")
    edited(program, "- `TwoFactorController`: HTTP", "- `QrCode`: draws\n- `TwoFactorController`: HTTP")
    ended = program("push", "map.md", "--plan", "plan.json")
    assert ended.code == 4
    assert "the plan is stale: " in ended.err
    assert "create Create QrCode" in ended.err
    assert not (program.folder / "backlog").exists()


def test_a_human_edit_after_the_review_makes_the_plan_stale(program: Program) -> None:
    edited(program)
    program("push", "map.md")
    edited(program, "Checks time-based codes", "Verifies time-based codes")
    program("plan", "map.md", "--out", "plan.json")
    path = ticket(program, "1.1")
    path.write_text(path.read_text("utf-8").replace("Checks time-based codes", "My words"), encoding="utf-8")
    ended = program("push", "map.md", "--plan", "plan.json")
    assert "My words" in path.read_text("utf-8")
    assert ended.code == 0, "the conflict is shown, and nothing that was not reviewed is written"


@pytest.mark.parametrize("content", [None, "{}", "no json", '{"tracker": 1, "changes": [{}]}'])
def test_a_file_that_is_no_plan_is_one_clear_message(program: Program, content: str | None) -> None:
    edited(program)
    if content is not None:
        (program.folder / "plan.json").write_text(content)
    ended = program("push", "map.md", "--plan", "plan.json")
    assert ended.code == 2
    assert "plan --out FILE" in ended.err


@pytest.mark.parametrize("left", [20, 2, 1], ids=["many left", "two left", "only the ledger left"])
def test_a_push_that_stops_early_says_so_and_the_next_one_goes_on(program: Program, left: int) -> None:
    edited(program)
    changes = program("plan", "map.md", "--format", "json").json["changes"]
    number = len(changes) + 1 - left
    ended = program("push", "map.md", "--max-writes", str(number), "--format", "json")
    assert ended.code == 5
    assert ended.json["complete"] is False
    assert len(ended.json["outcomes"]) == number
    assert [each["key"] for each in ended.json["remaining"]] == [each["key"] for each in changes[number:]]
    # The ledger is bookkeeping: it is counted only when nothing else is left.
    assert f"stopped after {number} {'change' if number == 1 else 'changes'}, {max(left - 1, 1)} left" in ended.err
    after = program("push", "map.md", "--format", "json")
    assert (after.code, after.json["complete"], after.json["remaining"]) == (0, True, [])
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == 18


def test_a_run_that_adopts_a_renamed_map_does_not_call_its_old_id_missing(program: Program) -> None:
    edited(program)
    program("push", "map.md")
    edited(program, "TECHNICAL MAP: Two-Factor Login with TOTP", "TECHNICAL MAP: Second Factor by TOTP")
    ended = program("reconcile", "--allow", "retitles", "--format", "json")
    assert [each["map_id"] for each in ended.json["maps"]] == ["second-factor-by-totp"]
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_run_between_two_writes(
    program: Program, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = BacklogTracker.create

    def interrupted(tracker: BacklogTracker, draft: Draft) -> Ticket:
        os.kill(os.getpid(), number)
        return create(tracker, draft)

    edited(program)
    monkeypatch.setattr(BacklogTracker, "create", interrupted)
    ended = program("push", "map.md")
    assert ended.code == 5
    assert "stopped after 1 change, " in ended.err
    monkeypatch.undo()
    monkeypatch.chdir(program.folder)
    assert program("push", "map.md").code == 0
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


def conflict(program: Program) -> Path:
    edited(program)
    program("push", "map.md")
    path = ticket(program, "1.1")
    path.write_text(path.read_text("utf-8").replace("Checks time-based codes", "My words"), encoding="utf-8")
    edited(program, "Checks time-based codes", "Verifies time-based codes")
    return path


def test_a_conflict_is_shown_with_the_command_that_settles_it(program: Program) -> None:
    path = conflict(program)
    ended = program("push", "map.md")
    assert f"settle with push --resolve map {KEY} or --resolve tracker {KEY}" in ended.out
    assert "My words" in path.read_text("utf-8")
    assert program("push", "map.md", "--strict").code == 4


def test_a_conflict_is_taken_from_the_map(program: Program) -> None:
    path = conflict(program)
    assert program("push", "map.md", "--resolve", "map", KEY).code == 0
    assert "Verifies time-based codes" in path.read_text("utf-8")
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


def test_a_conflict_is_taken_from_the_tracker(program: Program) -> None:
    path = conflict(program)
    assert program("push", "map.md", "--resolve", "tracker", KEY).code == 0
    assert "My words" in path.read_text("utf-8")
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


def test_an_unknown_side_or_guard_is_a_usage_error(program: Program) -> None:
    edited(program)
    assert program("push", "map.md", "--resolve", "mine", KEY).code == 2
    assert program("push", "map.md", "--allow", "everything").code == 2


def test_a_guard_refuses_one_map_and_lets_the_others_pass(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_LIMITS__MAX_CREATES", "14")
    small, big = CORPUS / "08-cli-profiles.md", CORPUS / "06-model-registry.md"
    ended = program("push", small, big)
    assert ended.code == 4
    assert all(said in ended.out for said in ("refused: 20 tickets", "limit is 14", "--allow creates"))
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == 13
    assert program("push", small, big, "--allow", "creates").code == 0


def test_reconcile_reports_drift_and_writes_nothing(program: Program) -> None:
    conflict(program)
    before = {path: path.read_bytes() for path in program.folder.rglob("*.md")}
    assert program("reconcile", "--report-only").code == 3
    assert {path: path.read_bytes() for path in program.folder.rglob("*.md")} == before


def test_reconcile_closes_an_untouched_copy(program: Program) -> None:
    edited(program)
    program("push", "map.md")
    original = ticket(program, "1.1")
    copy = original.with_name("task-1.99 - Copy.md")
    copy.write_text(original.read_text("utf-8").replace("id: TASK-1.1\n", "id: TASK-1.99\n"), encoding="utf-8")
    assert "a copy of ticket TASK-1.1" in program("plan", "map.md").out
    assert program("reconcile").code == 0
    assert "status: Done" in copy.read_text("utf-8")
    assert "status: To Do" in original.read_text("utf-8")


def test_a_map_whose_file_is_gone_closes_nothing_until_it_is_retired(program: Program) -> None:
    edited(program)
    program("push", "map.md")
    (program.folder / "map.md").unlink()
    shutil.copy(CORPUS / "08-cli-profiles.md", program.folder / "other.md")
    ended = program("reconcile", "--format", "json")
    map_id = "two-factor-login-with-totp"
    missing = next(each for each in ended.json["maps"] if each["map_id"] == map_id)
    assert missing["reasons"] == [f"its file is missing; reconcile --retire {map_id} closes its tickets"]
    assert ended.json["counts"]["close"] == 0
    assert program("reconcile", "--retire", map_id, "--format", "json").json["counts"]["close"] == 18
    assert program("reconcile", "--retire", map_id, "--format", "json").json["counts"]["close"] == 0


@pytest.mark.parametrize("status", ["ABANDONED", "SUPERSEDED"])
def test_a_retired_map_lets_its_tickets_go(program: Program, status: str) -> None:
    edited(program)
    program("push", "map.md")
    edited(program, "**Status**: TECHNICAL MAP", f"**Status**: {status}")
    assert program("push", "map.md").code == 0
    tasks = (program.folder / "backlog" / "tasks").iterdir()
    assert all("status: Done" in path.read_text("utf-8") for path in tasks)
    assert program("plan", "map.md", "--format", "json").json["changes"] == []


@pytest.mark.parametrize("by_file", [True, False], ids=["by its status", "by reconcile --retire"])
def test_a_retired_map_lets_tickets_go_that_lost_the_managed_label(program: Program, by_file: bool) -> None:
    file = edited(program)
    program("push", "map.md")
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
    program("push", "map.md")
    edited(program, "TECHNICAL MAP: Two-Factor Login with TOTP", "TECHNICAL MAP: Second Factor by TOTP")
    plan = json.loads(program("plan", "map.md", "--format", "json").out)
    assert plan["counts"]["create"] == plan["counts"]["close"] == 0
    assert program("push", "map.md", "--allow", "retitles").code == 0
    assert program("plan", "map.md", "--format", "json").json["changes"] == []
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == 18
