"""What can happen to tickets and links, one value per kind of change. ``change_set.py`` puts them together."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.endings import Ending
from techmap_sync.sync.ticket_fields import LEDGER, MARKER, Edit, LabelEdit
from techmap_sync.sync.tracker import CloseReason, EdgeKind

UNSEEN = frozenset({LEDGER, MARKER})
"""Fields of a ticket's hidden marker."""


class Action(StrEnum):
    """What a change does."""

    CREATE = "create"
    UPDATE = "update"
    CLOSE = "close"
    REOPEN = "reopen"
    LINK = "link"
    UNLINK = "unlink"
    SKIP = "skip"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class _Change:
    """What all changes have."""

    key: str
    title: str
    ticket: str = ""
    """Number of the ticket; empty for one that does not exist yet."""
    reason: str = ""

    action: ClassVar[Action]
    writes: ClassVar[bool] = True
    """Whether it changes anything in the tracker."""

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The fields it edits."""
        return ()

    @property
    def edge(self) -> EdgeKind | None:
        """The kind of link; None for a change to a ticket."""
        return None

    @property
    def target(self) -> str:
        """Key of the other end of a link."""
        return ""

    @property
    def lasting(self) -> bool:
        """Whether it follows from what the tracker can hold, not from what people did."""
        return False

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields it edits."""
        return tuple(edit.name for edit in self.edits)

    @property
    def is_bookkeeping(self) -> bool:
        """Whether it writes only what readers of the ticket never see."""
        return bool(self.edits) and UNSEEN.issuperset(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_Change):
    """A ticket is created for a task."""

    spec: TaskSpec

    action = Action.CREATE

    @property
    def assignees(self) -> tuple[str, ...]:
        """The names of those to whom it will be assigned, without ``@``, which would call them."""
        return tuple(name.removeprefix("@") for name in self.spec.assignees)


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(_Change):
    """A ticket follows its task."""

    spec: TaskSpec
    edits: tuple[Edit, ...] = ()

    action = Action.UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrphan(_Change):
    """A ticket whose task is gone gets a label that says so, because people worked on it."""

    label: str
    ending: Ending
    """The reason as data: the ticket says it in its own language."""

    action = Action.UPDATE

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The label."""
        return (LabelEdit(add=frozenset({self.label})),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(_Change):
    """A ticket is closed."""

    close_reason: CloseReason
    ending: Ending
    """The reason as data: the ticket says it in its own language."""
    spec: TaskSpec | None = None
    """The task if it is done; None if no task asks for the ticket."""
    label: str = ""
    """The label that says why, where the tracker stores no reason."""

    action = Action.CLOSE

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The label."""
        return (LabelEdit(add=frozenset({self.label})),) if self.label else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(_Change):
    """A ticket that we closed is reopened and follows its task."""

    spec: TaskSpec
    edits: tuple[Edit, ...] = ()

    action = Action.REOPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinkChange(_Change):
    edge: EdgeKind
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(_LinkChange):
    """A link is added."""

    rule: str = ""
    """What explains that a task waits for another one."""

    action = Action.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(_LinkChange):
    """A link is removed."""

    action = Action.UNLINK


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLink(_LinkChange):
    """A link that a person removed stays removed."""

    action = Action.SKIP
    writes = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(_Change):
    """A ticket is left as it is, or not created; the reason says why."""

    kept: tuple[Edit, ...] = ()
    """What only a person changed, from the map's text to theirs."""
    keeps_text: bool = False
    """The ticket has the form of an earlier release, so that its texts follow only a refresh."""
    lasting: bool = False

    action = Action.SKIP
    writes = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(_Change):
    """The map and a person changed one field, differently."""

    edits: tuple[Edit, ...] = ()

    action = Action.CONFLICT
    writes = False


def close(
    key: str, title: str, ticket: str, ending: Ending, close_reason: CloseReason, spec: TaskSpec | None = None
) -> Close:
    """Return the closing of a ticket with its reason in words and as data."""
    return Close(key, title, ticket, ending.reason, close_reason=close_reason, ending=ending, spec=spec)


TicketWrite = Update | LabelOrphan | Close | Reopen
"""What is written to an existing ticket."""
LinkWrite = Link | Unlink
Write = Create | TicketWrite | LinkWrite
LinkChange = LinkWrite | SkipLink
TicketChange = Create | TicketWrite | Skip | Conflict
Change = TicketChange | LinkChange
"""One thing that will happen, or will not, and why."""


def moves_ticks(change: Change, tick_receivers: Mapping[str, Set[str]]) -> bool:
    """Whether a change gives a ticket ticks of others, or takes some away; a ledger does not, which is written last.

    :param tick_receivers: key of a ticket that loses ticks -> keys of those that take them over.
    """
    is_text = isinstance(change, Update | Reopen) and LEDGER not in change.fields
    return is_text and (change.key in tick_receivers or any(change.key in keys for keys in tick_receivers.values()))
