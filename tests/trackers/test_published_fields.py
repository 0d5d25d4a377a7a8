"""Every query and mutation that is sent, held against what the vendors publish of their GraphQL schemas.

No package has a current copy of either schema, so ``published/`` has the fields that are used, with their sources.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Edge, EdgeKind
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.live.scratch import GitHubScratch
from tests.live.traffic import Traffic
from tests.simulators.github import GitHub, running
from tests.simulators.github.boards import BoardOfOwner
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import push
from tests.trackers.servers import SERVERS, OnGitHub, OnGitLab, Server

graphql = pytest.importorskip("graphql", reason="graphql-core is not installed: pip install -e .[dev]")

MAP = plan(task("Store"), task("Service", blocked_by=("Store",)), task("Page", blocked_by=("Store", "Service")))


@cache
def schema_of(vendor: str) -> Any:
    """Return the vendor's schema."""
    return graphql.build_schema((Path(__file__).parent / "published" / f"{vendor}.graphql").read_text("utf-8"))


def problems(vendor: str, query: str) -> list[str]:
    """Return what the vendor's schema says about a query."""
    return [error.message for error in graphql.validate(schema_of(vendor), graphql.parse(query))]


PLANS = {"github": {"project": "octo/7"}, "gitlab": {"iteration": "Sprint 7", "epic": "Payments"}}


def give_plans(server: Server) -> None:
    """Let the server have what the settings name."""
    if isinstance(server, OnGitHub):
        server.server.world.board = BoardOfOwner("octo", 7)
    elif isinstance(server, OnGitLab):
        server.server.world.iterations, server.server.world.epics = {3: "Sprint 7"}, {80: "Payments"}


@pytest.fixture(scope="module", params=SERVERS)
def sent(request: pytest.FixtureRequest) -> Iterator[tuple[str, list[str]]]:
    """The vendor, and what a push, a look at all links and a look at the account send."""
    queries: list[str] = []
    send = HTTPAdapter.send

    def noted(adapter: HTTPAdapter, asked: PreparedRequest, **options: Any) -> Response:
        if str(asked.url).endswith("/graphql"):
            assert isinstance(asked.body, str | bytes)
            queries.append(json.loads(asked.body)["query"])
        return send(adapter, asked, **options)

    with patch.object(HTTPAdapter, "send", noted), SERVERS[request.param]() as server:
        give_plans(server)
        push(server.tracker(settings=PLANS[request.param]), MAP)
        observe(server.tracker(), [MAP], POLICY, all_edges=True)
        tracker = server.tracker()
        tracker.ends(["1", "2", "3"])
        tracker.history(["1"], ["2"])
        if isinstance(tracker, GitHubTracker):
            tracker.client.ask("query { viewer { login } }")
            assert isinstance(server, OnGitHub)
            first = server.server.repository.issues[1]
            GitHubScratch(tracker, Traffic()).delete_issue({"number": 1, "node_id": f"I_{first.id}"})
        yield request.param, queries


def test_what_is_sent_is_as_published(sent: tuple[str, list[str]]) -> None:
    vendor, queries = sent
    assert {query.partition(" ")[0] for query in queries} == {"query", "mutation"}
    assert [problems(vendor, query) for query in queries] == [[]] * len(queries)


@pytest.mark.parametrize(
    ("sent", "right", "wrong"),
    [
        ("gitlab", "iids:", "iid:"),
        ("gitlab", "LINKED_ITEMS", "LINKS"),
        ("gitlab", "hasNextPage", "hasMore"),
        ("gitlab", "BLOCKED_BY", "IS_BLOCKED_BY"),
        ("gitlab", "workItemsIds:", "workItemIds:"),
        ("github", "blockedBy(", "blockers("),
        ("github", "blockingIssueId:", "blockerId:"),
        ("github", "CLOSED_EVENT", "CLOSING_EVENT"),
        ("github", "blockingIssue {", "blocker {"),
        ("gitlab", "closingMergeRequests", "mergeRequests"),
        ("gitlab", "iterationId:", "iteration:"),
        ("gitlab", "parentId:", "parent:"),
        ("gitlab", "types: [EPIC]", "types: [EPICS]"),
        ("gitlab", "state: opened", "state: open"),
        ("github", "singleSelectOptionId:", "optionId:"),
        ("github", "contentId:", "issueId:"),
        ("github", "projectV2(", "project("),
        ("github", "deleteIssue(input: {issueId:", "deleteIssue(input: {id:"),
    ],
    indirect=["sent"],
    scope="module",
)
def test_a_slip_in_a_name_would_be_found(sent: tuple[str, list[str]], right: str, wrong: str) -> None:
    vendor, queries = sent
    changed = [query.replace(right, wrong) for query in queries if right in query]
    assert changed
    assert all(problems(vendor, query) for query in changed)


def test_what_an_enterprise_server_is_asked_is_as_published() -> None:
    with running(GitHub(enterprise="3.17.0", missing=frozenset({"sub_issue", "dependencies"}))) as server:
        server.world.queries_children = True
        first, second = (str(server.add_issue(name).number) for name in ("First", "Second"))
        tracker = connect(server.connection())
        assert tracker.capabilities.children
        tracker.link(Edge(EdgeKind.CHILD_OF, second, first))
        assert tracker.ends([second])[second].parent == first
        tracker.unlink(Edge(EdgeKind.CHILD_OF, second, first))
        queries = [request.body["query"] for request in server.requests if request.path == "/graphql"]
    assert len(queries) >= 4
    assert [problems("github", query) for query in queries] == [[]] * len(queries)
