"""What two maps remember of a ticket whose task went from one to the other."""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.syncing.revise import Held


@dataclass(frozen=True, slots=True)
class Former:
    """Where a ticket was before its task came to a map."""

    map_id: str
    key: str
    tracking_key: str
    tracking: str
    """Number of the tracking ticket there, empty when there is none."""
    was_child: bool
    """Whether it was made a child of that tracking ticket."""
    is_written_there: bool = False
    """Its marker is still the one from there: no run has written it for the map that it comes to."""


@dataclass(frozen=True, slots=True)
class Departed:
    """Where the task of a ticket went."""

    map_id: str
    key: str
    """Its key there."""
    number: str = ""
    """Empty when there is no ticket: a human deleted it."""
    held: Held | None = None
    """None when there is no ticket that we may write."""
    listed_there: bool = False
    """Whether the ledger of that map lists it already."""
    written_there: bool = False
    """Whether this run writes that ledger."""
