"""The rows of GitHub's answers, as far as they are used.

https://docs.github.com/rest/issues and https://github.com/github/rest-api-description say which fields there are, and
which may be null: an account that is gone, a text that is empty, the name of a label.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed, TicketRefused, TrackerError
from techmap_sync.sync.tracker import CloseReason, Standing, State, Ticket
from techmap_sync.trackers.answers import Count, Number, Path, Row, Shape
from techmap_sync.trackers.http import moment


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


_REASONS = {
    "completed": CloseReason.COMPLETED,
    "not_planned": CloseReason.NOT_PLANNED,
    "duplicate": CloseReason.DUPLICATE,
}
_NAMES = {reason: name for name, reason in _REASONS.items()}

_MEMBERS = ("OWNER", "MEMBER", "COLLABORATOR")
BLOCKER_LIMIT = 50
"""https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/creating-issue-dependencies"""
_GHOST = "ghost"
"""The account that stands in for those that were deleted (https://github.com/ghost); some rows have none at all."""


def is_issue(row: Row) -> bool:
    """Return whether a row is an issue: the list holds pull requests too."""
    return "pull_request" not in row


def ticket(row: Row, login: str, spelling: Mapping[str, str]) -> Ticket:
    """Return a row as a ticket.

    :param login: the account whose token we hold; empty when it is unknown.
    :param spelling: how we write labels, by their names in lower case: to GitHub their case makes no difference.
    """
    closed = row["state"] == "closed"
    return Ticket(
        number=str(row["number"]),
        title=row["title"],
        body=row.get("body") or "",
        state=State.CLOSED if closed else State.OPEN,
        reason=_REASONS.get(row.get("state_reason") or "") if closed else None,
        labels=frozenset(spelling.get(name.lower(), name) for name in label_names(row["labels"])),
        assignees=frozenset(account["login"] for account in row.get("assignees") or () if account),
        milestone=(row.get("milestone") or {}).get("title"),
        author=_author(row),
        standing=_standing(row, login),
        parent=parent_of(row),
        blocked_by=frozenset() if blocker_count(row) == 0 else None,
        comments=row.get("comments") or 0,
        url=row.get("html_url") or "",
    )


def label_names(labels: Iterable[Any]) -> list[str]:
    """Return the names of labels; old rows hold bare names, and a label without a name is none of ours."""
    names = (label if isinstance(label, str) else label.get("name") for label in labels)
    return [name for name in names if name]


def parent_of(row: Row) -> str | None:
    """Return the number of the issue that this one is a sub-issue of."""
    url = row.get("parent_issue_url")
    return reference(url, "/".join((row.get("repository_url") or "").split("/")[-2:])) if url else None


def reference(url: str, repository: str) -> str:
    """Return the number of an issue of the repository, ``owner/name#number`` of one elsewhere.

    :param url: its address in the API.
    """
    home, _, number = url.rpartition("/issues/")
    full_name = "/".join(home.split("/")[-2:])
    return number if full_name.lower() == repository.lower() else f"{full_name}#{number}"


def blocker_count(row: Row) -> int | None:
    """Return how many issues block this one, closed ones too; None when the row does not tell."""
    count: int | None = (row.get("issue_dependencies_summary") or {}).get("total_blocked_by")
    return count


def blocking_count(row: Row) -> int | None:
    """Return how many issues this one blocks, closed ones too; None when the row does not tell."""
    count: int | None = (row.get("issue_dependencies_summary") or {}).get("total_blocking")
    return count


def child_count(row: Row) -> int:
    """Return how many sub-issues an issue has, as far as its row tells."""
    return (row.get("sub_issues_summary") or {}).get("total") or 0


def creations(rows: Iterable[Row], login: str) -> list[datetime]:
    """Return when our account created content that rows show: the issues, and at the earliest the edges of each."""
    times = []
    for row in rows:
        time = moment(row.get("created_at") or "") if _author(row) == login else None
        if time:
            edges = (parent_of(row) is not None) + min(blocker_count(row) or 0, BLOCKER_LIMIT)
            times += [time] * (1 + edges)
    return times


def state_fields(state: State, reason: CloseReason | None) -> dict[str, str]:
    """Return the fields that close or reopen an issue; the reason is ignored by GitHub unless the state changes."""
    if state is State.OPEN:
        return {"state": "open"}
    return {"state": "closed"} | ({"state_reason": _NAMES[reason]} if reason else {})


def check_stored(tracker: str, row: Row, sent: Mapping[str, Any], number: str = "") -> None:
    """Make sure that a write was answered with the issue that was meant, and that it holds what was sent.

    :param number: which issue was written; empty for a new one.
    :raises TicketRefused: it holds something else.
    :raises TrackerError: it is another one.
    """
    if number not in ("", str(row["number"])):
        raise TrackerError(tracker, f"issue {row['number']} was written instead of {number}", "run again and see")
    if field := differing(row, sent):
        what = f"issue {row['number']} holds another {field} than was sent"
        raise TicketRefused(tracker, what, "see what on the server rewrites issues")


def differing(row: Row, sent: Mapping[str, Any]) -> str:
    """Return the first field that an issue holds in another way than it was sent; empty when there is none."""
    fields = [field for field in ("title", "body", "state") if field in sent]
    return next((field for field in fields if _settled(row.get(field)) != _settled(sent[field])), "")


def check_labelled(tracker: str, number: object, stored: Collection[str], wanted: Collection[str]) -> None:
    """Make sure that a new issue has labels: without the right to set them they are dropped silently.

    :raises NotAllowed: none was set, and none will be on the next issue.
    :raises TicketRefused: one is missing.
    """
    if missing := missing_labels(stored, wanted):
        what = f"issue {number} was written, but GitHub dropped its labels: {', '.join(missing)}"
        hint = "the token's account needs the role Triage or Write; then delete that issue"
        if len(missing) == len({label.lower() for label in wanted}):
            raise NotAllowed(tracker, what, hint)
        raise TicketRefused(tracker, what, hint)


def missing_labels(stored: Collection[str], wanted: Collection[str]) -> list[str]:
    """Return the labels, in lower case, that an issue was to have and lacks."""
    return sorted(set(map(str.lower, wanted)) - set(map(str.lower, stored)))


def _settled(text: str | None) -> str:
    return (text or "").replace("\r\n", "\n").strip()


def _author(row: Row) -> str:
    return str((row.get("user") or {}).get("login", ""))


def _standing(row: Row, login: str) -> Standing:
    """Return what the row alone tells of its author."""
    if _author(row) in ("", _GHOST):
        return Standing.GONE
    if login and _author(row) == login:
        return Standing.SELF
    return Standing.MEMBER if row.get("author_association") in _MEMBERS else Standing.STRANGER
