"""What counts as a choice of people, how it is said, and what a team lets it do."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import Action
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import OnConflict
from techmap_sync.sync.tracker import Capabilities, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, key, plan, task
from tests.sync.drive import planned, push, several
from tests.sync.test_moves import some_map

ASSIGNED = plan(*(replace(task(name), assignees=("Bot", "ada")) for name in ("Store", "Sender")))
WITHOUT = replace(ASSIGNED, tasks=ASSIGNED.tasks[:1])


def pushed(abilities: Capabilities | None = None) -> MemoryTracker:
    tracker = MemoryTracker(abilities or Capabilities())
    push(tracker, ASSIGNED)
    return tracker


@pytest.mark.parametrize("names", [{"Bot", "ada"}, {"bot"}, set(), {"@Bot", "@ADA"}])
def test_whom_we_assigned_is_no_human_work(names: set[str]) -> None:
    tracker = pushed()
    tracker.edit("3", assignees=frozenset(names))
    push(tracker, WITHOUT)
    assert tracker.tickets["3"].state is State.CLOSED


def test_whom_people_assigned_is_human_work() -> None:
    tracker = pushed()
    tracker.edit("3", assignees=frozenset({"Bot", "grace"}))
    push(tracker, WITHOUT)
    assert tracker.tickets["3"].state is State.OPEN


@pytest.mark.parametrize(("setting", "state"), [({"Bot", "ada"}, State.CLOSED), (set(), State.OPEN)])
def test_of_a_ticket_that_does_not_remember_the_setting_of_today_counts(setting: set[str], state: State) -> None:
    tracker = pushed()
    body = tracker.tickets["3"].body
    assert '"assignees":["Bot","ada"],' in body
    tracker.edit("3", body=body.replace('"assignees":["Bot","ada"],', ""))
    push(tracker, WITHOUT, replace(POLICY, assignees=frozenset(setting)))
    assert tracker.tickets["3"].state is state


def test_reconcile_closes_a_copy_that_we_assigned_and_nobody_touched() -> None:
    tracker = pushed()
    tracker.tickets["9"] = replace(tracker.tickets["3"], number="9", parent=None)
    changes = planned(tracker, ASSIGNED, replace(POLICY, close_copies=True)).changes
    assert [(c.action, c.ticket) for c in changes if c.edge is None] == [(Action.CLOSE, "9")]


CONFLICT = plan(task("Store", sections={"purpose": "The map says this now."}), task("Sender", title="Send it all"))


def conflict() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, plan(task("Store"), task("Sender")))
    tracker.edit("2", body=tracker.tickets["2"].body.replace("What Store is for.", "My own words."))
    tracker.requests.clear()
    return tracker


def test_on_conflict_keep_keeps_the_humans_value_and_writes_the_rest() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.KEEP))
    assert "My own words." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_overwrite_writes_the_maps_value() -> None:
    tracker = conflict()
    push(tracker, CONFLICT, replace(POLICY, on_conflict=OnConflict.OVERWRITE))
    assert "The map says this now." in tracker.tickets["2"].body
    assert tracker.tickets["3"].title == "Send it all"


def test_on_conflict_fail_writes_nothing_and_says_so_in_the_plan() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = planned(tracker, CONFLICT, policy)
    assert "1 field was" in shown.maps[0].refusals[0]
    assert not list(apply(shown, tracker, policy))
    assert not tracker.writes


def test_on_conflict_fail_stops_the_other_maps_too() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    shown = several(tracker, CONFLICT, some_map("beta", "Report"), policy=policy)
    assert not shown.writes
    assert all(each.refusals for each in shown.maps)


def test_on_conflict_fail_lets_pass_what_is_no_conflict() -> None:
    tracker, policy = conflict(), replace(POLICY, on_conflict=OnConflict.FAIL)
    assert planned(tracker, plan(task("Store"), task("Sender", title="Send it all")), policy).writes


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
