"""What should exist in the tracker: the desired state, one ``TaskSpec`` per ticket.

The rules that make these values are described in ``docs/how-it-decides.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.documents.work import Kind, Phase


class Priority(StrEnum):
    """How urgent a task is, by what waits for it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Section:
    """One headed part of a ticket's text."""

    name: str
    """Stable name: ``purpose``, ``methods``. The empty name is the lead above the first heading."""
    heading: str
    """The heading's text; empty for the lead."""
    text: str
    """Markdown as it is written to the tracker, without the heading."""
    values: str
    """Canonical JSON of the map's values behind the text. Two sections with the same values say the same, however a
    template words it. Empty for a section that never causes a write of its own and is rewritten along with others:
    line numbers and commits are no news."""
    is_pending: bool = False
    """It lacks what the next commit brings; that is then written by itself."""


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One ticket that should exist."""

    key: str
    """Stable identity within a source: ``<map id>/<kind>/<slug>``."""
    kind: Kind
    title: str
    sections: tuple[Section, ...]
    phase: Phase | None = None
    """None for the tracking ticket, which spans all phases."""
    priority: Priority | None = None
    """None for the tracking ticket."""
    labels: frozenset[str] = frozenset()
    blocked_by: tuple[str, ...] = ()
    """Keys of the tasks that must be finished first, transitively reduced."""
    done: bool = False
    """The map says that this is finished: desired state closed as completed."""
    milestone: str = ""
    assignees: tuple[str, ...] = ()
    estimate_minutes: int | None = None
    named_by_map: bool = False
    """Its title has no words of its own: it is made of the map's title."""
    was: tuple[str, ...] = ()
    """Keys that this task had earlier, as the author says."""
    earlier: str = ""
    """Its key as earlier releases made it, where they took more into it: a number in front of its name; else empty."""


@dataclass(frozen=True, slots=True)
class TaskPlan:
    """All tasks of one map."""

    map_id: str
    tracking: TaskSpec
    tasks: tuple[TaskSpec, ...]
    """In the order in which they can be started; the tracking ticket is not among them."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Everything outside the map that decides what its tasks look like."""

    managed_label: str
    """The label by which our tickets are listed."""
    kind_labels: Mapping[str, str]
    """Label by kind of task; a kind that is missing gets none."""
    phase_labels: Mapping[str, str]
    priority_labels: Mapping[str, str]
    milestone: str
    assignees: tuple[str, ...]
