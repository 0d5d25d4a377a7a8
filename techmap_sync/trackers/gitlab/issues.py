"""Requests about single issues ("Issues API"): each writes one issue and checks what came back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from techmap_sync.errors import OutcomeUnclear, UnexpectedAnswer
from techmap_sync.sync.tracker import Ends, Standing, State, Ticket
from techmap_sync.trackers.answers import Endless, Row, Shape, read_what_fits, size_of
from techmap_sync.trackers.gitlab import client as shapes
from techmap_sync.trackers.gitlab.client import Wire
from techmap_sync.trackers.gitlab.errors import ACCESS, Answer, Complaint, Query
from techmap_sync.trackers.gitlab.project import Project
from techmap_sync.trackers.http import number


def is_gone(row: Row) -> bool:
    """Return whether the issue was moved to another project; what stays behind is an empty shell."""
    return bool(row.get("moved_to_id"))


def ticket(row: Row, author: tuple[str, Standing], ends: Ends) -> Ticket:
    """Return an issue as a ticket. GitLab keeps neither a reason for closing nor a priority.

    :param author: the name of its author, and what it is to the project.
    :param ends: where its links lead, as far as that is known: a row does not tell.
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
        author=author[0],
        standing=author[1],
        parent=ends.parent,
        blocked_by=ends.blocked_by,
        comments=row.get("user_notes_count") or 0,
        started=row["state"] != "closed" and _is_started(row),
        url=row.get("web_url") or "",
    )


def _is_started(row: Row) -> bool:
    """Return whether a merge request will close it, or somebody has booked time on it."""
    booked = (row.get("time_stats") or {}).get("total_time_spent")
    return bool(row.get("merge_requests_count") or booked)


# Ruby's String#rstrip: ASCII white space and NUL, no other.
_STRIPPED = "\0\t\n\v\f\r "


def is_number(text: str) -> bool:
    """Return whether a text can be the number of an issue; anything else would lead to another address."""
    return text.isascii() and text.isdecimal()


def settled(text: str) -> str:
    """Return a text as GitLab keeps it when nothing in it is a quick action."""
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


PER_PAGE = 100
"""The most that GitLab gives; without a number it gives 20."""
_BY_CREATION = {"order_by": "created_at", "sort": "asc"}


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a list."""

    rows: list[Row]
    total: int | None
    """The server's own count, None where it tells none."""


def read_all(wire: Wire, path: str, deed: str, query: Query, shape: Shape) -> Listing:
    """Read a list in whatever order.

    :param deed: what this is for, to follow "to" in a sentence.
    :raises TrackerError: GitLab refused or did not answer.
    """
    return follow(wire, path, deed, _page(wire, path, deed, {**query, "per_page": PER_PAGE}), shape)


def read_by_creation(wire: Wire, path: str, deed: str, query: Query, shape: Shape) -> Listing:
    """Read a list from the oldest to the newest, so that rows that are added meanwhile move no page.

    Keyset pages are asked for, whose order is stable whatever is removed. Project issues have them since GitLab 18.3;
    where there are none the answer is 405, and numbered pages take their place.

    :raises TrackerError: GitLab refused or did not answer.
    """
    query = {**query, **_BY_CREATION, "per_page": PER_PAGE}
    first = _page(wire, path, deed, {**query, "pagination": "keyset"}, accepted={405})
    if first.status == 405:
        first = _page(wire, path, deed, query)
    return follow(wire, path, deed, first, shape)


def follow(wire: Wire, path: str, deed: str, page: Answer, shape: Shape) -> Listing:
    """Read the rest of a list.

    :param page: its first page.
    :param shape: what each row is.
    :raises TrackerError: GitLab refused or did not answer.
    """
    total, size = number(page.headers.get("x-total", "")), size_of(page.next_query)
    walk = wire.walk(None if total is None else -(-total // size))
    rows: list[Row] = []
    query: Query = {}
    while True:
        found = wire.required(page.rows)
        rows += (wire.shaped(shape, row) for row in found)
        try:
            walk.page(repr(query), found, page.size)
        except Endless as endless:
            raise wire.error(Complaint(f"GitLab's list has no end: {endless.why}", "try again later")) from None
        query = page.next_query
        if not query:
            return Listing(rows, total)
        page = _page(wire, path, deed, query)
        if page.next_query and (now := size_of(page.next_query)) < size:
            walk.split(size // now)
            size = now


def _page(wire: Wire, path: str, deed: str, query: Query, accepted: Collection[int] = ()) -> Answer:
    """Read one page of a list, or as much of it as fits into one answer: a hundred issues may be 100 MB.

    :raises TrackerError: GitLab refused or did not answer, or one row alone is too large.
    """
    return read_what_fits(lambda part: wire.read(path, deed, part, accepted), query)[0]


Data = dict[str, Any]


class Issues:
    """The issues of one project."""

    def __init__(self, wire: Wire, project: Project) -> None:
        self._wire = wire
        self._path = f"{project.api}/issues"

    def select(self, query: Data) -> Listing:
        """Read all issues that a query selects, open and closed.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return read_by_creation(self._wire, self._path, "list the issues", {**query, "state": "all"}, shapes.ISSUE)

    def get(self, number: str) -> Row | None:
        """Read one issue; None when it was deleted or moved away.

        :raises TrackerError: GitLab refused or did not answer.
        """
        if not is_number(number):
            return None
        answer = self._wire.read(f"{self._path}/{number}", f"read ticket {number}", accepted={404})
        if answer.status == 404 and "project" in answer.message.casefold():
            raise self._wire.error(Complaint("the project is gone or hidden from the token", ACCESS))
        if answer.status == 404:
            return None
        row = self._wire.shaped(shapes.ISSUE, answer.content)
        if row["iid"] != int(number):
            what = f"GitLab answered with ticket {row['iid']} instead of {number}"
            raise UnexpectedAnswer(self._wire.tracker, what, "try again")
        return None if is_gone(row) else row

    def create(self, data: Data) -> Row:
        """Create an issue.

        :raises OutcomeUnclear: it may have been created.
        :raises TrackerError: GitLab refused, or stored another text.
        """
        answer = self._wire.write("post", self._path, "create a ticket", data)
        return self._checked(self._wire.written(shapes.ISSUE, answer), data)

    def change(self, number: str, deed: str, data: Data) -> Row:
        """Set some fields of an issue and leave all others. Without a clear answer it looks whether they are set.

        :raises OutcomeUnclear: they may have been set.
        :raises TrackerError: GitLab refused, or stored something else.
        """
        if not is_number(number):
            raise self._wire.ticket_refused(f"there is no ticket {number}")
        try:
            row = self._wire.written(shapes.ISSUE, self._wire.write("put", f"{self._path}/{number}", deed, data))
        except OutcomeUnclear:
            found = self.get(number)
            if found is None or not _holds(found, data):
                raise
            row = found
        return self._checked(row, {**data, "iid": number})

    def set_labels(self, number: str, added: Collection[str], removed: Collection[str]) -> None:
        """Add and remove labels by calls that leave all others alone.

        :raises TrackerError: GitLab refused, or kept quiet and did nothing, as it does for roles without the right.
        """
        data = {"add_labels": ",".join(sorted(added)), "remove_labels": ",".join(sorted(removed))}
        told = {field: names for field, names in data.items() if names}
        row = self.change(number, f"set labels on ticket {number}", told)
        if set(added) - set(row["labels"]) or set(removed) & set(row["labels"]):
            raise self._wire.ticket_refused(f"GitLab did not set the labels of ticket {number}", ACCESS, denied=True)

    def estimate(self, number: str, minutes: int) -> None:
        """Set how long the work will take; what was there is replaced.

        :param minutes: of work.
        :raises TrackerError: GitLab refused.
        """
        path = f"{self._path}/{number}/time_estimate"
        self._wire.write("post", path, f"set the estimate of ticket {number}", {"duration": f"{minutes}m"})

    def _checked(self, row: Row, sent: Data) -> Row:
        """Compare what GitLab says it stored with what it was told to store."""
        if str(row["iid"]) != sent.get("iid", str(row["iid"])):
            hint = "look at the tickets before the next run"
            raise OutcomeUnclear(self._wire.tracker, "GitLab answered a write with something else", hint)
        if "description" in sent:
            self._check_text(row, sent["description"])
        if sent.get("title", row["title"]) != row["title"]:
            what = f'GitLab stored another title for ticket {row["iid"]}: "{row["title"]}"'
            raise self._wire.ticket_refused(what, "a quick action in the text may have changed it")
        return row

    def _check_text(self, row: Row, sent: str) -> None:
        difference = first_difference(sent, row.get("description") or "")
        if difference:
            number, line = difference
            what = f'GitLab changed the text of ticket {row["iid"]} in line {number}: "{line[:80]}"'
            hint = "it took the line for a quick action; look at the ticket, and report the line as a bug"
            raise self._wire.ticket_refused(what, hint)


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
    )


def _names(sent: Data, field: str) -> set[str]:
    return set(filter(None, str(sent.get(field, "")).split(",")))
