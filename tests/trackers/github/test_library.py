"""PyGithub's defaults that do harm: each is shown to be there, and to be avoided.

When one of the first halves fails, PyGithub has changed, and what avoids it may go.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from github import Auth, Github, GithubException, GithubRetry
from github.Repository import Repository

from techmap_sync.errors import OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Patch
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Fault, GitHub, Kind, running
from tests.simulators.github.server import TOKEN

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))


@pytest.fixture
def plain(github: GitHub) -> Iterator[Repository]:
    """The repository as PyGithub has it by default, but for the waiting."""
    retry = GithubRetry(total=10, backoff_factor=0)
    client = Github(
        auth=Auth.Token(TOKEN),
        base_url=github.base_url,
        retry=retry,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )
    yield client.get_repo("octo/maps")
    client.close()


def test_1_a_create_is_not_repeated(github: GitHub, plain: Repository, issues: GitHubTracker) -> None:
    github.faults = {1: Fault(Kind.BAD_GATEWAY, after=True), 2: Fault(Kind.DROPPED, after=True)}
    plain.create_issue("Task")
    assert len(github.repository.issues) == 3
    issues.create(Draft("Task", ""))
    github.faults = {len(github.requests) + 1: Fault(Kind.BAD_GATEWAY, after=True)}
    with pytest.raises(OutcomeUnclear):
        issues.create(Draft("Task", ""))
    assert len(github.repository.issues) == 5


def test_2_a_write_that_was_refused_for_its_pace_is_sent_again(
    github: GitHub, plain: Repository, issues: GitHubTracker
) -> None:
    issue = plain.create_issue("Task")
    for fault in (Fault(Kind.SLOW_DOWN, retry_after=1), Fault(Kind.TOO_MANY)):
        github.faults = {len(github.requests) + 1: fault}
        with pytest.raises(GithubException):
            issue.edit(body="New")
        github.faults = {len(github.requests) + 1: fault}
        assert issues.update("1", Patch(body=f"{fault}")).body == f"{fault}"


def test_3_a_renamed_repository_is_read_with_its_filters_and_written_to(
    github: GitHub, plain: Repository, issues: GitHubTracker
) -> None:
    plain.create_issue("Unlabelled")
    github.repository.rename("octo/atlas")
    assert [issue.title for issue in plain.get_issues(labels=[LABEL], state="all")] == ["Unlabelled"]
    assert plain.create_issue("Task").raw_data["message"] == "Moved Permanently"
    assert issues.snapshot(LABEL).tickets == ()
    assert issues.create(OURS).title == OURS.title
    assert len(github.repository.issues) == 2


def test_4_no_row_is_completed_by_a_request_of_its_own(
    github: GitHub, plain: Repository, issues: GitHubTracker
) -> None:
    for number in range(5):
        github.add_issue(f"Task {number}", LABEL)
    assert [issue.closed_by for issue in plain.get_issues()] == [None] * 5
    github.forget()
    assert [issue.parent_issue_url for issue in plain.get_issues()] == [None] * 5
    assert len(github.requests) == 6
    github.forget()
    assert len(issues.snapshot(LABEL).tickets) == 5
    assert len(github.requests) == 2


def test_5_the_pace_is_ours_and_goes_by_our_clock(github: GitHub, issues: GitHubTracker) -> None:
    started = github.clock()
    for _ in range(5):
        issues.create(OURS)
    assert (github.clock() - started).total_seconds() == 5.0
    assert github.clock.slept == [1.0] * 5


def test_6_links_to_another_host_are_followed_on_ours(github: GitHub, issues: GitHubTracker) -> None:
    for number in range(150):
        github.add_issue(f"Task {number}", LABEL)
    github.world.base_url = "https://github.example"
    assert len(issues.snapshot(LABEL).tickets) == 150


@pytest.mark.parametrize("kind", [Kind.NO_JSON, Kind.ACCEPTED])
def test_7_an_answer_that_is_none_is_an_error_of_ours(github: GitHub, issues: GitHubTracker, kind: Kind) -> None:
    github.faults = dict.fromkeys(range(1, 5), Fault(kind))
    with pytest.raises(TrackerError):
        issues.snapshot(LABEL)
    github.faults = dict.fromkeys(range(5, 9), Fault(kind))
    with pytest.raises(TrackerError):
        issues.get("1")


def test_8_a_base_url_without_tls_and_with_a_path_works() -> None:
    server = GitHub(enterprise="3.19.0")
    with running(server):
        assert server.base_url.startswith("http://")
        assert server.base_url.endswith("/api/v3")
        assert connect(server.connection()).create(OURS).number == "1"
