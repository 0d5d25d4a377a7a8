"""GitLab's issues: listed, turned into tickets, written one by one, and compared with what was sent.

https://docs.gitlab.com/api/issues/ says which fields there are, and which may be null.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import OutcomeUnclear, UnexpectedAnswer
from techmap_sync.sync.tracker import Ends, Standing, State, Ticket
from techmap_sync.trackers.answers import Count, Number, Row, Schema, moment
from techmap_sync.trackers.gitlab.client import ACCESS, GitLabClient, message
from techmap_sync.trackers.gitlab.users import Owner


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
    author: NotRequired[Owner | None]
    assignees: NotRequired[list[Owner | None] | None]
    milestone: NotRequired[_Milestone | None]
    due_date: NotRequired[str | None]
    user_notes_count: NotRequired[Count | None]
    merge_requests_count: NotRequired[Count | None]
    time_stats: NotRequired[_Times | None]
    moved_to_id: NotRequired[Number | None]
    web_url: NotRequired[str | None]
    created_at: NotRequired[str | None]
    updated_at: NotRequired[str | None]
    weight: NotRequired[Any]


_ISSUE = Schema(_Issue, "an issue")
_BY_CREATION = {"order_by": "created_at", "sort": "asc"}
_KEYSET = {"pagination": "keyset"}
_NO_KEYSET = 405


def is_gone(row: Row) -> bool:
    """Return whether the issue was moved to another project, and only an empty one was left."""
    return bool(row.get("moved_to_id"))


def ticket(row: Row, author: tuple[str, Standing], ends: Ends) -> Ticket:
    """Return an issue as a ticket. GitLab keeps neither a reason for closing nor a priority.

    :param author: the name of its author, and its standing in the project.
    :param ends: its links, where they are known: the row does not contain them.
    """
    milestone = row.get("milestone")
    return Ticket(
        number=str(row["iid"]),
        title=row["title"],
        body=row.get("description") or "",
        state=State.CLOSED if row["state"] == "closed" else State.OPEN,
        labels=frozenset(row["labels"]),
        assignees=frozenset(person["username"] for person in row.get("assignees") or () if person),
        milestone=milestone["title"] if milestone else None,
        due=row.get("due_date") or "",
        author=author[0],
        standing=author[1],
        parent=ends.parent,
        blocked_by=ends.blocked_by,
        comments=row.get("user_notes_count") or 0,
        started=row["state"] != "closed" and _is_started(row),
        url=row.get("web_url") or "",
        reopened=None,
        created=moment(row.get("created_at") or ""),
        changed=moment(row.get("updated_at") or ""),
    )


def _is_started(row: Row) -> bool:
    """Return whether a merge request will close it, or someone has booked time on it."""
    booked = (row.get("time_stats") or {}).get("total_time_spent")
    return bool(row.get("merge_requests_count") or booked)


# Ruby's String#rstrip: ASCII white space and NUL, no other.
_STRIPPED = "\0\t\n\v\f\r "


def is_number(text: str) -> bool:
    """Return whether a text can be the number of an issue; anything else would lead to another address."""
    return text.isascii() and text.isdecimal()


def settled(text: str) -> str:
    """Return a text as GitLab stores it when it contains no quick action."""
    return text.replace("\r", "").rstrip(_STRIPPED)


def one_line(title: str) -> str:
    """Return a title on one line; GitLab strips its ends and shows it so."""
    return " ".join(title.split())


def first_difference(sent: str, stored: str) -> tuple[int, str] | None:
    """Return number and text of the first line that was not stored as it was sent; None when all were."""
    sent, stored = settled(sent), settled(stored)
    if sent == stored:
        return None
    pairs = zip_longest(sent.split("\n"), stored.split("\n"))
    return next((number, ours or "") for number, (ours, theirs) in enumerate(pairs, 1) if ours != theirs)


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a list."""

    rows: list[Row]
    total: int | None
    """The server's own count; None where it does not say."""


Data = dict[str, Any]


class Issues:
    """The issues of one project."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client

    @property
    def _path(self) -> str:
        return f"{self._client.project.api}/issues"

    def select(self, query: Data) -> Listing:
        """Read all issues that a query selects, open and closed, from the oldest to the newest.

        In this order, issues that are added meanwhile shift no page. Keyset pages are asked for, whose order is stable
        whatever is removed. Project issues have them since GitLab 18.3; older servers answer with 405, and numbered
        pages are read instead.

        :raises TrackerError: GitLab refused or did not answer.
        """
        path, purpose = self._path, "list the issues"
        query = {**query, "state": "all", **_BY_CREATION}
        first = self._client.page(path, {**query, **_KEYSET}, purpose, accepted={_NO_KEYSET})
        if first.status == _NO_KEYSET:
            first = self._client.page(path, query, purpose)
        return Listing(list(self._client.rows_from(first, path, _ISSUE, purpose)), first.total)

    def get(self, number: str) -> Row | None:
        """Read one issue; None when it was deleted or moved away.

        :raises TicketRefused: GitLab fails at this issue.
        :raises TrackerError: GitLab refused or did not answer.
        """
        if not is_number(number):
            return None
        with self._client.reading(number):
            answer = self._client.read(f"{self._path}/{number}", purpose=f"read ticket {number}", accepted={404})
            row = None if answer.status == 404 else self._client.parsed(_ISSUE, answer.content)
        if row is None and "project" in message(answer).casefold():
            raise self._client.error("the project is gone or hidden from the token", ACCESS)
        if row is None:
            return None
        if row["iid"] != int(number):
            what = f"GitLab answered with ticket {row['iid']} instead of {number}"
            raise UnexpectedAnswer(self._client.tracker, what, "try again")
        return None if is_gone(row) else row

    def create(self, data: Data) -> Row:
        """Create an issue.

        :raises OutcomeUnclear: it may have been created.
        :raises TrackerError: GitLab refused, or stored another text.
        """
        answer = self._client.write("POST", self._path, data, "create a ticket")
        return self._checked(self._client.stored(_ISSUE, answer.content), data)

    def change(self, number: str, purpose: str, data: Data) -> Row:
        """Set some fields of an issue and leave all others. Without a clear answer it checks whether they are set.

        :raises OutcomeUnclear: they may have been set.
        :raises TrackerError: GitLab refused, or stored something else.
        """
        if not is_number(number):
            raise self._client.refused(f"there is no ticket {number}")
        try:
            answer = self._client.write("PUT", f"{self._path}/{number}", data, purpose)
            row = self._client.stored(_ISSUE, answer.content)
        except OutcomeUnclear:
            found = self.get(number)
            if found is None or not _holds(found, data):
                raise
            row = found
        return self._checked(row, {**data, "iid": number})

    def set_labels(self, number: str, added: Collection[str], removed: Collection[str]) -> None:
        """Add and remove labels by calls that leave all others alone.

        :raises TrackerError: GitLab refused, or silently did nothing, as it does for roles without the right.
        """
        data = {"add_labels": ",".join(sorted(added)), "remove_labels": ",".join(sorted(removed))}
        data = {field: names for field, names in data.items() if names}
        row = self.change(number, f"set labels on ticket {number}", data)
        if set(added) - set(row["labels"]) or set(removed) & set(row["labels"]):
            raise self._client.refused(f"GitLab did not set the labels of ticket {number}", ACCESS, denied=True)

    def estimate(self, number: str, minutes: int) -> None:
        """Set how long the work will take; what was there is replaced.

        :param minutes: of work.
        :raises TrackerError: GitLab refused.
        """
        path, duration = f"{self._path}/{number}/time_estimate", {"duration": f"{minutes}m"}
        self._client.write("POST", path, duration, f"set the estimate of ticket {number}")

    def _checked(self, row: Row, sent: Data) -> Row:
        """Compare what GitLab says it stored with what was sent."""
        if str(row["iid"]) != sent.get("iid", str(row["iid"])):
            hint = "look at the tickets before the next run"
            raise OutcomeUnclear(self._client.tracker, "GitLab answered a write with something else", hint)
        if "description" in sent:
            self._check_text(row, sent["description"])
        if sent.get("title", row["title"]) != row["title"]:
            what = f'GitLab stored another title for ticket {row["iid"]}: "{row["title"]}"'
            raise self._client.refused(what, "a quick action in the text may have changed it")
        return row

    def _check_text(self, row: Row, sent: str) -> None:
        difference = first_difference(sent, row.get("description") or "")
        if difference:
            number, line = difference
            what = f'GitLab changed the text of ticket {row["iid"]} in line {number}: "{line[:80]}"'
            hint = "it read the line as a quick action; look at the ticket, and report the line as a bug"
            raise self._client.refused(what, hint)


def _holds(row: Row, sent: Data) -> bool:
    """Return whether an issue is as a change would have made it."""
    text = row.get("description") or ""
    labels, state = set(row["labels"]), {"close": "closed", "reopen": "opened"}.get(sent.get("state_event", ""))
    return (
        sent.get("title") in (None, row["title"])
        and first_difference(sent.get("description", text) or "", text) is None
        and state in (None, row["state"])
        and sent.get("milestone_id") in (None, (row.get("milestone") or {}).get("id"))
        and _names(sent, "add_labels") <= labels
        and not _names(sent, "remove_labels") & labels
        and sent.get("due_date", row.get("due_date")) in (row.get("due_date"), row.get("due_date") or "")
        and _people(sent.get("assignee_ids")) in (None, {each["id"] for each in row.get("assignees") or () if each})
    )


def _people(numbers: list[int] | None) -> set[int] | None:
    """Return the accounts that a change assigns; 0 is nobody."""
    return None if numbers is None else set(numbers) - {0}


def _names(sent: Data, field: str) -> set[str]:
    return set(filter(None, str(sent.get(field, "")).split(",")))
