"""Merge requests: the notes of one, and our own, which proposes changes to documents.

No git runs and nothing is checked out, so no hook and no filter does either, and the token is sent to the API alone.

https://docs.gitlab.com/api/notes/#merge-requests
https://docs.gitlab.com/api/commits/, https://docs.gitlab.com/api/branches/, https://docs.gitlab.com/api/merge_requests/
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import NotRequired
from urllib.parse import quote

from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed
from techmap_sync.sync.review import Comment, Fate, Head, NewContent, Proposal
from techmap_sync.trackers.answers import Answer, Number, Row, Schema
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.gitlab.users import Owner, Users
from techmap_sync.trackers.proposing import may_propose


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


class _Commit(TypedDict):
    id: str
    message: str


class _Branch(TypedDict):
    name: str
    commit: _Commit


class _MergeRequest(TypedDict):
    iid: Number
    state: str
    source_branch: str
    source_project_id: NotRequired[Number | None]
    target_project_id: Number
    description: NotRequired[str | None]
    web_url: NotRequired[str | None]


_COMMIT = Schema(_Commit, "a commit")
_BRANCH = Schema(_Branch, "a branch")
_MERGE_REQUEST = Schema(_MergeRequest, "a merge request")
_OPEN = ("opened", "locked")
_NOT_FOUND = 404
_ADVICE = (
    "give the job a project access token with the role Developer and the scope api; a job's own token cannot commit"
)


class GitLabProposals:
    """The merge requests of one project."""

    title = "merge request"

    def __init__(self, connection: Connection) -> None:
        """Send nothing yet.

        :raises UsageProblem: the token is missing or invalid.
        """
        self.name = f"gitlab:{connection.target}"
        self._client = GitLabClient(connection, self.name)
        self._path = f"/projects/{quote(connection.target, safe='')}"

    def latest(self, branch: str) -> Proposal | None:
        """Read the newest merge request from a branch of the project, an open one before all others."""
        query = {"source_branch": branch, "state": "all", "order_by": "created_at", "sort": "desc"}
        with self._allowed():
            page = self._client.page(f"{self._path}/merge_requests", query, "read the merge requests")
            rows = [self._client.parsed(_MERGE_REQUEST, row) for row in page.listed]
        own = [row for row in rows if row["source_branch"] == branch and _is_here(row)]
        return next((_proposal(row) for row in sorted(own, key=lambda row: row["state"] not in _OPEN)), None)

    def head(self, branch: str) -> Head | None:
        """Read the newest commit of a branch."""
        path = f"{self._path}/repository/branches/{quote(branch, safe='')}"
        with self._allowed():
            answer = self._client.read(path, purpose="read the branch", accepted=(_NOT_FOUND,))
            if answer.status == _NOT_FOUND:
                return None
            commit = self._client.parsed(_BRANCH, answer.content)["commit"]
            return Head(commit["id"], commit["message"])

    def commit(self, branch: str, base: str, files: Sequence[NewContent], message: str, before: Head | None) -> str:
        """Commit all files at once, and let the branch be that commit."""
        body: dict[str, object] = {
            "branch": branch,
            "start_sha": base,
            "commit_message": message,
            "actions": [_action(file) for file in files],
        }
        with self._allowed():
            if before is not None:
                if self.head(branch) != before:  # as close to the write as the API allows
                    raise self._client.error(f"the branch {branch} was changed meanwhile", "run again")
                body["force"] = True
            purpose = "commit to the branch of the merge request"
            answer = self._client.write("POST", f"{self._path}/repository/commits", body, purpose)
            commit: str = self._client.stored(_COMMIT, answer.content)["id"]
            return commit

    def open(self, branch: str, into: str, title: str, text: str) -> Proposal:
        """Open a merge request; merging it removes the branch."""
        body = {"source_branch": branch, "target_branch": into, "title": title, "description": text}
        with self._allowed():
            return self._stored("POST", f"{self._path}/merge_requests", {**body, "remove_source_branch": True})

    def edit(self, number: str, title: str, text: str) -> Proposal:
        """Replace title and text of a merge request."""
        with self._allowed():
            return self._stored("PUT", f"{self._path}/merge_requests/{number}", {"title": title, "description": text})

    def _stored(self, verb: str, path: str, body: dict[str, object]) -> Proposal:
        purpose = "write the merge request"
        return _proposal(self._client.stored(_MERGE_REQUEST, self._client.write(verb, path, body, purpose).content))

    def _allowed(self) -> AbstractContextManager[None]:
        return may_propose(lambda said: NotAllowed(self.name, f"the token may not propose changes: {said}", _ADVICE))


def _action(file: NewContent) -> dict[str, str]:
    """Return an update, which keeps the mode of a file."""
    content = b64encode(file.content).decode()
    return {"action": "update", "file_path": file.path, "content": content, "encoding": "base64"}


def _is_here(row: Row) -> bool:
    """Whether a merge request comes from the project itself: a fork may have a branch of the same name."""
    return bool(row.get("source_project_id") == row["target_project_id"])


def _proposal(row: Row) -> Proposal:
    fates = {"merged": Fate.MERGED, **dict.fromkeys(_OPEN, Fate.OPEN)}
    fate = fates.get(row["state"], Fate.CLOSED)
    return Proposal(str(row["iid"]), fate, row.get("description") or "", row.get("web_url") or "")
