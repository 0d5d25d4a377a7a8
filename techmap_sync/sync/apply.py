"""The one gate for writes: carries out a change set and nothing else.

The order is that of ``docs/how-it-decides.md``, "Order of writes": all tracking tickets, a fresh listing, then map by
map the tickets, the edges, and the ledger last; the last edges of a map may share a request with the first of the next.
Each single write is in ``map_writer.py``.
When the tracker refuses one ticket, that write fails and everything that does not depend on it goes ahead.
"""

from __future__ import annotations

from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import assert_never

from techmap_sync.sync.change_set import ChangeSet, Outcome, Status, Tolerance, takers_first
from techmap_sync.sync.changes import (
    Close,
    Create,
    LabelOrphan,
    Link,
    Reopen,
    Unlink,
    Update,
    Write,
)
from techmap_sync.sync.map_writer import LEDGER_ALONE, MapWriter
from techmap_sync.sync.observe import listed
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.shared_links import SharedLinks
from techmap_sync.sync.ticket_fields import LEDGER
from techmap_sync.sync.tracker import EdgeKind, Tracker

_WHEN_DONE = "push again when it is done; it will find one map and heal the copy"


def apply(change_set: ChangeSet, tracker: Tracker, policy: SyncPolicy) -> Iterator[Outcome]:
    """Carry out a change set and yield the outcome of each change as it happens.

    When the caller stops taking outcomes, nothing more is written; the next run continues from there.

    :raises TrackerError: the tracker failed as a whole; everything yielded before was done.
    """
    tolerance = Tolerance()
    runs = [MapRun(changes, tracker, policy, tolerance) for changes in change_set.maps if changes.writes]
    created = 0
    for run in runs:
        for outcome in run.create_tracking():
            created += outcome.status is Status.APPLIED
            yield outcome
    written = {key for each in change_set.maps if not each.writes for key in (*each.base.tickets, *each.base.gone)}
    able = [run for run in runs if run.has_tracking]
    for run, outcome in list(_lost(able, tracker, policy)) if created else ():
        able.remove(run)
        yield outcome
    order = takers_first([run.changes for run in able])
    in_order = sorted(able, key=lambda run: order.index(run.changes.map_id))
    yield from _written(in_order, SharedLinks(tracker), written)
    for run in able:
        yield from run.let_go(written)


def _written(runs: list[MapRun], links: SharedLinks, written: set[str]) -> Iterator[Outcome]:
    """Write maps in order; one whose links wait for those of the next maps is finished after them.

    :param written: keys in the ledgers that have been written; those of these maps are added.
    """
    unfinished: list[MapRun] = []
    for run in runs:
        yield from run.write_tickets()
        yield from links.write(run, run.links)
        unfinished.append(run)
        if run is runs[-1] or not links.has_links_of(run):
            yield from links.finish()
        while unfinished and not links.has_links_of(unfinished[0]):
            first = unfinished.pop(0)
            yield from first.finish(written)
            written |= first.settled


def _lost(runs: list[MapRun], tracker: Tracker, policy: SyncPolicy) -> Iterator[tuple[MapRun, Outcome]]:
    """Yield the maps that another run is pushing: of two tracking tickets created at once, the lower number wins."""
    holdings = listed(tracker, policy).maps
    for run in runs:
        held = holdings.get(run.changes.map_id)
        first = held.tracking.ticket.number if held and held.tracking else ""
        if first and first != run.tracking:
            yield run, run.lost_to(first)


@dataclass
class MapRun(MapWriter):
    """Writes one map in order."""

    @property
    def settled(self) -> frozenset[str]:
        """Keys that other maps may drop: this map's ledger has them, and none still has its former parent.

        A ticket that has one stays in the other ledger, so that the next run tries again.
        """
        adrift = {change.key for change in self.undone if change.edge is EdgeKind.CHILD_OF}
        return self.listed - (adrift & self.changes.arriving)

    @property
    def has_tracking(self) -> bool:
        """Whether the map may be written: without a tracking ticket nothing distinguishes its tickets from copies."""
        return bool(self.tracking) or not any(isinstance(change, Create) for change in self.changes.tracking_changes)

    def create_tracking(self) -> Iterator[Outcome]:
        """Create the tracking ticket if there is none: it is the lock against another first push."""
        for change in self.changes.tracking_changes:
            if isinstance(change, Create):
                for outcome in self._tried(change, lambda each: self._create(each) or self._create_again(each)):
                    if outcome.status is Status.APPLIED:
                        self.changes = replace(self.changes, tracking_number=outcome.ticket)
                    yield outcome

    def lost_to(self, first: str) -> Outcome:
        """Return the outcome of the new tracking ticket: nothing more of the map is written.

        :param first: number of the tracking ticket that another run created.
        """
        change: Write = next(map(self._final, self.changes.tracking_changes), self.changes.writes[0])
        what = f"another run is pushing the map {self.changes.map_id}: its tracking ticket {first} came first"
        return self._not_done(change, Status.FAILED, what, _WHEN_DONE)

    def write_tickets(self) -> Iterator[Outcome]:
        """Write all tickets; of the tracking ticket only a text whose ticks move."""
        last = self.changes.tracking_last
        for change in self.changes.writes:
            if change in last:
                continue
            match change:
                case Create():
                    yield from self._tried(change, self._create)
                case Update() | LabelOrphan() | Close() | Reopen():
                    yield from self._tried(change, self._rewrite)
                case Link() | Unlink():
                    pass
                case _:
                    assert_never(change)
        yield from self._all_tried(self.unclear_tickets, self._create_again)

    def finish(self, written: Set[str]) -> Iterator[Outcome]:
        """Write what needs the links, the ledger last.

        :param written: keys in the ledgers of other maps that have been written.
        """
        self.elsewhere = frozenset(written)
        yield from self._all_tried(self.unclear_links, self._link_again)
        yield from self._all_tried(self._restatements(), self._restate)
        for last in map(self._final, self.changes.tracking_last):
            is_copy = last.ticket not in ("", self.tracking)
            if isinstance(last, Close) and self._kept:
                yield self._not_done(last, Status.LEFT, "not all of its tickets went to other maps")
                continue
            if isinstance(last, Close) and self.undone and not is_copy:
                # Where all tickets are closed, no push returns.
                yield self._not_done(last, Status.LEFT, "another write of this document failed")
                continue
            yield from self._tried(last, self._rewrite if is_copy else self._ledger)

    @property
    def _kept(self) -> frozenset[str]:
        """Keys that other maps should list but do not list yet."""
        return frozenset(each.key for each in self.changes.leaving.values()) - self.elsewhere

    def let_go(self, written: Set[str]) -> Iterator[Outcome]:
        """Drop from the ledger what it kept because the other map had not been written yet."""
        kept = self._kept
        own = (change for change in self.changes.tracking_changes if isinstance(change, Update))
        update = next((change for change in own if LEDGER in change.fields), None)
        if update and kept & written:
            self.elsewhere = frozenset(written)
            yield from self._tried(replace(update, edits=LEDGER_ALONE), self._ledger)
