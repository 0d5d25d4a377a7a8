"""What authors may do on GitHub: asked for, once each, and where that is refused taken from the listing."""

from __future__ import annotations

from typing import Any

import pytest

from techmap_sync.errors import TrackerError, UnexpectedAnswer
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Standing
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Account, GitHub
from tests.simulators.github.messages import Response
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push, refused
from tests.trackers.servers import OnGitHub

LABEL = "techmap"
MEMBER, STRANGER = Standing.MEMBER, Standing.STRANGER


@pytest.fixture
def tracker(github: GitHub) -> GitHubTracker:
    return connect(github.connection())


@pytest.mark.parametrize(
    ("role", "standing"),
    [
        ("admin", MEMBER),
        ("maintain", MEMBER),
        ("write", MEMBER),
        ("triage", MEMBER),
        ("read", STRANGER),
        ("none", STRANGER),
        ("release manager", MEMBER),
        ("security reader", STRANGER),
    ],
)
def test_a_role_from_triage_on_counts(github: GitHub, tracker: GitHubTracker, role: str, standing: Standing) -> None:
    github.repository.bases = {"release manager": "maintain", "security reader": "read"}
    github.repository.roles["ann"] = role
    for _ in range(2):
        assert tracker.standings(["ann"]) == {"ann": standing}
    assert [request.path for request in github.requests] == ["/repos/octo/maps/collaborators/ann/permission"]


@pytest.mark.parametrize("private", [True, False])
def test_who_is_no_collaborator_is_a_stranger(github: GitHub, tracker: GitHubTracker, private: bool) -> None:
    github.repository.private = private
    assert tracker.standings(["mallory"]) == {"mallory": STRANGER}


def test_of_bots_nothing_is_told_and_their_names_are_one_part_of_the_path(
    github: GitHub, tracker: GitHubTracker
) -> None:
    assert tracker.standings(["maps-app[bot]", "../../user"]) == {"../../user": STRANGER}
    assert [request.path for request in github.requests] == [
        "/repos/octo/maps/collaborators/maps-app%5Bbot%5D/permission",
        "/repos/octo/maps/collaborators/..%2F..%2Fuser/permission",
    ]


def test_a_token_that_is_told_no_permissions_goes_by_the_listing(github: GitHub) -> None:
    github.accounts["triage"] = Account("tom", "COLLABORATOR", may_push=False, scopes=None)
    tracker = connect(github.connection(token=Secret("triage")))
    assert tracker.standings(["sara", "mallory"]) == {}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"permission": None, "role_name": None},
        {"permission": ["admin"], "role_name": ["admin"]},
        {"permission": {"admin": True}, "role_name": True},
        {"role_name": "Admin"},
    ],
    ids=str,
)
def test_an_odd_answer_makes_nobody_a_member(
    github: GitHub, tracker: GitHubTracker, answer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the server meant is unknown: a member's map must not be taken for a stranger's either, so the run ends."""
    monkeypatch.setattr(github, "_answer", lambda request: Response(200, answer))
    with pytest.raises(UnexpectedAnswer) as raised:
        tracker.standings(["ann"])
    assert "permission" in raised.value.what


def test_a_role_of_an_unknown_name_makes_nobody_a_member(
    github: GitHub, tracker: GitHubTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the permission that GitHub gives beside it decides."""
    monkeypatch.setattr(github, "_answer", lambda request: Response(200, {"permission": "read", "role_name": "Admin"}))
    assert tracker.standings(["ann"]) == {"ann": STRANGER}


def test_before_enterprise_server_told_roles_the_permission_counts(
    github: GitHub, tracker: GitHubTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(github, "_answer", lambda request: Response(200, {"permission": "write"}))
    assert tracker.standings(["ann"]) == {"ann": MEMBER}


def test_a_token_that_is_not_accepted_is_an_error(github: GitHub) -> None:
    with pytest.raises(TrackerError):
        connect(github.connection(token=Secret("ghp_wrong"))).standings(["ann"])


@pytest.mark.parametrize("leaves_ghost", [True, False])
def test_an_account_that_is_gone_is_nobody_and_not_asked_about(
    github: GitHub, tracker: GitHubTracker, leaves_ghost: bool
) -> None:
    push(tracker, made := plan(task("Store")))
    for issue in github.repository.issues.values():
        issue.author = Account("ann", "MEMBER")
    github.repository.delete_account("ann", leaves_ghost=leaves_ghost)
    github.forget()
    assert [ticket.standing for ticket in tracker.snapshot(LABEL).tickets] == [Standing.GONE] * 2
    text = refused(planned(connect(github.connection()), made))
    assert "adopted = [1]" in text
    assert "trusted_authors" not in text
    assert not [request for request in github.requests if "collaborators" in request.path]


def test_who_may_only_read_is_not_trusted_though_the_listing_says_member(github: GitHub) -> None:
    made = plan(task("Store"))
    push(connect(github.connection()), made)
    for issue in github.repository.issues.values():
        issue.author = Account("reader", "MEMBER")
    github.repository.roles["reader"] = "read"
    assert "reader wrote ticket 1" in refused(planned(connect(github.connection()), made))


def test_a_thousand_strangers_cost_no_request_but_the_lists(github: GitHub) -> None:
    made = plan(task("Store"))
    server = OnGitHub(github)
    push(server.tracker(), made)
    marked = github.repository.issues[2].body or ""
    for number in range(1000):
        body = "help" if number % 2 else marked
        github.add_issue("Help", LABEL, author=Account(f"stranger{number}", "NONE"), body=body)
    github.forget()
    observe(server.tracker(), [made], POLICY)
    assert len(server.lists) == 11
    assert len(github.requests) - len(server.lists) <= 3
