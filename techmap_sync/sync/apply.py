"""The one gate for writes: carries out a change set and nothing else.

The order is that of ``docs/how-it-decides.md``, "Order of writes": all tracking tickets, a fresh listing, then map by
map the tickets, the edges, and the ledger last. A create is never sent twice without looking for its marker in between.
What the tracker refuses about one ticket fails alone: the run goes on with everything that does not depend on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass, field, replace

from techmap_sync.errors import NotAllowed, NotSupported, OutcomeUnclear, TicketRefused
from techmap_sync.planning.task import SectionName, TaskSpec
from techmap_sync.sync import writing
from techmap_sync.sync.arrivals import bound
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.changes import LEDGER, MARKER, Action, Change, ChangeSet, FieldEdit, MapChanges
from techmap_sync.sync.comparison import text_digest
from techmap_sync.sync.ledger import final_ledger
from techmap_sync.sync.link_fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.merge import Held, has_label
from techmap_sync.sync.observe import listed
from techmap_sync.sync.outcomes import Outcome, Status, Tolerance
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, State, Ticket, Tracker

_WHEN_DONE = "push again when it is done; it will find one map and heal the copy"
_IN_TEXT = "the texts of the tickets say it instead; push --refresh tries again"


def apply(change_set: ChangeSet, tracker: Tracker, policy: SyncPolicy) -> Iterator[Outcome]:
    """Carry out a change set, yielding what became of each change as it happens.

    Stop taking outcomes and nothing more is written; the next run goes on from there.

    :raises TrackerError: the tracker failed as a whole; what was yielded before was done.
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
    for run in _takers_first(able):
        yield from run.write(written)
        written |= run.settled
    for run in able:
        yield from run.let_go(written)


def _takers_first(runs: list[MapRun]) -> list[MapRun]:
    """Put the map that a ticket goes to before the one that it leaves: a ticket is in one ledger or in both, never in
    none. Maps that exchange tickets let go of them in one more write.
    """
    order: list[MapRun] = []
    left = list(runs)
    while left:
        ids = {run.changes.map_id for run in left}
        free = [run for run in left if ids.isdisjoint(each.map_id for each in run.changes.leaving.values())] or left[:1]
        order += free
        left = [run for run in left if run not in free]
    return order


def _lost(runs: list[MapRun], tracker: Tracker, policy: SyncPolicy) -> Iterator[tuple[MapRun, Outcome]]:
    """Yield the maps that another run is pushing: of two tracking tickets made at once the lower number goes on."""
    holdings = listed(tracker, policy).maps
    for run in runs:
        held = holdings.get(run.changes.map_id)
        first = held.tracking.ticket.number if held and held.tracking else ""
        if first and first != run.tracking:
            yield run, run.lost_to(first)


@dataclass
class MapRun:
    """The writes of one map, with the numbers that exist so far."""

    changes: MapChanges
    tracker: Tracker
    policy: SyncPolicy
    tolerance: Tolerance = field(default_factory=Tolerance)
    numbers: dict[str, str] = field(default_factory=dict)
    unclear: list[Change] = field(default_factory=list)
    """Creations and links to which no clear answer came: looked up and sent again once the rest is done."""
    unsupported: set[tuple[str, str]] = field(default_factory=set)
    undone: list[Change] = field(default_factory=list)
    """What failed, and what was left because of that."""
    stated: dict[str, str] = field(default_factory=dict)
    """What each ticket's text says of edges that the tracker does not hold, as it was last written, by key."""
    elsewhere: frozenset[str] = frozenset()
    """Keys in the ledgers of other maps that this run has written."""
    listed: frozenset[str] = frozenset()
    """Keys in the ledger of this map as it stands there."""

    def __post_init__(self) -> None:
        assert self.changes.ledger is not None
        self.listed = frozenset(self.changes.base.tickets) | self.changes.base.gone
        self.numbers.update(self.changes.elsewhere)
        self.numbers.update({key: number for key, number in self.changes.ledger.tickets.items() if number})
        texts = self.changes.texts
        self.stated.update({key: texts.stated(spec, self.numbers) for key, spec in texts.waiting.items()})

    @property
    def settled(self) -> frozenset[str]:
        """Keys that other maps may let go of: in this map's ledger, and of none is the parent still the former one.

        That map goes on to list it, so that the next run tries again.
        """
        adrift = {change.key for change in self.undone if change.edge is EdgeKind.CHILD_OF}
        return self.listed - (adrift & self.changes.arriving)

    @property
    def tracking(self) -> str:
        """Number of the tracking ticket; empty as long as there is none."""
        return self.changes.tracking_number

    @property
    def has_tracking(self) -> bool:
        """Whether the map may be written: without its tracking ticket nothing would tell its tickets from copies."""
        return bool(self.tracking) or not any(c.action is Action.CREATE for c in self.changes.tracking_changes)

    def create_tracking(self) -> Iterator[Outcome]:
        """Create the tracking ticket when there is none: it is the lock against another first push."""
        for change in self.changes.tracking_changes:
            if change.action is Action.CREATE:
                for outcome in self._tried(change, lambda each: self._create(each) or self._create_again(each)):
                    if outcome.status is Status.APPLIED:
                        self.changes = replace(self.changes, tracking_number=outcome.ticket)
                    yield outcome

    def lost_to(self, first: str) -> Outcome:
        """Return why nothing more of the map is written, for its new tracking ticket.

        :param first: number of the tracking ticket that another run made.
        """
        change = next(iter(self.changes.tracking_changes), self.changes.writes[0])
        what = f"another run is pushing the map {self.changes.map_id}: its tracking ticket {first} came first"
        return self._not_done(self._with_ledger(change), Status.FAILED, what, _WHEN_DONE)

    def write(self, written: Set[str]) -> Iterator[Outcome]:
        """Write everything else, the ledger last.

        :param written: keys in the ledgers of other maps that are written by now.
        """
        self.elsewhere = frozenset(written)
        rest = [change for change in self.changes.writes if change.key != self.changes.tracking_key]
        for change in rest:
            if change.edge is None:
                yield from self._tried(change, self._create if change.action is Action.CREATE else self._rewrite)
        yield from self._again(self._create_again)
        for change in rest:
            if change.edge is not None:
                yield from self._tried(change, self._edge)
        yield from self._again(self._edge_again)
        for restatement in self._restatements():
            yield from self._tried(restatement, self._restate)
        for change in self.changes.tracking_changes:
            is_copy = change.ticket not in ("", self.tracking)
            last = self._with_ledger(change) if change.action is Action.CREATE else change
            if change.action is Action.CLOSE and self._kept:
                yield self._not_done(change, Status.LEFT, "not all of its tickets went to other maps")
                continue
            yield from self._tried(last, self._rewrite if is_copy else self._ledger)

    @property
    def _kept(self) -> frozenset[str]:
        """Keys that other maps are to list and do not list yet."""
        return frozenset(each.key for each in self.changes.leaving.values()) - self.elsewhere

    def let_go(self, written: Set[str]) -> Iterator[Outcome]:
        """Take out of the ledger what it kept because the other map was not written yet."""
        kept = self._kept
        ledger = next((change for change in self.changes.tracking_changes if LEDGER in change.fields), None)
        if ledger and kept & written:
            self.elsewhere = frozenset(written)
            yield from self._tried(replace(ledger, edits=(FieldEdit(LEDGER, "", ""),)), self._ledger)

    def _with_ledger(self, creation: Change) -> Change:
        """Return the second write of a new tracking ticket, which belongs to its creation."""
        edits = (FieldEdit(LEDGER, "", ""),)
        return replace(creation, action=Action.UPDATE, ticket=self.tracking, edits=edits, reason="")

    def _again(self, write: Callable[[Change], Outcome | None]) -> Iterator[Outcome]:
        """Try once more what may or may not have been written."""
        unclear, self.unclear = self.unclear, []
        for change in unclear:
            yield from self._tried(change, write)

    def _tried(self, change: Change, write: Callable[[Change], Outcome | None]) -> Iterator[Outcome]:
        """Write a change; what the tracker refuses about its ticket is an outcome too.

        :raises TrackerError: the failure is about the whole run.
        """
        try:
            outcome = write(change)
        except (TicketRefused, OutcomeUnclear) as error:
            self.tolerance.failed(error, creates=change.action is Action.CREATE)
            yield self._not_done(change, Status.FAILED, error.what, error.hint)
            return
        if outcome is not None:
            if outcome.status is Status.APPLIED:
                self.tolerance.passed()
            yield outcome

    def _not_done(self, change: Change, status: Status, detail: str, hint: str = "") -> Outcome:
        self.undone.append(change)
        ticket = change.ticket or self.numbers.get(change.key, "")
        return Outcome(change, self.changes.map_id, status, ticket, detail, hint)

    def _create(self, change: Change) -> Outcome | None:
        """Create a ticket; None when it is unclear whether that worked and no such ticket is to be seen yet."""
        spec = writing.required(change)
        try:
            return self._posted(change, spec)
        except OutcomeUnclear as error:
            found = self._find(spec)
            if found is not None:
                return self._created(change, found)
            self.tolerance.failed(error, creates=True)
            if change.key != self.changes.tracking_key:
                self.unclear.append(change)
            return None

    def _create_again(self, change: Change) -> Outcome:
        """Post a create once more, after one more look for what the first attempt may have left."""
        spec = writing.required(change)
        found = self._find(spec)
        return self._created(change, found) if found else self._posted(change, spec)

    def _posted(self, change: Change, spec: TaskSpec) -> Outcome:
        """Send a creation; without its assignees or its milestone, where the tracker refuses only these."""
        try:
            ticket = self.tracker.create(self._draft(spec))
        except TicketRefused as error:
            lesser = writing.without(spec, error.field)
            if lesser == spec:
                raise
            return replace(self._posted(change, lesser), detail=f"without {error.field}: {error.what}")
        lacking = ", ".join(writing.lacking(spec, ticket, self.tracker.capabilities))
        detail = f"the tracker did not take {lacking}" if lacking else ""
        return replace(self._created(change, ticket), detail=detail)

    def _draft(self, spec: TaskSpec) -> Draft:
        told = self._told(spec)
        return writing.draft(told, self.changes, self.tracking, self.policy, self.tracker.capabilities)

    def _told(self, spec: TaskSpec) -> TaskSpec:
        """Return a task whose text names the tickets that exist by now."""
        self.stated[spec.key] = self._texts.stated(spec, self.numbers)
        return self._texts.of_task(spec, self.numbers)

    @property
    def _texts(self) -> EdgeTexts:
        """What texts have to say of edges, with those that the tracker turned out not to hold."""
        texts = self.changes.texts
        if self.unsupported:
            texts = texts.with_refused(self.unsupported, self.changes.tracking_key)
        return texts if self.tracker.capabilities.native_blocking else texts.stating_all()

    def _find(self, spec: TaskSpec) -> Ticket | None:
        """Look for a ticket by its marker in a fresh listing."""
        holdings = listed(self.tracker, self.policy).maps
        mine = holdings.get(self.changes.map_id)
        if mine is None:
            return None
        held = mine.tracking if spec.key == self.changes.tracking_key else mine.tickets.get(spec.key)
        return held.ticket if held else None

    def _created(self, change: Change, ticket: Ticket) -> Outcome:
        if not has_label(ticket.labels, self.policy.managed_label):
            what = f"ticket {ticket.number} was created, but the label {self.policy.managed_label} was dropped"
            raise NotAllowed(self.tracker.name, what, "the token needs the right to set labels; delete that ticket")
        self.numbers[change.key] = ticket.number
        return self._outcome(change, Status.APPLIED, ticket, "")

    def _rewrite(self, change: Change) -> Outcome:
        """Update, close or reopen: read the ticket again, decide again, write only what was shown."""
        held = self._read(change.ticket, change)
        if isinstance(held, str):
            return Outcome(change, self.changes.map_id, Status.SKIPPED, change.ticket, held)
        told = replace(change, spec=self._told(change.spec) if change.spec else None)
        return replace(self._written(told, held), change=change)

    def _written(self, change: Change, held: Held, ledger: Ledger | None = None) -> Outcome:
        """Write what a change asks for; without its milestone, where the tracker refuses only that."""
        rewrite = writing.rewrite(change, held, self.changes, self.policy, self.tracker.capabilities, ledger)
        try:
            return self._carry_out(change, held, rewrite)
        except TicketRefused as error:
            lesser = writing.with_former(change, held, error.field)
            if lesser == change:
                raise
            done, detail = self._written(lesser, held, ledger), f"without {error.field}: {error.what}"
            return replace(done, detail=detail, status=done.status if done.status is Status.APPLIED else Status.SKIPPED)

    def _carry_out(self, change: Change, held: Held, rewrite: writing.Rewrite) -> Outcome:
        """Labels first: the marker, which says that they were set, must not stand there when they never arrived."""
        number = held.ticket.number
        if rewrite.add_labels:
            self.tracker.add_labels(number, sorted(rewrite.add_labels))
        if rewrite.remove_labels:
            self.tracker.remove_labels(number, sorted(rewrite.remove_labels))
        ticket = self.tracker.update(number, rewrite.patch) if rewrite.patch else held.ticket
        status = Status.APPLIED if rewrite else Status.ALREADY
        return self._outcome(change, status, ticket, text_digest(held.ticket.body))

    def _edge(self, change: Change) -> Outcome | None:
        """Add or remove an edge; None when it is unclear whether that worked."""
        try:
            return self._edge_again(change)
        except OutcomeUnclear as error:
            self.tolerance.failed(error, creates=False)
            self.unclear.append(change)
            return None

    def _edge_again(self, change: Change) -> Outcome:
        """Add or remove an edge: one that is already as it should be is no error, so that this may be repeated."""
        source, target = self.numbers.get(change.key, ""), self._target(change)
        if not self._failed_to_create.isdisjoint((change.key, change.target)):
            return self._not_done(change, Status.LEFT, "its ticket failed")
        if not source or not target or change.edge is None:
            self.undone.append(change)
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, "one of its tickets does not exist")
        edge = Edge(change.edge, source, target)
        try:
            if change.action is Action.LINK and not self.tracker.capabilities.can_hold(change.edge):
                raise NotSupported(self.tracker.name, f'this server has no "{change.edge}"')
            (self.tracker.link if change.action is Action.LINK else self.tracker.unlink)(edge)
        except NotSupported as error:
            self.unsupported.add((change.key, change.target))
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, error.what, _IN_TEXT)
        return Outcome(change, self.changes.map_id, Status.APPLIED, source)

    @property
    def _failed_to_create(self) -> frozenset[str]:
        return frozenset(change.key for change in self.undone if change.action is Action.CREATE)

    def _target(self, change: Change) -> str:
        return self.tracking if change.target == self.changes.tracking_key else self.numbers.get(change.target, "")

    def _restatements(self) -> Iterator[Change]:
        """Yield what texts still have to say: edges that were refused, and numbers that came after the text.

        It belongs to the changes that the plan shows, and is no change of its own in any count.
        """
        texts, edits = self._texts, (FieldEdit(MARKER, "", SectionName.WAITS_FOR),)
        for key, spec in texts.waiting.items():
            number = self.numbers.get(key, "")
            if number and texts.stated(spec, self.numbers) != self.stated[key]:
                yield Change(Action.UPDATE, key, spec.title, number, edits=edits, spec=spec)

    def _restate(self, change: Change) -> Outcome | None:
        """Write what a text says of edges, and nothing else; None when there is nothing to write."""
        held = self._read(change.ticket, change)
        if isinstance(held, str) or held.ticket.state is State.CLOSED or change.spec is None:
            return None
        told = replace(change, spec=self._told(change.spec), edits=(FieldEdit(SectionName.WAITS_FOR, "", ""),))
        rewrite = writing.rewrite(told, held, self.changes, self.policy, self.tracker.capabilities)
        return self._carry_out(change, held, rewrite) if rewrite else None

    def _ledger(self, change: Change) -> Outcome:
        """Update, close or reopen the tracking ticket, with its ledger merged into the ledger as it is by now."""
        held = self._read(self.tracking, change)
        if isinstance(held, str):
            return Outcome(change, self.changes.map_id, Status.SKIPPED, self.tracking, held)
        now, undone = held.marker.ledger, self.undone
        ledger = final_ledger(self.changes, now, self.numbers, self.unsupported, undone, self.elsewhere)
        told = change
        if change.spec:
            edits = tuple(FieldEdit(name, "", "") for name in self._texts.sections)
            spec = self._texts.of_tracking(change.spec, self.numbers)
            told = replace(change, spec=spec, edits=(*change.edits, *edits))
        outcome = replace(self._written(told, held, ledger), change=change)
        self.listed = frozenset(ledger.tickets) | ledger.gone
        return outcome

    def _read(self, number: str, change: Change) -> Held | str:
        """Read a ticket again; a sentence when it is no longer ours to write."""
        ticket = self.tracker.get(number)
        if ticket is None:
            return "it was deleted in the meantime"
        block = read_block(ticket.body)
        if change.key in self.changes.bound and change.spec and not isinstance(block, Block):
            return bound(change.spec, ticket, self.changes.map_id, self.policy)
        return Held(ticket, block) if isinstance(block, Block) else f"it was changed in the meantime: {block.reason}"

    def _outcome(self, change: Change, status: Status, ticket: Ticket, before: str) -> Outcome:
        return Outcome(
            change, self.changes.map_id, status, ticket.number, "", "", before, text_digest(ticket.body), ticket.url
        )
