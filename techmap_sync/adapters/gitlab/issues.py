"""Requests about single issues ("Issues API"): each writes one issue and checks what came back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from techmap_sync.adapters.gitlab import shapes, texts
from techmap_sync.adapters.gitlab.pages import Listing, read_by_creation
from techmap_sync.adapters.gitlab.problems import ACCESS, Complaint
from techmap_sync.adapters.gitlab.project import Project
from techmap_sync.adapters.gitlab.rows import is_gone
from techmap_sync.adapters.gitlab.wire import Wire
from techmap_sync.adapters.shapes import Row
from techmap_sync.errors import OutcomeUnclear, UnexpectedAnswer

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
        if not texts.is_number(number):
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
        if not texts.is_number(number):
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
        difference = texts.first_difference(sent, row.get("description") or "")
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
        and texts.first_difference(sent.get("description", text) or "", text) is None
        and state in (None, row["state"])
        and sent.get("milestone_id") in (None, (row.get("milestone") or {}).get("id"))
        and _names(sent, "add_labels") <= labels
        and not _names(sent, "remove_labels") & labels
    )


def _names(sent: Data, field: str) -> set[str]:
    return set(filter(None, str(sent.get(field, "")).split(",")))
