"""The port: what the sync core asks of a tracker, in no vendor's words.

An adapter translates these few verbs and values to one vendor's API and back. It decides nothing: what a tracker cannot
do is data (``Capabilities``), which the sync core turns into a visible ``Skip``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Protocol


class State(StrEnum):
    """Whether work is left on a ticket."""

    OPEN = "open"
    CLOSED = "closed"


class Visibility(IntEnum):
    """Who can read something, from few to all."""

    PRIVATE = 0
    INTERNAL = 1
    """Everybody with an account on the server, or in the organization."""
    PUBLIC = 2


class CloseReason(StrEnum):
    """Why a ticket was closed."""

    COMPLETED = "completed"
    NOT_PLANNED = "not planned"
    DUPLICATE = "duplicate"


class Standing(StrEnum):
    """What the author of a ticket is to the tracker's project."""

    SELF = "self"
    """The account whose token we use."""
    MEMBER = "member"
    """An account that may edit other people's tickets."""
    STRANGER = "stranger"
    GONE = "gone"
    """A deleted account. All such tickets share one author, so the name means nothing."""

    @property
    def is_trusted(self) -> bool:
        """Whether the tracker's project itself trusts the author."""
        return self in (Standing.SELF, Standing.MEMBER)

    @property
    def may_be_named(self) -> bool:
        """Whether the author's name is that of one account, so that the settings can trust it."""
        return self is not Standing.GONE


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the tracker has it: the observed state."""

    number: str
    """As people write it: ``12``, ``TASK-1.2``."""
    title: str
    body: str
    state: State = State.OPEN
    reason: CloseReason | None = None
    """Why it is closed; None while it is open, and where the tracker stores no reason."""
    labels: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    priority: str | None = None
    """The tracker's own priority field (high, medium, low); empty where it is not set, None where there is none."""
    milestone: str | None = None
    due: str = ""
    """``2026-12-01``; empty where there is none."""
    type: str = ""
    """The tracker's own type of ticket, ``Task``; empty where it has none."""
    author: str = ""
    standing: Standing = Standing.SELF
    """What the ticket itself says; ``Tracker.standings`` knows more."""
    parent: str | None = None
    """Number of the ticket it is a child of."""
    blocked_by: frozenset[str] | None = frozenset()
    """Numbers of the tickets it waits for; None when they were not read."""
    comments: int = 0
    started: bool = False
    """Work has begun: a status beyond the first, or a linked change."""
    url: str = ""
    withheld: str = ""
    """Why the tracker does not show it, in its words; then only the number is known."""
    reopened: bool | None = field(default=False, compare=False)
    """It is open again after it was closed; None where only ``Tracker.history`` says so."""
    created: datetime | None = field(default=None, compare=False)
    changed: datetime | None = field(default=None, compare=False)
    """When anything of it was last changed."""


@dataclass(frozen=True, slots=True)
class MergedChange:
    """A change that closed a ticket when it was merged."""

    name: str
    """As people write it: ``#41``, ``!7``, or the beginning of a commit."""
    title: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class History:
    """What the tracker remembers of one ticket."""

    closed_by: MergedChange | None = None
    reopened: datetime | None = None
    unassigned: datetime | None = None
    """When a person was last taken away."""
    blocked: Mapping[str, datetime] = field(default_factory=dict)
    """Since when it waits for others, by their numbers."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tickets with the managed label, open and closed, at one moment."""

    tickets: tuple[Ticket, ...]
    total: int | None = None
    """The server's own count of these tickets; None where it has none."""

    def by_number(self) -> dict[str, Ticket]:
        """Return the tickets keyed by their numbers."""
        return {ticket.number: ticket for ticket in self.tickets}


class EdgeKind(StrEnum):
    """How one ticket depends on another."""

    CHILD_OF = "child of"
    BLOCKED_BY = "blocked by"


@dataclass(frozen=True, slots=True)
class Edge:
    """``source`` is child of, or blocked by, ``target``; both are ticket numbers."""

    kind: EdgeKind
    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Ends:
    """The other ends of one ticket's edges."""

    parent: str | None = None
    blocked_by: frozenset[str] | None = None
    """None where the tracker does not say who waits for whom."""
    related: frozenset[str] = frozenset()
    """Tickets that it is linked with where no link says who is the parent: a tracking ticket among them is."""
    withheld: str = ""
    """Why the tracker does not show them, in its words; then nothing else is known."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be created, open."""

    title: str
    body: str
    labels: frozenset[str] = frozenset()
    priority: str | None = None
    milestone: str | None = None
    assignees: tuple[str, ...] = ()
    due: str | None = None
    type: str | None = None
    parent: str | None = None
    """Given only where ``Capabilities.parent_at_creation`` says so."""
    estimate_minutes: int | None = None
    claims: tuple[str, ...] = ()
    """Texts in the body that, together, only this ticket has: a tracker that can look and write in one step refuses to
    create a second one."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields to set on a ticket; None leaves a field as it is."""

    title: str | None = None
    body: str | None = None
    priority: str | None = None
    milestone: str | None = None
    due: str | None = None
    """Empty for none."""
    type: str | None = None
    state: State | None = None
    reason: CloseReason | None = None
    """Why it is closed, when ``state`` is closed."""
    duplicate_of: str = ""
    """Number of the original, when it is closed as a duplicate of one; trackers without a place for it ignore it."""

    def __bool__(self) -> bool:
        return self != Patch()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tracker can hold, as data. A number of None means no limit."""

    children: int | None = None
    """Children per ticket; 0 for a tracker without children."""
    parent_at_creation: bool = False
    """The parent is set when a ticket is created and is not a separate write."""
    blocking_links: bool = True
    """"Blocked by" can be stored as an edge of some kind."""
    native_blocking: bool = True
    """Such an edge says who waits for whom; otherwise the ticket's text says it too, with numbers."""
    links_at_once: int = 1
    """How many edges of one kind one request can add: more than 1 where ``link_many`` can be called."""
    blockers: int | None = None
    """Tickets that one may wait for."""
    blocking: int | None = None
    """Tickets that may wait for one."""
    links: int | None = None
    """Links of all kinds and from both ends per ticket, including those that people made."""
    mention: str = "#"
    """Put in front of a ticket's number, it makes the number a link."""
    native_priority: bool = False
    priority_field: bool = False
    """That field is one that settings name, beside the label: tickets that are older than the setting lack it."""
    close_reasons: bool = True
    milestones: bool = True
    assignees: bool = True
    most_assignees: int | None = None
    """People to whom one ticket can be assigned."""
    due_dates: bool = False
    ticket_type: str = ""
    """The type that tickets get, as settings name it and the tracker knows it; empty where types are left alone."""
    board: str = ""
    """What new tickets join as the settings say, in words: ``the board octo/7``; empty for nothing."""
    estimates: bool = False
    dates_events: bool = False
    """``history`` says when open tickets were reopened, blocked and left by people. Otherwise it says at most when one
    was reopened, and how long a ticket has been as it is can be seen only from its last change."""
    seconds_per_write: float = 0.0
    """How long a write takes at the pace that the server allows; used to estimate how long a run will take."""
    creations_per_hour: int | None = None
    """Tickets and edges that one account may create in an hour."""
    title_limit: int = 255
    """Characters."""
    body_limit: int = 65_536
    """Characters."""
    text_ends_kept: bool = True
    """White space at the end of a text is kept; otherwise it is stripped."""
    parents_listed: bool = True
    """A snapshot includes parents; otherwise ``Ticket.parent`` is None there, and ``ends`` gives what shows them."""

    def can_hold(self, kind: EdgeKind) -> bool:
        """Return whether the tracker has edges of a kind, as far as is known by now."""
        return self.children != 0 if kind is EdgeKind.CHILD_OF else self.blocking_links


@dataclass(frozen=True, slots=True)
class Finding:
    """One check of ``doctor``."""

    what: str
    """``token``, ``issues``, ``sub-issues``."""
    ok: bool
    detail: str
    """What was found, or what to do."""


class Tracker(Protocol):
    """A place that holds tickets.

    Every verb raises ``errors.TrackerError`` when the tracker refuses or does not answer, and
    ``errors.OutcomeUnclear`` when a write may or may not have taken effect. No verb repeats a write by itself.
    """

    @property
    def name(self) -> str:
        """``kind:target`` as for ``--to``, without secrets."""

    @property
    def capabilities(self) -> Capabilities:
        """What this server can hold; may ask the server once."""

    def snapshot(self, label: str) -> Snapshot:
        """Read every ticket with the label, open and closed, in few requests.

        ``Ticket.blocked_by`` may be None where reading it would cost a request per ticket.
        """

    def own_tickets(self) -> Snapshot:
        """Read every ticket that our account created, whatever its labels.

        It is the cross-check before a map's first ticket: a marker that the listing by label lacks means that the
        listing is incomplete.
        """

    def get(self, number: str) -> Ticket | None:
        """Read one ticket, or None when it no longer exists; its edges only if that costs no further request."""

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """Ask what the authors of tickets are to the project, about each at most once a run.

        Authors that the tracker says nothing about are left out; what the ticket itself says counts then.
        """

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read where the edges of some tickets end, in as few requests as possible.

        Tickets that no longer exist are left out.
        """

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        """Read what closed some tickets, and since when others that are open are as they are, in few requests.

        Tickets of which the tracker remembers nothing are left out.
        """
        ...

    def visibility(self, repository: str = "") -> Visibility | None:
        """Return who can read the tickets.

        :param repository: ``owner/name`` of another repository on the same server, to ask about its files instead;
            None when the account cannot see it.
        """

    def examine(self) -> tuple[Finding, ...]:
        """Check everything that a push needs, without writing, for ``doctor``."""

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return the accounts that do not exist here, so that no ticket can be assigned to them."""

    def has_milestone(self, title: str) -> bool:
        """Return whether a milestone exists; creating a ticket creates a missing one."""

    def create(self, draft: Draft) -> Ticket:
        """Create one ticket and return it as the tracker stored it."""

    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch, leave all others, and return the ticket as stored."""

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels, creating those that the project lacks, and leave all others."""

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels; a missing one is not an error."""

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Assign people and take people away, leave all others, and return who is assigned afterwards.

        Whom the tracker does not take is missing there.
        """
        ...

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        """Put tickets on ``Capabilities.board`` with values for its fields; return what went wrong, once a run."""
        ...

    def link(self, edge: Edge) -> None:
        """Add an edge; an existing one is not an error."""

    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Add edges of one kind in one request, at most ``Capabilities.links_at_once``.

        Return those that are there for certain. The caller adds each of the others by ``link``, which says what is
        wrong with it.
        """
        ...

    def unlink(self, edge: Edge) -> None:
        """Remove an edge; a missing one is not an error."""
