"""Killed at any request, the next run ends where an undisturbed one would have ended.

Every request of a first push of 30 tasks, of an update, a rename and a closing, each killed, and left without an answer
before its effect and after it. Killed after the effect of one request is killed before the next one.

By default a sample of the requests is struck: the first of each kind, the first and the last, and some between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import Priority, TaskPlan
from techmap_sync.sync.tracker import Capabilities, Ticket
from tests.fakes.memory import Fault, Killed, MemoryTracker, Request, When, killed, timed_out
from tests.measure import untraced
from tests.sampling import Sampling, sampling
from tests.sync.build import plan, task, under_another_id
from tests.sync.drive import planned, push, state

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
HERE_ALONE: dict[str, tuple[TaskPlan | None, TaskPlan]] = {"map under another id": (THIRTY, RENAMED)}
"""To a server these are updates and a creation, which the other scenarios try over HTTP."""
FAULTS: dict[str, Callable[[], Fault]] = {
    "killed": lambda: killed(When.BEFORE),
    "no answer, no effect": lambda: timed_out(When.BEFORE),
    "no answer, but the effect": lambda: timed_out(When.AFTER),
}


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


def struck(scenario: str, fault: str, sampling: Sampling) -> Iterator[Struck]:
    """Strike each request of a scenario in turn, and once its end, and push again.

    :param sampling: whether each of them, or a sample
    """
    before, after = (SCENARIOS | HERE_ALONE)[scenario]
    start = prepared(before)
    undisturbed = deepcopy(start)
    push(undisturbed, after)
    wanted = state(undisturbed)
    requests = list(enumerate((*undisturbed.requests, "the end"), 1))
    for request, name in sampling.spread(f"requests {fault}", requests, 8, kind=kind_of, where=scenario):
        tracker = deepcopy(start)
        tracker.faults[request] = FAULTS[fault]()
        with suppress(Killed, TrackerError):
            push(tracker, after)
        tracker.faults.clear()
        push(tracker, after)
        yield Struck(f"{fault} at request {request}: {name}", tracker, after, wanted)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("scenario", [*SCENARIOS, *HERE_ALONE])
def test_killed_at_any_request_the_next_run_ends_in_the_same_state(scenario: str, fault: str) -> None:
    with untraced():
        for end in struck(scenario, fault, sampling):
            assert end.nothing_is_doubled_or_lost, f"{end.where}: duplicates or losses"
            assert end.is_as_wanted, f"{end.where}: {state(end.tracker)} is not {end.wanted}"
            assert end.nothing_is_left_to_write, f"{end.where}: a third run would write again"
