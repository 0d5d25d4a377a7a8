"""Requests and writes of whole runs against the simulated servers, over real HTTP."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from benchmarks.numbers import Number
from benchmarks.plans import edited, map_of, prioritised
from benchmarks.table import Row
from techmap_sync.errors import BudgetSpent
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Tracker
from tests.sync.build import POLICY, origin
from tests.sync.drive import decided
from tests.trackers.servers import SERVERS, OnGitLab, Server

LABELS = 2
"""The managed one and a priority."""
PAGE = 100
"""Tickets in one answer."""
GENEROUS = replace(POLICY, limits=replace(POLICY.limits, max_creates=10_000))
TEXT = (
    "Over HTTP against the simulated servers. *Floor*: what the API allows at least: a list for each 100 tickets, one "
    "write for each thing that is created or changed, one read before a write that must not undo what people did; for "
    "`reconcile` on GitHub a query for each 100 tickets that wait for others, on GitLab, whose lists tell no links, a "
    "read for each ticket."
)


@dataclass(frozen=True, slots=True)
class Count:
    """What one run sent."""

    requests: int
    writes: int
    lists: int = field(default=0, compare=False)

    @property
    def others(self) -> int:
        """Requests that neither wrote nor listed tickets."""
        return self.requests - self.writes - self.lists


def run(tracker: Tracker, maps: Sequence[TaskPlan], reconcile: bool = False) -> None:
    """Push some maps in one run, as ``push`` or ``reconcile`` does."""
    found = observe(tracker, maps, GENEROUS, reconcile)
    policy = replace(GENEROUS, close_copies=reconcile)
    desired = [DesiredMap(each.map_id, origin(repr(each)), each) for each in maps]
    done = decided(desired, found, tracker.capabilities, policy)
    for _ in apply(ChangeSet(tracker.name, tuple(each.changes for each in done.maps)), tracker, policy):
        pass


def filled(server: Server, maps: Sequence[TaskPlan]) -> int:
    """Push some maps, in as many runs as the limit of an hour asks for; returns how many."""
    runs = 0
    while True:
        runs += 1
        try:
            run(server.tracker(), maps)
        except BudgetSpent as spent:
            server.connection().sleep(spent.seconds_to_wait)
        else:
            return runs


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
    return Count(len(server.requests), len(server.writes), len(server.lists))


def many(maps: int, tickets: int) -> list[TaskPlan]:
    """Return maps that share so many tickets."""
    return [map_of(tickets // maps - 1, f"map-{number:02}") for number in range(maps)]


def rows(name: str, pushed: tuple[int, int] = (10, 1_000), reconciled: tuple[int, int] = (50, 5_000)) -> list[Row]:
    """Count all scenarios on one server.

    :param pushed: maps and tickets of the larger unchanged push.
    :param reconciled: maps and tickets of ``reconcile``.
    """
    return [*_single(name), *_larger(name, *pushed), *_reconciled(name, *reconciled)]


def _single(name: str) -> Iterator[Row]:
    hundred = map_of(99)
    with SERVERS[name]() as server:
        first = counted(server, [hundred])
        things = 100 + _links_alone(name, hundred) + LABELS + 1
        what = f"{name}: first push of 100 tickets"
        yield Row(f"{what}, writes", first.writes, things, floor=things, shows=Number.FIRST,
                  note="tickets, links, labels, ledger")  # fmt: skip
        yield Row(f"{what}, reads besides lists", first.others, 8, shows=Number.FIRST)
        yield Row(f"{what}, lists", first.lists, note="before, second witness, features, lock")
        unchanged = counted(server, [hundred])
        yield from _unchanged(f"{name}: unchanged push of 100 tickets", unchanged, 100)
        yield from _edited(name, server, hundred)


def _unchanged(what: str, count: Count, tickets: int) -> Iterator[Row]:
    pages = math.ceil(tickets / PAGE)
    yield Row(f"{what}, requests", count.requests, pages + 3, floor=pages, shows=Number.UNCHANGED)
    yield Row(f"{what}, writes", count.writes, 0, floor=0, shows=Number.UNCHANGED)


def _edited(name: str, server: Server, hundred: TaskPlan) -> Iterator[Row]:
    ledger, opening = 1, 1 + 3
    three = counted(server, [edited(hundred, 3)])
    what = f"{name}: 3 edits in 100"
    yield Row(
        f"{what}, writes", three.writes, 3 + ledger, floor=3 + ledger, shows=Number.UPDATE, note="the ledger is one"
    )
    yield Row(f"{what}, requests", three.requests, opening + 2 * (3 + ledger), floor=1 + 2 * (3 + ledger),
              shows=Number.UPDATE)  # fmt: skip
    urgent = counted(server, [prioritised(edited(hundred, 3), 3)])
    least = 3 + 2 * 3 + ledger + 1
    yield Row(f"{what}, of their priority, writes", urgent.writes, least, floor=least, shows=Number.UPDATE,
              note="each adds a label and removes one; the new label is made once")  # fmt: skip


def _larger(name: str, maps: int, tickets: int) -> Iterator[Row]:
    made = many(maps, tickets)
    with SERVERS[name]() as server:
        _hurried(server)
        filled(server, made)
        again = counted(server, made)
    what = f"{name}: unchanged push of {maps} maps with {tickets:,} tickets"
    yield from _unchanged(what, again, tickets)
    yield Row(f"{what}, requests", again.requests, 13, floor=math.ceil(tickets / PAGE), shows=Number.THOUSAND)


def _reconciled(name: str, maps: int, tickets: int) -> Iterator[Row]:
    made = many(maps, tickets)
    with SERVERS[name]() as server:
        _hurried(server)
        filled(server, made)
        count = counted(server, made, reconcile=True)
    pages = math.ceil(tickets / PAGE)
    notes = {
        "github": "links: one query for each 100 tickets that wait for others, as the lists tell",
        "gitlab": "links: a read for each ticket, and one for each link to a parent, which alone shows its direction",
    }
    what = f"{name}: reconcile of {maps} maps with {tickets:,} tickets"
    waiting = sum(bool(spec.blocked_by) for each in made for spec in each.tasks)
    floors = {"github": pages + math.ceil(waiting / PAGE), "gitlab": pages + tickets}
    yield Row(f"{what}, requests", count.requests, floor=floors[name], note=notes[name])
    yield Row(f"{what}, writes", count.writes, 0, floor=0)


def _hurried(server: Server) -> None:
    """Leave the judging of GitLab's answers to the tests: it takes as long as all else that the server does."""
    if isinstance(server, OnGitLab):
        server.server.checks_answers = False


def _links_alone(name: str, made: TaskPlan) -> int:
    """Return how many writes links take: GitHub makes a ticket below its parent, and adds ten dependencies at once."""
    return math.ceil(edges_of(made) / 10) if name == "github" else len(made.tasks) + edges_of(made)


def edges_of(made: TaskPlan) -> int:
    """Return how many tasks wait for how many others."""
    return sum(len(spec.blocked_by) for spec in made.tasks)
