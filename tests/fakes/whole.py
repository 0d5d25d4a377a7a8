"""A ticket with everything that a tracker knows of it, whatever requests that takes.

Where a link does not say which of two tickets is the parent, a ticket's marker does. Here the older one is.
"""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.tracker import Ends, Ticket, Tracker


def whole(tracker: Tracker, number: str) -> Ticket:
    ticket = tracker.get(number)
    assert ticket is not None
    ends = tracker.ends([number])[number]
    return replace(ticket, parent=parent_in(number, ends), blocked_by=ends.blocked_by)


def parent_in(number: str, ends: Ends) -> str | None:
    """Return the parent of a ticket."""
    return ends.parent or min((other for other in ends.related if int(other) < int(number)), key=int, default=None)
