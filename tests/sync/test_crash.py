"""Killed at any request, the next run ends where an undisturbed one would have ended.

Every request of a first push of 30 tasks, of an update, a rename and a closing, each killed, and left without an answer
before its effect and after it. Killed after the effect of one request is killed before the next one.

By default a sample of the requests is struck: the first of each kind, the first and the last, and some between.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace

import pytest

from techmap_sync.planning.task import Priority, TaskPlan
from techmap_sync.sync.tracker import Capabilities, Ticket
from tests.fakes.memory import Killed, MemoryTracker, Request, When, killed
from tests.faults import AS_SEEN
from tests.measure import untraced
from tests.sampling import Sampling, sampling
from tests.sync.build import POLICY, plan, task, under_another_id
from tests.sync.drive import planned, push, requests_of, state, struck

NAMES = [f"Part{number:02}" for number in range(30)]
THIRTY = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 2) : n])) for n, name in enumerate(NAMES)))


LATER = tuple(
    replace(t, blocked_by=tuple(k for k in t.blocked_by if k != THIRTY.tasks[0].key)) for t in THIRTY.tasks[1:]
)
SCENARIOS: dict[str, tuple[TaskPlan | None, TaskPlan]] = {
    "first push": (None, THIRTY),
    "update": (THIRTY, replace(THIRTY, tasks=(task("Part00", sections={"purpose": "New."}), *THIRTY.tasks[1:]))),
    "rename": (THIRTY, replace(THIRTY, tasks=(task("Part00b", sections={"purpose": "What Part00 is for."}), *LATER))),
    "labels": (
        THIRTY,
        replace(THIRTY, tasks=(task("Part00", labels=frozenset({"new"}), priority=Priority.HIGH), *THIRTY.tasks[1:])),
    ),
    "closing": (THIRTY, replace(THIRTY, tasks=THIRTY.tasks[:28])),
    "edges": (
        THIRTY,
        replace(THIRTY, tasks=(*THIRTY.tasks[:28], task("Part28"), task("Part29", blocked_by=("Part00",)))),
    ),
}
RENAMED = under_another_id(replace(THIRTY, tasks=(*THIRTY.tasks[:29], task("New"))))
ABOUT = {
    "Store": "Keeps tokens until they expire.",
    "Sender": "Sends a mail when a factor was removed.",
    "Parser": "Turns raw deliveries into events.",
}


def named(*names: str) -> TaskPlan:
    """The same three tasks under these names; each waits for the one before it."""
    made = (task(name, sections={"purpose": text}) for name, text in zip(names, ABOUT.values(), strict=True))
    waits = [(), *((f"login/component/{name}",) for name in names)]
    return plan(*(replace(spec, blocked_by=keys) for spec, keys in zip(made, waits, strict=False)))


FEW, EXCHANGED, IN_A_CIRCLE = named(*ABOUT), named("Sender", "Store", "Parser"), named("Sender", "Parser", "Store")
HERE_ALONE: dict[str, tuple[TaskPlan | None, TaskPlan]] = {
    "map under another id": (THIRTY, RENAMED),
    "two names exchanged": (FEW, EXCHANGED),
    "three names exchanged in a circle": (FEW, IN_A_CIRCLE),
    "two names exchanged in a map under another id": (FEW, under_another_id(EXCHANGED)),
    "one more task in a map under another id": (
        FEW,
        under_another_id(replace(FEW, tasks=(*FEW.tasks, task("Report", sections={"purpose": "Prints sums."})))),
    ),
}
"""To a server these are updates and a creation, which the other scenarios try over HTTP."""


def prepared(before: TaskPlan | None) -> MemoryTracker:
    """A tracker with as few abilities as there are, so that much is written in several requests."""
    tracker = MemoryTracker(Capabilities(native_priority=True, close_reasons=False), edges_listed=False)
    if before is not None:
        push(tracker, before)
    tracker.requests.clear()
    return tracker


@dataclass(frozen=True)
class Struck:
    """What a push that was struck, and the push after it, left."""

    where: str
    tracker: MemoryTracker
    plan: TaskPlan
    wanted: dict[str, Ticket]
    """What an undisturbed push leaves, by key."""

    @property
    def nothing_is_doubled_or_lost(self) -> bool:
        return len(self.tracker.tickets) == len(self.wanted)

    @property
    def is_as_wanted(self) -> bool:
        return state(self.tracker) == self.wanted

    @property
    def nothing_is_left_to_write(self) -> bool:
        return not planned(self.tracker, self.plan).writes

    @property
    def ended_well(self) -> bool:
        return self.nothing_is_doubled_or_lost and self.is_as_wanted and self.nothing_is_left_to_write


def kind_of(place: tuple[int, object]) -> str:
    """Return what a request is for, whichever ticket it is about."""
    request = place[1]
    return request.verb if isinstance(request, Request) else str(request)


def pushed_twice(scenario: str, fault: str, sampling: Sampling) -> Iterator[Struck]:
    """Strike each request of a scenario in turn, and once its end, and push again.

    :param sampling: whether each of them, or a sample
    """
    before, after = (SCENARIOS | HERE_ALONE)[scenario]
    start = prepared(before)
    undisturbed = deepcopy(start)
    push(undisturbed, after)
    wanted = state(undisturbed)
    requests = requests_of(start, lambda each: push(each, after))
    places = sampling.spread(f"requests {fault}", requests, 5, kind=kind_of, where=scenario)
    for where, tracker in struck(start, lambda each: push(each, after), fault, places):
        push(tracker, after)
        yield Struck(where, tracker, after, wanted)


@pytest.mark.parametrize("fault", AS_SEEN)
@pytest.mark.parametrize("scenario", [*SCENARIOS, *HERE_ALONE])
def test_killed_at_any_request_the_next_run_ends_in_the_same_state(scenario: str, fault: str) -> None:
    with untraced():
        for end in pushed_twice(scenario, fault, sampling):
            assert end.nothing_is_doubled_or_lost, f"{end.where}: duplicates or losses"
            assert end.is_as_wanted, f"{end.where}: {state(end.tracker)} is not {end.wanted}"
            assert end.nothing_is_left_to_write, f"{end.where}: a third run would write again"


def test_links_of_a_removed_task_go_although_the_run_that_labelled_its_ticket_was_killed() -> None:
    tracker = prepared(FEW)
    sender = next(ticket for ticket in tracker.tickets.values() if ticket.title == "Create Sender")
    tracker.edit(sender.number, assignees=frozenset({"ada"}))
    without = plan(*(replace(spec, blocked_by=()) for spec in FEW.tasks if spec.title != "Create Sender"))
    whole = deepcopy(tracker)
    push(whole, without)
    label = next(n for n, request in enumerate(whole.requests, 1) if request == Request("update", sender.number))
    tracker.faults[label] = killed(When.AFTER)
    with suppress(Killed):
        push(tracker, without)
    tracker.faults.clear()
    push(tracker, without)
    assert tracker.tickets[sender.number].blocked_by == frozenset(), "its links are gone"
    assert state(tracker) == state(whole)


def test_a_map_gets_its_new_id_although_a_ticket_without_our_label_got_it_first() -> None:
    tracker = prepared(FEW)
    tracker.edit("2", labels=tracker.tickets["2"].labels - {"techmap"})
    renamed = under_another_id(FEW)
    whole = deepcopy(tracker)
    push(whole, renamed)
    first = next(n for n, request in enumerate(whole.requests, 1) if request == Request("update", "2"))
    tracker.faults[first] = killed(When.AFTER)
    with suppress(Killed):
        push(tracker, renamed)
    tracker.faults.clear()
    push(tracker, renamed)
    assert state(tracker) == state(whole)


@pytest.mark.parametrize("names", [EXCHANGED, IN_A_CIRCLE], ids=["exchanged", "in a circle"])
@pytest.mark.parametrize("gone", ["2", "3"])
@pytest.mark.parametrize("how", ["deleted", "released", "without our label"])
def test_a_ticket_that_is_lost_after_an_exchange_of_names_was_killed_is_not_made_again(
    names: TaskPlan, gone: str, how: str
) -> None:
    tracker = prepared(FEW)
    whole = deepcopy(tracker)
    push(whole, names)
    ledger = next(n for n, request in enumerate(whole.requests, 1) if request == Request("update", "1"))
    tracker.faults[ledger] = killed(When.BEFORE)
    with suppress(Killed):
        push(tracker, names)
    tracker.faults.clear()
    if how == "deleted":
        del tracker.tickets[gone]
    elif how == "released":
        tracker.edit(gone, body=tracker.tickets[gone].body.replace("techmap-sync: ", "broken: "))
    else:
        tracker.edit(gone, labels=tracker.tickets[gone].labels - {"techmap"})
    before = len(tracker.tickets)
    push(tracker, names)
    assert len(tracker.tickets) == before
    assert not planned(tracker, names).writes


@pytest.mark.parametrize("recreated_again", [True, False])
def test_a_ticket_that_is_made_again_has_its_links_whenever_the_run_was_killed(recreated_again: bool) -> None:
    """The ledger lists links of the former ticket; nobody removed those of the new one."""
    number = "3"
    policy = replace(POLICY, recreate=frozenset({FEW.tasks[1].key}))
    tracker = MemoryTracker(edges_listed=False)
    push(tracker, FEW)
    del tracker.tickets[number]
    tracker.edit("4", blocked_by=frozenset())
    whole = deepcopy(tracker)
    push(whole, FEW, policy)
    requests = len(whole.requests) - len(tracker.requests)
    for place in range(1, requests + 1):
        struck = deepcopy(tracker)
        struck.faults = {len(struck.requests) + place: killed(When.AFTER)}
        with suppress(Killed):
            push(struck, FEW, policy)
        if len(struck.tickets) == len(whole.tickets):
            push(struck, FEW, policy if recreated_again else POLICY)
            assert state(struck) == state(whole), place
