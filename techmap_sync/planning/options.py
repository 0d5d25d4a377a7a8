"""The choices that a team makes about its backlog, as the planner needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Granularity(StrEnum):
    """How many tickets a part of the map becomes."""

    SECTION = "section"
    """One ticket per sub-section, its items a checklist."""
    ITEM = "item"
    """One ticket per item."""
    NONE = "none"
    """No ticket."""


@dataclass(frozen=True, slots=True)
class GranularityChoice:
    """One granularity for each part of the map that has items."""

    changes: Granularity = Granularity.SECTION
    tests: Granularity = Granularity.SECTION
    deployment: Granularity = Granularity.SECTION
    constraints: Granularity = Granularity.NONE
    """Constraints always stand in the tracking ticket; this adds tickets of their own."""


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Everything outside the map that decides what its tasks look like."""

    granularity: GranularityChoice = field(default_factory=GranularityChoice)
    managed_label: str = "techmap"
    """The label by which our tickets are listed."""
    kind_labels: Mapping[str, str] = field(default_factory=dict)
    """Label by kind of task; a kind that is missing gets none."""
    phase_labels: Mapping[str, str] = field(default_factory=dict)
    priority_labels: Mapping[str, str] = field(default_factory=dict)
    milestone: str = ""
    assignees: tuple[str, ...] = ()
