"""Children that are born as children, and several links in one request: fewer writes, and the same end."""

from __future__ import annotations

from copy import deepcopy

import pytest

from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.faults import AS_SEEN
from tests.measure import untraced
from tests.sync.build import plan, task
from tests.sync.drive import planned, push, state, struck

NAMES = [f"Part{number}" for number in range(9)]
NINE = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 2) : n])) for n, name in enumerate(NAMES)))
EDGES = sum(len(spec.blocked_by) for spec in NINE.tasks)
ONE_BY_ONE = Capabilities()
AT_ONCE = Capabilities(parent_at_creation=True, links_at_once=4)


def verbs(tracker: MemoryTracker) -> list[str]:
    return [request.verb for request in tracker.requests if request.writes]


def pushed(capabilities: Capabilities, **how: object) -> MemoryTracker:
    tracker = MemoryTracker(capabilities, **how)  # type: ignore[arg-type]
    push(tracker, NINE)
    return tracker


def test_a_first_push_writes_each_ticket_once_and_four_links_a_request() -> None:
    assert verbs(pushed(AT_ONCE)) == ["create"] * 10 + ["link_many"] * -(-EDGES // 4) + ["update"]
    assert verbs(pushed(ONE_BY_ONE)) == ["create"] * 10 + ["link"] * (9 + EDGES) + ["update"]


def test_the_end_is_that_of_single_writes() -> None:
    assert state(pushed(AT_ONCE)) == state(pushed(ONE_BY_ONE))


@pytest.mark.parametrize("places", [{0}, {1, 3}, {0, 1, 2, 3}])
def test_what_a_request_does_not_confirm_is_added_by_itself(places: set[int]) -> None:
    tracker = pushed(AT_ONCE, failing_places=places)
    assert state(tracker) == state(pushed(ONE_BY_ONE))
    assert not planned(tracker, NINE).writes


def test_a_ticket_that_takes_no_links_costs_no_other_its_links() -> None:
    number = "5"
    tracker = MemoryTracker(AT_ONCE, refuses=lambda request: request.verb == "link" and request.subject == number)
    push(tracker, NINE)
    assert not tracker.tickets[number].blocked_by
    others = [ticket for ticket in tracker.tickets.values() if ticket.number not in (number, "1", "2")]
    assert all(ticket.blocked_by for ticket in others)
    tracker.refuses = lambda _: False
    push(tracker, NINE)
    assert state(tracker) == state(pushed(ONE_BY_ONE))


def test_a_parent_that_was_dropped_at_creation_is_linked_afterwards() -> None:
    tracker = pushed(AT_ONCE, ignores_parents=True)
    assert {ticket.parent for ticket in tracker.tickets.values()} == {None, "1"}
    assert state(tracker) == state(pushed(ONE_BY_ONE))
    assert not planned(tracker, NINE).writes


def test_only_as_many_are_born_as_children_as_the_tracking_ticket_has_room_for() -> None:
    tracker = pushed(Capabilities(parent_at_creation=True, children=4))
    assert [ticket.parent for ticket in tracker.tickets.values()].count("1") == 4
    tracking = next(ticket for ticket in tracker.tickets.values() if ticket.number == "1")
    assert tracking.body.count("- [ ] #") == 5
    assert not planned(tracker, NINE).writes


def test_a_child_that_a_person_took_away_stays_away() -> None:
    tracker = pushed(AT_ONCE)
    tracker.edit("3", parent=None)
    assert not planned(tracker, NINE).writes


@pytest.mark.parametrize("ignores_parents", [False, True], ids=["", "parents dropped"])
@pytest.mark.parametrize("fault", AS_SEEN)
def test_struck_at_any_request_the_next_run_ends_in_the_same_state(fault: str, ignores_parents: bool) -> None:
    start = MemoryTracker(AT_ONCE, ignores_parents=ignores_parents, failing_places={2})
    undisturbed = deepcopy(start)
    push(undisturbed, NINE)
    wanted = state(undisturbed)
    with untraced():
        for where, tracker in struck(start, lambda each: push(each, NINE), fault):
            push(tracker, NINE)
            assert state(tracker) == wanted, where
            assert not planned(tracker, NINE).writes, where
