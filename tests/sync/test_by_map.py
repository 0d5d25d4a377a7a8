"""Which map a ticket belongs to when its tracking ticket and a ledger disagree."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync.tracker import CloseReason, State
from tests.sync.build import task
from tests.sync.drive import several
from tests.sync.test_moves import FREE, SAYS, key, named, numbers, push, pushed, some_map


def test_a_ticket_that_moved_stays_with_its_map_after_the_tracking_ticket_there_was_deleted() -> None:
    """The ledger of the former map may still list it."""
    tracker = pushed(some_map("alpha", "Store", "Sender"))
    beta = named("beta", task("Parser", sections=SAYS["Store"]))
    push(tracker, beta)
    before = numbers(tracker)
    assert before[key("beta", "Parser")] == "2"
    del tracker.tickets[before["beta/tracking/map"]]
    shown = several(tracker, beta, policy=FREE)
    assert not shown.writes
    assert "push --recreate beta/tracking/map" in "".join(r for each in shown.maps for r in each.refusals)
    push(tracker, beta, policy=replace(FREE, recreate=frozenset({"beta/tracking/map"})))
    assert tracker.tickets["3"].state is State.OPEN
    assert numbers(tracker)[key("beta", "Parser")] == "2"
    assert not several(tracker, beta, policy=FREE).writes


def test_a_completed_ticket_stays_with_its_map_when_that_gets_another_id_though_a_missing_map_still_lists_it() -> None:
    tracker = pushed(some_map("alpha", "Store", "Sender", "Report", "Router", "Cache"))
    push(tracker, some_map("beta", "Store", "Sender"))
    tracker.edit("2", state=State.CLOSED, reason=CloseReason.COMPLETED)
    renamed = some_map("gamma", "Sender", "Report")
    push(tracker, renamed)
    assert not several(tracker, renamed, policy=FREE).writes
