"""Killed, or left without an answer, at any request to GitHub or GitLab: the next push ends in the same state.

The scenarios are those of ``tests/sync/test_crash.py``, and every request of each is struck. A client that was
killed leaves nothing but what the server stores. So "killed after the n-th request" is "killed before the next one",
and one undisturbed run shows all that a kill can leave: what was stored before each of its requests, and at its end.
A client that merely gets no answer lives on. It is the same run up to that request, so it gets the same answers again
without asking for them. The same request in the same state of the server goes over HTTP once (`Memory`).

By default a sample of the requests is struck: the first of each kind, the first and the last, and some between; and
the tasks in the middle of the map are left out, about which no scenario says anything.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.tracker import Ticket, Tracker
from tests.measure import untraced
from tests.sampling import sampling
from tests.simulators.github.clock import SimulatedClock
from tests.sync.drive import by_key, push
from tests.sync.test_crash import SCENARIOS, THIRTY
from tests.trackers.interception import Memory, Recording
from tests.trackers.servers import SERVERS, OnGitLab, Server

LEFT_OUT = {task.key for task in THIRTY.tasks[3 : -sampling.times("tasks of a map pushed over HTTP", 12, 30) + 3]}


def shortened(made: TaskPlan) -> TaskPlan:
    """Return a plan without the tasks that are left out."""
    kept = (task for task in made.tasks if task.key not in LEFT_OUT)
    waiting = ((task, tuple(key for key in task.blocked_by if key not in LEFT_OUT)) for task in kept)
    return replace(made, tasks=tuple(replace(task, blocked_by=keys) for task, keys in waiting))


class Endings:
    """Holds the end of each push against the wanted one; where an end was seen before, it is known what follows."""

    def __init__(self, server: Server, plan: TaskPlan) -> None:
        self._server = server
        self._plan = plan
        self._wanted = by_key(server.tickets())
        self.memory = Memory(server)
        self._seen: set[tuple[Ticket, ...]] = set()

    def push_again(self, where: str) -> None:
        """Push as the next run does, and check that it ends as wanted, and that a further one writes nothing.

        After an end that was seen to be as wanted nothing is left to do.
        """
        if self._server.tickets() in self._seen:
            return
        with self.memory.answering():
            push(started(self._server), self._plan)
        tickets = self._server.tickets()
        if tickets in self._seen:
            return
        assert len(tickets) == len(self._wanted), f"{where}: duplicates or losses"
        assert by_key(tickets) == self._wanted, where
        with self.memory.answering() as writes:
            assert push(started(self._server), self._plan) == [], f"{where}: a third run would write again"
        assert not writes, where
        self._seen.add(tickets)


def started(server: Server) -> Tracker:
    """Return the tracker of a run that waits by a clock of its own, so that the server's stands still."""
    clock = SimulatedClock()
    return server.tracker(now=clock, sleep=clock.sleep)


@dataclass(frozen=True)
class Watched:
    """An undisturbed run: what it asked for, and what was stored before each of its requests."""

    scenario: str
    server: Server
    plan: TaskPlan
    names: tuple[str, ...]
    stored: tuple[bytes, ...]
    recording: Recording
    endings: Endings

    def struck(self, fault: str) -> list[tuple[int, str]]:
        """Return places and names of the requests that are struck in this test run."""
        places = list(enumerate(self.names))
        return sampling.spread(f"requests {fault} over HTTP", places, 4, kind=kind_of, where=self.scenario)


def kind_of(request: tuple[int, str]) -> str:
    """Return what a request is for, whichever ticket it is about."""
    return re.sub(r"\d+", "#", request[1].partition("?")[0])


def watched(scenario: str, server: Server, before: TaskPlan | None, after: TaskPlan) -> Watched:
    """Push once, and look at the server before each request."""
    after = shortened(after)
    if before is not None:
        push(started(server), shortened(before))
    server.forget()
    stored: list[bytes] = []
    recording = Recording()
    with recording.recorded(lambda: stored.append(server.saved())):
        push(started(server), after)
    names = tuple(server.requests)
    return Watched(scenario, server, after, names, (*stored, server.saved()), recording, Endings(server, after))


@pytest.fixture(scope="module", params=[f"{name} on {server}" for name in SCENARIOS for server in SERVERS])
def run(request: pytest.FixtureRequest) -> Iterator[Watched]:
    scenario, _, name = request.param.rpartition(" on ")
    with pytest.MonkeyPatch.context() as patched, SERVERS[name]() as server, untraced():
        # Each request looks through all variables for those of proxies.
        for variable in set(os.environ) - {"PATH", "HOME", "PYTEST_CURRENT_TEST"}:
            patched.delenv(variable)
        if isinstance(server, OnGitLab):
            server.server.checks_answers = False
        yield watched(request.param, server, *SCENARIOS[scenario])


def test_killed_around_any_request(run: Watched) -> None:
    with untraced():
        stored = {run.stored[place]: f"killed before {name}" for place, name in run.struck("before which it is killed")}
        for before, where in (stored | {run.stored[-1]: "killed at the end"}).items():
            run.server.restore(before)
            run.endings.push_again(where)


def test_left_without_an_answer_at_any_request(run: Watched) -> None:
    with untraced():
        for place, name in run.struck("left without an answer"):
            for took_effect in (False,) if name.startswith(("GET", "QUERY")) else (False, True):
                run.server.restore(run.stored[place])
                run.server.lose_answer(1, after=took_effect)
                with suppress(TrackerError), run.endings.memory.answering(), run.recording.replayed(place):
                    push(started(run.server), run.plan)
                run.endings.push_again(f"no answer to request {place + 1}, {name}, took effect: {took_effect}")
