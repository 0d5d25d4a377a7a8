"""What became of each change."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.syncing.changes import Change


class Status(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    ALREADY = "already"
    """The tracker held it by the time it was to be written."""
    SKIPPED = "skipped"
    """It was not written after all; the detail says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One change after it was tried."""

    change: Change
    map_id: str
    status: Status
    ticket: str = ""
    """Number of the ticket that was written."""
    detail: str = ""
    before: str = ""
    """Digest of the ticket's text before; empty for a new one."""
    after: str = ""
    """Digest of the ticket's text after."""
    url: str = ""
