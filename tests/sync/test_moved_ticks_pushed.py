"""Ticks that move between the tracking ticket and the others: no run loses one, wherever it is struck."""

from __future__ import annotations

import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from itertools import product

import pytest

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import Outcome, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.comparison import ticked
from techmap_sync.sync.tracker import Capabilities, State
from tests.fakes.memory import MemoryTracker, Request
from tests.faults import AS_SEEN
from tests.sync.build import MAP, POLICY, TRACKING, key, open_boxes, plan, task, under_another_id
from tests.sync.drive import key_of, planned, push, state, struck

FORGET, REFUSE, COUNT = "Forget old tokens", "Refuse a code twice", "Count failed logins"
Boxes = dict[str, tuple[str, ...]]
"""The boxes of each ticket, by its name; the tracking ticket is ``map``."""
TO_TRACKING: tuple[Boxes, Boxes] = {"A": (FORGET, COUNT)}, {"A": (COUNT,), "map": (FORGET,)}
FROM_TRACKING: tuple[Boxes, Boxes] = {"A": (COUNT,), "map": (FORGET,)}, {"A": (FORGET, COUNT)}
ORPHAN = "to it from a task that is gone"
SCENES: dict[str, tuple[Boxes, Boxes]] = {
    "to the tracking ticket": TO_TRACKING,
    "from the tracking ticket": FROM_TRACKING,
    "from the tracking ticket to a new one": ({"A": (COUNT,), "map": (FORGET,)}, {"A": (COUNT,), "B": (FORGET,)}),
    "to it and from it": (
        {"A": (FORGET, COUNT), "map": (REFUSE,), "B": ()},
        {"A": (COUNT,), "map": (FORGET,), "B": (REFUSE,)},
    ),
    ORPHAN: ({"A": (FORGET,), "B": (COUNT,)}, {"B": (COUNT,), "map": (FORGET,)}),
    "to it beside a new task": ({"A": (FORGET,)}, {"A": (), "map": (FORGET,), "B": ()}),
}
ABILITIES = {"everything": Capabilities(), "no links": Capabilities(children=0, native_blocking=False)}
RENAMED = "signin"
CASES = [
    (scene, abilities, map_id)
    for scene, abilities, map_id in product(SCENES, ABILITIES, (MAP, RENAMED))
    if (scene, map_id) != (ORPHAN, RENAMED)  # A ticket that is left as it is keeps the key of the former map.
]


def of_boxes(boxes: Boxes, map_id: str = MAP) -> TaskPlan:
    made = plan(*(with_boxes(task(name), boxes[name]) for name in boxes if name != "map"))
    return under_another_id(replace(made, tracking=with_boxes(made.tracking, boxes.get("map", ()))), map_id)


def with_boxes(spec: TaskSpec, texts: tuple[str, ...]) -> TaskSpec:
    return replace(spec, sections=(*spec.sections, *(open_boxes("", *texts).sections if texts else ())))


def all_ticked(before: Boxes, abilities: Capabilities | None = None) -> MemoryTracker:
    """A map that was pushed, and all of whose boxes a person ticked."""
    tracker = MemoryTracker(abilities or Capabilities(), edges_listed=False)
    push(tracker, of_boxes(before))
    for number, ticket in tracker.tickets.items():
        tracker.edit(number, body=re.sub(r"- \[ \] (?=Forget|Refuse|Count)", "- [x] ", ticket.body))
    tracker.requests.clear()
    return tracker


def number_of(tracker: MemoryTracker, of: str) -> str:
    return next(number for number, ticket in tracker.tickets.items() if key_of(ticket) == of)


def ticks_of(tracker: MemoryTracker, wanted: TaskPlan) -> dict[str, frozenset[str]]:
    """The ticked boxes of the tickets that a map asks for."""
    keys = (spec.key for spec in (wanted.tracking, *wanted.tasks))
    return {key: ticked([tracker.tickets[number_of(tracker, key)].body]) for key in keys}


def all_boxes(wanted: TaskPlan) -> dict[str, frozenset[str]]:
    return {
        spec.key: ticked(section.text.replace("[ ]", "[x]") for section in spec.sections)
        for spec in (wanted.tracking, *wanted.tasks)
    }


@pytest.mark.parametrize(("scene", "abilities", "map_id"), CASES)
def test_a_tick_is_where_its_box_is_and_a_second_push_writes_nothing(scene: str, abilities: str, map_id: str) -> None:
    before, after = SCENES[scene]
    tracker, wanted = all_ticked(before, ABILITIES[abilities]), of_boxes(after, map_id)
    push(tracker, wanted)
    assert ticks_of(tracker, wanted) == all_boxes(wanted)
    assert not planned(tracker, wanted).writes


def pushed_twice(start: MemoryTracker, wanted: TaskPlan, fault: str) -> Iterator[tuple[str, MemoryTracker]]:
    """Strike each request of a push in turn, and once its end, and push again."""
    undisturbed = deepcopy(start)
    push(undisturbed, wanted)
    for where, tracker in struck(start, lambda each: push(each, wanted), fault):
        push(tracker, wanted)
        assert len(tracker.tickets) == len(undisturbed.tickets), f"{where}: duplicates or losses"
        assert state(tracker) == state(undisturbed), where
        assert not planned(tracker, wanted).writes, f"{where}: a third run would write again"
        yield where, tracker


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize(("scene", "abilities", "map_id"), CASES)
def test_struck_at_any_request_no_tick_is_lost(scene: str, abilities: str, map_id: str, fault: str) -> None:
    before, after = SCENES[scene]
    wanted = of_boxes(after, map_id)
    for where, tracker in pushed_twice(all_ticked(before, ABILITIES[abilities]), wanted, fault):
        assert ticks_of(tracker, wanted) == all_boxes(wanted), where


def test_a_ticket_whose_tick_another_one_does_not_get_stays_open() -> None:
    tracker = MemoryTracker()
    push(tracker, of_boxes({"A": (FORGET, COUNT), "B": (FORGET,)}))
    tracker.edit("2", body=tracker.tickets["2"].body.replace(f"[ ] {FORGET}", f"[x] {FORGET}"))
    wanted = of_boxes({"B": (FORGET,)})
    push(tracker, wanted)
    assert tracker.tickets["2"].state is State.OPEN
    assert ticked([tracker.tickets["2"].body]) == {FORGET}
    assert not ticked([tracker.tickets["3"].body]), "B had the box before: nobody ticked it there"
    assert not planned(tracker, wanted).writes


@pytest.fixture
def finished() -> MemoryTracker:
    """A map that was done: its tickets are closed."""
    before, _ = TO_TRACKING
    tracker, done = all_ticked(before), of_boxes(before)
    push(tracker, replace(done, tasks=tuple(replace(spec, done=True) for spec in done.tasks)))
    assert {ticket.state for ticket in tracker.tickets.values()} == {State.CLOSED}
    tracker.requests.clear()
    return tracker


@pytest.mark.parametrize("fault", AS_SEEN)
def test_a_tracking_ticket_that_is_reopened_has_the_tick_before_the_other_loses_it(
    finished: MemoryTracker, fault: str
) -> None:
    wanted = of_boxes(TO_TRACKING[1])
    shown = [(change.action, change.key) for change in planned(finished, wanted).writes]
    assert shown == [(Action.REOPEN, TRACKING), (Action.REOPEN, key("A")), (Action.UPDATE, TRACKING)]
    for where, tracker in pushed_twice(finished, wanted, fault):
        assert ticks_of(tracker, wanted) == all_boxes(wanted), where


def outcomes_of(boxes: tuple[Boxes, Boxes], refused: str) -> tuple[MemoryTracker, list[tuple[str, Status]]]:
    """What became of each write of a push in which the first text of a ticket is refused."""
    before, after = boxes
    tracker = all_ticked(before)
    change_set = planned(tracker, of_boxes(after))
    first = Request("update", number_of(tracker, refused)) if refused else None
    tracker.requests.clear()
    tracker.refuses = lambda request: request == first and first not in tracker.requests[:-1]
    outcomes = list(apply(change_set, tracker, POLICY))
    assert [outcome.change for outcome in outcomes] == list(change_set.writes)
    assert sum(each.steps for each in change_set.maps) == len(outcomes)
    return tracker, [(_shown(outcome), outcome.status) for outcome in outcomes]


def _shown(outcome: Outcome) -> str:
    name = "the tracking ticket" if outcome.change.key == TRACKING else outcome.change.key.rpartition("/")[2]
    return f"{name}: {', '.join(outcome.change.fields)}"


TEXT, LEDGER, OF_A = "the tracking ticket: items", "the tracking ticket: ledger", "A: items"


@pytest.mark.parametrize(
    ("boxes", "refused", "ended"),
    [
        (TO_TRACKING, "", [(TEXT, Status.APPLIED), (OF_A, Status.APPLIED), (LEDGER, Status.APPLIED)]),
        (FROM_TRACKING, "", [(OF_A, Status.APPLIED), (TEXT, Status.APPLIED), (LEDGER, Status.APPLIED)]),
        (TO_TRACKING, TRACKING, [(TEXT, Status.FAILED), (OF_A, Status.LEFT), (LEDGER, Status.APPLIED)]),
        (FROM_TRACKING, key("A"), [(OF_A, Status.FAILED), (TEXT, Status.LEFT), (LEDGER, Status.APPLIED)]),
    ],
)
def test_who_loses_a_tick_waits_for_who_takes_it_over_and_the_ledger_comes_last(
    boxes: tuple[Boxes, Boxes], refused: str, ended: list[tuple[str, Status]]
) -> None:
    tracker, outcomes = outcomes_of(boxes, refused)
    assert outcomes == ended
    assert tracker.writes[-1] == Request("update", number_of(tracker, TRACKING))
    assert any(FORGET in ticked([ticket.body]) for ticket in tracker.tickets.values())
