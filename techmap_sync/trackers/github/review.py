"""Pull requests: the comments of one, and our own, which proposes changes to documents.

No git runs and nothing is checked out, so no hook and no filter does either, and the token is sent to the API alone.

https://docs.github.com/rest/issues/comments: to the API, a pull request's conversation is an issue's.
https://docs.github.com/rest/git, https://docs.github.com/rest/pulls/pulls
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import cached_property
from typing import NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed
from techmap_sync.sync.review import Comment, Fate, Head, NewContent, Proposal
from techmap_sync.trackers.answers import Answer, Number, Row, Schema
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.users import Owner, account_of_token
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.proposing import may_propose


class _Comment(TypedDict):
    id: Number
    body: NotRequired[str | None]
    user: NotRequired[Owner | None]
    html_url: NotRequired[str | None]


_COMMENT = Schema(_Comment, "a comment")

_DENIED = (401, 403)
_TO_COMMENT = "give the job the permission pull-requests: write; pull requests from forks have a read-only token"


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
            raise NotAllowed(self.name, f"the token may not comment: {refusal.said}", _TO_COMMENT) from refusal

    def _stored(self, answer: Answer) -> Comment:
        return self._comment(self._client.stored(_COMMENT, answer.content))

    def _comment(self, row: Row) -> Comment:
        author = (row.get("user") or {}).get("login", "")
        ours = bool(author) and author == self._login
        return Comment(str(row["id"]), row.get("body") or "", ours, row.get("html_url") or "")


class _Named(TypedDict):
    sha: str


class _Reference(TypedDict):
    object: _Named


class _Commit(TypedDict):
    sha: str
    message: str
    tree: _Named


class _Repository(TypedDict):
    full_name: str


class _Branch(TypedDict):
    ref: str
    repo: NotRequired[_Repository | None]


class _Pull(TypedDict):
    number: Number
    state: str
    head: _Branch
    body: NotRequired[str | None]
    merged_at: NotRequired[str | None]
    html_url: NotRequired[str | None]


_REFERENCE = Schema(_Reference, "a reference")
_COMMIT = Schema(_Commit, "a commit")
_OBJECT = Schema(_Named, "an object")
_PULL = Schema(_Pull, "a pull request")
_NOT_FOUND = 404
_TO_PROPOSE = (
    "give the job the permissions contents: write and pull-requests: write, and in the settings for Actions "
    "allow GitHub Actions to create pull requests"
)


class GitHubProposals:
    """The pull requests of one repository."""

    title = "pull request"

    def __init__(self, connection: Connection) -> None:
        """Send nothing yet.

        :raises UsageProblem: there is no login.
        """
        self.name = f"github:{connection.target}"
        self._client = GitHubClient(connection, self.name)

    def latest(self, branch: str) -> Proposal | None:
        """Read the newest pull request from a branch of the repository, an open one before all others."""
        owner = self._client.repository.partition("/")[0]
        query = {"state": "all", "head": f"{owner}:{branch}", "sort": "created", "direction": "desc"}
        with self._allowed():
            page = self._client.page("/pulls", query)
            rows = [self._client.parsed(_PULL, row) for row in page.listed]
        own = [row for row in rows if row["head"]["ref"] == branch and self._is_here(row)]
        return next((_proposal(row) for row in sorted(own, key=lambda row: row["state"] != "open")), None)

    def head(self, branch: str) -> Head | None:
        """Read the newest commit of a branch."""
        with self._allowed():
            answer = self._client.read(f"/git/ref/heads/{branch}", accepted=(_NOT_FOUND,))
            if answer.status == _NOT_FOUND:
                return None
            commit = self._client.parsed(_REFERENCE, answer.content)["object"]["sha"]
            return Head(commit, self._client.row(f"/git/commits/{commit}", _COMMIT)["message"])

    def commit(self, branch: str, base: str, files: Sequence[NewContent], message: str, before: Head | None) -> str:
        """Make blobs, tree and commit, and let the branch be that commit."""
        with self._allowed():
            entries = [self._entry(file) for file in files]
            tree = self._client.row(f"/git/commits/{base}", _COMMIT)["tree"]["sha"]
            made = self._made("/git/trees", {"base_tree": tree, "tree": entries})
            commit = self._made("/git/commits", {"message": message, "tree": made, "parents": [base]})
            if before is None:
                self._client.write("POST", "/git/refs", {"ref": f"refs/heads/{branch}", "sha": commit})
                return commit
            if self.head(branch) != before:  # as close to the write as the API allows
                raise self._client.error(f"the branch {branch} was changed meanwhile", "run again")
            self._client.write("PATCH", f"/git/refs/heads/{branch}", {"sha": commit, "force": True})
            return commit

    def open(self, branch: str, into: str, title: str, text: str) -> Proposal:
        """Open a pull request."""
        with self._allowed():
            return self._stored("POST", "/pulls", {"head": branch, "base": into, "title": title, "body": text})

    def edit(self, number: str, title: str, text: str) -> Proposal:
        """Replace title and text of a pull request."""
        with self._allowed():
            return self._stored("PATCH", f"/pulls/{number}", {"title": title, "body": text})

    def _is_here(self, row: Row) -> bool:
        name = (row["head"].get("repo") or {}).get("full_name", "")
        return str(name).casefold() == self._client.repository.casefold()

    def _entry(self, file: NewContent) -> dict[str, str]:
        blob = self._made("/git/blobs", {"content": b64encode(file.content).decode(), "encoding": "base64"})
        return {"path": file.path, "mode": "100755" if file.is_executable else "100644", "type": "blob", "sha": blob}

    def _made(self, path: str, body: dict[str, object]) -> str:
        sha: str = self._client.stored(_OBJECT, self._client.write("POST", path, body).content)["sha"]
        return sha

    def _stored(self, verb: str, path: str, body: dict[str, str]) -> Proposal:
        return _proposal(self._client.stored(_PULL, self._client.write(verb, path, body).content))

    def _allowed(self) -> AbstractContextManager[None]:
        return may_propose(
            lambda said: NotAllowed(self.name, f"the token may not propose changes: {said}", _TO_PROPOSE)
        )


def _proposal(row: Row) -> Proposal:
    fate = Fate.OPEN if row["state"] == "open" else Fate.MERGED if row.get("merged_at") else Fate.CLOSED
    return Proposal(str(row["number"]), fate, row.get("body") or "", row.get("html_url") or "")
