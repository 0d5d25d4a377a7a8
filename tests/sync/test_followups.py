"""What a map adds to a completed ticket becomes one follow-up that holds just that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.changes import Action
from techmap_sync.sync.tracker import CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import plan, task
from tests.sync.drive import key_of, planned, push, shown

TWO = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second"}))
THREE = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
FOLLOW_UP = f"{TWO.tasks[0].key}~2"


def completed(reason: CloseReason | None = CloseReason.COMPLETED) -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, TWO)
    tracker.edit("2", state=State.CLOSED, reason=reason)
    return tracker


@pytest.mark.parametrize("reason", [CloseReason.COMPLETED, None])
def test_new_items_of_a_completed_ticket_make_one_follow_up_with_just_those(reason: CloseReason | None) -> None:
    tracker = completed(reason)
    push(tracker, THREE)
    follow_up = next(t for t in tracker.tickets.values() if key_of(t) == FOLLOW_UP)
    assert "- [ ] third" in follow_up.body
    assert "first" not in follow_up.body
    assert follow_up.title == "Create Tests (follow-up)"
    assert tracker.tickets["2"].state is State.CLOSED
    assert not planned(tracker, THREE).changes


def test_a_ticket_that_was_given_up_gets_no_follow_up() -> None:
    tracker = completed(CloseReason.NOT_PLANNED)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_an_open_ticket_takes_the_new_items_itself() -> None:
    tracker = MemoryTracker()
    push(tracker, TWO)
    assert (Action.UPDATE, TWO.tasks[0].key) in shown(planned(tracker, THREE).changes)
    assert Action.CREATE not in {change.action for change in planned(tracker, THREE).changes}


def test_a_finished_follow_up_is_not_made_again() -> None:
    tracker = completed()
    push(tracker, THREE)
    number = next(n for n, t in tracker.tickets.items() if key_of(t) == FOLLOW_UP)
    tracker.edit(number, state=State.CLOSED, reason=CloseReason.COMPLETED)
    push(tracker, THREE)
    assert not planned(tracker, THREE).writes
    assert [key_of(t) for t in tracker.tickets.values()].count(FOLLOW_UP) == 1


def test_a_template_alone_rewrites_no_follow_up() -> None:
    tracker = completed()
    push(tracker, THREE)
    other = plan(task("Tests", sections={"items": "- [ ] first\n- [ ] second\n- [ ] third"}))
    section = replace(other.tasks[0].sections[0], text="* [ ] first\n* [ ] second\n* [ ] third")
    reworded = plan(replace(other.tasks[0], sections=(section,)))
    assert not planned(tracker, reworded, text=repr(THREE)).changes
