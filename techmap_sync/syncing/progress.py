"""Where the work of a map stands: its tasks, what each waits for, and what people changed. Values, no text.

``docs/status.md`` defines every word and number; ``taking_stock.py`` works them out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from techmap_sync.planning.kinds import Kind, Phase
from techmap_sync.syncing import changes
from techmap_sync.syncing.changes import Change


class Gate(StrEnum):
    """Whether a map may yield changes."""

    APPROVED = changes.APPROVED
    BROKEN = changes.APPROVED_WITH_ERRORS
    WAITING = changes.NOT_APPROVED
    RETIRED = "retired"
    MISSING = "missing"
    """It has tickets, and no file."""
    OUTSIDE = "outside"
    """Its file is there, but the setting ``maps`` leaves it out."""
    UNREAD = "unread"
    """The file could not be read as a map."""


class TaskState(StrEnum):
    """How far a task is; every task is in exactly one state."""

    DONE = "done"
    """Its ticket was closed as completed, or the map says so."""
    STARTED = "started"
    """Its ticket is open, and a status beyond the first, a linked change or a ticked box shows work."""
    OPEN = "open"
    """Its ticket is open, and nobody has begun."""
    PLANNED = "planned"
    """The map asks for it, and there is no ticket yet."""
    DROPPED = "dropped"
    """Its ticket was closed for another reason, deleted, or released by a human."""


class Witness(StrEnum):
    """Who says that one task waits for another."""

    TRACKER = "tracker"
    LEDGER = "ledger"
    """The tracking ticket; the tracker's own links were not read."""
    MAP = "map"
    """The next push makes the link, or the tracker cannot hold it."""


@dataclass(frozen=True, slots=True)
class WaitsFor:
    """One arrow of the graph; both ends are keys of the same map."""

    key: str
    target: str
    witness: Witness


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """One task, or the tracking ticket."""

    key: str
    kind: Kind
    phase: Phase | None
    """None for the tracking ticket."""
    title: str
    state: TaskState
    priority: str = ""
    number: str = ""
    """Of its ticket; empty when there is none."""
    url: str = ""
    labels: frozenset[str] = frozenset()
    assignees: frozenset[str] = frozenset()
    blocked: bool = False
    """Its ticket is open and waits for an open ticket."""
    elsewhere: frozenset[str] = frozenset()
    """Numbers of tickets outside of this map that it waits for."""
    in_map: bool = True
    """False for the ticket of a task that the approved map does not ask for."""
    drifted: tuple[str, ...] = ()
    """Fields that a human changed and the map did not."""
    conflicts: tuple[str, ...] = ()
    """Fields that both changed, differently."""
    note: str = ""
    """Why it has no ticket, or why its ticket is kept."""

    @property
    def is_open(self) -> bool:
        """Whether it has an open ticket."""
        return self.state in (TaskState.OPEN, TaskState.STARTED)


@dataclass(frozen=True, slots=True)
class MapProgress:
    """Everything about one map."""

    map_id: str
    """Empty for a file that could not be read."""
    path: str
    title: str
    gate: Gate
    reasons: tuple[str, ...] = ()
    """Why it is not approved, or was refused by a guard."""
    tracking: TaskProgress | None = None
    commit: str = ""
    """The commit that the tickets were last written from."""
    commit_time: str = ""
    tasks: tuple[TaskProgress, ...] = ()
    edges: tuple[WaitsFor, ...] = ()
    changes: tuple[Change, ...] = ()
    """What a push would write, skip or leave as a conflict."""

    @property
    def numbers(self) -> Numbers:
        """All tasks, counted."""
        return count_tasks(self.tasks, self.tracking)

    def in_phase(self, phase: Phase) -> Numbers:
        """Return the tasks of one phase, counted."""
        return count_tasks(tuple(task for task in self.tasks if task.phase is phase))


@dataclass(frozen=True, slots=True)
class Numbers:
    """Some tasks, counted."""

    states: Mapping[TaskState, int] = field(default_factory=dict)
    """Every state named."""
    blocked: int = 0
    drifted: int = 0
    """Tickets, the tracking ticket included."""
    conflicts: int = 0
    """Tickets, the tracking ticket included."""

    @property
    def total(self) -> int:
        """All tasks but the dropped ones: what the work consists of."""
        return sum(number for state, number in self.states.items() if state is not TaskState.DROPPED)

    @property
    def done(self) -> int:
        """The finished ones."""
        return self.states.get(TaskState.DONE, 0)

    def __add__(self, other: Numbers) -> Numbers:
        return Numbers(
            {state: self.states.get(state, 0) + other.states.get(state, 0) for state in TaskState},
            self.blocked + other.blocked,
            self.drifted + other.drifted,
            self.conflicts + other.conflicts,
        )


def count_tasks(tasks: tuple[TaskProgress, ...], tracking: TaskProgress | None = None) -> Numbers:
    """Count tasks.

    :param tracking: the tracking ticket, which is no task but can drift.
    """
    tickets = (*tasks, *([tracking] if tracking else []))
    return Numbers(
        {state: sum(task.state is state for task in tasks) for state in TaskState},
        blocked=sum(task.blocked for task in tasks),
        drifted=sum(bool(ticket.drifted) for ticket in tickets),
        conflicts=sum(bool(ticket.conflicts) for ticket in tickets),
    )
