"""The in-memory tracker does what a script says."""

from __future__ import annotations

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch
from tests.fakes.memory import Fault, Killed, MemoryTracker, When, killed, refused, timed_out
from tests.fakes.whole import whole

OURS = Draft("Title", "Body", frozenset({"techmap"}))


def test_it_counts_requests_and_tells_writes_from_reads() -> None:
    tracker = MemoryTracker()
    tracker.create(OURS)
    tracker.snapshot("techmap")
    tracker.update("1", Patch(title="New"))
    assert [(request.verb, request.subject) for request in tracker.requests] == [
        ("create", "Title"),
        ("snapshot", "techmap"),
        ("update", "1"),
    ]
    assert [request.verb for request in tracker.writes] == ["create", "update"]


@pytest.mark.parametrize(
    ("fault", "error", "effect"),
    [
        (refused(), TrackerError, False),
        (timed_out(When.BEFORE), OutcomeUnclear, False),
        (timed_out(When.AFTER), OutcomeUnclear, True),
        (killed(When.BEFORE), Killed, False),
        (killed(When.AFTER), Killed, True),
    ],
)
def test_the_nth_request_fails_before_or_after_its_effect(
    fault: Fault, error: type[BaseException], effect: bool
) -> None:
    tracker = MemoryTracker(faults={2: fault})
    tracker.create(OURS)
    with pytest.raises(error):
        tracker.create(OURS)
    assert len(tracker.tickets) == 1 + effect
    tracker.create(OURS)


def test_a_listing_can_be_short_while_the_count_is_right() -> None:
    tracker = MemoryTracker()
    for _ in range(3):
        tracker.create(OURS)
    tracker.unlisted = {"2"}
    snapshot = tracker.snapshot("techmap")
    assert (list(snapshot.by_number()), snapshot.total) == (["1", "3"], 3)


def test_edges_can_be_left_out_of_listings() -> None:
    tracker = MemoryTracker(edges_listed=False)
    tracker.create(OURS)
    tracker.create(OURS)
    tracker.link(Edge(EdgeKind.BLOCKED_BY, "2", "1"))
    assert tracker.snapshot("techmap").by_number()["2"].blocked_by is None
    assert whole(tracker, "2").blocked_by == frozenset({"1"})


def test_people_edit_without_a_request() -> None:
    tracker = MemoryTracker()
    tracker.create(OURS)
    tracker.edit("1", title="Theirs", comments=2)
    assert tracker.tickets["1"].title == "Theirs"
    assert len(tracker.requests) == 1
