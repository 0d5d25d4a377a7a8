"""The merge requests that closed issues, and when issues were reopened."""

from __future__ import annotations

from datetime import timedelta

from techmap_sync.sync.tracker import MergedChange
from techmap_sync.trackers.gitlab.tracker import GitLabTracker
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import BOT, Closing, Issue


def closed(server: Simulator, *requests: Closing) -> Issue:
    now = server.world.clock()
    return server.world.add_issue(
        "Store", BOT, labels=["techmap"], state="closed", closed_at=now, closing=list(requests)
    )


def request(server: Simulator, iid: int, hours: int, **more: str) -> Closing:
    """Return one that was merged some hours after now."""
    return Closing(iid, f"Change {iid}", server.world.clock() + timedelta(hours=hours), **more)


def test_the_last_that_was_merged_before_it_was_closed_is_named(server: Simulator, tracker: GitLabTracker) -> None:
    issue = closed(
        server,
        request(server, 5, -9),
        request(server, 7, -1),
        request(server, 8, 5),
        request(server, 9, 0, state="opened"),
    )
    found = tracker.history([str(issue.iid)], [])[str(issue.iid)].closed_by
    assert found == MergedChange("!7", "Change 7", "https://gitlab.example/group/project/-/merge_requests/7")


def test_one_of_another_project_is_named_with_its_path(server: Simulator, tracker: GitLabTracker) -> None:
    issue = closed(server, request(server, 7, -1, path="group/other"))
    change = tracker.history([str(issue.iid)], [])[str(issue.iid)].closed_by
    assert change
    assert change.name == "group/other!7"


def test_issues_without_merge_requests_are_not_asked_about(server: Simulator, tracker: GitLabTracker) -> None:
    numbers = [str(closed(server).iid) for _ in range(60)]
    tracker.snapshot("techmap")
    server.asked.clear()
    assert tracker.history(numbers, []) == {}
    assert server.asked == []


def test_sixty_with_merge_requests_take_two_queries(server: Simulator, tracker: GitLabTracker) -> None:
    numbers = [str(closed(server, request(server, 7, -1)).iid) for _ in range(60)]
    tracker.snapshot("techmap")
    server.asked.clear()
    assert len(tracker.history(numbers, [])) == 60
    assert server.asked == ["QUERY /api/graphql"] * 2


def test_a_server_that_does_not_know_the_query_says_nothing(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.linked_items = False
    issue = closed(server, request(server, 7, -1))
    assert tracker.history([str(issue.iid)], []) == {}


def test_the_last_reopening_counts(server: Simulator, tracker: GitLabTracker) -> None:
    now = server.world.clock()
    issue = server.world.add_issue("Page", BOT, reopened_at=[now - timedelta(days=9), now - timedelta(days=3)])
    reopened = tracker.history([], [str(issue.iid)])[str(issue.iid)].reopened
    assert reopened
    assert abs(now - timedelta(days=3) - reopened) < timedelta(seconds=1)
    untouched = server.world.add_issue("Store", BOT)
    assert tracker.history([], [str(untouched.iid), "999"]) == {}
