"""A ticket with everything that a tracker knows of it, whatever requests that takes."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.tracker import Ticket, Tracker


def whole(tracker: Tracker, number: str) -> Ticket:
    ticket = tracker.get(number)
    assert ticket is not None
    ends = tracker.ends([number])[number]
    return replace(ticket, parent=ends.parent, blocked_by=ends.blocked_by)
