"""The comments of a pull request.

https://docs.github.com/rest/issues/comments: to the API, a pull request's conversation is an issue's.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from techmap_sync.errors import NotAllowed, OutcomeUnclear
from techmap_sync.sync.review_comment import Comment
from techmap_sync.trackers.answers import Row, Unexpected
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github import login as account
from techmap_sync.trackers.github.client import Api
from techmap_sync.trackers.github.errors import Refusal
from techmap_sync.trackers.github.login import is_installation, requester_for
from techmap_sync.trackers.github.transport import Answer, Transport

_DENIED = (401, 403)
_ADVICE = "give the job the permission pull-requests: write; pull requests from forks have a read-only token"


class GitHubReview:
    """One pull request."""

    comment_limit = 65_536

    def __init__(self, connection: Connection, number: str) -> None:
        """Nothing is sent yet.

        :raises UsageProblem: there is no login.
        """
        self.name = f"github:{connection.target}, pull request {number}"
        self._connection = connection
        self._number = number
        transport = Transport(requester_for(connection), connection.ca_bundle or True, connection.timeout)
        self._api = Api(connection, self.name, connection.target, transport)

    @cached_property
    def _login(self) -> str:
        return account.login(self._api, installation=is_installation(self._connection))

    def comments(self) -> tuple[Comment, ...]:
        """Read all comments, a hundred a request; none counts as ours where the server does not tell who we are."""
        with self._allowed():
            return tuple(map(self._comment, self._api.pages(f"/issues/{self._number}/comments", shapes.COMMENT)))

    def add(self, text: str) -> Comment:
        """Write a comment."""
        with self._allowed():
            if not self._login:
                raise NotAllowed(self.name, "the server does not tell whose token this is", "use another token")
            return self._stored(self._api.write("POST", f"/issues/{self._number}/comments", {"body": text}))

    def edit(self, number: str, text: str) -> Comment:
        """Write a comment anew."""
        with self._allowed():
            return self._stored(self._api.write("PATCH", f"/issues/comments/{number}", {"body": text}))

    @contextmanager
    def _allowed(self) -> Iterator[None]:
        try:
            yield
        except Refusal as refusal:
            if refusal.status not in _DENIED:
                raise
            raise NotAllowed(self.name, f"the token may not comment: {refusal.said}", _ADVICE) from refusal

    def _stored(self, answer: Answer) -> Comment:
        try:
            return self._comment(shapes.COMMENT.read(answer.data))
        except Unexpected as unexpected:
            raise OutcomeUnclear(self.name, f"the server answered with {unexpected}", "run again") from None

    def _comment(self, row: Row) -> Comment:
        author = (row.get("user") or {}).get("login", "")
        ours = bool(author) and author == self._login
        return Comment(str(row["id"]), row.get("body") or "", ours, row.get("html_url") or "")
