"""What a change does to one field of a ticket."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from techmap_sync.sync.assignees import ASSIGNEES

LABELS, LEDGER, MARKER = "labels", "ledger", "marker"
PRIORITY = "priority"
KEY = "key"
"""The field that a renamed task's ticket gets."""


class Decision(StrEnum):
    """What happens to a field."""

    NOTHING = "nothing"
    UPDATE = "update"
    """Write the map's value."""
    KEEP = "keep"
    """Only a person changed it: drift, reported and left alone."""
    ADOPT = "adopt"
    """Both sides made the same change; only the marker needs updating."""
    CONFLICT = "conflict"
    """Both sides changed it, differently: the person's value stays until the conflict is resolved."""


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of a ticket before and after."""

    name: str
    """``title``, ``priority``, ``milestone``, ``key``, or the name of a section."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SetEdit:
    """What is added to a set, and removed from it."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    name: ClassVar[str]
    before: ClassVar[str] = ""

    @property
    def after(self) -> str:
        """As shown in reports: ``-old +new``."""
        return " ".join((*(f"-{name}" for name in sorted(self.remove)), *(f"+{name}" for name in sorted(self.add))))


@dataclass(frozen=True, slots=True)
class LabelEdit(SetEdit):
    """The labels to add and remove."""

    name: ClassVar[str] = LABELS


@dataclass(frozen=True, slots=True)
class AssigneeEdit(SetEdit):
    """The people to assign and to take away."""

    name: ClassVar[str] = ASSIGNEES


Edit = FieldEdit | SetEdit
