"""Links that people took away: they stay away, and every report says so in one line."""

from __future__ import annotations

from dataclasses import replace

import pytest

from techmap_sync.sync.changes import Action
from techmap_sync.sync.tracker import Edge, EdgeKind, State
from tests.fakes.memory import MemoryTracker
from tests.sync.build import POLICY, TRACKING, plan, task
from tests.sync.drive import planned, push

STORE, SERVICE = task("Store"), task("Service", blocked_by=("Store",))
TWO = plan(STORE, SERVICE)
SERVICE_ALONE = replace(SERVICE, blocked_by=())


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
    reason += f"; push --resolve tracker {STORE.key} accepts it"
    assert said(tracker) == [(Action.SKIP, STORE.key, TRACKING, reason)]


def test_a_ticket_that_a_human_gave_another_parent_keeps_it_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.tickets["9"] = replace(tracker.tickets["2"], number="9", body="An epic.", labels=frozenset(), parent=None)
    tracker.edit("2", parent="9")
    assert [(action, target) for action, _, target, _ in said(tracker)] == [(Action.SKIP, TRACKING)]
    push(tracker, TWO)
    assert tracker.tickets["2"].parent == "9"


def test_a_blocked_by_that_a_human_removed_stays_away_and_it_is_said(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    reason = 'a human removed that it is blocked by #2 "Create Store", kept so'
    reason += f"; push --resolve tracker {SERVICE.key} accepts it"
    assert said(tracker) == [(Action.SKIP, SERVICE.key, STORE.key, reason)]


def test_of_closed_tickets_no_lost_link_is_told(tracker: MemoryTracker) -> None:
    tracker.unlink(Edge(EdgeKind.CHILD_OF, "3", "1"))
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    tracker.edit("3", state=State.CLOSED)
    assert said(tracker) == []


def test_settings_that_hide_a_task_take_no_link_from_its_ticket(tracker: MemoryTracker) -> None:
    hidden, text = plan(SERVICE_ALONE), repr(TWO)
    for policy in (POLICY, replace(POLICY, close_copies=True)):
        changes = planned(tracker, hidden, policy, text=text).changes
        assert [(c.action, c.key) for c in changes if c.edge] == []
        push(tracker, hidden, policy, text=text)
    assert tracker.tickets["3"].blocked_by == {"2"}
    push(tracker, TWO)
    assert said(tracker) == []
    tracker.unlink(Edge(EdgeKind.BLOCKED_BY, "3", "2"))
    assert "a human removed" in said(tracker)[0][3], "the ledger still knows that we made it"


def test_a_task_that_its_author_removed_blocks_nothing_any_more(tracker: MemoryTracker) -> None:
    tracker.edit("2", assignees=frozenset({"ada"}))
    push(tracker, plan(SERVICE_ALONE))
    assert tracker.tickets["2"].state is State.OPEN
    assert tracker.tickets["3"].blocked_by == frozenset()
