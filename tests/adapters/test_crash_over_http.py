"""Killed, or left without an answer, at any request to GitHub or GitLab: the next push ends in the same state.

The scenarios are those of ``tests/syncing/test_crash.py``, and every request of each is struck. A client that was
killed leaves nothing but what the server stores. So "killed after the n-th request" is "killed before the next one",
and one undisturbed run shows all that a kill can leave: what was stored before each of its requests, and at its end.
A client that merely gets no answer lives on. It is the same run up to that request, so it gets the same answers again
without asking for them, and goes on over HTTP from there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.tracker import Ticket
from tests.adapters.interception import Recording
from tests.adapters.servers import SERVERS, OnGitLab, Server
from tests.measure import untraced
from tests.syncing.drive import by_key, push
from tests.syncing.test_crash import SCENARIOS

SHARES = 4
"""Into how many tests the requests of a first push are dealt out, so that several processors share them."""
LATER = [name for name in SCENARIOS if name != "first push"]


@pytest.fixture(params=SERVERS)
def server(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    # Each request looks through all variables for those of proxies.
    for name in set(os.environ) - {"PATH", "HOME"}:
        monkeypatch.delenv(name)
    with SERVERS[request.param]() as server:
        if isinstance(server, OnGitLab):
            server.server.checks_answers = False
        yield server


class Endings:
    """Holds the end of each push against the wanted one; where an end was seen before, it is known what follows."""

    def __init__(self, server: Server, plan: TaskPlan) -> None:
        self._server = server
        self._plan = plan
        self._wanted = by_key(server.tickets())
        self._seen: set[tuple[Ticket, ...]] = set()

    def push_again(self, where: str) -> None:
        """Push as the next run does, and check where it ends; after an end that is as wanted nothing is left to do."""
        if self._server.tickets() not in self._seen:
            push(self._server.tracker(), self._plan)
        self.check(where)

    def check(self, where: str) -> None:
        """Check that a push has ended in the wanted state, and that a further one writes nothing."""
        tickets = self._server.tickets()
        if tickets in self._seen:
            return
        assert len(tickets) == len(self._wanted), f"{where}: duplicates or losses"
        assert by_key(tickets) == self._wanted, where
        self._server.forget()
        assert push(self._server.tracker(), self._plan) == [], f"{where}: a third run would write again"
        assert not self._server.writes, where
        self._seen.add(tickets)


@dataclass(frozen=True)
class Watched:
    """An undisturbed run: what it asked for, and what was stored before each of its requests."""

    names: tuple[str, ...]
    stored: tuple[bytes, ...]
    recording: Recording
    endings: Endings


def watched(server: Server, before: TaskPlan | None, after: TaskPlan) -> Watched:
    """Push once, and look at the server before each request."""
    if before is not None:
        push(server.tracker(), before)
    server.forget()
    stored: list[bytes] = []
    recording = Recording()
    with recording.recorded(lambda: stored.append(server.saved())):
        push(server.tracker(), after)
    names = tuple(server.requests)
    return Watched(names, (*stored, server.saved()), recording, Endings(server, after))


shared_out = pytest.mark.parametrize(
    ("scenario", "share", "shares"),
    [*(("first push", share, SHARES) for share in range(SHARES)), *((name, 0, 1) for name in LATER)],
)


@shared_out
def test_killed_around_any_request(server: Server, scenario: str, share: int, shares: int) -> None:
    with untraced():
        run = watched(server, *SCENARIOS[scenario])
        left = dict(zip(run.stored, (*run.names, "the end"), strict=True))
        for stored, name in list(left.items())[share::shares]:
            server.restore(stored)
            push(server.tracker(), SCENARIOS[scenario][1])
            run.endings.check(f"killed before {name}")


@shared_out
def test_left_without_an_answer_at_any_request(server: Server, scenario: str, share: int, shares: int) -> None:
    after = SCENARIOS[scenario][1]
    with untraced():
        run = watched(server, *SCENARIOS[scenario])
        for place, name in list(enumerate(run.names))[share::shares]:
            for took_effect in (False,) if name.startswith("GET") else (False, True):
                server.restore(run.stored[place])
                server.lose_answer(1, after=took_effect)
                with suppress(TrackerError), run.recording.replayed(place):
                    push(server.tracker(), after)
                assert server.requests[:1] == [name]
                server.forget()
                run.endings.push_again(f"no answer to request {place + 1}, {name}, took effect: {took_effect}")
