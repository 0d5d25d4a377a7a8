"""What we send and what the simulator answers, held against GitHub's own descriptions of both versions of its API.

We name no version, so that GitHub answers in 2022-11-28 as long as that is served, and in 2026-03-10 after that.
The descriptions come as Pydantic models and typed calls in ``githubkit``, which are generated from them.

https://docs.github.com/rest/about-the-rest-api/api-versions
"""

from __future__ import annotations

import importlib
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Union

import pytest
from pydantic import TypeAdapter

from techmap_sync.errors import TrackerError
from techmap_sync.sync.review import keep_comment
from techmap_sync.sync.tracker import CloseReason, Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.github.review import GitHubReview
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.live.scratch import GitHubScratch
from tests.live.traffic import Traffic
from tests.simulators.github import GitHub
from tests.simulators.github.messages import Json, Request, Response
from tests.simulators.github.routes import ROUTES

VERSIONS = ("2022-11-28", "2026-03-10")
_CLIENTS = ("issues.IssuesClient", "orgs.OrgsClient", "repos.ReposClient", "users.UsersClient")


@dataclass(frozen=True)
class Operation:
    """One documented call."""

    models: ModuleType
    call: Callable[..., object]

    @property
    def parameters(self) -> set[str]:
        """What the query may hold."""
        return set(inspect.signature(self.call).parameters)

    @property
    def answer(self) -> TypeAdapter[Any]:
        """What it answers when it succeeds; an answer without a model has no body."""
        annotation = str(inspect.signature(self.call).return_annotation)
        return TypeAdapter(None) if annotation == "Response" else _adapter(self.models, annotation)

    @property
    def body(self) -> TypeAdapter[Any] | None:
        """What it takes; None when it takes nothing."""
        found = re.search(r"type_validate_python\((.*?),\s*json,?\s*\)", inspect.getsource(self.call), re.S)
        return _adapter(self.models, found[1].strip()) if found else None


class _First:
    """Stands for ``Response[model, typed dictionary]``."""

    def __class_getitem__(cls, both: tuple[object, object]) -> object:
        return both[0]


class _Names(dict[str, object]):
    """Looks models up one by one, as the package loads them only then."""

    def __init__(self, models: ModuleType) -> None:
        super().__init__(Response=_First, Union=Union)
        self._models = models

    def __missing__(self, name: str) -> object:
        if name.endswith("TypeForResponse"):
            return object
        if hasattr(self._models, name):
            return getattr(self._models, name)
        raise KeyError(name)


def _adapter(models: ModuleType, annotation: str) -> TypeAdapter[Any]:
    return TypeAdapter(eval(annotation, {}, _Names(models)))


def _operations(package: str, models: ModuleType) -> Iterator[tuple[tuple[str, str], Operation]]:
    for client in _CLIENTS:
        module, _, name = client.partition(".")
        members = vars(getattr(importlib.import_module(f"{package}.rest.{module}"), name))
        for call in members.values():
            documented = re.search(r"^\s*(GET|POST|PATCH|PUT|DELETE) (/\S*)$", getattr(call, "__doc__", "") or "", re.M)
            if documented and not inspect.iscoroutinefunction(call):
                yield (documented[1], documented[2]), Operation(models, call)


@dataclass(frozen=True)
class Description:
    """One version of the API."""

    version: str
    models: ModuleType
    operations: dict[tuple[str, str], Operation]

    @classmethod
    def of(cls, version: str) -> Description:
        """Load what GitHub published of a version."""
        package = f"githubkit_schemas.v{version.replace('-', '_')}"
        reason = f"githubkit-schemas-{version} is not installed"
        models = pytest.importorskip(f"{package}.models", reason=reason)
        return cls(version, models, dict(_operations(package, models)))


@pytest.fixture(scope="module", params=VERSIONS)
def described(request: pytest.FixtureRequest) -> Description:
    return Description.of(request.param)


PLAYED = [(verb, f"/repos/{{owner}}/{{repo}}{path}") for verb, path in ROUTES]
OTHERS = [("GET", "/user"), ("GET", "/repos/{owner}/{repo}"), ("GET", "/orgs/{org}/issue-fields")]


def operation_of(request: Request) -> tuple[str, str]:
    """The documented call that a request is."""
    for verb, path in [*PLAYED, *OTHERS]:
        if verb == request.verb and re.fullmatch(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(path)), request.path):
            return verb, path
    raise AssertionError(f"{request.verb} {request.path}")


def check(adapter: TypeAdapter[Any], value: Json) -> None:
    """Hold a value against its description; a name that it lacks is invented."""
    adapter.validate_json(json.dumps(value), strict=True, extra="forbid")


@pytest.fixture
def exchanged(github: GitHub, described: Description) -> list[tuple[Request, Response]]:
    """All calls that the adapter knows, and some that fail."""
    github.world.version = described.version
    github.repository.issue_types, github.repository.priority_options = ["Task"], ["High", "Medium", "Low"]
    own = {"type": "Task", "priority_field": "Priority"}
    tracker = connect(github.connection(label_colors={"techmap": "0e8a16"}, settings=own))
    drafts = [
        Draft(f"Task {n}", "Text", frozenset({"techmap"}), "high", "v1", ("sara",), type="Task") for n in range(3)
    ]
    first, second, third = (tracker.create(draft).number for draft in drafts)
    for kind in EdgeKind:
        tracker.link(Edge(kind, second, first))
        tracker.link(Edge(kind, third, first))
        tracker.link(Edge(kind, third, first))
        tracker.unlink(Edge(kind, third, first))
    tracker.get(second)
    tracker.get("999")
    tracker.update(second, Patch("Title", "Body", milestone="v2", state=State.CLOSED))
    tracker.update(second, Patch(state=State.OPEN))
    tracker.update(second, Patch(state=State.CLOSED, reason=CloseReason.DUPLICATE, duplicate_of=first))
    tracker.add_labels(second, {"more"})
    tracker.remove_labels(second, {"more"})
    tracker.assign(second, ["tom"], ["sara"])
    with pytest.raises(TrackerError):
        tracker.create(Draft("x" * 300, ""))
    request = github.add_issue("A pull request", "techmap")
    request.is_pull_request = True
    review = GitHubReview(github.connection(), str(request.number))
    for text in ("One", "Another"):
        keep_comment(review, "test", text)
    with pytest.raises(TrackerError):
        review.edit("999", "x")
    with pytest.raises(TrackerError):
        review.add("x" * 65_537)
    tracker.snapshot("techmap")
    tracker.own_tickets()
    tracker.standings(["sara", "nobody", "maps-app[bot]"])
    tracker.unassignable(["sara", "nobody"])
    tracker.examine()
    cleaned_up(tracker, github)
    github.enterprise = "3.19.0"
    github.base_url += "/api/v3"
    assert connect(github.connection()).capabilities.children
    exchanged = zip(github.requests, github.answers, strict=True)
    return [(request, answer) for request, answer in exchanged if request.path != "/graphql"]


def cleaned_up(tracker: GitHubTracker, github: GitHub) -> None:
    """Clean up as ``make live`` does: the program itself deletes nothing."""
    scratch, issue = GitHubScratch(tracker, Traffic()), {"number": 1, "node_id": f"I_{github.repository.issues[1].id}"}
    assert scratch.account()
    assert [found.title for found in scratch.found()]
    scratch.empty_issue(issue)
    scratch.delete_issue(issue)
    scratch.delete_label({"name": "more"})
    scratch.delete_milestone({"number": 1})
    with pytest.raises(TrackerError):
        scratch.delete_label({"name": "more"})


def test_every_call_that_is_played_is_documented(described: Description) -> None:
    assert [operation for operation in [*PLAYED, *OTHERS] if operation not in described.operations] == []


def test_every_call_that_is_played_is_made(exchanged: list[tuple[Request, Response]]) -> None:
    assert {operation_of(request) for request, _ in exchanged} == set(PLAYED + OTHERS)


def test_requests_are_as_documented(described: Description, exchanged: list[tuple[Request, Response]]) -> None:
    for request, _ in exchanged:
        operation = described.operations[operation_of(request)]
        assert set(request.query) <= operation.parameters
        assert (request.body is None) is (operation.body is None)
        if operation.body:
            check(operation.body, request.body)


def test_answers_are_as_documented(described: Description, exchanged: list[tuple[Request, Response]]) -> None:
    for request, answer in exchanged:
        if answer.status < 300:
            check(described.operations[operation_of(request)].answer, answer.body)
        else:
            kind = "ValidationError" if answer.status == 422 else "BasicError"
            check(TypeAdapter(getattr(described.models, kind)), answer.body)
