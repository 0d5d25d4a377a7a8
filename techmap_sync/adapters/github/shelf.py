"""The issues that were read: their database ids, and the parents that they had."""

from __future__ import annotations

from techmap_sync.adapters.github import shapes
from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.issues import is_issue, parent_of
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.adapters.shapes import Row
from techmap_sync.errors import TicketRefused, UnexpectedAnswer

_GONE = (301, 404, 410)
"""Status of an issue that was transferred, never was, or was deleted."""


class Shelf:
    """Reads single issues, and remembers the ids of all that came by."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._name = name
        self._ids: dict[str, int] = {}
        self._parents: dict[str, str | None] = {}

    @property
    def any_number(self) -> str:
        """The number of an issue that exists; empty when none came by."""
        return next(iter(self._ids), "")

    def keep(self, row: Row) -> Row:
        """Remember an issue that was read; a pull request, which lists hold too, is passed through."""
        if is_issue(row):
            self._ids[str(row["number"])] = row["id"]
            self._parents[str(row["number"])] = parent_of(row)
        return row

    def find(self, number: str) -> Row | None:
        """Read an issue; None when there is none, or only a pull request.

        A repository that cannot be seen is no answer to whether an issue is gone.

        :raises TrackerError: it could not be read.
        """
        if not number.isdecimal():
            return None
        try:
            row = self._api.row(f"/issues/{number}", shapes.ISSUE)
        except Refusal as error:
            if error.status not in _GONE or "disabled" in error.said:
                raise
            if not self._ids:
                self._api.read("")
            return None
        if str(row["number"]) != str(int(number)):
            what = f"{self._api.host} answered with issue {row['number']} instead of {number}"
            raise UnexpectedAnswer(self._name, what, "try again")
        self.keep(row)
        return row if is_issue(row) else None

    def required(self, number: str) -> Row:
        """Read an issue that has to exist.

        :raises TicketRefused: it does not.
        :raises TrackerError: it could not be read.
        """
        row = self.find(number)
        if row is None:
            what = f"there is no issue {number} in {self._api.repository}"
            raise TicketRefused(self._name, what, "it was deleted or transferred: run again")
        return row

    def has(self, number: str) -> bool:
        """Return whether there is such an issue: one that came by is not read again.

        :raises TrackerError: it could not be read.
        """
        return number in self._parents or self.find(number) is not None

    def parent_of(self, number: str) -> str | None:
        """Return the parent that an issue had when it last came by; it is read if it never did.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._parents:
            self.required(number)
        return self._parents[number]

    def forget(self, number: str) -> None:
        """Take what is known of an issue's parent for out of date."""
        self._parents.pop(number, None)

    def id_of(self, number: str) -> int:
        """Return the database id of an issue, which is read if it never came by.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._ids:
            self.required(number)
        return self._ids[number]
