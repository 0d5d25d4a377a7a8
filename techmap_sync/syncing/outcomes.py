"""What became of each change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.syncing.changes import Change, ChangeSet


class Status(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    ALREADY = "already"
    """The tracker held it by the time it was to be written."""
    SKIPPED = "skipped"
    """It was not written after all; the detail says why."""
    FAILED = "failed"
    """The tracker refused it; the detail has its words, and the next run tries again."""
    LEFT = "left"
    """It depends on something that failed; the next run tries again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One change after it was tried."""

    change: Change
    map_id: str
    status: Status
    ticket: str = ""
    """Number of the ticket that was written."""
    detail: str = ""
    hint: str = ""
    """For a failure: what to do."""
    before: str = ""
    """Digest of the ticket's text before; empty for a new one."""
    after: str = ""
    """Digest of the ticket's text after."""
    url: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the next run has to try it again."""
        return self.status in (Status.FAILED, Status.LEFT)


def left_of(change_set: ChangeSet, outcomes: Iterable[Outcome]) -> tuple[Change, ...]:
    """Return the changes that were not tried, bookkeeping left aside: what the next run still has to do."""
    tried = {_identity(o.map_id, o.change) for o in outcomes if o.status is not Status.LEFT}
    writes = ((each.map_id, change) for each in change_set.maps for change in each.writes)
    return tuple(c for map_id, c in writes if not c.is_bookkeeping and _identity(map_id, c) not in tried)


def _identity(map_id: str, change: Change) -> tuple[str, ...]:
    return map_id, change.action, change.key, change.target, change.ticket
