"""Requests and writes of whole runs against the simulated servers, over real HTTP."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from benchmarks.plans import edges_of, edited, map_of
from benchmarks.table import Row, Section
from techmap_sync.errors import BudgetSpent
from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.apply import apply
from techmap_sync.syncing.changes import ChangeSet
from techmap_sync.syncing.diff import diff
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.observe import observe
from techmap_sync.syncing.tracker import Tracker
from tests.adapters.servers import SERVERS, Server
from tests.syncing.build import POLICY, origin

LABELS = 2
"""The managed one and a priority."""
PAGE = 100
"""Tickets in one answer."""
GENEROUS = replace(POLICY, limits=replace(POLICY.limits, max_creates=10_000))


@dataclass(frozen=True, slots=True)
class Count:
    """What one run sent."""

    requests: int
    writes: int


def run(tracker: Tracker, maps: Sequence[TaskPlan], reconcile: bool = False) -> None:
    """Push some maps in one run, as ``push`` or ``reconcile`` does."""
    found = observe(tracker, maps, GENEROUS, reconcile)
    policy = replace(GENEROUS, close_copies=reconcile)
    changes = [
        diff(each, origin(repr(each)), found.maps.get(each.map_id, Holdings()), tracker.capabilities, policy)
        for each in maps
    ]
    for _ in apply(ChangeSet(tracker.name, tuple(changes)), tracker, policy):
        pass


def filled(server: Server, maps: Sequence[TaskPlan]) -> None:
    """Push some maps, in as many runs as the limit of an hour asks for."""
    while True:
        try:
            run(server.tracker(), maps)
        except BudgetSpent as spent:
            server.connection().sleep(spent.seconds_to_wait)
        else:
            return


def counted(
    server: Server,
    maps: Sequence[TaskPlan],
    reconcile: bool = False,
    around: Callable[[Tracker], Tracker] = lambda tracker: tracker,
) -> Count:
    """Count what one run sends.

    :param around: wraps the tracker; a test puts a request too many there.
    """
    server.forget()
    run(around(server.tracker()), maps, reconcile)
    return Count(len(server.requests), len(server.writes))


def many(maps: int, tickets: int) -> list[TaskPlan]:
    """Return maps of 100 tickets each but for the rest."""
    return [map_of(tickets // maps - 1, f"map-{number:02}") for number in range(maps)]


def section() -> Section:
    """Count all scenarios on both servers."""
    text = (
        "Over HTTP against the simulated servers, without their hourly limits. *Floor*: what the API allows at least: "
        "a list request for each 100 tickets, one write for each thing that is created or changed, one read before a "
        "write that must not undo what people did. *At most*: the bound that the design sets."
    )
    return Section("Requests", text, [row for name in SERVERS for row in _rows(name)])


def _rows(name: str) -> Iterator[Row]:
    hundred = map_of(99)
    with SERVERS[name]() as server:
        first = counted(server, [hundred])
        things = 100 + 99 + edges_of(hundred) + LABELS + 1
        yield Row(f"{name}: first push of 100 tickets, writes", first.writes, things, things, note="tickets, parents, edges, labels, ledger")  # fmt: skip  # noqa: E501
        yield Row(f"{name}: first push of 100 tickets, reads", first.requests - first.writes, 8 + 4, 2, note="lists included: before, witness, features, lock")  # fmt: skip  # noqa: E501
        unchanged = counted(server, [hundred])
        yield Row(f"{name}: unchanged push of 100 tickets, requests", unchanged.requests, 1 + 3, 1)
        yield Row(f"{name}: unchanged push of 100 tickets, writes", unchanged.writes, 0, 0)
        three = counted(server, [edited(hundred, 3)])
        yield Row(f"{name}: 3 edits in 100, writes", three.writes, 3 + 1, 3 + 1, note="the ledger is one")
        yield Row(f"{name}: 3 edits in 100, requests", three.requests, 1 + 3 + 2 * 4, 1 + 2 * 4)
    yield from _big(name)


def _big(name: str) -> Iterator[Row]:
    for maps, tickets, reconcile in ((10, 1_000, False), (50, 5_000, True)):
        made = many(maps, tickets)
        with SERVERS[name]() as server:
            filled(server, made)
            again = counted(server, made, reconcile)
        pages = math.ceil(tickets / PAGE)
        what = f"{name}: {'reconcile' if reconcile else 'unchanged push'} of {maps} maps with {tickets:,} tickets"
        bound = None if reconcile else pages + 3
        yield Row(f"{what}, requests", again.requests, bound, pages, note="edges are read too" if reconcile else "")
        yield Row(f"{what}, writes", again.writes, 0, 0)
