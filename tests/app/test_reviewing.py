"""Flags and signals that stop a push early, or settle what it left open."""

from __future__ import annotations

import os
import signal

import pytest

from techmap_sync.sync.tracker import Draft, Ticket
from techmap_sync.trackers.backlog.tracker import BacklogTracker
from tests.app.run import CORPUS, Program
from tests.cli.one_map import KEY, MAP, conflict, edited
from tests.planning.maps import keys_of


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
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == len(keys_of(MAP))


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


def test_a_conflict_is_shown_with_the_command_that_settles_it(program: Program) -> None:
    path = conflict(program)
    ended = program("push", "map.md")
    assert f"--resolve map {KEY}" in ended.out
    assert f"--resolve tracker {KEY}" in ended.out
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
    small, big = CORPUS / "08-cli-profiles.md", CORPUS / "06-model-registry.md"
    few, many = len(keys_of(small)), len(keys_of(big))
    monkeypatch.setenv("TECHMAP_SYNC_LIMITS__MAX_CREATES", str(few))
    ended = program("push", small, big)
    assert ended.code == 4
    assert all(said in ended.out for said in (f"refused: {many} tickets", f"limit is {few}", "--allow creates"))
    assert len(list((program.folder / "backlog" / "tasks").iterdir())) == few
    assert program("push", small, big, "--allow", "creates").code == 0
