"""The one gate for writes: carries out a change set and nothing else.

The order is that of ``docs/how-it-decides.md``, "Order of writes": all tracking tickets, a fresh listing, then map by
map the tickets, the edges, and the ledger last. A create is never sent twice without looking for its marker in between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from techmap_sync.errors import NotSupported, OutcomeUnclear, TrackerError
from techmap_sync.planning.task import TaskSpec
from techmap_sync.syncing import writing
from techmap_sync.syncing.block import Block, read_block
from techmap_sync.syncing.changes import LEDGER, Action, Change, ChangeSet, FieldEdit, MapChanges
from techmap_sync.syncing.digest import text_digest
from techmap_sync.syncing.labels import has_label
from techmap_sync.syncing.matching import sort_tickets
from techmap_sync.syncing.outcomes import Outcome, Status
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.tracker import Draft, Edge, Ticket, Tracker


def apply(change_set: ChangeSet, tracker: Tracker, policy: SyncPolicy) -> Iterator[Outcome]:
    """Carry out a change set, yielding what became of each change as it happens.

    Stop taking outcomes and nothing more is written; the next run goes on from there.

    :raises TrackerError: the tracker failed; what was yielded before was done.
    """
    runs = [MapRun(changes, tracker, policy) for changes in change_set.maps if changes.writes]
    created = 0
    for run in runs:
        for outcome in run.create_tracking():
            created += 1
            yield outcome
    if created:
        _settle_races(runs, tracker, policy)
    for run in runs:
        yield from run.write()


def _settle_races(runs: list[MapRun], tracker: Tracker, policy: SyncPolicy) -> None:
    """Of two runs that made a tracking ticket at once the one with the lower number goes on."""
    holdings = sort_tickets(tracker.snapshot(policy.managed_label), policy).maps
    for run in runs:
        held = holdings.get(run.changes.map_id)
        first = held.tracking.ticket.number if held and held.tracking else ""
        if first and first != run.tracking:
            what = f"another run is pushing this map: its tracking ticket {first} came before our {run.tracking}"
            raise TrackerError(tracker.name, what, "push again when it is done; it will find one map and heal the copy")


@dataclass
class MapRun:
    """The writes of one map, with the numbers that exist so far."""

    changes: MapChanges
    tracker: Tracker
    policy: SyncPolicy
    numbers: dict[str, str] = field(default_factory=dict)
    unclear: list[Change] = field(default_factory=list)
    unsupported: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        assert self.changes.ledger is not None
        self.numbers.update({key: number for key, number in self.changes.ledger.tickets.items() if number})

    @property
    def tracking(self) -> str:
        """Number of the tracking ticket; empty as long as there is none."""
        return self.changes.tracking_number

    def create_tracking(self) -> Iterator[Outcome]:
        """Create the tracking ticket when there is none: it is the lock against another first push."""
        for change in self.changes.tracking_changes:
            if change.action is Action.CREATE:
                outcome = self._create(change) or self._create_again(change)
                self.changes = replace(self.changes, tracking_number=outcome.ticket)
                yield outcome

    def write(self) -> Iterator[Outcome]:
        """Write everything else, the ledger last."""
        rest = [change for change in self.changes.writes if change.key != self.changes.tracking_key]
        for change in rest:
            if change.action is Action.CREATE:
                outcome = self._create(change)
                if outcome:
                    yield outcome
            elif change.edge is None:
                yield self._rewrite(change)
        for change in self.unclear:
            yield self._create_again(change)
        yield from (self._edge(change) for change in rest if change.edge is not None)
        for change in self.changes.tracking_changes:
            is_copy = change.ticket not in ("", self.tracking)
            yield self._rewrite(change) if is_copy else self._ledger(change)

    def _create(self, change: Change) -> Outcome | None:
        """Create a ticket; None when it is unclear whether that worked and no such ticket is to be seen yet."""
        spec = writing.required(change)
        try:
            return self._created(change, self.tracker.create(self._draft(spec)), Status.APPLIED)
        except OutcomeUnclear:
            found = self._find(spec)
            if found is not None:
                return self._created(change, found, Status.APPLIED)
            if change.key != self.changes.tracking_key:
                self.unclear.append(change)
            return None

    def _create_again(self, change: Change) -> Outcome:
        """Post a create once more, after one more look for what the first attempt may have left."""
        spec = writing.required(change)
        found = self._find(spec)
        if found is not None:
            return self._created(change, found, Status.APPLIED)
        return self._created(change, self.tracker.create(self._draft(spec)), Status.APPLIED)

    def _draft(self, spec: TaskSpec) -> Draft:
        told = self.changes.texts.of_task(spec, self.numbers)
        return writing.draft(told, self.changes, self.tracking, self.policy, self.tracker.capabilities)

    def _find(self, spec: TaskSpec) -> Ticket | None:
        """Look for a ticket by its marker in a fresh listing."""
        holdings = sort_tickets(self.tracker.snapshot(self.policy.managed_label), self.policy).maps
        mine = holdings.get(self.changes.map_id)
        if mine is None:
            return None
        held = mine.tracking if spec.key == self.changes.tracking_key else mine.tickets.get(spec.key)
        return held.ticket if held else None

    def _created(self, change: Change, ticket: Ticket, status: Status) -> Outcome:
        if not has_label(ticket.labels, self.policy.managed_label):
            what = f"ticket {ticket.number} was created, but the label {self.policy.managed_label} was dropped"
            raise TrackerError(self.tracker.name, what, "the token needs the right to set labels; delete that ticket")
        self.numbers[change.key] = ticket.number
        return self._outcome(change, status, ticket, "")

    def _rewrite(self, change: Change) -> Outcome:
        """Update, close or reopen: read the ticket again, decide again, write only what was shown."""
        held = self._read(change.ticket)
        if isinstance(held, str):
            return Outcome(change, self.changes.map_id, Status.SKIPPED, change.ticket, held)
        told = replace(change, spec=self.changes.texts.of_task(change.spec, self.numbers) if change.spec else None)
        rewrite = writing.rewrite(told, held, self.changes, self.policy, self.tracker.capabilities)
        return self._carry_out(change, held, rewrite)

    def _carry_out(self, change: Change, held: Held, rewrite: writing.Rewrite) -> Outcome:
        """Labels first: the marker, which says that they were set, must not stand there when they never arrived."""
        number = held.ticket.number
        if rewrite.add_labels:
            self.tracker.add_labels(number, sorted(rewrite.add_labels))
        if rewrite.remove_labels:
            self.tracker.remove_labels(number, sorted(rewrite.remove_labels))
        ticket = self.tracker.update(number, rewrite.patch) if rewrite.patch else held.ticket
        return self._outcome(
            change, Status.APPLIED if rewrite else Status.ALREADY, ticket, text_digest(held.ticket.body)
        )

    def _edge(self, change: Change) -> Outcome:
        source, target = self.numbers.get(change.key, ""), self._target(change)
        if not source or not target or change.edge is None:
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, "one of its tickets does not exist")
        edge = Edge(change.edge, source, target)
        try:
            (self.tracker.link if change.action is Action.LINK else self.tracker.unlink)(edge)
        except NotSupported as error:
            self.unsupported.add((change.key, change.target))
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, error.what)
        return Outcome(change, self.changes.map_id, Status.APPLIED, source)

    def _target(self, change: Change) -> str:
        return self.tracking if change.target == self.changes.tracking_key else self.numbers.get(change.target, "")

    def _ledger(self, change: Change) -> Outcome:
        """Update, close or reopen the tracking ticket, with its ledger merged into the ledger as it is by now."""
        if change.action is Action.CREATE:
            edits = tuple(FieldEdit(name, "", "") for name in (LEDGER, *self.changes.texts.sections))
            change = replace(change, action=Action.UPDATE, ticket=self.tracking, edits=edits, reason="")
        held = self._read(self.tracking)
        if isinstance(held, str):
            return Outcome(change, self.changes.map_id, Status.SKIPPED, self.tracking, held)
        ledger = writing.final_ledger(self.changes, held.marker.ledger, self.numbers, self.unsupported)
        told = replace(change, spec=self.changes.texts.of_tracking(change.spec, self.numbers) if change.spec else None)
        rewrite = writing.rewrite(told, held, self.changes, self.policy, self.tracker.capabilities, ledger)
        return self._carry_out(change, held, rewrite)

    def _read(self, number: str) -> Held | str:
        """Read a ticket again; a sentence when it is no longer ours to write."""
        ticket = self.tracker.get(number)
        if ticket is None:
            return "it was deleted in the meantime"
        block = read_block(ticket.body)
        return Held(ticket, block) if isinstance(block, Block) else f"it was changed in the meantime: {block.reason}"

    def _outcome(self, change: Change, status: Status, ticket: Ticket, before: str) -> Outcome:
        return Outcome(
            change, self.changes.map_id, status, ticket.number, "", before, text_digest(ticket.body), ticket.url
        )
