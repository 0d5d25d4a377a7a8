"""What a change does to one field of a ticket."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from techmap_sync.sync.assignees import ASSIGNEES

LABELS, LEDGER, MARKER = "labels", "ledger", "marker"
KEY = "key"
"""The field that a renamed task's ticket gets."""


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of a ticket before and after."""

    name: str
    """``title``, ``priority``, ``milestone``, ``key``, or the name of a section."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class LabelEdit:
    """The labels to add and remove."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    name: ClassVar[str] = LABELS
    before: ClassVar[str] = ""

    @property
    def after(self) -> str:
        """As shown in reports: ``-old +new``."""
        return _signed(self.add, self.remove)


@dataclass(frozen=True, slots=True)
class AssigneeEdit:
    """The people to assign and to take away."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    name: ClassVar[str] = ASSIGNEES
    before: ClassVar[str] = ""

    @property
    def after(self) -> str:
        """As shown in reports: ``-sara +tom``."""
        return _signed(self.add, self.remove)


def _signed(add: Iterable[str], remove: Iterable[str]) -> str:
    return " ".join((*(f"-{name}" for name in sorted(remove)), *(f"+{name}" for name in sorted(add))))


SetEdit = LabelEdit | AssigneeEdit
"""What is added to a set, and removed from it."""
Edit = FieldEdit | SetEdit


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """What happens to the labels of one ticket."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """The map wants them, and they were already set, but not by us."""
    taken: frozenset[str] = frozenset()
    """The map wants them, we set them, and a person removed them."""
    declined: frozenset[str] = frozenset()
    """A person removed them, which was accepted, in this run or earlier."""
    accepted: frozenset[str] = frozenset()
    """Those accepted in this run."""
