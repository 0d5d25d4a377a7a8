"""What the server knows. A test edits it as people do in the browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Account:
    """Who a token belongs to."""

    login: str
    association: str = "OWNER"
    """What GitHub calls its standing: OWNER, MEMBER, COLLABORATOR, CONTRIBUTOR, NONE."""
    seen_as: str = ""
    """The association that Apps and Actions are told instead, when the membership is private."""
    is_installation: bool = False
    """An App's or Actions' account, which has no user."""
    may_label: bool = True
    """It has the role Triage or Write; without it labels and the like are dropped silently."""
    may_push: bool = True
    """It has the role Write, or is an App that may read metadata: it is told the permissions of others."""
    may_write: bool = True
    """The token has the permission to write issues."""
    scopes: str | None = "repo"
    """Of a classic token; None for others."""


@dataclass
class Label:
    """A label of the repository."""

    id: int
    name: str
    color: str
    description: str | None = None


@dataclass
class Milestone:
    """A milestone of the repository."""

    id: int
    number: int
    title: str
    created: datetime


@dataclass
class Comment:
    """A comment on an issue or a pull request."""

    id: int
    body: str
    author: Account
    created: datetime
    updated: datetime


@dataclass
class Issue:
    """An issue, or a pull request."""

    id: int
    number: int
    title: str
    body: str | None
    author: Account
    created: datetime
    updated: datetime
    state: str = "open"
    state_reason: str | None = None
    duplicate_of: int | None = None
    """Number of the original that it was closed as a duplicate of."""
    closed: datetime | None = None
    labels: list[str] = field(default_factory=list)
    assignees: list[str] = field(default_factory=list)
    milestone: int | None = None
    type: str | None = None
    priority: str | None = None
    """Option of the issue field for priorities."""
    parent: int | None = None
    """Number of the issue that it is a sub-issue of."""
    blocked_by: list[int] = field(default_factory=list)
    """Numbers."""
    comments: int = 0
    conversation: list[Comment] = field(default_factory=list)
    """The comments, as far as their text matters."""
    is_pull_request: bool = False
    closer: dict[str, Any] | None = None
    """What closed it last, as GraphQL shows it: a pull request or a commit; None for a person."""
    reopened: datetime | None = None
    unassigned: datetime | None = None
    waits_since: dict[int, datetime] = field(default_factory=dict)
    """When it was said to be blocked by others, by their numbers."""
    gone: str = ""
    """``deleted``, or the path of the issue that it was transferred to."""


@dataclass
class Repository:
    """The one repository of the server."""

    full_name: str
    id: int = 4711
    former_names: list[str] = field(default_factory=list)
    has_issues: bool = True
    archived: bool = False
    private: bool = True
    issues: dict[int, Issue] = field(default_factory=dict)
    """By number; pull requests have their numbers of the same row."""
    labels: dict[str, Label] = field(default_factory=dict)
    """By name in lower case."""
    milestones: dict[int, Milestone] = field(default_factory=dict)
    assignable: list[str] = field(default_factory=lambda: ["sara", "tom"])
    roles: dict[str, str] = field(default_factory=lambda: {"octo": "admin", "sara": "write", "tom": "triage"})
    """What accounts may do, by login. Whoever is missing may read what is public."""
    bases: dict[str, str] = field(default_factory=dict)
    """The roles that the organization made, and the one that each is built on."""
    issue_types: list[str] = field(default_factory=list)
    """Those of its organization; a person's repository has none."""
    priority_options: list[str] = field(default_factory=list)
    """Of the organization's issue field Priority; none where it has no such field."""
    dropped: list[str] = field(default_factory=list)
    """Accounts that may be named as assignees and are left out without a word."""
    last_id: int = 1_000_000
    """Ids are far from numbers, so that none is taken for the other."""

    @property
    def takes(self) -> list[str]:
        """Those to whom issues are really assigned."""
        return [login for login in self.assignable if login not in self.dropped]

    def next_id(self) -> int:
        """Return a database id."""
        self.last_id += 7
        return self.last_id

    def rename(self, full_name: str) -> None:
        """Rename the repository as its owner does."""
        self.former_names.append(self.full_name)
        self.full_name = full_name

    def delete_account(self, login: str, *, leaves_ghost: bool = True) -> None:
        """Delete an account as its owner does: what it wrote stays, by the ghost or by nobody."""
        self.roles.pop(login, None)
        for issue in self.issues.values():
            if issue.author.login == login:
                issue.author = Account("ghost" if leaves_ghost else "", "NONE")

    def by_id(self, number: int) -> Issue | None:
        """Return the issue with a database id."""
        return next((issue for issue in self.issues.values() if issue.id == number and not issue.gone), None)

    def children(self, number: int) -> list[Issue]:
        """Return the sub-issues of an issue."""
        return [issue for issue in self.issues.values() if issue.parent == number]

    def label(self, name: str) -> Label:
        """Return a label, which is created grey when there is none of this name."""
        if name.lower() not in self.labels:
            self.labels[name.lower()] = Label(self.next_id(), name, "ededed")
        return self.labels[name.lower()]
