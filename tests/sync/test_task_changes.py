"""What a map adds to a completed ticket becomes one follow-up that holds just that."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import Action
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.tracker import CloseReason, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import key_of, planned, push, several, shown
from tests.sync.test_moves import some_map

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


def marker_of(tracker: MemoryTracker, number: str) -> Marker:
    block = read_block(tracker.tickets[number].body)
    assert isinstance(block, Block)
    return block.marker


def test_a_milestone_renamed_in_the_tracker_is_one_line_and_stays() -> None:
    made = plan(*(replace(task(name), milestone="v1") for name in ("Store", "Sender", "Report")))
    made = replace(made, tracking=replace(made.tracking, milestone="v1"))
    tracker = MemoryTracker()
    push(tracker, made)
    for number in tracker.tickets:
        tracker.edit(number, milestone="Version 1")
    (line,) = planned(tracker, made).changes
    assert line.action is Action.SKIP
    assert 'milestone = "Version 1"' in line.reason
    assert "4 tickets" in line.reason
    renamed = replace(made, tasks=tuple(replace(spec, milestone="Version 1") for spec in made.tasks))
    renamed = replace(renamed, tracking=replace(renamed.tracking, milestone="Version 1"))
    push(tracker, renamed)
    assert marker_of(tracker, "2").milestone == "Version 1"
    assert not planned(tracker, renamed).changes


def test_a_milestone_renamed_under_two_maps_is_one_line() -> None:
    maps = [some_map("alpha", "Store", "Sender"), some_map("beta", "Report")]
    dated = [replace(each, tasks=tuple(replace(spec, milestone="v1") for spec in each.tasks)) for each in maps]
    tracker = MemoryTracker()
    list(apply(several(tracker, *dated), tracker, POLICY))
    for number, ticket in tracker.tickets.items():
        if ticket.milestone:
            tracker.edit(number, milestone="v2")
    assert len(several(tracker, *dated).changes) == 1


def test_a_milestone_that_somebody_chose_for_one_ticket_is_named_at_that_ticket() -> None:
    made = plan(*(replace(task(name), milestone="v1") for name in ("Store", "Sender")))
    tracker = MemoryTracker()
    push(tracker, made)
    tracker.edit("3", milestone="later")
    (line,) = planned(tracker, made).changes
    assert (line.ticket, "milestone" in line.reason) == ("3", True)


def test_labels_that_people_removed_are_named_in_the_reason_that_every_report_shows() -> None:
    made = plan(task("Store", labels=frozenset({"extra", "more"})))
    tracker = MemoryTracker()
    push(tracker, made)
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"extra", "more"})
    (line,) = planned(tracker, made).changes
    assert "-extra -more" in line.reason
    assert line.key == key("Store")
    assert TRACKING not in line.reason
