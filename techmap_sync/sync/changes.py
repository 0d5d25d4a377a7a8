"""The change set: what will be done, as values. Every report is a rendering of it, and ``apply`` writes just this."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.tracker import CloseReason, EdgeKind

LABELS, LEDGER, MARKER = "labels", "ledger", "marker"
KEY = "key"
"""The field that a renamed task's ticket gets."""
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
class FieldEdit:
    """One field of a ticket before and after."""

    name: str
    """``title``, ``priority``, ``milestone``, ``key``, or the name of a section."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LabelEdit:
    """The labels that a ticket gets and loses."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    name: ClassVar[str] = LABELS
    before: ClassVar[str] = ""

    @property
    def after(self) -> str:
        """As reports show it: ``-old +new``."""
        return " ".join((*(f"-{name}" for name in sorted(self.remove)), *(f"+{name}" for name in sorted(self.add))))


Edit = FieldEdit | LabelEdit


@dataclass(frozen=True, slots=True)
class _Change:
    """What there is to say of any change."""

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
        """The fields that it touches."""
        return ()

    @property
    def edge(self) -> EdgeKind | None:
        """The kind of link that it is about; None where it is about a ticket."""
        return None

    @property
    def target(self) -> str:
        """Key of the other end of a link."""
        return ""

    @property
    def lasting(self) -> bool:
        """It follows from what the tracker is, not from what somebody did."""
        return False

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of the fields that it touches."""
        return tuple(edit.name for edit in self.edits)

    @property
    def is_bookkeeping(self) -> bool:
        """Whether it writes only what no reader of the ticket sees."""
        return bool(self.edits) and UNSEEN.issuperset(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_Change):
    """A ticket is made for a task."""

    spec: TaskSpec

    action = Action.CREATE


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(_Change):
    """A ticket follows its task."""

    spec: TaskSpec
    edits: tuple[Edit, ...] = ()

    action = Action.UPDATE


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrphan(_Change):
    """A ticket whose task is gone gets a label that says so, because somebody worked on it."""

    label: str

    action = Action.UPDATE

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The label."""
        return (LabelEdit(add=frozenset({self.label})),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Close(_Change):
    """A ticket is closed."""

    close_reason: CloseReason
    spec: TaskSpec | None = None
    """The task, when it is done; None when no task asks for the ticket."""
    label: str = ""
    """The label that says why, where the tracker keeps no reason."""

    action = Action.CLOSE

    @property
    def edits(self) -> tuple[Edit, ...]:
        """The label."""
        return (LabelEdit(add=frozenset({self.label})),) if self.label else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(_Change):
    """A ticket that we closed is opened again and follows its task."""

    spec: TaskSpec
    edits: tuple[Edit, ...] = ()

    action = Action.REOPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class _LinkChange(_Change):
    edge: EdgeKind
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(_LinkChange):
    """A link is made."""

    action = Action.LINK


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlink(_LinkChange):
    """A link is taken away."""

    action = Action.UNLINK


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipLink(_LinkChange):
    """A link that a human took away is not made again."""

    action = Action.SKIP
    writes = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Skip(_Change):
    """A ticket is left as it is, or not made, and why."""

    kept: tuple[Edit, ...] = ()
    """What a human changed and the map did not, from the map's text to the human's."""
    lasting: bool = False

    action = Action.SKIP
    writes = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict(_Change):
    """The map and a human changed one field differently."""

    edits: tuple[Edit, ...] = ()

    action = Action.CONFLICT
    writes = False


TicketWrite = Update | LabelOrphan | Close | Reopen
"""What is written to a ticket that there is."""
LinkWrite = Link | Unlink
Write = Create | TicketWrite | LinkWrite
LinkChange = LinkWrite | SkipLink
TicketChange = Create | TicketWrite | Skip | Conflict
Change = TicketChange | LinkChange
"""One thing that will be done, or will not be done and why."""
