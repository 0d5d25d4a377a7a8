"""The rows of GitLab's answers, as far as they are used.

https://docs.gitlab.com/api/issues/ and its neighbours say which fields there are, and which may be null.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from techmap_sync.adapters.shapes import Count, Number, Path, Shape


class _Account(TypedDict):
    id: Number
    username: str
    name: NotRequired[str | None]


class _Member(TypedDict):
    id: Number
    access_level: Count
    state: NotRequired[str | None]


class _Label(TypedDict):
    name: str


class _Milestone(TypedDict):
    id: Number
    title: str


class _Times(TypedDict):
    total_time_spent: NotRequired[Count | None]


class _Issue(TypedDict):
    id: NotRequired[Number]
    iid: Number
    title: str
    state: str
    labels: list[str]
    description: NotRequired[str | None]
    author: NotRequired[_Account | None]
    assignees: NotRequired[list[_Account | None] | None]
    milestone: NotRequired[_Milestone | None]
    user_notes_count: NotRequired[Count | None]
    merge_requests_count: NotRequired[Count | None]
    time_stats: NotRequired[_Times | None]
    moved_to_id: NotRequired[Number | None]
    web_url: NotRequired[str | None]
    weight: NotRequired[Any]


class _Link(TypedDict):
    """An issue at the other end of a link."""

    iid: Number
    project_id: Number
    issue_link_id: Number
    link_type: str


class _End(TypedDict):
    iid: Number


class _WholeLink(TypedDict):
    source_issue: _End


class _Access(TypedDict):
    access_level: Count


class _Project(TypedDict):
    id: Number
    path_with_namespace: Path
    visibility: NotRequired[Literal["public", "internal", "private"]]
    permissions: NotRequired[dict[str, _Access | None] | None]
    archived: NotRequired[bool | None]
    issues_access_level: NotRequired[str | None]
    issues_enabled: NotRequired[bool | None]
    approvals_before_merge: NotRequired[Any]


class _Token(TypedDict):
    scopes: list[str]
    expires_at: NotRequired[str | None]


class _Note(TypedDict):
    id: Number
    body: NotRequired[str | None]
    author: NotRequired[_Account | None]
    system: NotRequired[bool | None]


ACCOUNT = Shape(_Account, "an account")
MEMBER = Shape(_Member, "a member")
LABEL = Shape(_Label, "a label")
MILESTONE = Shape(_Milestone, "a milestone")
ISSUE = Shape(_Issue, "an issue")
LINK = Shape(_Link, "a link")
WHOLE_LINK = Shape(_WholeLink, "a link")
PROJECT = Shape(_Project, "a project")
TOKEN = Shape(_Token, "a token")
NOTE = Shape(_Note, "a note")
