"""A repository that is there to be written to: what is in it, and how what a run made leaves it again.

The program itself deletes nothing, so what deletes is here. Whatever the account may not delete is closed and emptied:
without labels and text, nothing takes it for a ticket of a map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from typing_extensions import TypedDict

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.answers import Number, Row, Schema
from techmap_sync.trackers.github.tracker import GitHubTracker
from techmap_sync.trackers.gitlab.tracker import GitLabTracker
from tests.live.patience import Patience
from tests.live.traffic import Traffic

LEFT = "Left over by make live"
"""The title of what could not be deleted."""


@dataclass(frozen=True, slots=True)
class Found:
    """An issue of the repository, or a pull request on GitHub."""

    number: str
    title: str
    author: str
    is_closed: bool

    def is_left_over(self, account: str) -> bool:
        """Return whether an earlier run made it, closed it and could not delete it."""
        by_us = self.author == account if account else self.author.endswith("[bot]")
        return by_us and self.is_closed and self.title == LEFT


class Scratch(Protocol):
    """A repository or project on one vendor's server."""

    def account(self) -> str:
        """Return whose token it is; empty for an App, which has no user."""
        ...

    def version(self) -> str:
        """Return the release of the server, as far as it says."""
        ...

    def found(self) -> Iterator[Found]:
        """Yield all that has a number, whoever made it."""
        ...

    def delete_issue(self, row: Row) -> None:
        """Delete an issue.

        :param row: as the server answered when it was created, here and below.
        :raises TrackerError: the server refused.
        """
        ...

    def empty_issue(self, row: Row) -> None:
        """Close an issue and take away all that it says."""
        ...

    def delete_label(self, row: Row) -> None:
        """Delete a label, also from the issues that have it."""
        ...

    def delete_milestone(self, row: Row) -> None:
        """Delete a milestone."""
        ...


class _Login(TypedDict):
    login: str


class _Username(TypedDict):
    username: str


class _GitHubIssue(TypedDict):
    number: Number
    title: str
    state: str
    user: _Login | None


class _GitLabIssue(TypedDict):
    iid: Number
    title: str
    state: str
    author: _Username


class _Release(TypedDict):
    version: str


_GITHUB_ISSUE, _GITLAB_ISSUE = Schema(_GitHubIssue, "an issue"), Schema(_GitLabIssue, "an issue")
_LOGIN, _USERNAME, _RELEASE = Schema(_Login, "a user"), Schema(_Username, "a user"), Schema(_Release, "a release")


class GitHubScratch:
    """A repository on GitHub."""

    def __init__(self, tracker: GitHubTracker, traffic: Traffic) -> None:
        self._client = tracker.client
        self._traffic = traffic

    def account(self) -> str:
        """https://docs.github.com/rest/users/users#get-the-authenticated-user"""
        return "" if self._client.is_installation else str(self._client.row("/user", _LOGIN)["login"])

    def version(self) -> str:
        """Return the release of GitHub Enterprise Server, which every answer names."""
        return f"GitHub Enterprise Server {self._traffic.enterprise}" if self._traffic.enterprise else "github.com"

    def found(self) -> Iterator[Found]:
        """https://docs.github.com/rest/issues/issues#list-repository-issues: pull requests are in it."""
        for row in self._client.rows("/issues", _GITHUB_ISSUE, {"state": "all"}):
            author = row["user"]["login"] if row["user"] else ""
            yield Found(str(row["number"]), row["title"], author, row["state"] == "closed")

    def delete_issue(self, row: Row) -> None:
        """https://docs.github.com/graphql/reference/mutations#deleteissue: REST has no such call."""
        deleted = f'e0: deleteIssue(input: {{issueId: "{row["node_id"]}"}}) {{ repository {{ nameWithOwner }} }}'
        if not self._client.mutate([deleted]).data.get("e0"):
            raise self._client.error(f"issue {row['number']} was not deleted")

    def empty_issue(self, row: Row) -> None:
        """https://docs.github.com/rest/issues/issues#update-an-issue"""
        closed = {"title": LEFT, "body": "", "state": "closed", "state_reason": "not_planned"}
        nothing: list[str] = []
        without = {"labels": nothing, "assignees": nothing, "milestone": None}
        self._client.write("PATCH", f"/issues/{row['number']}", {**closed, **without})

    def delete_label(self, row: Row) -> None:
        """https://docs.github.com/rest/issues/labels#delete-a-label"""
        self._client.write("DELETE", f"/labels/{quote(row['name'], safe='')}")

    def delete_milestone(self, row: Row) -> None:
        """https://docs.github.com/rest/issues/milestones#delete-a-milestone"""
        self._client.write("DELETE", f"/milestones/{row['number']}")


class GitLabScratch:
    """A project on GitLab."""

    def __init__(self, tracker: GitLabTracker) -> None:
        self._client = tracker.client

    def account(self) -> str:
        """https://docs.gitlab.com/api/users/#retrieve-the-current-user"""
        return str(self._client.row("/user", _USERNAME, "read the account")["username"])

    def version(self) -> str:
        """https://docs.gitlab.com/api/metadata/"""
        try:
            row = self._client.row("/metadata", _RELEASE, "read the release of the server")
        except TrackerError:
            return "GitLab, which does not name its release"
        return f"GitLab {row['version']}"

    def found(self) -> Iterator[Found]:
        """https://docs.gitlab.com/api/issues/#list-all-project-issues"""
        for row in self._client.rows(self._path("issues"), _GITLAB_ISSUE, {"scope": "all"}, "list the issues"):
            yield Found(str(row["iid"]), row["title"], row["author"]["username"], row["state"] == "closed")

    def delete_issue(self, row: Row) -> None:
        """https://docs.gitlab.com/api/issues/#delete-an-issue: not every role may."""
        self._client.write("DELETE", self._path("issues", row["iid"]), purpose=f"delete ticket {row['iid']}")

    def empty_issue(self, row: Row) -> None:
        """https://docs.gitlab.com/api/issues/#update-an-issue: 0 takes away a milestone and everybody."""
        closed = {"title": LEFT, "description": "", "state_event": "close"}
        without = {"labels": "", "assignee_ids": [0], "milestone_id": 0}
        self._client.write("PUT", self._path("issues", row["iid"]), {**closed, **without}, f"empty ticket {row['iid']}")

    def delete_label(self, row: Row) -> None:
        """https://docs.gitlab.com/api/labels/#delete-a-label"""
        self._client.write("DELETE", self._path("labels", row["id"]), purpose=f"delete the label {row['name']}")

    def delete_milestone(self, row: Row) -> None:
        """https://docs.gitlab.com/api/milestones/#delete-project-milestone"""
        self._client.write("DELETE", self._path("milestones", row["id"]), purpose="delete a milestone")

    def _path(self, *parts: object) -> str:
        return "/".join(map(str, (self._client.project.api, *parts)))


def scratch_of(tracker: Tracker, traffic: Traffic) -> Scratch:
    """Return the repository that a tracker over a server is about."""
    if isinstance(tracker, GitHubTracker):
        return GitHubScratch(tracker, traffic)
    assert isinstance(tracker, GitLabTracker)
    return GitLabScratch(tracker)


@dataclass
class Cleaned:
    """What became of all that a run made."""

    deleted: int = 0
    emptied: int = 0
    """Issues that could only be closed and emptied."""
    labels: int = 0
    milestones: int = 0
    failures: tuple[str, ...] = ()
    may_delete: bool = True
    """No deletion of an issue was refused so far."""


def clean(scratch: Scratch, traffic: Traffic, cleaned: Cleaned, patience: Patience) -> None:
    """Delete what the process made and has not cleaned up yet: this alone, and the newest first."""

    def done(what: str, action: Callable[[Row], None], row: Row) -> bool:
        try:
            patience.ask(lambda: action(row))
        except TrackerError as error:
            cleaned.failures += (f"{what}: {error.what}",)
            return False
        return True

    for row in traffic.taken("issues"):
        if cleaned.may_delete and _is_deleted(scratch, row, patience):
            cleaned.deleted += 1
        else:
            cleaned.may_delete = False
            cleaned.emptied += done("an issue could not be closed", scratch.empty_issue, row)
    for row in traffic.taken("labels"):
        cleaned.labels += done(f"the label {row['name']} is still there", scratch.delete_label, row)
    for row in traffic.taken("milestones"):
        cleaned.milestones += done(f"the milestone {row['title']} is still there", scratch.delete_milestone, row)


def _is_deleted(scratch: Scratch, row: Row, patience: Patience) -> bool:
    try:
        patience.ask(lambda: scratch.delete_issue(row))
    except TrackerError:
        return False
    return True
