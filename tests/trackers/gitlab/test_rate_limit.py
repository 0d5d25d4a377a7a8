"""GitLab's rate limits: obeyed, and not waited for without need."""

from __future__ import annotations

from datetime import timedelta

import pytest

from techmap_sync.errors import BudgetSpent
from techmap_sync.sync.tracker import Draft, Patch
from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.simulators.gitlab import Simulator, faults

OURS = Draft("Create TokenService", "Purpose")


@pytest.fixture
def tracker(server: Simulator) -> GitLabTracker:
    tracker = connect(server.connection())
    tracker.create(OURS)
    return tracker


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "7"}, 7),
        ({"Retry_After": "Sun, 22 Nov 2026 10:00:30 GMT"}, 30),
        ({"RateLimit_Reset": "1795341620", "RateLimit_Remaining": "0"}, 20),
        ({"Retry_After": "soon"}, 60),
        ({}, 60),
    ],
)
def test_a_request_that_came_too_soon_is_sent_again_when_the_server_says(
    server: Simulator, tracker: GitLabTracker, headers: dict[str, str], seconds: int
) -> None:
    server.fail(faults.too_many(**headers))
    tracker.create(OURS)
    assert server.waited == [seconds]
    assert len(server.world.issues) == 2
    server.fail(faults.too_many(**headers))
    assert tracker.get("1")


def test_a_wait_that_is_too_long_ends_the_run_and_says_how_long(server: Simulator, tracker: GitLabTracker) -> None:
    server.fail(faults.too_many(Retry_After="3600"))
    with pytest.raises(BudgetSpent) as caught:
        tracker.update("1", Patch(body="New"))
    assert caught.value.seconds_to_wait == 3600
    assert "60 min" in caught.value.hint
    assert server.waited == []


def test_a_server_that_is_never_content_ends_the_run(server: Simulator, tracker: GitLabTracker) -> None:
    server.fail(*[faults.too_many(Retry_After="1")] * 9)
    with pytest.raises(BudgetSpent):
        tracker.get("1")
    assert server.waited == [1, 1, 1]


def test_nothing_is_sent_while_the_server_says_that_nothing_is_left(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.requests_per_minute = 5
    for _ in range(12):
        tracker.update("1", Patch(body="New"))
    assert server.limits.refused == 0
    assert len(server.waited) == 2


def test_issues_are_created_as_fast_as_gitlab_com_allows_and_no_faster(server: Simulator) -> None:
    server.world.creations_per_minute = 200
    tracker = connect(server.connection())
    begin = server.world.clock()
    for _ in range(900):
        tracker.create(OURS)
    minutes = (server.world.clock() - begin) / timedelta(minutes=1)
    assert server.limits.refused == 0
    assert 900 / (minutes + 1) >= 0.95 * 200 * (900 / 1000)
    assert minutes == 4


def test_one_of_four_runs_has_a_quarter_of_them(server: Simulator) -> None:
    tracker = connect(server.connection(sharers=4))
    for _ in range(51):
        tracker.create(OURS)
    assert server.waited == [60.0]


def test_writes_keep_the_distance_that_was_asked_for(server: Simulator) -> None:
    tracker = connect(server.connection(seconds_between_writes=2.0))
    for _ in range(3):
        tracker.create(OURS)
        tracker.get("1")
    assert server.waited == [2.0, 2.0]
    assert tracker.capabilities.seconds_per_write == 2.0
