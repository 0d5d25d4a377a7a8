"""``--rebind KEY=NUMBER``: which tickets it takes, and what is left when it is killed on its way."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import replace

import pytest

from techmap_sync.errors import TrackerError, UsageProblem
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.tracker import Capabilities, Standing, Ticket
from tests.fakes.memory import Killed, MemoryTracker
from tests.faults import AS_SEEN
from tests.sync.drive import by_key, several
from tests.sync.test_moves import ALPHA, BETA, FREE, key, numbers, pushed

SENDER, STORE, TRACKING = key("alpha", "Sender"), key("alpha", "Store"), "alpha/tracking/map"
ABILITIES = {
    "everything": Capabilities(),
    "many requests": Capabilities(native_priority=True, close_reasons=False, parents_listed=False),
}


def push(tracker: MemoryTracker, **bound: str) -> ChangeSet:
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
    push(undisturbed, **bound)
    for request, name in enumerate((*undisturbed.requests, "the end"), 1):
        tracker = deepcopy(start)
        tracker.faults[request] = AS_SEEN[fault]()
        with suppress(Killed, TrackerError):
            push(tracker, **bound)
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
        push(tracker, **{task: number})
        assert by_key(tracker.tickets.values()) == by_key(undisturbed.tickets.values()), where
        assert not several(tracker, ALPHA, BETA, policy=FREE).writes, f"{where}: a third run would write again"
        assert text in tracker.tickets[number].body, f"{where}: a human's text is lost"


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("task", ["sender", "tracking"])
def test_killed_at_any_request_a_push_without_the_flag_doubles_nothing(task: str, fault: str) -> None:
    start, number = released(task, "Our own words.")
    for where, tracker, undisturbed in struck(start, fault, **{task: number}):
        push(tracker)
        assert len(tracker.tickets) == len(start.tickets), f"{where}: doubled or lost"
        assert "Our own words." in tracker.tickets[number].body, where
        push(tracker, **{task: number})
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
        push(tracker, sender="77")
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
    push(tracker, sender="77")
    assert numbers(tracker)[SENDER] == "77"


@pytest.mark.parametrize("target", [STORE, TRACKING, key("beta", "Report"), "beta/tracking/map"])
def test_a_ticket_of_another_task_is_not_bound(target: str) -> None:
    tracker, _ = released("sender", "Our own words.")
    before = deepcopy(tracker.tickets)
    with pytest.raises(UsageProblem, match=target):
        push(tracker, sender=numbers(tracker)[target])
    assert tracker.tickets == before
