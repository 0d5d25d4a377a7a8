"""Both vendors as servers that remember nothing: each request gets the answer that fits it, over ``responses``.

What a test does with an answer before it leaves is its own affair.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import responses
from requests import PreparedRequest

from techmap_sync.sync.review import Review
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.connection import Connection, Secret
from techmap_sync.trackers.github.review import GitHubReview
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.review import GitLabReview
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from techmap_sync.trackers.session import Answered, Reply, Session
from tests.simulators.github.clock import SimulatedClock

LABEL = "techmap"


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, content: object, status: int = 200) -> Answer:
        return cls(status, json.dumps(content).encode())


Change = Callable[[str, Answer], Answer]
"""Turns the answer to a request, named ``GET /path``, into another one."""


@dataclass
class Canned:
    """One vendor's server."""

    name: str
    url: str
    routes: dict[str, Callable[[dict[str, Any]], Any]]
    """The answers, by pattern of the request, made from what it sent."""
    asked: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    """The writes, and the queries that look like some, with what they said."""
    clock: SimulatedClock = field(default_factory=SimulatedClock)

    def tracker(self) -> Tracker:
        return connect_github(self._connection()) if self.name == "github" else connect_gitlab(self._connection())

    def review(self) -> Review:
        connection = self._connection()
        return GitHubReview(connection, "9") if self.name == "github" else GitLabReview(connection, "9")

    @contextmanager
    def answering(self, change: Change = lambda _, answer: answer) -> Iterator[None]:
        """Answer the requests of the block below the library that sends them."""

        def answer(request: PreparedRequest) -> tuple[int, dict[str, str], bytes]:
            changed = self._answer(str(request.method), str(request.url), request.body, change)
            return changed.status, changed.headers, changed.body

        with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
            for verb in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                mock.add_callback(verb, re.compile(".*"), answer, content_type="application/json")
            yield

    @contextmanager
    def answering_at_once(self, change: Change = lambda _, answer: answer) -> Iterator[None]:
        """Answer the requests of the block where they would be sent, which takes a tenth of the time."""

        def request(_: Session, method: str, url: str, **options: Any) -> None:
            sent = options.get("data") or json.dumps(options.get("json") or {})
            changed = self._answer(method.upper(), url, sent, change)
            raise Answered(Reply(changed.status, {k.lower(): v for k, v in changed.headers.items()}, changed.body, url))

        with patch.object(Session, "request", request):
            yield

    def _answer(self, verb: str, url: str, body: Any, change: Change) -> Answer:
        asked = f"{verb} {urlsplit(url).path.removeprefix('/api/v4')}"
        self.asked.append(asked)
        if verb != "GET":
            self.written.append(f"{asked} {body!r}")
        sent = json.loads(body or "{}")
        found = (make for pattern, make in self.routes.items() if re.fullmatch(pattern, asked))
        good = next(found, lambda _: {"message": "404 Not found"})(sent)
        return change(asked, Answer(204) if good is None else Answer.of(good, 201 if sent else 200))

    def _connection(self) -> Connection:
        return Connection(
            "o/r", self.clock, 30, self.clock.sleep, token=Secret("opaque-token-of-tests"), api_url=self.url
        )


def _github_issue(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "number": number,
        "title": "Task",
        "body": "Text",
        "state": "open",
        "state_reason": None,
        "labels": [{"id": 1, "name": LABEL}],
        "user": {"id": 1, "login": "octo"},
        "author_association": "OWNER",
        "assignees": [{"id": 2, "login": "ann"}],
        "milestone": {"number": 3, "title": "v1"},
        "comments": 2,
        "html_url": "https://github.test/o/r/issues/1",
        "repository_url": "https://api.github.test/repos/o/r",
        "parent_issue_url": "https://api.github.test/repos/o/r/issues/2" if number == 1 else None,
        "issue_dependencies_summary": {"blocked_by": 0, "total_blocked_by": 0},
        "sub_issues_summary": {"total": 0, "completed": 0},
        "created_at": "2026-11-22T09:30:00Z",
    } | changes


def _numbered(number: int) -> Callable[[dict[str, Any]], Any]:
    """Return what answers for one issue, with what was sent to it."""

    def answer(sent: dict[str, Any]) -> Any:
        known = {name: sent[name] for name in ("title", "body", "state") if name in sent}
        labels = [{"name": name} for name in sent.get("labels", [LABEL])]
        return _github_issue(number, **known, labels=labels)

    return answer


def _github_ends(_: dict[str, Any]) -> Any:
    home = {"nameWithOwner": "o/r"}
    ends = {
        "parent": {"number": 2, "repository": home},
        "blockedBy": {"totalCount": 1, "nodes": [{"number": 2, "repository": home}]},
    }
    return {"data": {"viewer": {"login": "octo"}, "repository": {"i1": ends, "i2": ends}}}


def _github_repository(_: dict[str, Any]) -> Any:
    return {
        "full_name": "o/r",
        "private": True,
        "visibility": "private",
        "has_issues": True,
        "archived": False,
        "permissions": {"push": True},
    }


def github() -> Canned:
    """Return GitHub with two issues."""
    repository = "/repos/o/r"
    return Canned(
        "github",
        "https://api.github.test",
        {
            "GET /user": lambda _: {"id": 1, "login": "octo"},
            "POST /graphql": _github_ends,
            f"GET {repository}": _github_repository,
            "GET /repos/o/maps": _github_repository,
            f"GET {repository}/issues": lambda _: [_github_issue(), _github_issue(2)],
            f"POST {repository}/issues": _numbered(3),
            f"(GET|PATCH) {repository}/issues/1": _numbered(1),
            f"(GET|PATCH) {repository}/issues/2": _numbered(2),
            f"GET {repository}/labels": lambda _: [{"id": 1, "name": LABEL}],
            f"POST {repository}/labels": lambda sent: {"id": 2, "name": sent["name"]},
            f"GET {repository}/milestones": lambda _: [{"id": 3, "number": 3, "title": "v1"}],
            f"POST {repository}/milestones": lambda sent: {"id": 4, "number": 4, "title": sent["title"]},
            f"POST {repository}/issues/1/labels": lambda sent: [{"name": name} for name in [LABEL, *sent["labels"]]],
            f"DELETE {repository}/issues/1/labels/.*": lambda _: [],
            f"(POST|DELETE) {repository}/issues/2/sub_issues?": lambda _: _github_issue(2),
            f"GET {repository}/issues/./sub_issues": lambda _: [],
            f"GET {repository}/issues/./dependencies/blocked_by": lambda _: [
                {"id": 102, "url": "https://api.github.test/repos/o/r/issues/2"}
            ],
            f"(POST|DELETE) {repository}/issues/1/dependencies/blocked_by.*": lambda _: _github_issue(1),
            f"GET {repository}/assignees/ann": lambda _: None,
            f"GET {repository}/collaborators/.*": lambda _: {"permission": "write", "role_name": "write"},
            f"GET {repository}/issues/9/comments": lambda _: [
                {"id": 7, "body": "Text", "user": {"login": "octo"}, "html_url": "x"}
            ],
            f"(POST|PATCH) {repository}/issues/.*": lambda sent: {"id": 8, "user": {"login": "octo"}, **sent},
        },
    )


def _gitlab_issue(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "id": 100 + number,
        "iid": number,
        "project_id": 42,
        "title": "Task",
        "description": "Text",
        "state": "opened",
        "labels": [LABEL],
        "author": {"id": 1, "username": "bot", "name": "Bot"},
        "assignees": [{"id": 2, "username": "ann", "name": "Ann"}],
        "milestone": {"id": 3, "title": "v1"},
        "user_notes_count": 2,
        "merge_requests_count": 0,
        "time_stats": {"time_estimate": 0, "total_time_spent": 0},
        "moved_to_id": None,
        "web_url": "https://gitlab.test/o/r/-/issues/1",
    } | changes


def _written(number: int) -> Callable[[dict[str, Any]], Any]:
    def answer(sent: dict[str, Any]) -> Any:
        known = {name: sent[name] for name in ("title", "description") if name in sent}
        labels = set(str(sent.get("labels", sent.get("add_labels", LABEL))).split(","))
        labels -= set(str(sent.get("remove_labels", "")).split(","))
        return _gitlab_issue(number, **known, labels=sorted(labels))

    return answer


def _gitlab_link(iid: int, kind: str) -> dict[str, Any]:
    return _gitlab_issue(iid) | {"issue_link_id": 50 + iid, "link_type": kind}


def gitlab() -> Canned:
    """Return GitLab Premium with two issues."""
    project, issues = "/projects/42", "/projects/42/issues"
    found = {
        "id": 42,
        "path_with_namespace": "o/r",
        "visibility": "private",
        "permissions": {"project_access": {"access_level": 40}, "group_access": None},
        "archived": False,
        "issues_access_level": "enabled",
        "approvals_before_merge": 0,
    }
    return Canned(
        "gitlab",
        "https://gitlab.test",
        {
            "GET /user": lambda _: {"id": 1, "username": "bot", "name": "Bot"},
            "GET /personal_access_tokens/self": lambda _: {"scopes": ["api"], "expires_at": "2027-01-01"},
            "GET /projects/o%2F(r|maps)": lambda _: found,
            f"GET {issues}": lambda _: [_gitlab_issue(), _gitlab_issue(2)],
            f"POST {issues}": _written(3),
            f"(GET|PUT) {issues}/1": _written(1),
            f"(GET|PUT) {issues}/2": _written(2),
            f"POST {issues}/3/time_estimate": lambda _: {"time_estimate": 60},
            f"GET {project}/labels": lambda _: [{"id": 1, "name": LABEL}],
            f"POST {project}/labels": lambda sent: {"id": 2, "name": sent["name"]},
            f"GET {project}/milestones": lambda _: [],
            f"POST {project}/milestones": lambda sent: {"id": 4, "title": sent["title"]},
            f"GET {project}/members/all/1": lambda _: {"id": 1, "access_level": 40, "state": "active"},
            f"GET {project}/members/all": lambda _: [{"id": 1, "access_level": 40, "state": "active"}],
            f"GET {issues}/1/links": lambda _: [_gitlab_link(2, "is_blocked_by")],
            f"GET {issues}/2/links": lambda _: [_gitlab_link(1, "relates_to")],
            f"GET {issues}/./links/.*": lambda _: {"source_issue": {"iid": 1}, "target_issue": {"iid": 2}},
            f"(POST|DELETE) {issues}/./links.*": lambda _: {"link_type": "relates_to"},
            "GET /users": lambda _: [{"id": 2, "username": "ann", "name": "Ann"}],
            "GET /projects/o%2Fr/merge_requests/9/notes": lambda _: [
                {"id": 7, "body": "Text", "author": {"id": 1, "username": "bot"}, "system": False}
            ],
            "(POST|PUT) /projects/o%2Fr/merge_requests/9/notes.*": lambda sent: {
                "id": 8,
                "author": {"id": 1, "username": "bot"},
                **sent,
            },
        },
    )


VENDORS = {"github": github, "gitlab": gitlab}
