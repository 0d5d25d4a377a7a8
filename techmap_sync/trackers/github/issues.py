"""GitHub's issues: read one by one, turned into tickets, compared with what was sent.

https://docs.github.com/rest/issues and https://github.com/github/rest-api-description say which fields there are, and
which may be null: an account that is gone, a text that is empty, the name of a label.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed, TicketRefused, TrackerError, UnexpectedAnswer
from techmap_sync.sync.tracker import CloseReason, Standing, State, Ticket
from techmap_sync.text_forms import with_line_feeds
from techmap_sync.trackers.answers import Count, Number, Row, Schema, moment
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.users import Owner
from techmap_sync.trackers.http import RequestRefused


class _Label(TypedDict):
    name: NotRequired[str | None]


class _Milestone(TypedDict):
    title: str


class _Dependencies(TypedDict):
    total_blocked_by: NotRequired[Count | None]
    total_blocking: NotRequired[Count | None]


class _Children(TypedDict):
    total: NotRequired[Count | None]


class _Type(TypedDict):
    name: str


class _FieldValue(TypedDict):
    issue_field_id: Number
    single_select_option: NotRequired[_Type | None]


class _Issue(TypedDict):
    id: Number
    number: Number
    node_id: NotRequired[str | None]
    title: str
    state: str
    labels: list[str | _Label]
    body: NotRequired[str | None]
    state_reason: NotRequired[str | None]
    user: NotRequired[Owner | None]
    author_association: NotRequired[str | None]
    assignees: NotRequired[list[Owner | None] | None]
    milestone: NotRequired[_Milestone | None]
    type: NotRequired[_Type | None]
    issue_field_values: NotRequired[list[_FieldValue] | None]
    parent_issue_url: NotRequired[str | None]
    repository_url: NotRequired[str | None]
    issue_dependencies_summary: NotRequired[_Dependencies | None]
    sub_issues_summary: NotRequired[_Children | None]
    comments: NotRequired[Count | None]
    html_url: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    pull_request: NotRequired[Any]


ISSUE = Schema(_Issue, "an issue")
_REASONS = {
    "completed": CloseReason.COMPLETED,
    "not_planned": CloseReason.NOT_PLANNED,
    "duplicate": CloseReason.DUPLICATE,
}
_NAMES = {reason: name for name, reason in _REASONS.items()}

_MEMBERS = ("OWNER", "MEMBER", "COLLABORATOR")
LINKS_AT_ONCE = 10
"""Dependencies that one request adds."""
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
        assignees=people_of(row),
        milestone=(row.get("milestone") or {}).get("title"),
        author=_author(row),
        standing=_standing(row, login),
        parent=parent_of(row),
        blocked_by=frozenset() if blocker_count(row) == 0 else None,
        comments=row.get("comments") or 0,
        url=row.get("html_url") or "",
        reopened=row.get("state_reason") == "reopened",
        created=moment(row.get("created_at") or ""),
        changed=moment(row.get("updated_at") or ""),
    )


def people_of(row: Row) -> frozenset[str]:
    """Return the logins of those to whom an issue is assigned."""
    return frozenset(account["login"] for account in row.get("assignees") or () if account)


def settled_title(tracker: str, title: str) -> str:
    """Return a title on one line, as GitHub shows it.

    :raises TicketRefused: it says nothing.
    """
    text = " ".join(title.split())
    if not text:
        raise TicketRefused(tracker, "a ticket needs a title")
    return text


def label_names(labels: Iterable[Any]) -> list[str]:
    """Return the names of labels; old rows contain bare names, and a label without a name is not ours."""
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
    """Return how many issues block this one, closed ones too; None when the row does not say."""
    count: int | None = (row.get("issue_dependencies_summary") or {}).get("total_blocked_by")
    return count


def blocking_count(row: Row) -> int | None:
    """Return how many issues this one blocks, closed ones too; None when the row does not say."""
    count: int | None = (row.get("issue_dependencies_summary") or {}).get("total_blocking")
    return count


def child_count(row: Row) -> int:
    """Return how many sub-issues an issue has according to its row."""
    return (row.get("sub_issues_summary") or {}).get("total") or 0


def creations(rows: Collection[Row], login: str) -> list[datetime]:
    """Return when our account created content that rows show: the issues, and the dependencies of each.

    A parent is named at creation and does not count separately. No row has the time of its dependencies.
    """
    times = {
        row["number"]: time for row in rows if _author(row) == login and (time := moment(row.get("created_at") or ""))
    }
    last: dict[str | None, datetime] = {}
    links: Counter[str | None] = Counter()
    for row in (row for row in rows if row["number"] in times):
        parent = parent_of(row)
        last[parent] = max(last.get(parent, times[row["number"]]), times[row["number"]])
        links[parent] += min(blocker_count(row) or 0, BLOCKER_LIMIT)
    maps = [(last[parent], links[parent]) for parent in sorted(last, key=last.__getitem__)]
    return [*times.values(), *_link_times(maps)]


def _link_times(maps: Sequence[tuple[datetime, int]]) -> Iterator[datetime]:
    """Yield when dependencies were added at the latest, for each map's last issue and number of dependencies.

    They follow the last issue of their map; those that fill no request wait for as many of the next maps.
    """
    for place, (time, links) in enumerate(maps):
        waiting = min(links, LINKS_AT_ONCE - 1)
        coming = accumulate(number for _, number in maps[place + 1 :])
        full = next((n for n, sum_ in enumerate(coming, place + 1) if sum_ >= LINKS_AT_ONCE - 1), len(maps) - 1)
        yield from (*[time] * (links - waiting), *[maps[full][0]] * waiting)


def state_fields(state: State, reason: CloseReason | None) -> dict[str, str]:
    """Return the fields that close or reopen an issue; GitHub ignores the reason unless the state changes."""
    if state is State.OPEN:
        return {"state": "open"}
    return {"state": "closed"} | ({"state_reason": _NAMES[reason]} if reason else {})


def check_stored(tracker: str, row: Row, sent: Mapping[str, Any], number: str = "") -> None:
    """Make sure that the answer to a write is about the right issue, and that the issue has what was sent.

    :param number: which issue was written; empty for a new one.
    :raises TicketRefused: it has something else.
    :raises TrackerError: it is another issue.
    """
    if number not in ("", str(row["number"])):
        raise TrackerError(tracker, f"issue {row['number']} was written instead of {number}", "run again and see")
    if field := differing(row, sent):
        what = f"issue {row['number']} holds another {field} than was sent"
        raise TicketRefused(tracker, what, "see what on the server rewrites issues")


def differing(row: Row, sent: Mapping[str, Any]) -> str:
    """Return the first field of an issue that differs from what was sent; empty when none does."""
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
    """Return the labels, in lower case, that are missing from an issue."""
    return sorted(set(map(str.lower, wanted)) - set(map(str.lower, stored)))


def _settled(text: str | None) -> str:
    return with_line_feeds(text or "").strip()


def _author(row: Row) -> str:
    return str((row.get("user") or {}).get("login", ""))


def _standing(row: Row, login: str) -> Standing:
    """Return what the row alone says about its author."""
    if _author(row) in ("", _GHOST):
        return Standing.GONE
    if login and _author(row) == login:
        return Standing.SELF
    return Standing.MEMBER if row.get("author_association") in _MEMBERS else Standing.STRANGER


_GONE = (301, 404, 410)
"""Status of an issue that was transferred, never existed, or was deleted."""


class Issues:
    """Reads single issues, and remembers the id and parent of each."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client
        self._ids: dict[str, int] = {}
        self._parents: dict[str, str | None] = {}
        self._node_ids: dict[str, str] = {}

    @property
    def any_number(self) -> str:
        """The number of an issue that exists; empty when none was read."""
        return next(iter(self._ids), "")

    def keep(self, row: Row) -> Row:
        """Remember an issue that was read; a pull request, which lists contain too, is passed through."""
        if is_issue(row):
            self._ids[str(row["number"])] = row["id"]
            self._parents[str(row["number"])] = parent_of(row)
            self._node_ids[str(row["number"])] = row.get("node_id") or ""
        return row

    def find(self, number: str) -> Row | None:
        """Read an issue; None when the number is unknown or that of a pull request.

        A repository that cannot be seen does not mean that an issue is gone.

        :raises TicketRefused: the server fails at this issue.
        :raises TrackerError: it could not be read.
        """
        if not number.isdecimal():
            return None
        try:
            with self._client.reading(number):
                row = self._client.row(f"/issues/{number}", ISSUE)
        except RequestRefused as error:
            if error.status not in _GONE or "disabled" in error.said:
                raise
            if not self._ids:
                self._client.read("")
            return None
        if str(row["number"]) != str(int(number)):
            what = f"{self._client.host} answered with issue {row['number']} instead of {number}"
            raise UnexpectedAnswer(self._client.tracker, what, "try again")
        self.keep(row)
        return row if is_issue(row) else None

    def required(self, number: str) -> Row:
        """Read an issue that has to exist.

        :raises TicketRefused: it does not.
        :raises TrackerError: it could not be read.
        """
        row = self.find(number)
        if row is None:
            what = f"there is no issue {number} in {self._client.repository}"
            raise TicketRefused(self._client.tracker, what, "it was deleted or transferred: run again")
        return row

    def has(self, number: str) -> bool:
        """Return whether an issue exists; one that was read before is not read again.

        :raises TrackerError: it could not be read.
        """
        return number in self._parents or self.find(number) is not None

    def parent_of(self, number: str) -> str | None:
        """Return the parent that an issue had when it was last read.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._parents:
            self.required(number)
        return self._parents[number]

    def forget(self, number: str) -> None:
        """Forget the parent of an issue, which is about to change."""
        self._parents.pop(number, None)

    def node_id_of(self, number: str) -> str:
        """Return the id by which GraphQL names an issue that was read; empty when none is known."""
        return self._node_ids.get(number, "")

    def id_of(self, number: str) -> int:
        """Return the database id of an issue, which is read if it is unknown.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._ids:
            self.required(number)
        return self._ids[number]
