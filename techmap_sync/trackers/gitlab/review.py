"""The notes of a merge request.

https://docs.gitlab.com/api/notes/#merge-requests
"""

from __future__ import annotations

from typing import NotRequired
from urllib.parse import quote

from typing_extensions import TypedDict

from techmap_sync.sync.review_comment import Comment
from techmap_sync.trackers.answers import Answer, Number, Row, Schema
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.gitlab.users import Owner, Users


class _Note(TypedDict):
    id: Number
    body: NotRequired[str | None]
    author: NotRequired[Owner | None]
    system: NotRequired[bool | None]


_NOTE = Schema(_Note, "a note")
_OLDEST_FIRST = {"order_by": "created_at", "sort": "asc"}


class GitLabReview:
    """One merge request."""

    comment_limit = 1_000_000

    def __init__(self, connection: Connection, number: str) -> None:
        """Send nothing yet.

        :raises UsageProblem: the token is missing or invalid.
        """
        self.name = f"gitlab:{connection.target}, merge request {number}"
        self._client = GitLabClient(connection, self.name)
        self._users = Users(self._client)
        self._path = f"/projects/{quote(connection.target, safe='')}/merge_requests/{number}/notes"

    def comments(self) -> tuple[Comment, ...]:
        """Read all notes that people and bots wrote."""
        rows = self._client.rows(self._path, _NOTE, _OLDEST_FIRST, "read the notes of the merge request")
        return tuple(self._comment(row) for row in rows if not row.get("system"))

    def add(self, text: str) -> Comment:
        """Write a note."""
        _ = self._users.me  # Read first: a failure after the write would hide its effect.
        return self._written(self._client.write("POST", self._path, {"body": text}, "comment on the merge request"))

    def edit(self, number: str, text: str) -> Comment:
        """Replace a note."""
        purpose = "edit the note on the merge request"
        return self._written(self._client.write("PUT", f"{self._path}/{number}", {"body": text}, purpose))

    def _written(self, answer: Answer) -> Comment:
        return self._comment(self._client.stored(_NOTE, answer.content))

    def _comment(self, row: Row) -> Comment:
        is_ours = (row.get("author") or {}).get("id") == self._users.me["id"]
        return Comment(str(row["id"]), row.get("body") or "", is_ours)
