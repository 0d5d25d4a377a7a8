"""Which requests leave for GitLab, how many, and what happens when one breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.simulators.gitlab import Simulator, faults
from tests.simulators.gitlab.faults import Fault
from tests.simulators.gitlab.world import BOT, SARA

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))


def with_issues(server: Simulator, count: int) -> None:
    for number in range(count):
        server.world.add_issue(f"Task {number}", SARA if number % 2 else BOT, labels=[LABEL])


@pytest.mark.parametrize(("count", "pages"), [(0, 1), (20, 1), (100, 1), (101, 2), (250, 3)])
@pytest.mark.parametrize("keyset", [True, False])
def test_a_snapshot_asks_for_a_hundred_at_a_time_and_three_things_more(
    server: Simulator, tracker: GitLabTracker, count: int, pages: int, keyset: bool
) -> None:
    with_issues(server, count)
    tracker.snapshot(LABEL)
    server.world.keyset = keyset
    server.asked.clear()
    tracker = connect(server.connection())
    assert len(tracker.snapshot(LABEL).tickets) == count
    lists = [asked for asked in server.asked if asked.endswith("/issues")]
    assert len(lists) == pages + (not keyset)
    assert len(server.asked) - len(lists) <= 3
    assert server.writes == []


def test_the_second_snapshot_of_a_run_asks_for_the_issues_alone(server: Simulator, tracker: GitLabTracker) -> None:
    with_issues(server, 3)
    tracker.snapshot(LABEL)
    server.asked.clear()
    tracker.snapshot(LABEL)
    assert server.asked == ["GET /projects/42/issues"]


def test_numbered_pages_bring_the_servers_own_count(server: Simulator, tracker: GitLabTracker) -> None:
    with_issues(server, 3)
    server.world.add_issue("Moved", BOT, labels=[LABEL], moved_to=9)
    assert tracker.snapshot(LABEL).total is None
    server.world.keyset = False
    snapshot = tracker.snapshot(LABEL)
    assert (len(snapshot.tickets), snapshot.total) == (3, 3)


def test_an_issue_that_moved_away_is_gone(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.add_issue("Moved", BOT, labels=[LABEL], state="closed", moved_to=9)
    assert tracker.get("1") is None
    assert tracker.snapshot(LABEL).tickets == ()


def test_a_create_costs_one_write_and_a_change_one_more(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(OURS)
    assert server.writes == ["POST /projects/42/labels", "POST /projects/42/issues"]
    server.asked.clear()
    tracker.create(OURS)
    tracker.update("2", Patch(body="New", state=State.CLOSED))
    assert server.asked == ["POST /projects/42/issues", "PUT /projects/42/issues/2"]


def test_an_update_names_only_what_changes(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(OURS)
    issue = server.world.issues[1]
    issue.labels, issue.assignees = [LABEL, "theirs"], [SARA]
    tracker.update("1", Patch(body="New"))
    tracker.add_labels("1", ["ours"])
    assert issue.labels == [LABEL, "theirs", "ours"]
    assert issue.assignees == [SARA]


@pytest.mark.parametrize(
    "fault", [faults.bad_gateway(), faults.dropped(), faults.silence(), faults.web_page(), Fault(408, "{}")]
)
def test_a_create_without_a_clear_answer_is_unclear_and_never_repeated(server: Simulator, fault: Fault) -> None:
    tracker = connect(server.connection(timeout=0.2))
    tracker.create(OURS)
    before = len(server.writes)
    server.fail(fault)
    with pytest.raises(OutcomeUnclear) as caught:
        tracker.create(OURS)
    assert len(server.writes) == before + 1
    assert len(server.world.issues) == 1 + fault.after_effect
    assert caught.value.tracker == "gitlab:group/project"
    assert "secret" not in str(caught.value.what)


LOST: list[Callable[..., Fault]] = [faults.bad_gateway, faults.dropped, faults.silence]
EVERYTHING = Patch("Title", "New", milestone="v1", state=State.CLOSED)


@pytest.mark.parametrize("lost", LOST)
def test_an_update_without_a_clear_answer_is_looked_at(server: Simulator, lost: Callable[..., Fault]) -> None:
    tracker = connect(server.connection(timeout=0.2))
    tracker.create(OURS)
    for known in ("v2", "v1"):
        tracker.update("1", Patch(milestone=known))
    server.fail(lost(after_effect=True))
    assert tracker.update("1", EVERYTHING).state is State.CLOSED
    for patch in (Patch(title="Another"), Patch(body="Newer"), Patch(state=State.OPEN), Patch(milestone="v2")):
        before = len(server.writes)
        server.fail(lost(after_effect=False))
        with pytest.raises(OutcomeUnclear):
            tracker.update("1", patch)
        assert len(server.writes) == before + 1
    issue = server.world.issues[1]
    assert (issue.title, issue.description, issue.state) == ("Title", "New", "closed")


@pytest.mark.parametrize("lost", LOST)
def test_labels_without_a_clear_answer_are_looked_at(server: Simulator, lost: Callable[..., Fault]) -> None:
    tracker = connect(server.connection(timeout=0.2))
    server.world.labels["new"] = "#123456"
    tracker.create(OURS)
    server.fail(lost(after_effect=True))
    tracker.add_labels("1", ["new"])
    server.fail(lost(after_effect=True))
    tracker.remove_labels("1", ["new"])
    server.fail(lost(after_effect=False))
    with pytest.raises(OutcomeUnclear):
        tracker.remove_labels("1", [LABEL])
    assert server.world.issues[1].labels == [LABEL]


@pytest.mark.parametrize("kind", EdgeKind)
@pytest.mark.parametrize("lost", LOST)
def test_an_edge_without_a_clear_answer_is_looked_at(
    server: Simulator, lost: Callable[..., Fault], kind: EdgeKind
) -> None:
    tracker = connect(server.connection(timeout=0.2))
    for _ in range(2):
        tracker.create(OURS)
    server.fail(lost(after_effect=False))
    with pytest.raises(OutcomeUnclear):
        tracker.link(Edge(kind, "2", "1"))
    assert server.world.links == {}
    server.fail(lost(after_effect=True))
    tracker.link(Edge(kind, "2", "1"))
    assert len(server.world.links) == 1


@pytest.mark.parametrize("fault", [faults.bad_gateway(after_effect=False), faults.dropped(after_effect=False)])
def test_a_read_is_tried_again_after_a_pause(server: Simulator, tracker: GitLabTracker, fault: Fault) -> None:
    with_issues(server, 1)
    tracker.snapshot(LABEL)
    server.fail(fault, fault)
    assert len(tracker.snapshot(LABEL).tickets) == 1
    assert server.waited == [1.0, 2.0]


def test_a_read_that_always_fails_ends(server: Simulator, tracker: GitLabTracker) -> None:
    server.fail(*[faults.bad_gateway()] * 9)
    with pytest.raises(TrackerError) as caught:
        tracker.snapshot(LABEL)
    assert "502" in caught.value.what
    assert len(server.asked) == 4


def test_a_refused_write_is_a_clear_error_and_had_no_effect(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(OURS)
    server.fail(faults.forbidden())
    with pytest.raises(TrackerError) as caught:
        tracker.update("1", Patch(body="New"))
    assert not isinstance(caught.value, OutcomeUnclear)
    assert "not allowed to change ticket 1" in caught.value.what
    assert server.world.issues[1].description == "Purpose"


def test_an_empty_list_is_told_as_it_came(server: Simulator, tracker: GitLabTracker) -> None:
    """Whether it is believed is not decided here."""
    with_issues(server, 2)
    tracker.snapshot(LABEL)
    server.fail(faults.empty_list())
    assert tracker.snapshot(LABEL).tickets == ()


def test_pages_are_followed_on_the_address_that_we_were_given(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.external_url = "http://wrong.invalid:1/elsewhere"
    with_issues(server, 150)
    assert len(tracker.snapshot(LABEL).tickets) == 150


def test_a_relative_url_works_with_and_without_the_path_of_the_api() -> None:
    with Simulator.running(prefix="/gitlab") as server:
        with_issues(server, 150)
        for url in (server.url, f"{server.url}/", f"{server.url}/api/v4"):
            assert len(connect(server.connection(api_url=url)).snapshot(LABEL).tickets) == 150


def test_a_list_that_never_ends_is_refused(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.snapshot(LABEL)
    again = Fault(200, "[]", {"Link": f'<{server.url}/api/v4/projects/42/issues?per_page=100>; rel="next"'})
    server.fail(again, again, again)
    with pytest.raises(TrackerError) as caught:
        tracker.snapshot(LABEL)
    assert "has no end" in caught.value.what


def test_a_redirect_never_carries_the_token_to_another_server(server: Simulator, tracker: GitLabTracker) -> None:
    with Simulator.running() as other:
        server.fail(Fault(302, "", {"Location": f"{other.url}/api/v4/projects/42"}))
        with pytest.raises(TrackerError) as caught:
            tracker.snapshot(LABEL)
        assert other.asked == []
    assert other.url in caught.value.what


def test_a_redirected_write_is_refused_and_not_turned_into_a_read(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(OURS)
    server.asked.clear()
    server.fail(Fault(301, "", {"Location": f"{server.url}/api/v4/projects/42/issues"}))
    with pytest.raises(TrackerError) as caught:
        tracker.create(OURS)
    assert server.asked == ["POST /projects/42/issues"]
    assert not isinstance(caught.value, OutcomeUnclear)
