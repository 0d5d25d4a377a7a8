"""A ticket that became another one between the plan and its write is left alone, and it is said."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, Outcome, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.observe import observe
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, THREE, plan, task
from tests.sync.drive import planned, push, retired

CHANGED = plan(*(replace(spec, title=f"{spec.title} again") for spec in THREE.tasks))
SHORTER = plan(*THREE.tasks[:2])
RENAMED = plan(task("Vault", sections={"purpose": "What Store is for."}), *THREE.tasks[1:])


def becomes(tracker: MemoryTracker, number: str, other: str) -> None:
    """A person pastes the text of one ticket into another one."""
    tracker.edit(number, body=tracker.tickets[other].body)


def skipped(outcomes: list[Outcome]) -> list[tuple[Action, str]]:
    return [(each.change.action, each.ticket) for each in outcomes if each.status is Status.SKIPPED]


@pytest.mark.parametrize(
    ("after", "number", "action"),
    [(CHANGED, "2", Action.UPDATE), (RENAMED, "2", Action.UPDATE), (SHORTER, "4", Action.CLOSE)],
)
def test_a_ticket_whose_marker_is_that_of_another_one_by_now_is_left(
    tracker: MemoryTracker, after: TaskPlan, number: str, action: Action
) -> None:
    shown = planned(tracker, after)
    becomes(tracker, number, "3")
    before = tracker.tickets[number]
    outcomes = list(apply(shown, tracker, POLICY))
    assert (action, number) in skipped(outcomes)
    assert tracker.tickets[number] == before


def test_a_tracking_ticket_that_became_another_one_keeps_its_text(tracker: MemoryTracker) -> None:
    shown = planned(tracker, CHANGED)
    becomes(tracker, "1", "3")
    outcomes = list(apply(shown, tracker, POLICY))
    assert (Action.UPDATE, "1") in skipped(outcomes)
    assert tracker.tickets["1"].body.count('"key":"login/component/Service"') == 1


def test_a_ticket_whose_marker_names_another_source_by_now_is_left(tracker: MemoryTracker) -> None:
    shown = planned(tracker, CHANGED)
    tracker.edit("2", body=tracker.tickets["2"].body.replace("example.org/team/app", "example.org/team/shop"))
    before = tracker.tickets["2"]
    assert (Action.UPDATE, "2") in skipped(list(apply(shown, tracker, POLICY)))
    assert tracker.tickets["2"] == before


def test_a_retired_map_closes_no_ticket_that_became_another_one(tracker: MemoryTracker) -> None:
    going = retired(tracker, observe(tracker, [], POLICY, retired={THREE.map_id}))
    becomes(tracker, "2", "3")
    assert (Action.CLOSE, "2") in skipped(list(apply(ChangeSet(tracker.name, (going,)), tracker, POLICY)))


def test_what_another_run_renamed_the_same_way_is_no_stranger(tracker: MemoryTracker) -> None:
    shown = planned(tracker, RENAMED)
    push(tracker, RENAMED)
    assert not skipped(list(apply(shown, tracker, POLICY)))
