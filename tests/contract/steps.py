"""What the tests of the contract do with a tracker."""

from __future__ import annotations

from techmap_sync.sync.tracker import Draft, Ticket, Tracker

LABEL = "techmap"
LABELLED = frozenset({LABEL})
UNKNOWN = "999999"
"""A number that no ticket has."""


def created(tracker: Tracker, title: str = "Create TokenService", body: str = "Purpose") -> Ticket:
    return tracker.create(Draft(title, body, LABELLED))


def read(tracker: Tracker, number: str) -> Ticket:
    ticket = tracker.get(number)
    assert ticket is not None
    return ticket


def listed(tracker: Tracker) -> dict[str, Ticket]:
    return tracker.snapshot(LABEL).by_number()
