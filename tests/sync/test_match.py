"""Which tickets belong to which map, when paths and numbers are used again."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, SERVICE, STORE, TESTS, THREE, TRACKING, plan, task, under_another_id
from tests.sync.drive import push


def test_the_path_of_a_map_that_the_next_feature_uses_again_takes_no_ticket_from_it(tracker: MemoryTracker) -> None:
    """Same file, same place, another feature: its tickets are new, and those of the first map stay as they are."""
    before = dict(tracker.tickets)
    works = (task("Invoice", sections={"purpose": "Bills."}), task("Sum", sections={"purpose": "Adds."}))
    billing = under_another_id(plan(*works), "billing")
    push(tracker, billing)
    assert {number: tracker.tickets[number] for number in before} == before
    assert len(tracker.tickets) == len(before) + 3


def test_an_old_ticket_is_not_taken_for_that_of_a_new_map_whose_tracking_ticket_has_a_number_again(
    tracker: MemoryTracker,
) -> None:
    """A folder gives the number of a deleted file again."""
    del tracker.tickets["1"]
    push(tracker, THREE, replace(POLICY, recreate=frozenset({TRACKING})))
    push(tracker, plan(replace(STORE, title="Create TokenStore"), SERVICE, TESTS))
    assert '"tracking":"5"' in tracker.tickets["2"].body
    del tracker.tickets["5"]
    tracker.created = 4
    orders = under_another_id(plan(task("Cart", sections={"purpose": "Holds goods."})), "orders")
    push(tracker, orders)
    assert tracker.tickets["5"].title == "Implement Login"
    push(tracker, under_another_id(plan(task("Cart", sections={"purpose": "Holds other goods."})), "orders"))
    assert {number for number, ticket in tracker.tickets.items() if ticket.state is State.OPEN} == {*"23456"}
