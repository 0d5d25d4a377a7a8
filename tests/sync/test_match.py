"""Which map is which under another id: what its components are decides, not what every map has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.match import overlap
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, SERVICE, STORE, TESTS, THREE, TRACKING, held, plan, task, under_another_id
from tests.sync.drive import push


def test_maps_that_share_no_component_are_two_maps_however_alike_their_other_tasks_are() -> None:
    groups = [task(name, kind=Kind.TEST) for name in ("unit", "integration", "performance")]
    tickets = Holdings(tickets={spec.key: held(spec) for spec in (task("Store"), *groups)})
    assert overlap(plan(task("Store"), *groups), tickets) == 4
    assert overlap(plan(*groups), tickets) == 3
    assert not overlap(plan(task("Mailer"), *groups), tickets)


OTHER = "draws a map of every station along the coast"
LEVELS = ("unit", "integration", "performance")


def map_of(
    *components: str, groups: tuple[str, ...] = ("unit", "integration", "performance"), does: str = ""
) -> TaskPlan:
    """A map whose components all do the same kind of thing, with the test levels that any map has."""
    made = [task(name, sections={"purpose": f"{name} {does or 'keeps what it was given'}."}) for name in components]
    return plan(*made, *(task(name, kind=Kind.TEST, sections={"items": f"- [ ] {does} {name}"}) for name in groups))


def tickets_of(made: TaskPlan) -> Holdings:
    return Holdings(tickets={spec.key: held(spec) for spec in made.tasks})


@pytest.mark.parametrize(
    ("now", "before", "shared"),
    [
        (map_of("A", "B", "C"), map_of("A", "B", "C"), 6),
        (map_of("A", "B", "X"), map_of("A", "B", "C"), 5),  # two of three
        (map_of("A", "B", "C", "D"), map_of("A", "B", "C"), 6),  # it grew
        (map_of("A", "B"), map_of("A", "B", "C"), 5),  # it shrank
        (map_of("A"), map_of("A"), 4),
        (map_of("A", "X"), map_of("A", "B"), 4),  # one of two was renamed too
        (map_of("A", "X"), map_of("A", "B", does=OTHER), 0),
        (map_of("A", "X", "Y"), map_of("A", "B", "C"), 0),
        (map_of("A", "V", "W", "X", "Y"), map_of("A", groups=(*LEVELS, "e2e"), does=OTHER), 0),
        (map_of("A"), map_of("A", does=OTHER), 0),  # only the name
        (map_of(), map_of(), 3),
        (map_of(does="the sum is right"), map_of(does="a mail is sent once"), 0),  # only what every map has
        (map_of("A"), map_of(does="a mail is sent once"), 0),
    ],
)
def test_a_map_is_the_same_under_another_id_when_half_of_its_components_are(
    now: TaskPlan, before: TaskPlan, shared: int
) -> None:
    assert overlap(now, tickets_of(before)) == shared


def test_a_map_that_a_run_gave_its_new_id_in_part_is_that_map_whatever_changed_since() -> None:
    now, before = map_of("A", "X", "Y"), map_of("A", "B", "C", does=OTHER)
    listed = {f"former/{key.partition('/')[2]}": each for key, each in tickets_of(before).tickets.items()}
    assert overlap(now, Holdings(tickets=listed)) == len(
        {spec.key for spec in now.tasks} & tickets_of(before).tickets.keys()
    )
    foreign = {
        key: replace(each, block=replace(each.block, marker=replace(each.block.marker, map_id="former")))
        for key, each in listed.items()
    }
    assert not overlap(now, Holdings(tickets=foreign))


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
