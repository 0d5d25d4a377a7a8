"""Single writes of one map: the only module that calls a tracker's write verbs.

A create is never repeated without first looking for its marker, and a ticket is read again just before it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TypeVar, assert_never

from techmap_sync.errors import NotAllowed, NotSupported, OutcomeUnclear, TicketRefused
from techmap_sync.planning.task import SectionName, TaskSpec
from techmap_sync.sync import native_fields, writing
from techmap_sync.sync.arrivals import read_again
from techmap_sync.sync.block import Held
from techmap_sync.sync.change_set import MapChanges, Outcome, Status, Tolerance
from techmap_sync.sync.changes import (
    Close,
    Create,
    LabelOrphan,
    Link,
    LinkWrite,
    Reopen,
    TicketWrite,
    Unlink,
    Update,
    Write,
)
from techmap_sync.sync.comparison import text_digest
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.observe import listed
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.ticket_fields import ASSIGNEES, LEDGER, MARKER, AssigneeChanges, FieldEdit, has_label
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State, Ticket, Tracker
from techmap_sync.sync.tracking_ticket import final_ledger

LEDGER_ALONE = (FieldEdit(LEDGER, "", ""),)
_W = TypeVar("_W", bound=Write)
_IN_TEXT = "the texts of the tickets say it instead; push --refresh tries again"


@dataclass
class MapWriter:
    """The tickets, links and ledger of one map, with the numbers that exist so far."""

    changes: MapChanges
    tracker: Tracker
    policy: SyncPolicy
    tolerance: Tolerance = field(default_factory=Tolerance)
    numbers: dict[str, str] = field(default_factory=dict)
    unclear_tickets: list[Create] = field(default_factory=list)
    """Creations without a clear answer: looked up and repeated once the other tickets are written."""
    born_children: frozenset[str] = frozenset()
    """Keys of tickets that become children of the tracking ticket without a link that the plan shows."""
    adrift: list[Link] = field(default_factory=list)
    """Links to the tracking ticket for new tickets that should be its children but are not."""
    unclear_links: list[LinkWrite] = field(default_factory=list)
    """Links without a clear answer: repeated once the others are written."""
    unsupported: set[tuple[str, str]] = field(default_factory=set)
    undone: list[Write] = field(default_factory=list)
    """Changes that failed, and those left undone because of them."""
    skipped: set[str] = field(default_factory=set)
    """Keys of tickets that we must no longer write."""
    stated: dict[str, str] = field(default_factory=dict)
    """What each ticket's text, as last written, says about edges that the tracker does not hold; by key."""
    elsewhere: frozenset[str] = frozenset()
    """Keys in the ledgers of other maps that this run has written."""
    listed: frozenset[str] = frozenset()
    """Keys in the ledger of this map as last written."""

    def __post_init__(self) -> None:
        assert self.changes.ledger is not None
        self.listed = frozenset(self.changes.base.tickets) | self.changes.base.gone
        self.numbers.update(self.changes.elsewhere)
        self.numbers.update({key: number for key, number in self.changes.ledger.tickets.items() if number})
        linked = {link.key for link in self.changes.writes if isinstance(link, Link) and link.edge is EdgeKind.CHILD_OF}
        self.born_children = self.changes.ledger.children - linked
        texts = self.changes.texts
        self.stated.update({key: texts.stated(spec, self.numbers) for key, spec in texts.waiting.items()})

    @property
    def tracking(self) -> str:
        """Number of the tracking ticket; empty while there is none."""
        return self.changes.tracking_number

    @property
    def links(self) -> list[LinkWrite]:
        """The links to add and remove once the tickets exist."""
        return [*self.adrift, *(change for change in self.changes.writes if isinstance(change, Link | Unlink))]

    def _not_done(self, change: Write, status: Status, detail: str, hint: str = "") -> Outcome:
        self.undone.append(change)
        ticket = change.ticket or self.numbers.get(change.key, "")
        return Outcome(change, self.changes.map_id, status, ticket, detail, hint)

    def _all_tried(self, changes: Iterable[_W], write: Callable[[_W], Outcome | None]) -> Iterator[Outcome]:
        for change in changes:
            yield from self._tried(change, write)

    def _tried(self, change: _W, write: Callable[[_W], Outcome | None]) -> Iterator[Outcome]:
        """Write a change; a refusal of its ticket is an outcome too.

        :raises TrackerError: the failure is about the whole run.
        """
        try:
            outcome = write(change)
        except (TicketRefused, OutcomeUnclear) as error:
            self.tolerance.failed(error, creates=isinstance(change, Create))
            yield self._not_done(change, Status.FAILED, error.what, error.hint)
            return
        if outcome is not None:
            if outcome.status is Status.APPLIED:
                self.tolerance.passed()
            yield outcome

    def _create(self, change: Create) -> Outcome | None:
        """Create a ticket; None when it is unclear whether that worked and the ticket cannot be found yet."""
        try:
            return self._posted(change, change.spec)
        except OutcomeUnclear as error:
            found = self._find(change.spec)
            if found is not None:
                return self._created(change, found)
            self.tolerance.failed(error, creates=True)
            if change.key != self.changes.tracking_key:
                self.unclear_tickets.append(change)
            return None

    def _create_again(self, change: Create) -> Outcome:
        """Repeat a create, after another look for a ticket from the first attempt."""
        found = self._find(change.spec)
        return self._created(change, found) if found else self._posted(change, change.spec)

    def _posted(self, change: Create, spec: TaskSpec) -> Outcome:
        """Send a create; without its assignees or milestone if the tracker refuses only these."""
        try:
            ticket = self.tracker.create(self._draft(spec))
        except TicketRefused as error:
            lesser = writing.without(spec, error.field)
            if lesser == spec:
                raise
            return replace(self._posted(change, lesser), detail=f"without {error.field}: {error.what}")
        lacking = ", ".join(native_fields.lacking(spec, ticket, self.tracker.capabilities))
        detail = f"the tracker did not take {lacking}" if lacking else ""
        done = replace(self._created(change, ticket), detail=detail)
        self._correct(spec, ticket)
        return done

    def _correct(self, spec: TaskSpec, ticket: Ticket, sent: Patch | None = None) -> None:
        """Let the marker say what the tracker silently dropped; without this a person would seem to have done it."""
        if correction := native_fields.correction(spec, ticket, sent):
            with suppress(TicketRefused, OutcomeUnclear):
                self.tracker.update(ticket.number, correction)

    def _draft(self, spec: TaskSpec) -> Draft:
        spec = self._with_numbers(spec)
        parent = self.tracking if spec.key in self.born_children else ""
        return writing.draft(spec, self.changes, self.tracking, parent, self.policy, self.tracker.capabilities)

    def _with_numbers(self, spec: TaskSpec) -> TaskSpec:
        """Return a task whose text names the tickets that exist by now."""
        self.stated[spec.key] = self._texts.stated(spec, self.numbers)
        return self._texts.of_task(spec, self.numbers)

    @property
    def _texts(self) -> EdgeTexts:
        """What texts must say about edges, including those that the tracker turned out not to hold."""
        texts = self.changes.texts
        if self.unsupported:
            texts = texts.with_refused(self.unsupported, self.changes.tracking_key)
        return texts if self.tracker.capabilities.native_blocking else texts.stating_all()

    def _find(self, spec: TaskSpec) -> Ticket | None:
        """Look for a ticket by its marker in a fresh listing."""
        found = listed(self.tracker, self.policy)
        if spec.key == self.changes.tracking_key:
            return next((held.ticket for held in (found.of(self.changes.map_id).tracking,) if held), None)
        # One whose new name was refused is the ticket of another task, and a copy was there before.
        others = {number for key, number in self.numbers.items() if key != spec.key}
        others |= {number for number, key in self.changes.claimed.items() if key == spec.key}
        same = (held.ticket for held in found.with_key(spec.key, self.changes.map_id, self.tracking))
        return next((ticket for ticket in same if ticket.number not in others), None)

    def _created(self, change: Create, ticket: Ticket) -> Outcome:
        if not has_label(ticket.labels, self.policy.managed_label):
            what = f"ticket {ticket.number} was created, but the label {self.policy.managed_label} was dropped"
            raise NotAllowed(self.tracker.name, what, "the token needs the right to set labels; delete that ticket")
        self.numbers[change.key] = ticket.number
        if change.key in self.born_children and ticket.parent != self.tracking:
            tracking = self.changes.tracking_key
            self.adrift.append(Link(change.key, change.title, edge=EdgeKind.CHILD_OF, target=tracking))
        return self._outcome(change, Status.APPLIED, ticket, "")

    def _rewrite(self, change: TicketWrite) -> Outcome:
        """Update, close or reopen: read the ticket again, decide again, and write only what was shown."""
        failed = {each.key for each in (*self.undone, *self.unclear_tickets)} | self.skipped
        if failed & self.changes.tick_receivers.get(change.key, frozenset()):
            return self._not_done(change, Status.LEFT, "the ticket that takes over its ticks was not written")
        held = self._read(change.ticket, change)
        if isinstance(held, str):
            self.skipped.add(change.key)
            return Outcome(change, self.changes.map_id, Status.SKIPPED, change.ticket, held)
        current = change if isinstance(change, LabelOrphan) else self._restated(change)
        return replace(self._written(current, held, frozenset(change.fields)), change=change)

    def _restated(self, change: Update | Reopen | Close) -> TicketWrite:
        """Return a change whose task names the tickets that exist by now."""
        return replace(change, spec=self._with_numbers(change.spec)) if change.spec else change

    def _written(self, change: TicketWrite, held: Held, fields: Set[str], ledger: Ledger | None = None) -> Outcome:
        """Write some fields of a change; without its milestone if the tracker refuses only that."""
        people, said = self._assigned(change, held, fields)

        def written(change: TicketWrite) -> Outcome:
            """Write the fields of this form of the change."""
            able = self.tracker.capabilities
            return self._carry_out(
                change,
                held,
                writing.rewrite(change, held, self.changes, self.policy, able, fields, ledger, people),
            )

        try:
            done = written(change)
        except TicketRefused as error:
            lesser = writing.with_former(change, held, error.field)
            if lesser == change:
                raise
            done, said = written(lesser), f"without {error.field}: {error.what}"
            done = replace(done, status=done.status if done.status is Status.APPLIED else Status.SKIPPED)
        return replace(done, detail=said)

    def _assigned(self, change: TicketWrite, held: Held, fields: Set[str]) -> tuple[AssigneeChanges, str]:
        """Assign people, and return who was assigned and what is to be said about the others.

        They come before the text: its marker must not say that somebody was assigned whom the tracker did not take.
        """
        people = writing.people_to_write(change, held, self.policy, fields)
        if not people.writes:
            return people, ""
        there, detail = held.ticket.assignees, ""
        try:
            there = self.tracker.assign(held.ticket.number, sorted(people.add), sorted(people.remove))
        except TicketRefused as error:
            if error.field != ASSIGNEES:
                raise
            detail = f"without {error.field}: {error.what}"
        done = people.after(there)
        missing = ", ".join(sorted(done.unassigned & people.add))
        return done, detail or (f"the tracker did not take the assignee {missing}" if missing else "")

    def _carry_out(self, change: TicketWrite, held: Held, rewrite: writing.Rewrite) -> Outcome:
        """Write labels first: the marker must not say that they were set when they never arrived."""
        number = held.ticket.number
        if rewrite.add_labels:
            self.tracker.add_labels(number, sorted(rewrite.add_labels))
        if rewrite.remove_labels:
            self.tracker.remove_labels(number, sorted(rewrite.remove_labels))
        ticket = self.tracker.update(number, rewrite.patch) if rewrite.patch else held.ticket
        if isinstance(change, Update | Reopen) and rewrite.patch:
            self._correct(change.spec, ticket, rewrite.patch)
        status = Status.APPLIED if rewrite else Status.ALREADY
        return self._outcome(change, status, ticket, text_digest(held.ticket.body))

    def _link(self, change: LinkWrite) -> Outcome | None:
        """Add or remove a link; None when it is unclear whether that worked."""
        try:
            return self._link_again(change)
        except OutcomeUnclear as error:
            self.tolerance.failed(error, creates=False)
            self.unclear_links.append(change)
            return None

    def unlink(self, change: Unlink) -> Iterator[Outcome]:
        """Remove a link."""
        yield from self._tried(change, self._link)

    def edge_of(self, change: Link) -> Edge | None:
        """Return the edge of a link; None while one of its tickets does not exist or is not this map's."""
        source, target = self.numbers.get(change.key, ""), self._target(change)
        able = source and target and self._failed.isdisjoint((change.key, change.target))
        return Edge(change.edge, source, target) if able else None

    def link_unless(self, done: Set[Edge], change: Link) -> Iterator[Outcome]:
        """Add a link by itself, unless a request for several has added it."""
        edge = self.edge_of(change)
        if edge is None or edge not in done:
            yield from self._tried(change, self._link)
        else:
            yield Outcome(change, self.changes.map_id, Status.APPLIED, edge.source)

    def _link_again(self, change: LinkWrite) -> Outcome:
        """Add or remove a link. This may be repeated: a link that is already as it should be is not an error."""
        source, target = self.numbers.get(change.key, ""), self._target(change)
        if isinstance(change, Link) and not self._failed.isdisjoint((change.key, change.target)):
            return self._not_done(change, Status.LEFT, "its ticket failed")
        if not source or not target:
            self.undone.append(change)
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, "one of its tickets does not exist")
        edge = Edge(change.edge, source, target)
        try:
            match change:
                case Link():
                    if not self.tracker.capabilities.can_hold(change.edge):
                        raise NotSupported(self.tracker.name, f'this server has no "{change.edge}"')
                    self.tracker.link(edge)
                case Unlink():
                    self.tracker.unlink(edge)
                case _:
                    assert_never(change)
        except NotSupported as error:
            self.unsupported.add((change.key, change.target))
            return Outcome(change, self.changes.map_id, Status.SKIPPED, source, error.what, _IN_TEXT)
        return Outcome(change, self.changes.map_id, Status.APPLIED, source)

    @property
    def _failed(self) -> frozenset[str]:
        """Keys of tickets that could not be made, or that did not come from another map: no ledger here lists them."""
        created = {change.key for change in self.undone if isinstance(change, Create)}
        written = {change.key for change in self.undone if not isinstance(change, Link | Unlink)} | self.skipped
        return frozenset(created | (written & self.changes.arriving))

    def _target(self, change: LinkWrite) -> str:
        return self.tracking if change.target == self.changes.tracking_key else self.numbers.get(change.target, "")

    def _restatements(self) -> Iterator[Update]:
        """Yield what texts must still say: refused edges, and numbers that were unknown before. None is a change of its
        own: they belong to those that the plan shows."""
        texts, edits = self._texts, (FieldEdit(MARKER, "", SectionName.WAITS_FOR),)
        for key, spec in texts.waiting.items():
            number = self.numbers.get(key, "")
            if number and texts.stated(spec, self.numbers) != self.stated[key]:
                yield Update(key, spec.title, number, spec=spec, edits=edits)

    def _restate(self, change: Update) -> Outcome | None:
        """Write only what a text says about edges; None when there is nothing to write."""
        held = self._read(change.ticket, change)
        if isinstance(held, str) or held.ticket.state is State.CLOSED:
            return None
        current, able = self._restated(change), self.tracker.capabilities
        rewrite = writing.rewrite(current, held, self.changes, self.policy, able, {SectionName.WAITS_FOR})
        return self._carry_out(change, held, rewrite) if rewrite else None

    def _ledger(self, change: TicketWrite) -> Outcome:
        """Update, close or reopen the tracking ticket, and merge its ledger into the current one."""
        held = self._read(self.tracking, change)
        if isinstance(held, str):
            return Outcome(change, self.changes.map_id, Status.SKIPPED, self.tracking, held)
        now, undone = held.marker.ledger, self.undone
        ledger = final_ledger(self.changes, now, self.numbers, self.unsupported, undone, self.elsewhere)
        current, fields = change, {*change.fields, *(() if held.closed_by_hand else self._texts.sections)}
        if isinstance(change, Update | Reopen):
            current = replace(change, spec=self._texts.of_tracking(change.spec, self.numbers))
        said = self._join_board(ledger)
        outcome = self._written(current, held, fields, ledger)
        outcome = replace(outcome, change=change, detail=said or outcome.detail)
        self.listed = frozenset(ledger.tickets) | ledger.gone
        return outcome

    def _join_board(self, ledger: Ledger) -> str:
        """Put on the board what the ledger lists for the first time; return what went wrong.

        It comes before the ledger: a run that ends between the two is repeated by the next one, which does no harm.
        """
        if not self.tracker.capabilities.board:
            return ""
        before = {*self.changes.base.tickets.values(), *self.changes.elsewhere.values()}
        ours = ledger.tickets.keys() - self.changes.arriving - self.changes.bound
        created = {change.key: change.spec for change in self.changes.writes if isinstance(change, Create)}
        listed = sorted((key, number) for key, number in ledger.tickets.items() if key in ours)
        joining = {number: _shown_on_board(created.get(key)) for key, number in listed}
        if self.changes.tracking_key in created:
            joining = {self.tracking: {}, **joining}
        return self.tracker.join_board({number: values for number, values in joining.items() if number not in before})

    def _read(self, number: str, change: TicketWrite) -> Held | str:
        """Read a ticket again; the reason if we must no longer write it."""
        return read_again(number, change, self.changes, self.tracker, self.policy)

    def _outcome(self, change: Write, status: Status, ticket: Ticket, before: str) -> Outcome:
        return Outcome(
            change, self.changes.map_id, status, ticket.number, "", "", before, text_digest(ticket.body), ticket.url
        )

    def _final(self, change: Create | TicketWrite) -> TicketWrite:
        """Return the last write of the tracking ticket; a new one is written again, for its ledger."""
        if not isinstance(change, Create):
            return change
        return Update(change.key, change.title, self.tracking, spec=change.spec, edits=LEDGER_ALONE)


def _shown_on_board(spec: TaskSpec | None) -> dict[str, str]:
    """Return what the fields of a board say of a new ticket."""
    said = {"Priority": spec.priority, "Phase": spec.phase} if spec else {}
    return {name: value.value for name, value in said.items() if value}
