"""The notes of a merge request.

https://docs.gitlab.com/api/notes/#merge-requests
"""

from __future__ import annotations

from urllib.parse import quote

from techmap_sync.sync.review_comment import Comment
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab import client as shapes
from techmap_sync.trackers.gitlab.client import Wire
from techmap_sync.trackers.gitlab.errors import Answer, check_login
from techmap_sync.trackers.gitlab.issues import read_all
from techmap_sync.trackers.gitlab.labels import People

_OLDEST_FIRST = {"order_by": "created_at", "sort": "asc"}


class GitLabReview:
    """One merge request."""

    comment_limit = 1_000_000

    def __init__(self, connection: Connection, number: str) -> None:
        """No request is sent yet.

        :raises UsageProblem: there is no token, or it cannot be one.
        """
        check_login(connection)
        self.name = f"gitlab:{connection.target}, merge request {number}"
        self._wire = Wire(connection, self.name)
        self._people = People(self._wire)
        self._path = f"/projects/{quote(connection.target, safe='')}/merge_requests/{number}/notes"

    def comments(self) -> tuple[Comment, ...]:
        """Read all notes that people and bots wrote."""
        rows = read_all(self._wire, self._path, "read the notes of the merge request", _OLDEST_FIRST, shapes.NOTE).rows
        return tuple(self._comment(row) for row in rows if not row.get("system"))

    def add(self, text: str) -> Comment:
        """Write a note."""
        _ = self._people.me  # Read before the write, whose effect a failure would hide.
        return self._written(self._wire.write("post", self._path, "comment on the merge request", {"body": text}))

    def edit(self, number: str, text: str) -> Comment:
        """Write a note anew."""
        deed = "edit the note on the merge request"
        return self._written(self._wire.write("put", f"{self._path}/{number}", deed, {"body": text}))

    def _written(self, answer: Answer) -> Comment:
        return self._comment(self._wire.written(shapes.NOTE, answer))

    def _comment(self, row: Row) -> Comment:
        is_ours = (row.get("author") or {}).get("id") == self._people.me["id"]
        return Comment(str(row["id"]), row.get("body") or "", is_ours)
