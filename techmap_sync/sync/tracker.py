"""The port: what the sync core asks of a tracker, in no vendor's words.

An adapter turns these few verbs into one vendor's calls and that vendor's answers into these values. It decides
nothing: what a tracker cannot do is data (``Capabilities``), and the sync core turns it into a visible ``Skip``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol


class State(StrEnum):
    """Whether there is work left on a ticket."""

    OPEN = "open"
    CLOSED = "closed"


class Visibility(IntEnum):
    """Who can read something, from the fewest to all."""

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
    """The account whose token we hold."""
    MEMBER = "member"
    """Somebody whose role lets them edit tickets of others."""
    STRANGER = "stranger"
    GONE = "gone"
    """An account that no longer exists. All such tickets have one author, so that its name says nothing."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as the tracker holds it: the observed state."""

    number: str
    """What people type to name it: ``12``, ``TASK-1.2``."""
    title: str
    body: str
    state: State = State.OPEN
    reason: CloseReason | None = None
    """Why it is closed; None while it is open, and where the tracker keeps no reason."""
    labels: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    priority: str | None = None
    """The tracker's own priority field (high, medium, low), None where it has none or it is not set."""
    milestone: str | None = None
    author: str = ""
    standing: Standing = Standing.SELF
    """As far as the ticket itself tells; ``Tracker.standings`` knows better."""
    parent: str | None = None
    """Number of the ticket it is a child of."""
    blocked_by: frozenset[str] | None = frozenset()
    """Numbers of the tickets it waits for; None when they were not read."""
    comments: int = 0
    started: bool = False
    """Somebody is at work: a status beyond the first, or a linked change."""
    url: str = ""
    withheld: str = ""
    """Why the tracker does not show it, in its words: then only the number is known."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All tickets with the managed label, open and closed, at one moment."""

    tickets: tuple[Ticket, ...]
    total: int | None = None
    """The server's own count of the same tickets, None where it has none."""

    def by_number(self) -> dict[str, Ticket]:
        """Return the tickets keyed by their numbers."""
        return {ticket.number: ticket for ticket in self.tickets}


class EdgeKind(StrEnum):
    """How one ticket hangs on another."""

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
    """What one ticket hangs on: where its edges end."""

    parent: str | None = None
    blocked_by: frozenset[str] | None = None
    """None where the tracker does not tell who waits for whom."""
    withheld: str = ""
    """Why the tracker does not show them, in its words: then nothing else is known."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A ticket to be created, open."""

    title: str
    body: str
    labels: frozenset[str] = frozenset()
    priority: str | None = None
    milestone: str | None = None
    assignees: tuple[str, ...] = ()
    parent: str | None = None
    """Given only where ``Capabilities.parent_at_creation`` says so."""
    estimate_minutes: int | None = None
    claims: tuple[str, ...] = ()
    """Texts in the body which together only this ticket has: a tracker that can look and write in one step refuses to
    make a second one."""


@dataclass(frozen=True, slots=True)
class Patch:
    """Fields to set on a ticket; None leaves a field as it is."""

    title: str | None = None
    body: str | None = None
    priority: str | None = None
    milestone: str | None = None
    state: State | None = None
    reason: CloseReason | None = None
    """With ``state`` closed: why."""

    def __bool__(self) -> bool:
        return self != Patch()


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a tracker can hold, as data."""

    children: int | None = None
    """How many children a ticket may have; None for any number, 0 for a tracker without children."""
    parent_at_creation: bool = False
    """The parent is chosen when a ticket is created and is no separate write."""
    blocking_links: bool = True
    """"Blocked by" can be stored as an edge of some kind."""
    native_blocking: bool = True
    """Such an edge says who waits for whom; otherwise the ticket's text says it too, with numbers."""
    blockers: int | None = None
    """For how many tickets one may wait; None for any number."""
    blocking: int | None = None
    """How many tickets may wait for one."""
    links: int | None = None
    """How many links of all kinds and from both ends a ticket may have, those of people among them."""
    mention: str = "#"
    """What stands before a ticket's number in a text so that it becomes a link."""
    native_priority: bool = False
    close_reasons: bool = True
    milestones: bool = True
    assignees: bool = True
    estimates: bool = False
    seconds_per_write: float = 0.0
    """How long a write takes at the pace that the server allows; for telling how long a run will take."""
    creations_per_hour: int | None = None
    """How many tickets and edges the server lets one account make in an hour; None for any number."""
    title_limit: int = 255
    """Characters."""
    body_limit: int = 65_536
    """Characters."""
    text_ends_kept: bool = True
    """White space at the end of a text is kept; otherwise it is stripped."""
    parents_listed: bool = True
    """A snapshot tells parents; otherwise ``Ticket.parent`` is None there, and only ``ends`` tells."""

    def can_hold(self, kind: EdgeKind) -> bool:
        """Return whether there are edges of a kind, as far as it is known by now."""
        return self.children != 0 if kind is EdgeKind.CHILD_OF else self.blocking_links


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that ``doctor`` looked at."""

    what: str
    """``token``, ``issues``, ``sub-issues``."""
    ok: bool
    detail: str
    """What was seen, or what to do."""


class Tracker(Protocol):
    """A place that holds tickets.

    Every verb raises ``errors.TrackerError`` when the tracker refuses or does not answer, and
    ``errors.OutcomeUnclear`` when a write may or may not have taken effect. No verb repeats a write by itself.
    """

    @property
    def name(self) -> str:
        """``kind:target`` as a user would write it behind --to, without secrets."""
        ...

    @property
    def capabilities(self) -> Capabilities:
        """What this server can hold; may ask the server once."""
        ...

    def snapshot(self, label: str) -> Snapshot:
        """Read every ticket that carries the label, open and closed, in few requests.

        ``Ticket.blocked_by`` may be None where reading it would cost a request per ticket.
        """
        ...

    def own_tickets(self) -> Snapshot:
        """Read every ticket that our account created, with or without labels.

        It is the second witness before a map's first ticket: a marker that the listing by label does not show means
        that the listing lies.
        """
        ...

    def get(self, number: str) -> Ticket | None:
        """Read one ticket, or None when it is gone; its edges as far as that costs no further request."""
        ...

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """Ask what the authors of tickets that were read are to the project; about each at most once a run.

        An author of whom the tracker does not tell is left out: what the ticket itself tells counts then.
        """
        ...

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read where the edges of some tickets end, in as few requests as the tracker allows.

        A ticket that is gone is left out.
        """
        ...

    def visibility(self, repository: str = "") -> Visibility | None:
        """Tell who can read the tickets.

        :param repository: tell it of the files of another repository on the same server instead, ``owner/name``; None
            when the account cannot see it.
        """
        ...

    def examine(self) -> tuple[Finding, ...]:
        """Look at everything that a push needs, without writing: what ``doctor`` reports."""
        ...

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return those of some accounts to which no ticket can be assigned, because there are none of their names."""
        ...

    def has_milestone(self, title: str) -> bool:
        """Return whether there is a milestone; a ticket that is created with a missing one creates it."""
        ...

    def create(self, draft: Draft) -> Ticket:
        """Create one ticket and return it as the tracker stored it."""
        ...

    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch, leave all others, and return the ticket as stored."""
        ...

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels, which are created when the project lacks them, and leave all others."""
        ...

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels; one that is not there is no error."""
        ...

    def link(self, edge: Edge) -> None:
        """Add an edge; one that is there already is no error."""
        ...

    def unlink(self, edge: Edge) -> None:
        """Remove an edge; one that is not there is no error."""
        ...
