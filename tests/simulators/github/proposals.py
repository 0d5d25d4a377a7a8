"""Endpoints of https://docs.github.com/rest/git and https://docs.github.com/rest/pulls/pulls that a proposal needs."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.simulators.bare import Bare
from tests.simulators.github.messages import NOT_FOUND, Json, Request, Response, invalid, refused

_HEADS = "refs/heads/"


@dataclass
class Pull:
    """A pull request."""

    number: int
    head: str
    base: str
    title: str
    body: str
    state: str = "open"
    merged: bool = False
    repository: str = "octo/maps"


@dataclass
class ProposalRoom:
    """Branches and pull requests of the repository."""

    repository: Bare
    pulls: list[Pull] = field(default_factory=list)
    may_write: bool = True
    may_open: bool = True

    def answer(self, request: Request, rest: str) -> Response | None:
        """Answer a request; None for one that is not about branches and pull requests."""
        routes: list[tuple[str, str, Callable[..., Response]]] = [
            ("GET", r"/git/ref/heads/(.+)", self._reference),
            ("GET", r"/git/commits/(\w+)", self._commit),
            ("POST", r"/git/blobs", self._new_blob),
            ("POST", r"/git/trees", self._new_tree),
            ("POST", r"/git/commits", self._new_commit),
            ("POST", r"/git/refs", self._new_reference),
            ("PATCH", r"/git/refs/heads/(.+)", self._move),
            ("GET", r"/pulls", self._pulls),
            ("POST", r"/pulls", self._open),
            ("PATCH", r"/pulls/(\d+)", self._edit),
        ]
        for verb, pattern, made in routes:
            if verb == request.verb and (found := re.fullmatch(pattern, rest)):
                if request.writes and not self.may_write:
                    return refused(403, "Resource not accessible by integration")
                return made(request, *found.groups())
        return None

    def _reference(self, _: Request, branch: str) -> Response:
        commit = self.repository.head(branch)
        row = {"ref": _HEADS + branch, "object": {"type": "commit", "sha": commit}}
        return Response(200, row) if commit else NOT_FOUND

    def _commit(self, _: Request, commit: str) -> Response:
        return Response(200, self._row(commit)) if self.repository.tree(commit) else NOT_FOUND

    def _row(self, commit: str) -> Json:
        repository = self.repository
        return {"sha": commit, "message": repository.message(commit), "tree": {"sha": repository.tree(commit)}}

    def _new_blob(self, request: Request) -> Response:
        assert request.body["encoding"] == "base64"
        return Response(201, {"sha": self.repository.blob(base64.b64decode(request.body["content"]))})

    def _new_tree(self, request: Request) -> Response:
        entries = [(entry["mode"], entry["sha"], entry["path"]) for entry in request.body["tree"]]
        assert all(entry["type"] == "blob" for entry in request.body["tree"])
        return Response(201, {"sha": self.repository.changed(request.body["base_tree"], entries)})

    def _new_commit(self, request: Request) -> Response:
        (parent,) = request.body["parents"]
        return Response(201, self._row(self.repository.commit(request.body["message"], request.body["tree"], parent)))

    def _new_reference(self, request: Request) -> Response:
        branch = request.body["ref"].removeprefix(_HEADS)
        if self.repository.head(branch):
            return refused(422, "Reference already exists")
        self.repository.put(branch, request.body["sha"])
        return self._answered(branch, 201)

    def _move(self, request: Request, branch: str) -> Response:
        if not self.repository.head(branch):
            return refused(422, "Reference does not exist")
        assert request.body["force"] is True
        self.repository.put(branch, request.body["sha"])
        return self._answered(branch, 200)

    def _answered(self, branch: str, status: int) -> Response:
        return Response(status, {"ref": _HEADS + branch, "object": {"sha": self.repository.head(branch)}})

    def _pulls(self, request: Request) -> Response:
        owner, _, branch = request.query["head"].partition(":")
        found = [p for p in self.pulls if p.head == branch and p.repository.partition("/")[0] == owner]
        return Response(200, [_pull(each) for each in reversed(found)])

    def _open(self, request: Request) -> Response:
        body = request.body
        if not self.may_open:
            return refused(403, "GitHub Actions is not permitted to create or approve pull requests.")
        ours = (each for each in self.pulls if each.repository == "octo/maps" and each.state == "open")
        if any(pull.head == body["head"] for pull in ours):
            return invalid("head", "custom", f"A pull request already exists for octo:{body['head']}.", "PullRequest")
        pull = Pull(100 + len(self.pulls), body["head"], body["base"], body["title"], body["body"])
        self.pulls.append(pull)
        return Response(201, _pull(pull))

    def _edit(self, request: Request, number: str) -> Response:
        pull = next(each for each in self.pulls if each.number == int(number))
        pull.title, pull.body = request.body["title"], request.body["body"]
        return Response(200, _pull(pull))


def _pull(pull: Pull) -> Json:
    return {
        "number": pull.number,
        "state": pull.state,
        "title": pull.title,
        "body": pull.body or None,
        "head": {"ref": pull.head, "repo": {"full_name": pull.repository}},
        "base": {"ref": pull.base},
        "merged_at": "2026-11-27T12:00:00Z" if pull.merged else None,
        "html_url": f"https://github.com/octo/maps/pull/{pull.number}",
    }
