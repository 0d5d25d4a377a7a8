"""Reads a ticket again just before it is written: it may not be the one any more that the plan was made from."""

from __future__ import annotations

from techmap_sync.sync.arrivals import bound
from techmap_sync.sync.block import Block, Held, read_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import LabelOrphan, TicketWrite
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Tracker


def claimed_keys(holdings: Holdings) -> dict[str, str]:
    """Return the key that each marker claims, by number."""
    every = (*holdings.all, *(copy for copy, _ in holdings.copies))
    return {held.ticket.number: held.marker.key for held in every}


def read_again(
    number: str, change: TicketWrite, changes: MapChanges, tracker: Tracker, policy: SyncPolicy
) -> Held | str:
    """Return a ticket as it is now, or the reason why it must not be written any more.

    :raises TicketRefused: the tracker does not show it.
    :raises TrackerError: the tracker refused or did not answer.
    """
    ticket = tracker.get(number)
    if ticket is None:
        return "it was deleted in the meantime"
    block = read_block(ticket.body)
    spec = None if isinstance(change, LabelOrphan) else change.spec
    if change.key in changes.bound and spec and not isinstance(block, Block):
        return bound(spec, ticket, changes.map_id, policy)
    if not isinstance(block, Block):
        return f"it was changed in the meantime: {block.reason}"
    marker = block.marker
    # A write of this run, or the same one of another run, may have given it its new key.
    if not policy.owns(marker.source, marker.map_id) or marker.key not in (changes.claimed.get(number), change.key):
        return "it was changed in the meantime: its marker is that of another ticket"
    return Held(ticket, block)
