"""Requests for several links that break anywhere: at each mutation of each, the next run ends in the same state.

The server breaks down after some of the mutations, and the client looks or is killed; or it fails at one of them only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.apply import apply
from tests.fakes.memory import Killed
from tests.measure import untraced
from tests.sampling import sampling
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push
from tests.trackers.interception import before_each_request
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

NAMES = [f"Part{number:02}" for number in range(11)]
CHAIN = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 1) : n])) for n, name in enumerate(NAMES)))
EDGES = len(NAMES) - 1
PLACES = 10


@contextmanager
def _free() -> Iterator[Server]:
    """GitLab without Premium."""
    with SERVERS["gitlab"]() as server:
        assert isinstance(server, OnGitLab)
        server.server.world.premium = False
        yield server


BATCHES = {"github": ["dependencies"], "gitlab": ["parents", "dependencies"], "free": ["parents", "dependencies"]}
"""The full requests for several links, in the order in which they are sent."""


def world(server: Server) -> Any:
    assert isinstance(server, OnGitHub | OnGitLab)
    return server.server.world


def seen(server: Server) -> object:
    """Return all texts, parents and links."""
    if isinstance(server, OnGitHub):
        issues = server.server.repository.issues.values()
        return sorted((i.number, i.title, i.body, i.state, i.parent, sorted(i.blocked_by)) for i in issues)
    stored = world(server)
    links = sorted((link.source, link.target, link.type) for link in stored.links.values())
    return sorted((i.iid, i.title, i.description, i.state) for i in stored.issues.values()), links


def lost(server: Server, place: int) -> None:
    """The server breaks down, and the client lives on."""
    world(server).breaks_at = place
    with suppress(TrackerError):
        push(server.tracker(), CHAIN)


def killed(server: Server, place: int) -> None:
    """The client is gone when the server has done a part of it."""

    def strike() -> None:
        if world(server).breaks_at is None:
            raise Killed

    world(server).breaks_at = place
    with suppress(Killed), before_each_request(strike):
        push(server.tracker(), CHAIN)


def failing(server: Server, place: int) -> None:
    """One mutation fails by itself, in each request."""
    world(server).failing_places = frozenset({str(place)})
    push(server.tracker(), CHAIN)
    world(server).failing_places = frozenset()


STRUCK: dict[str, Callable[[Server, int], None]] = {each.__name__: each for each in (lost, killed, failing)}


@pytest.fixture(scope="module", params=BATCHES)
def started(request: pytest.FixtureRequest) -> Iterator[tuple[str, Server, dict[str, bytes], object]]:
    """A server, its state before each request for ten links, and what it holds in the end."""
    name = request.param
    with _free() if name == "free" else SERVERS[name]() as server, untraced():
        if isinstance(server, OnGitLab):
            server.server.checks_answers = False
        creations = len(CHAIN.tasks) + 1
        assert (
            len(list(islice(apply(planned(server.tracker(), CHAIN), server.tracker(), POLICY), creations))) == creations
        )
        before = {BATCHES[name][0]: server.saved()}
        if name != "github":
            kinds = [change.edge for change in planned(server.tracker(), CHAIN).writes if change.edge]
            parents = len(kinds) - EDGES
            list(islice(apply(planned(server.tracker(), CHAIN), server.tracker(), POLICY), parents))
            before["dependencies"] = server.saved()
        push(server.tracker(), CHAIN)
        wanted = seen(server)
        assert not planned(server.tracker(), CHAIN).writes
        yield name, server, before, wanted


@pytest.mark.parametrize("how", STRUCK)
def test_struck_at_any_mutation_of_a_request_the_next_run_ends_in_the_same_state(
    started: tuple[str, Server, dict[str, bytes], object], how: str
) -> None:
    name, server, before, wanted = started
    cases = [(batch, place) for batch in before for place in range(PLACES)]
    where = f"{how} on {name}"
    chosen = sampling.spread("mutations that are struck", cases, 2, kind=lambda case: case[0], where=where)
    with untraced():
        for batch, place in chosen:
            server.restore(before[batch])
            STRUCK[how](server, place)
            assert world(server).breaks_at is None, "no request was that long"
            push(server.tracker(), CHAIN)
            assert seen(server) == wanted, f"{where}: {batch}, mutation {place}"
            assert not planned(server.tracker(), CHAIN).writes, f"{where}: {batch}, mutation {place}"
