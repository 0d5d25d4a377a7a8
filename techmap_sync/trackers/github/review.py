"""The comments of a pull request.

https://docs.github.com/rest/issues/comments: to the API, a pull request's conversation is an issue's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed
from techmap_sync.sync.review_comment import Comment
from techmap_sync.trackers.answers import Answer, Number, Row, Schema
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.users import Owner, account_of_token
from techmap_sync.trackers.http import RequestRefused


class _Comment(TypedDict):
    id: Number
    body: NotRequired[str | None]
    user: NotRequired[Owner | None]
    html_url: NotRequired[str | None]


_COMMENT = Schema(_Comment, "a comment")

_DENIED = (401, 403)
_ADVICE = "give the job the permission pull-requests: write; pull requests from forks have a read-only token"


class GitHubReview:
    """One pull request."""

    comment_limit = 65_536

    def __init__(self, connection: Connection, number: str) -> None:
        """Send nothing yet.

        :raises UsageProblem: there is no login.
        """
        self.name = f"github:{connection.target}, pull request {number}"
        self._number = number
        self._client = GitHubClient(connection, self.name)

    @cached_property
    def _login(self) -> str:
        return account_of_token(self._client).login

    def comments(self) -> tuple[Comment, ...]:
        """Read all comments, a hundred per request; none counts as ours where the server does not say who we are."""
        with self._allowed():
            return tuple(map(self._comment, self._client.rows(f"/issues/{self._number}/comments", _COMMENT)))

    def add(self, text: str) -> Comment:
        """Write a comment."""
        with self._allowed():
            if not self._login:
                raise NotAllowed(self.name, "the server does not say whose token this is", "use another token")
            return self._stored(self._client.write("POST", f"/issues/{self._number}/comments", {"body": text}))

    def edit(self, number: str, text: str) -> Comment:
        """Replace a comment."""
        with self._allowed():
            return self._stored(self._client.write("PATCH", f"/issues/comments/{number}", {"body": text}))

    @contextmanager
    def _allowed(self) -> Iterator[None]:
        try:
            yield
        except RequestRefused as refusal:
            if refusal.status not in _DENIED:
                raise
            raise NotAllowed(self.name, f"the token may not comment: {refusal.said}", _ADVICE) from refusal

    def _stored(self, answer: Answer) -> Comment:
        return self._comment(self._client.stored(_COMMENT, answer.content))

    def _comment(self, row: Row) -> Comment:
        author = (row.get("user") or {}).get("login", "")
        ours = bool(author) and author == self._login
        return Comment(str(row["id"]), row.get("body") or "", ours, row.get("html_url") or "")
