"""A task that goes from one map to another keeps its ticket: same number, new key, new parent, in the other ledger."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.documents.work import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import UnwrittenMap
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Capabilities, CloseReason, EdgeKind, Standing, State
from tests.fakes.memory import MemoryTracker, Request
from tests.faults import AS_SEEN
from tests.sampling import sampling
from tests.sync.build import POLICY, plan, task, under_another_id
from tests.sync.drive import by_key, key_of, requests_of, several, struck
from tests.sync.test_crash import kind_of

SAYS = {
    "Store": {"purpose": "Keeps tokens until they expire and forgets them then.", "where": "- `auth/store.py`"},
    "Sender": {"purpose": "Sends a mail when a second factor was removed.", "where": "- `mail/sender.py`"},
    "Report": {"purpose": "Prints the sums of a month for the accountants.", "where": "- `billing/report.py`"},
    "Router": {"purpose": "Turns raw deliveries into events that consumers understand.", "where": "- `in/router.py`"},
    "Cache": {"purpose": "Counts failed logins by address and locks after ten.", "where": "- `auth/cache.py`"},
}
FREE = replace(POLICY, allowed=frozenset({"closes", "retitles"}))


def some_map(map_id: str, *names: str, **blocked_by: tuple[str, ...]) -> TaskPlan:
    tasks = (task(name, sections=SAYS[name], blocked_by=blocked_by.get(name, ())) for name in names)
    return under_another_id(plan(*tasks), map_id)


def named(map_id: str, *specs: TaskSpec) -> TaskPlan:
    return under_another_id(plan(*specs), map_id)


def push(tracker: MemoryTracker, *plans: TaskPlan, policy: SyncPolicy = FREE, **beside: object) -> ChangeSet:
    shown = several(tracker, *plans, policy=policy, **beside)  # type: ignore[arg-type]
    list(apply(shown, tracker, policy))
    return shown


def pushed(*plans: TaskPlan, abilities: Capabilities | None = None, edges_listed: bool = True) -> MemoryTracker:
    tracker = MemoryTracker(abilities or Capabilities(), edges_listed=edges_listed)
    push(tracker, *plans)
    return tracker


def numbers(tracker: MemoryTracker) -> dict[str, str]:
    return {key_of(ticket): number for number, ticket in tracker.tickets.items()}


def ledger_of(tracker: MemoryTracker, map_id: str) -> Ledger:
    block = read_block(tracker.tickets[numbers(tracker)[f"{map_id}/tracking/map"]].body)
    assert isinstance(block, Block)
    assert block.marker.ledger is not None
    return block.marker.ledger


def key(map_id: str, name: str) -> str:
    return f"{map_id}/component/{name}"


ALPHA, BETA = some_map("alpha", "Store", "Sender"), some_map("beta", "Report")
MOVED = some_map("alpha", "Store"), some_map("beta", "Report", "Sender")
ABILITIES = {
    "everything": Capabilities(),
    "parents not listed": Capabilities(parents_listed=False, close_reasons=False),
    "parent at creation": Capabilities(parent_at_creation=True, native_priority=True, close_reasons=False),
    "no links": Capabilities(children=0, blocking_links=False, native_blocking=False),
}


@pytest.mark.parametrize("abilities", ABILITIES)
def test_a_component_that_moves_keeps_its_number_and_gets_the_other_parent(abilities: str) -> None:
    tracker = pushed(ALPHA, BETA, abilities=ABILITIES[abilities])
    before = numbers(tracker)
    shown = push(tracker, *MOVED)
    after = numbers(tracker)
    assert after[key("beta", "Sender")] == before[key("alpha", "Sender")]
    assert len(tracker.tickets) == len(before)
    (update,) = [c for c in shown.changes if c.key == key("beta", "Sender") and c.action is Action.UPDATE]
    assert "alpha" in update.reason
    assert not [c for c in shown.changes if c.action in (Action.CREATE, Action.CLOSE)]
    sender = tracker.tickets[after[key("beta", "Sender")]]
    assert sender.state is State.OPEN
    if tracker.capabilities.children != 0:
        assert sender.parent == after["beta/tracking/map"]
        assert ledger_of(tracker, "beta").children == {key("beta", "Report"), key("beta", "Sender")}
    assert ledger_of(tracker, "alpha").tickets.keys() == {key("alpha", "Store")}
    assert ledger_of(tracker, "beta").tickets.keys() == {key("beta", "Report"), key("beta", "Sender")}
    assert not several(tracker, *MOVED, policy=FREE).writes


def test_edges_between_tasks_that_move_together_stay_and_others_go() -> None:
    alpha = some_map("alpha", "Store", "Sender", "Router", Sender=("Store",), Router=("Sender",))
    tracker = pushed(alpha, BETA, edges_listed=False)
    before = numbers(tracker)
    shown = push(tracker, some_map("alpha", "Router"), some_map("beta", "Report", "Store", "Sender", Sender=("Store",)))
    store, sender, router = (before[key("alpha", name)] for name in ("Store", "Sender", "Router"))
    assert tracker.tickets[sender].blocked_by == {store}
    assert tracker.tickets[router].blocked_by == frozenset()
    blocking = [(c.action, c.key, c.target) for c in shown.changes if c.edge is EdgeKind.BLOCKED_BY]
    assert blocking == [(Action.UNLINK, key("alpha", "Router"), key("alpha", "Sender"))]
    assert ledger_of(tracker, "beta").edges == {(key("beta", "Sender"), key("beta", "Store"))}
    assert ledger_of(tracker, "alpha").edges == frozenset()


def test_a_link_that_a_human_removed_stays_removed_when_both_ends_move() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender", Sender=("Store",)), BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.edit(sender, blocked_by=frozenset())
    push(tracker, some_map("alpha"), some_map("beta", "Report", "Store", "Sender", Sender=("Store",)))
    assert tracker.tickets[sender].blocked_by == frozenset()


def test_a_component_that_moves_and_changes_its_name_keeps_its_number() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    mailer = task("Mailer", sections=SAYS["Sender"])
    push(tracker, some_map("alpha", "Store"), named("beta", task("Report", sections=SAYS["Report"]), mailer))
    assert numbers(tracker)[key("beta", "Mailer")] == before[key("alpha", "Sender")]
    assert len(tracker.tickets) == len(before)


def test_a_component_that_moves_and_is_worded_differently_keeps_its_number() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    sender = task("Sender", sections={"purpose": "Informs people by letter."})
    push(tracker, some_map("alpha", "Store"), named("beta", task("Report", sections=SAYS["Report"]), sender))
    assert numbers(tracker)[key("beta", "Sender")] == before[key("alpha", "Sender")]


def test_a_name_that_stays_in_both_maps_moves_nothing() -> None:
    tracker = pushed(ALPHA, BETA)
    push(tracker, ALPHA, some_map("beta", "Report", "Sender"))
    assert len(tracker.tickets) == 6
    assert {key("alpha", "Sender"), key("beta", "Sender")} <= numbers(tracker).keys()


def test_a_clear_rename_within_a_map_is_no_move_of_the_name_that_another_map_takes() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    renamed = task("Mailer", sections=SAYS["Sender"])
    other = task("Sender", sections={"purpose": "Adds up what nobody reads.", "where": "- `x/y.py`"})
    maps = (
        named("alpha", task("Store", sections=SAYS["Store"]), renamed),
        named("beta", task("Report", sections=SAYS["Report"]), other),
    )
    push(tracker, *maps)
    assert numbers(tracker)[key("alpha", "Mailer")] == before[key("alpha", "Sender")]
    assert numbers(tracker)[key("beta", "Sender")] not in before.values()
    assert not several(tracker, *maps, policy=FREE).writes


def test_tests_of_the_same_level_are_not_the_same_task() -> None:
    said = {"Store": "Logs in with a token that has expired.", "Report": "Prints a month that has no sums at all."}
    units = [
        task("unit", title=f"Test {name}", sections={"purpose": text}, kind=Kind.TEST) for name, text in said.items()
    ]
    tracker = pushed(named("alpha", task("Store", sections=SAYS["Store"]), units[0]), BETA)
    push(tracker, some_map("alpha", "Store"), named("beta", task("Report", sections=SAYS["Report"]), units[1]))
    there = numbers(tracker)
    assert there["beta/test/unit"] != there["alpha/test/unit"]
    assert tracker.tickets[there["alpha/test/unit"]].state is State.CLOSED


def test_the_author_names_a_move_that_no_likeness_shows() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    ledger = replace(task("Ledger", sections=SAYS["Cache"]), was=(key("alpha", "Sender"),))
    push(tracker, some_map("alpha", "Store"), named("beta", task("Report", sections=SAYS["Report"]), ledger))
    assert numbers(tracker)[key("beta", "Ledger")] == before[key("alpha", "Sender")]


def test_a_move_that_the_author_names_waits_for_the_other_map_to_let_go() -> None:
    tracker = pushed(ALPHA, BETA)
    ledger = replace(task("Ledger", sections=SAYS["Cache"]), was=(key("alpha", "Sender"),))
    shown = push(tracker, ALPHA, named("beta", task("Report", sections=SAYS["Report"]), ledger))
    assert [c.action for c in shown.changes if c.key == key("beta", "Ledger")] == [Action.SKIP]
    assert len(tracker.tickets) == 5


def test_a_map_that_is_split_in_two_keeps_all_numbers() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender", "Report", "Router"))
    before = numbers(tracker)
    halves = some_map("left", "Store", "Sender"), some_map("right", "Report", "Router")
    push(tracker, *halves)
    after = numbers(tracker)
    for half in halves:
        for spec in half.tasks:
            assert after[spec.key] == before[f"alpha/{spec.key.partition('/')[2]}"]
    assert len(tracker.tickets) == len(before) + 1, "one more tracking ticket"
    assert not several(tracker, *halves, policy=FREE).writes


def test_two_maps_that_become_one_keep_all_numbers_and_the_emptied_one_closes() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    one = some_map("alpha", "Store", "Sender", "Report")
    push(tracker, one)
    after = numbers(tracker)
    assert after[key("alpha", "Report")] == before[key("beta", "Report")]
    assert len(after) == len(before)
    assert tracker.tickets[before["beta/tracking/map"]].state is State.CLOSED
    assert not several(tracker, one, policy=FREE).writes


def test_a_map_that_is_superseded_by_another_one_hands_its_tickets_over() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    push(tracker, some_map("alpha", "Store", "Sender", "Report"), retired=["beta"])
    assert numbers(tracker)[key("alpha", "Report")] == before[key("beta", "Report")]
    assert tracker.tickets[before[key("beta", "Report")]].state is State.OPEN
    assert tracker.tickets[before["beta/tracking/map"]].state is State.CLOSED


def test_two_maps_exchange_components() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    maps = some_map("alpha", "Store", "Report"), some_map("beta", "Sender")
    push(tracker, *maps)
    assert numbers(tracker)[key("alpha", "Report")] == before[key("beta", "Report")]
    assert numbers(tracker)[key("beta", "Sender")] == before[key("alpha", "Sender")]
    assert ledger_of(tracker, "alpha").tickets.keys() == {key("alpha", "Store"), key("alpha", "Report")}
    assert not several(tracker, *maps, policy=FREE).writes


def test_two_maps_that_get_another_id_while_they_exchange_components_let_go_in_the_same_push() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender", "Router"), some_map("beta", "Report", "Cache"))
    before = numbers(tracker)
    maps = some_map("left", "Sender", "Router", "Report"), some_map("right", "Store", "Cache")
    push(tracker, *maps)
    after = numbers(tracker)
    assert {name.rpartition("/")[2]: n for name, n in after.items() if "component" in name} == {
        name.rpartition("/")[2]: n for name, n in before.items() if "component" in name
    }
    assert not several(tracker, *maps, policy=FREE).writes


def test_a_ticket_that_moves_on_leaves_the_last_map_though_the_first_one_still_lists_it() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender"), BETA)
    before = numbers(tracker)
    # Without its file nobody writes the ledger of alpha, which has a ticket left.
    push(tracker, some_map("beta", "Report", "Sender"))
    push(tracker, BETA, some_map("gamma", "Router", "Sender"))
    after = numbers(tracker)
    assert after[key("gamma", "Sender")] == before[key("alpha", "Sender")]
    assert tracker.tickets[after[key("gamma", "Sender")]].parent == after["gamma/tracking/map"]
    assert not several(tracker, BETA, some_map("gamma", "Router", "Sender"), policy=FREE).writes


def test_a_ticket_that_comes_back_to_a_map_which_never_let_go_of_it_gets_its_parent_back() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    named = replace(task("Sender", sections=SAYS["Sender"]), was=(key("alpha", "Sender"),))
    beta = under_another_id(plan(task("Report", sections=SAYS["Report"]), named), "beta")
    push(tracker, beta, unwritten=[UnwrittenMap(MOVED[0], "docs/alpha.md", "not read")])
    push(tracker, ALPHA, BETA)
    there = numbers(tracker)
    assert there[key("alpha", "Sender")] == sender
    assert tracker.tickets[sender].parent == there["alpha/tracking/map"]
    assert not several(tracker, ALPHA, BETA, policy=FREE).writes


WHY = "this run does not write docs/beta.md: push both maps together"


def test_where_only_the_map_that_it_leaves_is_read_the_ticket_is_held() -> None:
    tracker = pushed(ALPHA, BETA)
    shown = push(tracker, MOVED[0], unwritten=[UnwrittenMap(MOVED[1], "docs/beta.md", WHY)])
    (held,) = [c for c in shown.changes if c.key == key("alpha", "Sender")]
    assert held.action is Action.SKIP
    assert WHY in held.reason
    assert "<!-- was: alpha/component/Sender -->" in held.reason
    assert tracker.tickets[held.ticket].state is State.OPEN
    before = numbers(tracker)
    push(tracker, *MOVED)
    assert numbers(tracker)[key("beta", "Sender")] == before[key("alpha", "Sender")]


def test_where_only_the_map_that_it_comes_to_is_read_the_task_is_held() -> None:
    tracker = pushed(ALPHA, BETA)
    shown = push(tracker, MOVED[1], unwritten=[UnwrittenMap(MOVED[0], "docs/alpha.md", "it is not approved")])
    (held,) = [c for c in shown.changes if c.key == key("beta", "Sender")]
    assert (held.action, "it is not approved" in held.reason) == (Action.SKIP, True)
    assert len(tracker.tickets) == 5


def test_by_the_authors_word_a_ticket_leaves_a_map_that_is_not_written_and_that_map_lets_go_later() -> None:
    tracker = pushed(ALPHA, BETA)
    before = numbers(tracker)
    sender = replace(task("Sender", sections=SAYS["Sender"]), was=(key("alpha", "Sender"),))
    beta = named("beta", task("Report", sections=SAYS["Report"]), sender)
    push(tracker, beta, unwritten=[UnwrittenMap(MOVED[0], "docs/alpha.md", "not read")])
    assert numbers(tracker)[key("beta", "Sender")] == before[key("alpha", "Sender")]
    push(tracker, MOVED[0], unwritten=[UnwrittenMap(beta, "docs/beta.md", "not read")])
    assert ledger_of(tracker, "alpha").tickets.keys() == {key("alpha", "Store")}
    assert ledger_of(tracker, "alpha").gone == frozenset()
    assert not several(tracker, MOVED[0], beta, policy=FREE).writes


def test_a_task_that_its_author_calls_its_own_is_made_and_the_other_ticket_let_go() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = replace(task("Sender", sections=SAYS["Sender"]), was=(f"{plan().map_id}/component/Sender",))
    own = under_another_id(plan(task("Report", sections=SAYS["Report"]), sender), "beta")
    own = replace(own, tasks=tuple(replace(t, was=(t.key,)) if t.was else t for t in own.tasks))
    push(tracker, some_map("alpha", "Store"), own)
    assert tracker.tickets[numbers(tracker)[key("alpha", "Sender")]].state is State.CLOSED
    assert len(tracker.tickets) == 6


def test_a_ticket_that_arrives_and_is_another_task_there_is_still_known_to_have_arrived() -> None:
    """Its former tracking ticket is not the one of the map that it comes to, under whatever key."""
    tracker = pushed(some_map("alpha", "Store", "Sender", "Router"))
    before = numbers(tracker)
    for gone in ("alpha/tracking/map", key("alpha", "Sender"), key("alpha", "Router")):
        del tracker.tickets[before[gone]]
    reworded = task("Store", sections=SAYS["Cache"])
    renamed = task("Report", sections=SAYS["Store"])
    now = named(
        "beta", reworded, renamed, task("Sender", sections=SAYS["Sender"]), task("Jobs", sections=SAYS["Router"])
    )
    shown = push(tracker, now)
    assert [each.refusals for each in shown.maps] == [()]
    assert numbers(tracker)[key("beta", "Report")] == before[key("alpha", "Store")]
    assert push(tracker, now).writes == ()


@pytest.mark.parametrize("again", ["beta", "gamma"])
def test_a_map_whose_only_ticket_came_from_another_map_is_not_made_again_when_its_tracking_ticket_is_deleted(
    again: str,
) -> None:
    """The map that the ticket left is not written and lists it still; the ticket names its new tracking ticket."""
    tracker = pushed(some_map("alpha", "Store", "Sender", "Router", "Report"))
    push(tracker, named("beta", task("Store", sections=SAYS["Store"])))
    moved = numbers(tracker)
    assert moved[key("beta", "Store")] == "2"
    del tracker.tickets[moved["beta/tracking/map"]]
    shown = push(tracker, named(again, task("Store", sections=SAYS["Store"])))
    assert [bool(each.refusals) for each in shown.maps] == [True]
    assert f"{again}/tracking/map" not in numbers(tracker)


def test_a_map_that_a_guard_refuses_neither_gives_nor_takes() -> None:
    tracker = pushed(ALPHA, BETA)
    late = replace(FREE, limits=replace(FREE.limits, max_creates=0))
    grown = some_map("beta", "Report", "Sender", "Router")
    shown = push(tracker, MOVED[0], grown, policy=late)
    assert shown.maps[1].refusals
    (held,) = [c for c in shown.maps[0].changes if c.key == key("alpha", "Sender")]
    assert held.action is Action.SKIP
    assert tracker.tickets[held.ticket].state is State.OPEN
    before = numbers(tracker)
    push(tracker, MOVED[0], grown)
    assert numbers(tracker)[key("beta", "Sender")] == before[key("alpha", "Sender")]


def test_two_tasks_that_may_be_one_ticket_are_held() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender"), BETA, some_map("gamma", "Router"))
    shown = push(
        tracker, some_map("alpha", "Store"), some_map("beta", "Report", "Sender"), some_map("gamma", "Router", "Sender")
    )
    held = {c.key for c in shown.changes if c.action is Action.SKIP and "was:" in c.reason}
    assert held == {key("alpha", "Sender"), key("beta", "Sender"), key("gamma", "Sender")}
    assert len(tracker.tickets) == 7


def test_what_people_did_to_a_ticket_goes_with_it() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.edit(sender, body=f"{tracker.tickets[sender].body}\nOur notes", assignees=frozenset({"ada"}))
    tracker.edit(sender, title="Post everything")
    push(tracker, *MOVED)
    assert "Our notes" in tracker.tickets[sender].body
    assert (tracker.tickets[sender].title, tracker.tickets[sender].assignees) == ("Post everything", {"ada"})
    assert numbers(tracker)[key("beta", "Sender")] == sender


def test_a_ticket_that_a_human_closed_moves_closed_and_only_its_key_is_written() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.edit(sender, state=State.CLOSED, reason=CloseReason.COMPLETED)
    shown = push(tracker, *MOVED)
    assert [c.fields for c in shown.changes if c.ticket == sender and c.edge is None] == [("key",)]
    assert (tracker.tickets[sender].state, numbers(tracker)[key("beta", "Sender")]) == (State.CLOSED, sender)
    assert not several(tracker, *MOVED, policy=FREE).writes


def test_a_deleted_ticket_is_not_made_again_in_the_other_map_but_on_purpose() -> None:
    tracker = pushed(ALPHA, BETA)
    del tracker.tickets[numbers(tracker)[key("alpha", "Sender")]]
    shown = push(tracker, *MOVED)
    assert [c.action for c in shown.changes if c.key == key("beta", "Sender")] == [Action.SKIP]
    assert ledger_of(tracker, "beta").gone == {key("beta", "Sender")}
    assert ledger_of(tracker, "alpha").gone == frozenset()
    assert not several(tracker, *MOVED, policy=FREE).writes
    push(tracker, *MOVED, policy=replace(FREE, recreate=frozenset({key("beta", "Sender")})))
    assert key("beta", "Sender") in numbers(tracker)


def test_a_released_ticket_is_not_made_again_in_the_other_map() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.edit(sender, body="my own words")
    shown = push(tracker, *MOVED)
    (skip,) = [c for c in shown.changes if c.key == key("beta", "Sender")]
    assert (skip.action, f"ticket {sender}" in skip.reason) == (Action.SKIP, True)
    assert not several(tracker, *MOVED, policy=FREE).writes
    assert len(tracker.tickets) == 5


def test_a_copy_of_a_ticket_stays_a_copy_when_the_ticket_moves() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.tickets["9"] = replace(
        tracker.tickets[sender], number="9", author="ada", standing=Standing.MEMBER, parent=None
    )
    push(tracker, *MOVED)
    assert (key_of(tracker.tickets[sender]), tracker.tickets["9"].state) == (key("beta", "Sender"), State.OPEN)
    assert len(tracker.tickets) == 6
    assert not several(tracker, *MOVED, policy=FREE).writes


def test_a_ticket_without_the_managed_label_moves_too() -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    tracker.edit(sender, labels=frozenset())
    push(tracker, some_map("beta", "Report", "Sender"))
    assert numbers(tracker)[key("beta", "Sender")] == sender
    assert len(tracker.tickets) == 5


SCENES = {
    "one moves": (ALPHA, BETA, MOVED),
    "edges move": (
        some_map("alpha", "Store", "Sender", "Router", Sender=("Store",), Router=("Sender",)),
        BETA,
        (some_map("alpha", "Router"), some_map("beta", "Report", "Store", "Sender", Sender=("Store",))),
    ),
    "exchange": (ALPHA, BETA, (some_map("alpha", "Store", "Report"), some_map("beta", "Sender"))),
    "merge": (ALPHA, BETA, (some_map("alpha", "Store", "Sender", "Report"),)),
    "split": (
        some_map("alpha", "Store", "Sender"),
        BETA,
        (some_map("alpha", "Store"), some_map("gamma", "Sender"), BETA),
    ),
    "split, and another id": (
        some_map("alpha", "Store", "Sender", Sender=("Store",)),
        BETA,
        (some_map("alpha2", "Store"), some_map("gamma", "Sender"), BETA),
    ),
    "an edge turns round on its way": (
        some_map("alpha", "Store", "Sender", Sender=("Store",)),
        BETA,
        (some_map("beta", "Report", "Sender", "Store", Store=("Sender",)),),
    ),
    "an edge turns round on its way to a new map": (
        some_map("alpha", "Store", "Sender", "Router", Sender=("Store",)),
        BETA,
        (some_map("alpha", "Router"), some_map("gamma", "Sender", "Store", Store=("Sender",)), BETA),
    ),
}


def pushed_twice(scene: str, fault: str) -> Iterator[tuple[str, MemoryTracker, MemoryTracker]]:
    alpha, beta, after = SCENES[scene]
    start = pushed(alpha, beta, edges_listed=False)
    # Another token wrote these tickets: only a ledger vouches for them.
    for number in start.tickets:
        if number not in (numbers(start)["alpha/tracking/map"], numbers(start)["beta/tracking/map"]):
            start.edit(number, author="bot", standing=Standing.STRANGER)
    undisturbed = deepcopy(start)
    push(undisturbed, *after)
    requests = requests_of(start, lambda tracker: push(tracker, *after))
    places = sampling.spread(f"requests {fault}", requests, 5, kind=kind_of, where=scene)
    for where, tracker in struck(start, lambda tracker: push(tracker, *after), fault, places):
        push(tracker, *after)
        yield where, tracker, undisturbed


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("scene", SCENES)
def test_killed_at_any_request_the_next_run_ends_in_the_same_state(scene: str, fault: str) -> None:
    for where, tracker, undisturbed in pushed_twice(scene, fault):
        assert len(tracker.tickets) == len(undisturbed.tickets), f"{where}: duplicates or losses"
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where
        assert not several(tracker, *SCENES[scene][2], policy=FREE).writes, f"{where}: a third run would write again"


def test_a_former_name_that_another_task_has_keeps_no_ticket_from_moving() -> None:
    tracker = pushed(some_map("alpha", "Store"), some_map("beta", "Report", "Sender"))
    before = numbers(tracker)
    store, poster = task("Store", sections=SAYS["Store"]), task("Poster", sections=SAYS["Sender"])
    both = named("alpha", store, replace(poster, was=(key("alpha", "Store"),)))
    push(tracker, both, some_map("beta", "Report"))
    after = numbers(tracker)
    assert after[key("alpha", "Store")] == before[key("alpha", "Store")]
    assert after[key("alpha", "Poster")] == before[key("beta", "Sender")]


ON_THE_WAY = some_map("alpha", "Store"), some_map("beta", "Report", "Sender"), some_map("gamma", "Router")
THERE = some_map("alpha", "Store"), some_map("beta", "Report"), some_map("gamma", "Router", "Sender")


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("abilities", ABILITIES)
def test_struck_at_any_request_a_ticket_that_moves_on_ends_as_one_that_moved_straight(
    abilities: str, fault: str
) -> None:
    first = some_map("alpha", "Store", "Sender", Sender=("Store",)), some_map("beta", "Report"), ON_THE_WAY[2]
    start = pushed(*first, abilities=ABILITIES[abilities])
    straight = deepcopy(start)
    push(straight, *THERE)
    for where, tracker in struck(start, lambda each: push(each, *ON_THE_WAY), fault):
        push(tracker, *THERE)
        assert by_key(tracker.tickets.values()) == by_key(straight.tickets.values()), where
        assert not several(tracker, *THERE, policy=FREE).writes, f"{where}: a third run would write again"


@pytest.mark.parametrize("touched", [False, True], ids=["closed", "left open"])
def test_a_ticket_that_was_let_go_is_named_when_its_task_comes_to_another_map_later(touched: bool) -> None:
    tracker = pushed(ALPHA, BETA)
    sender = numbers(tracker)[key("alpha", "Sender")]
    if touched:
        tracker.edit(sender, assignees=frozenset({"ada"}))
    push(tracker, MOVED[0], BETA)
    shown = several(tracker, *MOVED, policy=FREE)
    (arrival,) = [c for c in shown.changes if c.key == key("beta", "Sender") and c.edge is None]
    if touched:
        assert (arrival.action, arrival.ticket) == (Action.UPDATE, sender)
        return
    assert arrival.action is Action.CREATE
    assert f"ticket {sender}" in arrival.reason
    line = re.search(r"<!-- was: (\S+) -->", arrival.reason)
    assert line
    named_by_hand = replace(task("Sender", sections=SAYS["Sender"]), was=(line[1],))
    beta = named("beta", task("Report", sections=SAYS["Report"]), named_by_hand)
    push(tracker, MOVED[0], beta)
    assert numbers(tracker)[key("beta", "Sender")] == sender
    assert tracker.tickets[sender].state is State.OPEN
    assert not several(tracker, MOVED[0], beta, policy=FREE).writes


REFUSED_VERBS: dict[str, Callable[[str], Callable[[Request], bool]]] = {
    "text": lambda sender: lambda request: (request.verb, request.subject) == ("update", sender),
    "links": lambda sender: lambda request: request.verb in ("link", "unlink") and request.subject == sender,
    "everything": lambda sender: lambda request: request.writes and request.subject == sender,
}


@pytest.mark.parametrize("abilities", ["everything", "parents not listed"])
@pytest.mark.parametrize("what", REFUSED_VERBS)
def test_a_locked_ticket_that_moves_fails_alone_and_moves_once_it_is_open(what: str, abilities: str) -> None:
    alpha = some_map("alpha", "Store", "Sender", Sender=("Store",))
    tracker = pushed(alpha, BETA, abilities=ABILITIES[abilities], edges_listed=False)
    before = numbers(tracker)
    sender = before[key("alpha", "Sender")]
    after = some_map("alpha", "Store"), some_map("beta", "Report", "Sender", "Router", Router=("Sender",))
    clean = deepcopy(tracker)
    push(clean, *after)
    for _ in range(2):
        tracker.refuses = REFUSED_VERBS[what](sender)
        shown = several(tracker, *after, policy=FREE)
        outcomes = list(apply(shown, tracker, FREE))
        assert Status.FAILED in {each.status for each in outcomes}
        assert key("beta", "Router") in numbers(tracker), "the others are written"
        assert len(tracker.tickets) == len(before) + 1, "never made again"
        assert tracker.tickets[sender].state is State.OPEN
    tracker.refuses = lambda _: False
    push(tracker, *after)
    assert by_key(tracker.tickets.values()) == by_key(clean.tickets.values())
    assert numbers(tracker)[key("beta", "Sender")] == sender
    assert not several(tracker, *after, policy=FREE).writes
