"""Links that people took away: they stay away, and every report says so in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.syncing.changes import Action
from techmap_sync.syncing.tracker import Edge, EdgeKind, State
from tests.syncing.build import TRACKING, plan, task
from tests.syncing.drive import planned, push
from tests.trackers.memory import MemoryTracker

STORE, SERVICE = task("Store"), task("Service", blocked_by=("Store",))
TWO = plan(STORE, SERVICE)


@pytest.fixture
def tracker() -> MemoryTracker:
    tracker = MemoryTracker()
    push(tracker, TWO)
    return tracker


def said(tracker: MemoryTracker) -> list[tuple[Action, str, str, str]]:
    return [(c.action, c.key, c.target, c.reason) for c in planned(tracker, TWO).changes]


def test_a_ticket_that_a_human_took_out_of_the_children_stays_out_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.CHILD_OF, "2", "1"))
    reason = 'a human removed that it is a child of "Implement Login", kept so'
    assert said(tracker) == [(Action.SKIP, STORE.key, TRACKING, reason)]


def test_a_ticket_that_a_human_gave_another_parent_keeps_it_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9", body="An epic.", labels=frozenset(), parent=None)
    tracker.edit("2", parent="9")
    assert [(action, target) for action, _, target, _ in said(tracker)] == [(Action.SKIP, TRACKING)]
    push(tracker, TWO)
    assert tracker.tickets["2"].parent == "9"


def test_a_blocked_by_that_a_human_removed_stays_away_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    reason = 'a human removed that it is blocked by "Create Store", kept so'
    assert said(tracker) == [(Action.SKIP, SERVICE.key, STORE.key, reason)]


def test_of_closed_tickets_no_lost_link_is_told(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.CHILD_OF, "3", "1"))
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    tracker.edit("3", state=State.CLOSED)
    assert said(tracker) == []
