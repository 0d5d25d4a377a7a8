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
AT_ONCE = 10
"""Links in one request."""
FREE = "gitlab, free tier"
GENEROUS = replace(POLICY, limits=replace(POLICY.limits, max_creates=10_000))
TEXT = (
    "Over HTTP against the simulated servers. *Floor*: what the API allows at least: a list for each 100 tickets, one "
    "write for each thing that is created or changed, but one for each ten links, one read before a write that must "
    "not undo what people did; for `reconcile` a query for the links of each 100 tickets: on GitHub those that wait "
    "for others, as the lists tell, on GitLab all, on its free tier only tracking tickets. *Singly*: the same with a "
    "request for each link that is written, and for the links of each ticket that are read."
)
MOST_RECONCILED = {"github": 110, "gitlab": 160, FREE: 160}


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
        singly = 100 + len(hundred.tasks) + edges_of(hundred) + LABELS + 1
        yield Row(f"{what}, writes", first.writes, things, floor=things, shows=Number.FIRST,
                  note=f"tickets, links, labels, ledger; singly {singly}")  # fmt: skip
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
        yield from _compared(name, server, made, tickets)
    if name == "gitlab":
        with SERVERS[name]() as server:
            _hurried(server)
            _without_premium(server)
            filled(server, made)
            yield from _compared(FREE, server, made, tickets)


def _compared(name: str, server: Server, made: Sequence[TaskPlan], tickets: int) -> Iterator[Row]:
    """Count what ``reconcile`` takes."""
    count, pages = counted(server, made, reconcile=True), math.ceil(tickets / PAGE)
    tasks = [spec for each in made for spec in each.tasks]
    asked = {"github": sum(bool(spec.blocked_by) for spec in tasks), "gitlab": len(tasks), FREE: len(made)}[name]
    singly = {"github": asked, "gitlab": 2 * len(tasks), FREE: 2 * len(tasks)}[name]
    what = f"{name}: reconcile of {len(made)} maps with {tickets:,} tickets"
    note = f"singly {pages + singly:,}; links of {asked:,} tickets"
    yield Row(f"{what}, requests", count.requests, MOST_RECONCILED[name], floor=pages + math.ceil(asked / PAGE),
              note=note, shows=Number.RECONCILE)  # fmt: skip
    yield Row(f"{what}, writes", count.writes, 0, floor=0)


def _without_premium(server: Server) -> None:
    """Take from GitLab what its free tier lacks."""
    assert isinstance(server, OnGitLab)
    server.server.world.premium = False


def _hurried(server: Server) -> None:
    """Leave the judging of GitLab's answers to the tests: it takes as long as all else that the server does."""
    if isinstance(server, OnGitLab):
        server.server.checks_answers = False


def _links_alone(name: str, made: TaskPlan) -> int:
    """Return how many requests links take, ten in each; on GitHub a ticket is made below its parent."""
    parents = 0 if name == "github" else len(made.tasks)
    return math.ceil(edges_of(made) / AT_ONCE) + math.ceil(parents / AT_ONCE)


def edges_of(made: TaskPlan) -> int:
    """Return how many tasks wait for how many others."""
    return sum(len(spec.blocked_by) for spec in made.tasks)
