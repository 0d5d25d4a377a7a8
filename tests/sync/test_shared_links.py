"""Links of several maps in one request: fewer requests, the same end, and no ledger before its links."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.changes import Link
from techmap_sync.sync.tracker import Capabilities
from tests.fakes.memory import MemoryTracker
from tests.faults import AS_SEEN
from tests.measure import untraced
from tests.sync.build import POLICY, plan, task, under_another_id
from tests.sync.drive import several, state, struck


def chain(name: str, tasks: int) -> TaskPlan:
    """Return a map in which each task but the first waits for the one before."""
    names = [f"{name.title()}{number}" for number in range(tasks)]
    specs = (task(part, blocked_by=tuple(names[max(0, n - 1) : n])) for n, part in enumerate(names))
    return under_another_id(plan(*specs), name)


def push(tracker: MemoryTracker, *maps: TaskPlan) -> None:
    list(apply(several(tracker, *maps), tracker, POLICY))


AT_ONCE = Capabilities(links_at_once=4)
SINGLY = Capabilities()
MAPS = (chain("alpha", 3), chain("beta", 2), chain("gamma", 4))
CHILDREN = sum(len(each.tasks) for each in MAPS)
EDGES = CHILDREN - len(MAPS)


def pushed(*maps: TaskPlan, capabilities: Capabilities = AT_ONCE) -> MemoryTracker:
    tracker = MemoryTracker(capabilities)
    push(tracker, *maps)
    return tracker


def verbs(tracker: MemoryTracker) -> list[str]:
    return [request.verb for request in tracker.requests if request.writes]


def test_links_of_all_maps_share_requests_and_the_end_is_that_of_single_ones() -> None:
    tracker = pushed(*MAPS)
    requests = [verb for verb in verbs(tracker) if verb.startswith("link")]
    assert len(requests) == -(-CHILDREN // 4) + -(-EDGES // 4)
    assert requests.count("link") == 1, "the ninth child is alone"
    assert state(tracker) == state(pushed(*MAPS, capabilities=SINGLY))
    assert not several(tracker, *MAPS).writes


def test_a_ledger_is_written_after_the_links_of_its_map_and_in_the_order_of_the_maps() -> None:
    tracker = pushed(*MAPS)
    names = [(request.verb, request.subject) for request in tracker.requests if request.writes]
    assert [subject for verb, subject in names if verb == "update"] == ["1", "2", "3"]
    last_links = max(place for place, (verb, _) in enumerate(names) if verb == "link_many")
    assert names.index(("update", "3")) > last_links


def test_a_map_without_links_waits_for_no_other() -> None:
    """Otherwise one small map would keep the ledgers of all later ones waiting."""
    lone = [chain(name, 1) for name in ("lone", "solo", "only")]
    tracker = MemoryTracker(Capabilities(links_at_once=10, parent_at_creation=True))
    push(tracker, MAPS[0], *lone)
    made = [(request.verb, request.subject) for request in tracker.requests if request.writes]
    assert made[4:] == [
        *(("create", f"Create Alpha{number}") for number in range(3)),
        ("create", "Create Lone0"),
        ("link_many", "6"),
        ("update", "1"),
        ("update", "2"),
        ("create", "Create Solo0"),
        ("update", "3"),
        ("create", "Create Only0"),
        ("update", "4"),
    ]


def test_two_links_are_enough_for_one_request() -> None:
    pair = chain("alpha", 2)
    assert verbs(pushed(pair, capabilities=Capabilities(links_at_once=2))) == [
        *("create", "create", "create"),
        *("link_many", "link", "update"),
    ]


def test_links_that_wait_are_added_one_by_one_once_the_tracker_takes_no_more_at_once() -> None:
    """A server shows only at the first such request that it does not know it."""
    tracker = MemoryTracker(AT_ONCE)
    for outcome in apply(several(tracker, *MAPS), tracker, POLICY):
        if isinstance(outcome.change, Link):
            tracker.capabilities = SINGLY
    assert [verb for verb in verbs(tracker) if verb.startswith("link")] == [
        "link_many",
        *["link"] * (CHILDREN + EDGES - 4),
    ]
    assert state(tracker) == state(pushed(*MAPS, capabilities=SINGLY))


def test_a_link_that_no_task_asks_for_any_more_is_removed_at_once() -> None:
    tracker, (first, second) = pushed(chain("alpha", 2)), chain("alpha", 2).tasks
    tracker.requests.clear()
    push(tracker, replace(chain("alpha", 2), tasks=(first, replace(second, blocked_by=()))))
    assert verbs(tracker) == ["unlink", "update"]
    assert tracker.tickets["3"].blocked_by == frozenset()


@pytest.mark.parametrize("fault", AS_SEEN)
def test_struck_at_any_request_the_next_run_ends_in_the_same_state(fault: str) -> None:
    start = MemoryTracker(AT_ONCE, failing_places={2})
    undisturbed = deepcopy(start)
    push(undisturbed, *MAPS)
    wanted = state(undisturbed)
    with untraced():
        for where, tracker in struck(start, lambda each: push(each, *MAPS), fault):
            push(tracker, *MAPS)
            assert state(tracker) == wanted, where
            assert not several(tracker, *MAPS).writes, where
