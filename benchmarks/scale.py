"""Two thousand maps with forty thousand tickets, and four times fewer: time, memory, requests, and a page."""

from __future__ import annotations

import gc
import math
import tracemalloc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from time import process_time

from benchmarks.clock import calm
from benchmarks.counts import PAGE, Count, counted, many
from benchmarks.growth import GENEROUS, ROOMY
from benchmarks.numbers import Number
from benchmarks.plans import edited
from benchmarks.table import Row
from techmap_sync.planning.task import TaskPlan
from techmap_sync.reports.html.status_page import status_html
from techmap_sync.reports.status_report import status_document
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import read_block
from techmap_sync.sync.change_set import ChangeSet
from techmap_sync.sync.decide import Decided
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.progress import Gate, Subject, take_stock
from techmap_sync.sync.tickets import Sorted, sort_tickets
from techmap_sync.sync.tracker import Snapshot, Ticket
from tests.fakes.memory import MemoryTracker
from tests.simulators import github
from tests.simulators.gitlab.world import BOT, World
from tests.sync.build import origin
from tests.sync.drive import decided
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

MAPS = (500, 2_000)
TICKETS = 20
"""Of each map, its tracking ticket among them."""
MOST_GROWTH = 4.8
"""Times, for four times the maps."""
MOST_KB = 20.0
"""Of memory for each ticket."""
MOST_BYTES = 1_000.0
"""Of the page, for each task."""
MOST_REQUESTS = 2.5
"""For each 100 tickets."""
TEXT = (
    f"Maps of {TICKETS} tickets each, over a tracker in memory. *plan* sorts all tickets and works out what a push "
    "would write after one edit; *reconcile* reads links as well; *status* takes stock of that and writes the page, "
    "which `tests/reports/test_browser.py` opens. Processor time, once; peak memory by `tracemalloc`, measured apart. "
    "Requests are those of a run against the simulated servers, into which the same tickets are put without one."
)


@dataclass(frozen=True)
class Archive:
    """Maps, and the tickets that a push of them has made."""

    plans: tuple[TaskPlan, ...]
    tracker: MemoryTracker

    @property
    def size(self) -> int:
        """The number of tickets."""
        return len(self.tracker.tickets)

    def planned(self) -> Decided:
        """Work out what a push would write after an edit."""
        return self._decided(sort_tickets(self.tracker.snapshot(GENEROUS.managed_label), GENEROUS), 1)

    def reconciled(self) -> Decided:
        """Work out what ``reconcile`` would write; nothing has changed."""
        return self._decided(observe(self.tracker, self.plans, GENEROUS, True), 0)

    def page(self, known: Decided) -> str:
        """Take stock of what was decided, and write the page of ``status``."""
        subjects = (
            Subject(each.changes.map_id, Gate.APPROVED, each.changes, each.tickets.holdings, each.tickets.plan)
            for each in known.maps
        )
        return status_html(status_document(take_stock(subjects), self.tracker.name, "2026-01-01T00:00:00+00:00"))

    def _decided(self, found: Sorted, edits: int) -> Decided:
        plans = (edited(self.plans[0], edits), *self.plans[1:])
        return decided(_desired(plans), found, ROOMY, GENEROUS)


def archive(maps: int) -> Archive:
    """Return so many maps with their tickets, each pushed alone: a run asks for all that is there."""
    plans, tickets = many(maps, maps * TICKETS), dict[str, Ticket]()
    for each in plans:
        tracker = MemoryTracker(ROOMY, created=len(tickets))
        changes = decided(_desired([each]), sort_tickets(Snapshot(()), GENEROUS), ROOMY, GENEROUS).maps
        for _ in apply(ChangeSet(tracker.name, tuple(one.changes for one in changes)), tracker, GENEROUS):
            pass
        tickets |= tracker.tickets
    return Archive(tuple(plans), MemoryTracker(ROOMY, tickets=tickets, created=len(tickets)))


def rows(maps: Sequence[int] = MAPS) -> Iterator[Row]:
    """Measure each step with fewer and with more maps, and memory and requests with the fewer."""
    few, more = map(archive, maps)
    yield from _grown(few, more)
    what = f"{few.size:,} tickets, peak memory of `reconcile` for each"
    yield Row(what, _peak(few.reconciled) / few.size / 1024, MOST_KB, unit=" KB", shows=Number.SCALE)
    for name in SERVERS:
        yield from _requests(name, few)


def _grown(few: Archive, more: Archive) -> Iterator[Row]:
    small, large = _steps(few), _steps(more)
    for name, seconds in large.seconds.items():
        what = f"{few.size:,} to {more.size:,} tickets, `{name}`"
        note = f"{1e6 * seconds / more.size:.0f} µs for a ticket"
        yield Row(what, seconds / small.seconds[name], MOST_GROWTH, floor=more.size / few.size, unit=" x", note=note,
                  shows=Number.SCALE)  # fmt: skip
    what = f"page of {len(more.plans):,} maps with {more.size:,} tickets, bytes for each"
    yield Row(what, large.bytes / more.size, MOST_BYTES, note=f"{large.bytes / 1e6:.1f} MB", shows=Number.SCALE)


@dataclass(frozen=True, slots=True)
class Steps:
    """What the steps took."""

    seconds: Mapping[str, float]
    bytes: int
    """Of the page."""


def _steps(of: Archive) -> Steps:
    with calm():
        times = [process_time()]
        for step in (of.planned, of.reconciled):
            read_block.cache_clear()
            known = step()
            times.append(process_time())
        page = of.page(known)
        times.append(process_time())
    seconds = (end - begin for begin, end in pairwise(times))
    return Steps(dict(zip(("plan", "reconcile", "status"), seconds, strict=True)), len(page.encode()))


def _peak(work: Callable[[], object]) -> float:
    read_block.cache_clear()
    gc.collect()
    tracemalloc.start()
    work()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def _requests(name: str, made: Archive) -> Iterator[Row]:
    with SERVERS[name]() as server:
        put(server, made.tracker.tickets.values())
        for run, reconcile in (("unchanged push", False), ("reconcile", True)):
            count = counted(server, made.plans, reconcile)
            yield from _count(f"{name}: {run} of {len(made.plans):,} maps with {made.size:,} tickets", count, made.size)


def _count(what: str, count: Count, tickets: int) -> Iterator[Row]:
    hundreds = math.ceil(tickets / PAGE)
    note = f"{count.requests:,} in all"
    yield Row(f"{what}, requests for each 100", count.requests / hundreds, MOST_REQUESTS, floor=1, note=note,
              shows=Number.SCALE)  # fmt: skip
    yield Row(f"{what}, writes", count.writes, 0, floor=0, shows=Number.SCALE)


def put(server: Server, tickets: Iterable[Ticket]) -> None:
    """Put tickets into a server, without a request."""
    match server:
        case OnGitHub():
            for each in tickets:
                _put_on_github(server.server, each)
        case OnGitLab():
            server.server.checks_answers = False
            for each in tickets:
                _put_on_gitlab(server.server.world, each)


def _put_on_github(server: github.GitHub, ticket: Ticket) -> None:
    repository, now = server.repository, server.clock()
    (account,) = server.accounts.values()
    number, parent = int(ticket.number), ticket.parent
    repository.issues[number] = github.Issue(
        repository.next_id(), number, ticket.title, ticket.body, account, now, now,
        labels=[repository.label(name).name for name in sorted(ticket.labels)],
        parent=int(parent) if parent else None,
        blocked_by=sorted(map(int, ticket.blocked_by or ())),
    )  # fmt: skip


def _put_on_gitlab(world: World, ticket: Ticket) -> None:
    issue = world.add_issue(ticket.title, BOT, description=ticket.body, labels=sorted(ticket.labels))
    assert str(issue.iid) == ticket.number
    if ticket.parent:
        world.add_link(int(ticket.parent), issue.iid)
    for blocker in sorted(map(int, ticket.blocked_by or ())):
        world.add_link(blocker, issue.iid, "blocks")


def _desired(plans: Iterable[TaskPlan]) -> list[DesiredMap]:
    return [DesiredMap(each.map_id, origin(repr(each)), each) for each in plans]
