"""Accounts, labels, milestones and estimates on GitLab."""

from __future__ import annotations

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Draft, Patch, Standing
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import BOT, GHOST, GUEST, SARA, STRANGER, TOM, Token

LABEL = "techmap"


@pytest.fixture
def tracker(server: Simulator) -> GitLabTracker:
    return connect(server.connection(label_colors={LABEL: "00aa11"}))


def test_authors_are_told_apart_by_their_role_in_one_request(server: Simulator, tracker: GitLabTracker) -> None:
    for author in (BOT, SARA, TOM, GUEST, STRANGER):
        server.world.add_issue("Title", author, labels=[LABEL])
    authors = [ticket.author for ticket in tracker.snapshot(LABEL).tickets]
    member, stranger = Standing.MEMBER, Standing.STRANGER
    for _ in range(2):
        assert tracker.standings(authors[1:]) == {"sara": member, "tom": member, "gus": stranger, "mallory": stranger}
    assert server.asked.count("GET /projects/42/members/all") == 1


def test_a_row_tells_what_needs_no_question(server: Simulator, tracker: GitLabTracker) -> None:
    for author in (BOT, SARA, GHOST):
        server.world.add_issue("Title", author, labels=[LABEL])
    standings = [ticket.standing for ticket in tracker.snapshot(LABEL).tickets]
    assert standings == [Standing.SELF, Standing.STRANGER, Standing.GONE]
    assert "GET /projects/42/members/all" not in server.asked


@pytest.mark.parametrize("author", [None, {}, {"id": 7}, {"username": None, "id": 7}], ids=str)
def test_an_issue_without_an_author_is_by_an_account_that_is_gone(tracker: GitLabTracker, author: object) -> None:
    assert tracker._users.author({"author": author}) == ("", Standing.GONE)


def test_our_own_tickets_need_no_list_of_members(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.add_issue("Ours", BOT)
    server.world.add_issue("Theirs", SARA)
    assert [ticket.title for ticket in tracker.own_tickets().tickets] == ["Ours"]
    assert "GET /projects/42/members/all" not in server.asked


def test_missing_labels_are_created_in_their_colours_and_others_left(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.labels["theirs"] = "#123456"
    tracker.create(Draft("Title", "", frozenset({LABEL, "theirs", "priority:high"})))
    assert server.world.labels == {"theirs": "#123456", LABEL: "#00aa11", "priority:high": "#6699cc"}


def test_a_label_that_another_run_creates_at_once_is_no_error(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(Draft("Title", "", frozenset({LABEL})))
    server.world.labels["late"] = "#123456"
    tracker.add_labels("1", ["late"])
    assert server.world.issues[1].labels == [LABEL, "late"]


def test_a_label_with_a_comma_is_refused_before_anything_is_asked(server: Simulator, tracker: GitLabTracker) -> None:
    with pytest.raises(TrackerError) as caught:
        tracker.snapshot("a,b")
    assert 'the label "a,b"' in caught.value.what
    assert server.asked == []


def test_labels_that_gitlab_drops_in_silence_are_an_error(server: Simulator) -> None:
    server.world.tokens["guest"] = Token(GUEST)
    server.world.add_issue("Title", GUEST)
    server.world.labels[LABEL] = "#123456"
    tracker = connect(server.connection(token=Secret("guest")))
    with pytest.raises(TrackerError) as caught:
        tracker.add_labels("1", [LABEL])
    assert "labels of ticket 1" in caught.value.what


def test_a_milestone_is_found_or_created_once(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.milestone("v1")
    tracker.create(Draft("Title", "", milestone="v1"))
    tracker.update("1", Patch(milestone="v2"))
    tracker.create(Draft("Title", "", milestone="v2"))
    assert [one.title for one in server.world.milestones.values()] == ["v1", "v2"]


def test_people_are_assigned_whatever_the_case_of_their_names(server: Simulator, tracker: GitLabTracker) -> None:
    assert tracker.create(Draft("Title", "", assignees=("@Sara", "tom"))).assignees == {"sara", "tom"}
    tracker.create(Draft("Title", "", assignees=("@Sara",)))
    assert server.asked.count("GET /users") == 2


def test_the_free_tier_assigns_one_person(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.premium = False
    assert tracker.create(Draft("Title", "", assignees=("sara", "tom"))).assignees == {"sara"}


def test_an_account_that_does_not_exist_is_named_and_nothing_is_created(
    server: Simulator, tracker: GitLabTracker
) -> None:
    with pytest.raises(TrackerError) as caught:
        tracker.create(Draft("Title", "", assignees=("nobody",)))
    assert caught.value.what == "there is no account nobody"
    assert server.world.issues == {}


def test_an_estimate_is_set_and_not_added_up(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.create(Draft("Title", "", estimate_minutes=210))
    assert server.world.issues[1].seconds_estimated == 210 * 60
    assert server.world.issues[1].seconds_spent == 0


def test_work_has_begun_with_a_merge_request_or_booked_time(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.add_issue("Idle", BOT, labels=[LABEL])
    server.world.add_issue("Merging", BOT, labels=[LABEL], merge_requests=1)
    server.world.add_issue("Booked", BOT, labels=[LABEL], seconds_spent=60)
    server.world.add_issue("Done", BOT, labels=[LABEL], merge_requests=1, state="closed")
    assert [ticket.started for ticket in tracker.snapshot(LABEL).tickets] == [False, True, True, False]


def test_comments_are_counted(server: Simulator, tracker: GitLabTracker) -> None:
    server.world.add_issue("Discussed", SARA, labels=[LABEL], notes=3)
    assert [ticket.comments for ticket in tracker.snapshot(LABEL).tickets] == [3]
