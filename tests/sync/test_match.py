"""Which map is which under another id: what its components are decides, not what every map has."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Origin, overlap
from techmap_sync.sync.tickets import Departed, Holdings
from techmap_sync.sync.tracker import Standing, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import (
    POLICY,
    SERVICE,
    STORE,
    TESTS,
    THREE,
    TRACKING,
    held,
    holdings_of,
    key,
    marked,
    origin,
    plan,
    task,
    under_another_id,
)
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


def alike_and_not(alike: int, other: int, does: str = "keeps what it was given") -> TaskPlan:
    """A map without components, of which some tasks say the same whatever it does."""
    same = (task(f"s{n}", kind=Kind.TEST, sections={"items": "- [ ] the sum is right"}) for n in range(alike))
    return plan(*same, *(task(f"o{n}", kind=Kind.TEST, sections={"items": f"- [ ] {does}"}) for n in range(other)))


def group_of(*words: str) -> TaskPlan:
    """A map of one group of tests."""
    return plan(task("unit", kind=Kind.TEST, sections={"items": " ".join(words)}))


def with_integration(does: str) -> TaskPlan:
    """A map whose only component has a name that no author chose, and says the same whatever the map does."""
    return plan(*map_of("integration", groups=()).tasks, *map_of(does=does).tasks)


def in_file(name: str, where: str, purpose: str) -> TaskSpec:
    return task(name, sections={"purpose": purpose, "where": where})


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
        (map_of("A"), map_of(), 3),
        (map_of("A", "B"), map_of("A", "B", does=OTHER), 5),  # two names are no chance
        (map_of("A", "B"), map_of(*"ABCDE"), 5),  # the one that has fewer counts
        (map_of("integration"), map_of("integration", does=OTHER), 0),  # a name that no author chose
        (map_of(groups=(*LEVELS, "e2e")), map_of(groups=LEVELS[:2]), 2),
        (map_of(groups=LEVELS[:2]), map_of(groups=(*LEVELS, "e2e")), 2),
        (alike_and_not(1, 1), alike_and_not(1, 1, does=OTHER), 0),  # half of what every map has
        (alike_and_not(2, 1), alike_and_not(2, 1, does=OTHER), 3),  # most of it
        (plan(*alike_and_not(1, 1).tasks, task("e2e", kind=Kind.TEST)), alike_and_not(1, 1, does=OTHER), 0),
        (plan(in_file("A", "a.py", "Keeps what it was given.")), plan(in_file("A", "a.py", OTHER)), 1),
        (plan(in_file("A", "a.py", "Keeps what it was given.")), plan(in_file("A", "b.py", OTHER)), 0),
        (group_of(*"abcdefghij"), group_of(*"abcdefwxyz"), 1),  # six of ten words are as few as will do
        (group_of(*"abcdefghij"), group_of(*"abcdevwxyz"), 0),
        (with_integration("the sum is right"), with_integration("a mail is sent once"), 0),
        (plan(task("A")), plan(), 0),
        (plan(), plan(task("A")), 0),
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


def foreign(name: str, number: str = "9") -> Held:
    """A ticket by another account that no ledger lists."""
    return held(task(name), number, standing=Standing.MEMBER)


def unit_of(*names: str, own: str = "") -> TaskPlan:
    """A unit of specs; what is named by its document has a capital letter."""
    named = (replace(task(name), named_by_map=name.isupper()) for name in names)
    return replace(plan(*named), leaves=(("1", "Build it"),))


def listing(*names: str, gone: str = "") -> Ledger:
    return Ledger(dict.fromkeys(map(key, names), "8"), gone=frozenset(map(key, gone)))


AB, NO_TRACKING = unit_of("a", "b"), (held(task("a")), foreign("b"))
SHARED: dict[str, tuple[TaskPlan, Holdings, int]] = {
    "half of the tasks": (unit_of("a"), holdings_of(listing("a", "b")), 1),
    "a third of the tasks": (unit_of("a"), holdings_of(listing("a", "b", "c")), 0),
    "a third of today's tasks": (unit_of("a", "b", "c"), holdings_of(listing("a")), 0),
    "a task that is worded differently": (unit_of("a"), holdings_of(Ledger(), held(task("a", sections={}))), 1),
    "what every unit has": (unit_of("S", "T", "a"), holdings_of(listing("S", "T", "a")), 1),
    "what every unit has besides": (unit_of("S", "T", "a"), holdings_of(listing("S", "T", "b")), 0),
    "what the document names, in a map": (replace(unit_of("S", "T"), leaves=()), holdings_of(listing("S", "T")), 2),
    "tickets of another account": (AB, holdings_of(Ledger(), foreign("a"), foreign("b")), 0),
    "our own tickets that are not listed": (AB, holdings_of(Ledger(), held(task("a")), held(task("b"))), 2),
    "tickets without a tracking ticket": (AB, Holdings(tickets={key("a"): foreign("a"), key("b"): foreign("b")}), 2),
    "our own alone": (AB, Holdings(tickets={each.marker.key: each for each in NO_TRACKING}), 1),
    "deleted tickets": (AB, holdings_of(listing("a", gone="b")), 2),
    "deleted tickets that no task asks for": (AB, holdings_of(listing("a", gone="bcdef")), 2),
    "a component whose ticket cannot be read": (plan(task("a")), holdings_of(listing("a")), 1),
    "tickets that another map has by now": (
        AB,
        holdings_of(listing("a", "b"), departed={key("b"): Departed("beta", "", "8")}),
        1,
    ),
}


@pytest.mark.parametrize("case", SHARED)
def test_what_two_maps_share_is_counted_by_what_is_known_of_their_tickets(case: str) -> None:
    now, before, shared = SHARED[case]
    assert overlap(now, before) == shared


def test_a_map_that_a_run_gave_its_new_id_in_part_is_known_by_any_of_its_tickets() -> None:
    tickets = {f"former/component/{name}": held(task(name)) for name in "ab"}
    begun = Holdings(tickets={**tickets, "former/component/c": marked(held(task("c")), map_id="former")})
    assert overlap(plan(task("c")), begun) == 1
    assert overlap(plan(task("d")), begun) == 0


def test_an_origin_names_the_commit_that_has_its_text() -> None:
    assert Origin("docs/login.md") == Origin("docs/login.md", "", "", "", "", "", is_committed=True)
    committed = origin("the text")
    assert (committed.commit_of_text, replace(committed, is_committed=False).commit_of_text) == ("c0ffee", "")
    assert [committed.has_text_of(Ledger(text=digest(text))) for text in ("the text", "another")] == [True, False]
    read_otherwise = replace(committed, text_digest="read")
    assert [read_otherwise.has_text_of(Ledger(text=text)) for text in ("read", digest("the text"))] == [True, True]
