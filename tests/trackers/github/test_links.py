"""GitHub Enterprise Server, which has less than github.com."""

from __future__ import annotations

import pytest

from techmap_sync.errors import NotSupported
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.github.tracker import connect
from tests.simulators.github import GitHub, running

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))

SUB_ISSUES, DEPENDENCIES = "sub_issue", "dependencies"


@pytest.mark.parametrize("missing", [set(), {SUB_ISSUES}, {DEPENDENCIES}, {SUB_ISSUES, DEPENDENCIES}], ids=sorted)
def test_what_the_server_has_is_found_out_by_asking(missing: set[str]) -> None:
    with running(GitHub(enterprise="3.19.0", missing=frozenset(missing))) as github:
        github.add_issue("Somebody's own")
        capabilities = connect(github.connection()).capabilities
        assert capabilities.children == (0 if SUB_ISSUES in missing else 100)
        assert capabilities.native_blocking is (DEPENDENCIES not in missing)
        assert not github.writes


def test_it_is_asked_once_a_run_and_not_at_all_where_issues_show_it() -> None:
    with running(GitHub(enterprise="3.20.0")) as github:
        first, second = (github.add_issue(title, LABEL) for title in ("First", "Second"))
        tracker = connect(github.connection())
        _ = tracker.capabilities, tracker.capabilities
        assert len(github.requests) == 3
        second.parent = first.number
        second.blocked_by.append(first.number)
        tracker = connect(github.connection())
        tracker.snapshot(LABEL)
        github.forget()
        assert tracker.capabilities.native_blocking
        assert not github.requests


def test_without_an_issue_to_ask_about_it_is_taken_to_have_neither_until_a_later_run() -> None:
    with running(GitHub(enterprise="3.20.0")) as github:
        tracker = connect(github.connection())
        assert (tracker.capabilities.children, tracker.capabilities.native_blocking) == (0, False)
        tracker.create(OURS)
        capabilities = connect(github.connection()).capabilities
        assert (capabilities.children, capabilities.native_blocking) == (100, True)


@pytest.mark.parametrize("kind", EdgeKind)
def test_an_edge_that_only_its_write_shows_to_be_missing_is_not_supported(kind: EdgeKind) -> None:
    with running(GitHub(missing=frozenset({SUB_ISSUES, DEPENDENCIES}))) as github:
        tracker = connect(github.connection())
        first, second = (tracker.create(OURS).number for _ in range(2))
        with pytest.raises(NotSupported, match=r"127\.0\.0\.1 has no"):
            tracker.link(Edge(kind, second, first))
        ticket = tracker.get(second)
        assert ticket
        assert ticket.blocked_by == frozenset()


def test_it_is_asked_below_its_own_paths() -> None:
    with running(GitHub(enterprise="3.18.0")) as github:
        github.accounts = {"ghs_app": github.accounts.popitem()[1]}
        tracker = connect(github.connection(token=Secret("ghs_app")))
        tracker.create(OURS)
        assert len(tracker.own_tickets().tickets) == 1
        assert "/graphql" in [request.path for request in github.requests]
