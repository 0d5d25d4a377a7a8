"""Tickets that come to a task: by ``--rebind KEY=NUMBER``, and read again before they are written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.errors import TrackerError, UsageProblem
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet, Outcome, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Capabilities, Standing, Ticket
from tests.fakes.memory import Killed, MemoryTracker
from tests.faults import AS_SEEN
from tests.sync.build import POLICY, THREE, plan, task
from tests.sync.drive import by_key, planned, push, retired, several
from tests.sync.test_moves import ALPHA, BETA, FREE, key, numbers, pushed

SENDER, STORE, TRACKING = key("alpha", "Sender"), key("alpha", "Store"), "alpha/tracking/map"
ABILITIES = {
    "everything": Capabilities(),
    "many requests": Capabilities(native_priority=True, close_reasons=False, parents_listed=False),
}


def push_bound(tracker: MemoryTracker, **bound: str) -> ChangeSet:
    shown = several(tracker, ALPHA, BETA, policy=FREE, bound={NAMES[name]: number for name, number in bound.items()})
    list(apply(shown, tracker, FREE))
    return shown


NAMES = {"sender": SENDER, "store": STORE, "tracking": TRACKING}


def released(task: str, text: str, abilities: Capabilities | None = None) -> tuple[MemoryTracker, str]:
    """Return a tracker in which somebody replaced the text of one ticket, and its number."""
    tracker = pushed(ALPHA, BETA, abilities=abilities, edges_listed=False)
    number = numbers(tracker)[NAMES[task]]
    tracker.edit(number, body=text)
    tracker.requests.clear()
    return tracker, number


def struck(start: MemoryTracker, fault: str, **bound: str) -> Iterator[tuple[str, MemoryTracker, MemoryTracker]]:
    """Strike each request of a push that binds; yield where, what is left, and what an undisturbed push leaves."""
    undisturbed = deepcopy(start)
    push_bound(undisturbed, **bound)
    for request, name in enumerate((*undisturbed.requests, "the end"), 1):
        tracker = deepcopy(start)
        tracker.faults[request] = AS_SEEN[fault]()
        with suppress(Killed, TrackerError):
            push_bound(tracker, **bound)
        tracker.faults.clear()
        yield f"{fault} at request {request}: {name}", tracker, undisturbed


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("abilities", ABILITIES)
@pytest.mark.parametrize("task", NAMES)
@pytest.mark.parametrize("text", ["", "Our own words.\n\n- [x] done by hand"], ids=["wiped", "rewritten"])
def test_killed_at_any_request_binding_again_ends_as_if_undisturbed(
    task: str, text: str, abilities: str, fault: str
) -> None:
    start, number = released(task, text, ABILITIES[abilities])
    for where, tracker, undisturbed in struck(start, fault, **{task: number}):
        push_bound(tracker, **{task: number})
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where
        assert not several(tracker, ALPHA, BETA, policy=FREE).writes, f"{where}: a third run would write again"
        assert text in tracker.tickets[number].body, f"{where}: a human's text is lost"


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("task", ["sender", "tracking"])
def test_killed_at_any_request_a_push_without_the_flag_doubles_nothing(task: str, fault: str) -> None:
    start, number = released(task, "Our own words.")
    for where, tracker, undisturbed in struck(start, fault, **{task: number}):
        push_bound(tracker)
        assert len(tracker.tickets) == len(start.tickets), f"{where}: doubled or lost"
        assert "Our own words." in tracker.tickets[number].body, where
        push_bound(tracker, **{task: number})
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where


def strangers(tracker: MemoryTracker, body: str, **more: object) -> Ticket:
    ticket = Ticket("77", "Post a mail", body, author="mallory", standing=Standing.STRANGER)
    tracker.tickets["77"] = replace(ticket, **more)  # type: ignore[arg-type]
    return tracker.tickets["77"]


def bodies(tracker: MemoryTracker) -> dict[str, str]:
    """What a stranger may write: words, and a marker that claims the task, the map, or another repository's task."""
    ours = pushed(ALPHA, BETA)
    there = numbers(ours)
    taken = ours.tickets[there[SENDER]].body
    return {
        "words": "Please, do it like this.",
        "the same task": taken,
        "its tracking ticket": ours.tickets[there[TRACKING]].body,
        "another source": taken.replace(FREE.source, "example.org/mallory/app"),
    }


@pytest.mark.parametrize("claim", bodies(MemoryTracker()))
@pytest.mark.parametrize("labels", [frozenset(), frozenset({FREE.managed_label})], ids=["plain", "labelled"])
def test_a_strangers_ticket_is_bound_to_no_task_whatever_it_claims(claim: str, labels: frozenset[str]) -> None:
    tracker, _ = released("sender", "Our own words.")
    theirs = strangers(tracker, bodies(tracker)[claim], labels=labels)
    with pytest.raises(UsageProblem, match="77"):
        push_bound(tracker, sender="77")
    assert tracker.tickets["77"] == theirs
    assert tracker.writes == []


def test_a_strangers_ticket_is_bound_when_a_person_adopts_it() -> None:
    tracker, _ = released("sender", "Our own words.")
    strangers(tracker, "Please, do it like this.", labels=frozenset({FREE.managed_label}))
    policy = replace(FREE, adopted=frozenset({"77"}))
    list(apply(several(tracker, ALPHA, BETA, policy=policy, bound={SENDER: "77"}), tracker, policy))
    assert numbers(tracker)[SENDER] == "77"
    assert "Please, do it like this." in tracker.tickets["77"].body


def test_the_role_of_an_author_is_asked_for() -> None:
    tracker, _ = released("sender", "Our own words.")
    strangers(tracker, "Please, do it like this.")
    tracker.roles["mallory"] = Standing.MEMBER
    push_bound(tracker, sender="77")
    assert numbers(tracker)[SENDER] == "77"


@pytest.mark.parametrize("target", [STORE, TRACKING, key("beta", "Report"), "beta/tracking/map"])
def test_a_ticket_of_another_task_is_not_bound(target: str) -> None:
    tracker, _ = released("sender", "Our own words.")
    before = deepcopy(tracker.tickets)
    with pytest.raises(UsageProblem, match=target):
        push_bound(tracker, sender=numbers(tracker)[target])
    assert tracker.tickets == before


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
