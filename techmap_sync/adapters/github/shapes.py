"""The rows of GitHub's answers, as far as they are used.

https://docs.github.com/rest/issues and https://github.com/github/rest-api-description say which fields there are, and
which may be null: an account that is gone, a text that is empty, the name of a label.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from techmap_sync.adapters.shapes import Count, Number, Path, Shape


class _Account(TypedDict):
    login: str


class _Permission(TypedDict):
    permission: str
    role_name: NotRequired[str | None]


class _Label(TypedDict):
    name: str


class _LabelOfIssue(TypedDict):
    name: NotRequired[str | None]


class _Milestone(TypedDict):
    number: Number
    title: str


class _Titled(TypedDict):
    title: str


class _Dependencies(TypedDict):
    total_blocked_by: NotRequired[Count | None]
    total_blocking: NotRequired[Count | None]


class _Children(TypedDict):
    total: NotRequired[Count | None]


class _Issue(TypedDict):
    id: Number
    number: Number
    title: str
    state: str
    labels: list[str | _LabelOfIssue]
    body: NotRequired[str | None]
    state_reason: NotRequired[str | None]
    user: NotRequired[_Account | None]
    author_association: NotRequired[str | None]
    assignees: NotRequired[list[_Account | None] | None]
    milestone: NotRequired[_Titled | None]
    parent_issue_url: NotRequired[str | None]
    repository_url: NotRequired[str | None]
    issue_dependencies_summary: NotRequired[_Dependencies | None]
    sub_issues_summary: NotRequired[_Children | None]
    comments: NotRequired[Count | None]
    html_url: NotRequired[str | None]
    created_at: NotRequired[str | None]
    pull_request: NotRequired[Any]


class _Blocker(TypedDict):
    url: str


class _Repository(TypedDict):
    full_name: Path
    private: bool
    visibility: NotRequired[Literal["public", "private", "internal"] | None]
    archived: NotRequired[bool | None]
    disabled: NotRequired[bool | None]
    has_issues: NotRequired[bool | None]
    permissions: NotRequired[dict[str, bool] | None]


class _Comment(TypedDict):
    id: Number
    body: NotRequired[str | None]
    user: NotRequired[_Account | None]
    html_url: NotRequired[str | None]


class _Home(TypedDict):
    nameWithOwner: str


class _Node(TypedDict):
    number: Number
    repository: _Home


class _Nodes(TypedDict):
    totalCount: Count
    nodes: list[_Node]


class _Ends(TypedDict):
    parent: _Node | None
    blockedBy: _Nodes


ACCOUNT = Shape(_Account, "an account")
PERMISSION = Shape(_Permission, "a permission")
LABEL = Shape(_Label, "a label")
MILESTONE = Shape(_Milestone, "a milestone")
ISSUE = Shape(_Issue, "an issue")
BLOCKER = Shape(_Blocker, "an issue")
REPOSITORY = Shape(_Repository, "a repository")
COMMENT = Shape(_Comment, "a comment")
ENDS = Shape(_Ends, "an issue's edges")
