"""Sub-issues on a GitHub Enterprise Server whose REST API lacks them: GraphQL has them from 3.17 on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from techmap_sync.errors import NotSupported, TrackerError
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Ends
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.fakes.whole import whole
from tests.simulators.github import Fault, GitHub, Kind, running
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push

CHILD = EdgeKind.CHILD_OF
RELEASES = {"3.17.0": frozenset({"sub_issue", "dependencies"}), "3.20.0": frozenset({"sub_issue"})}
NAMES = [f"Part{number:02}" for number in range(12)]
CHAIN = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 1) : n])) for n, name in enumerate(NAMES)))


@pytest.fixture(params=RELEASES)
def github(request: pytest.FixtureRequest) -> Iterator[GitHub]:
    with running(GitHub(enterprise=request.param, missing=RELEASES[request.param])) as server:
        server.world.queries_children = True
        server.add_issue("Somebody's own")
        yield server


def of(github: GitHub) -> GitHubTracker:
    tracker = connect(github.connection(sleep=github.clock.sleep, now=github.clock))
    _ = tracker.capabilities
    return tracker


def children(github: GitHub) -> list[int]:
    return [issue.number for issue in github.repository.issues.values() if issue.parent == 2]


def test_a_first_push_adds_ten_sub_issues_a_request_and_the_second_writes_nothing(github: GitHub) -> None:
    push(of(github), CHAIN)
    assert children(github) == list(range(3, 15))
    queries = [request.text for request in github.writes if request.path == "/graphql"]
    assert [text.count("addSubIssue") for text in queries if "addSubIssue" in text] == [10, 2]
    dependencies = [text.count("addBlockedBy") for text in queries if "addBlockedBy" in text]
    assert dependencies == ([10] if "dependencies" not in github.missing else [])
    assert not [request for request in github.writes if request.path.endswith("sub_issues")]
    assert not planned(of(github), CHAIN).writes
    found = observe(of(github), [CHAIN], POLICY, all_edges=True).of(CHAIN.map_id)
    if of(github).capabilities.native_blocking:
        assert {held.ticket.parent for held in found.tickets.values()} == {"2"}


def test_a_child_that_a_person_took_away_is_noticed_where_links_are_read(github: GitHub) -> None:
    push(of(github), CHAIN)
    github.repository.issues[5].parent = None
    assert not planned(of(github), CHAIN).writes
    found = observe(of(github), [CHAIN], POLICY, all_edges=True).of(CHAIN.map_id)
    parents = [held.ticket.parent for held in found.tickets.values() if held.ticket.number == "5"]
    assert parents == [None]


def test_a_sub_issue_is_added_once_and_removed(github: GitHub) -> None:
    tracker = of(github)
    parent, child = (tracker.create(Draft(name, "")).number for name in ("Parent", "Child"))
    for _ in range(2):
        tracker.link(Edge(CHILD, child, parent))
        assert whole(tracker, child).parent == parent
    for _ in range(2):
        tracker.unlink(Edge(CHILD, child, parent))
        assert tracker.ends([child])[child] == Ends(None, frozenset())


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("wanted", [True, False])
def test_a_lost_answer_is_looked_up(github: GitHub, wanted: bool, after: bool) -> None:
    tracker = of(github)
    parent, child = (tracker.create(Draft(name, "")).number for name in ("Parent", "Child"))
    github.repository.issues[int(child)].parent = None if wanted else int(parent)
    change = tracker.link if wanted else tracker.unlink
    github.faults = {len(github.requests) + 3: Fault(Kind.DROPPED, after=after)}
    if after:
        change(Edge(CHILD, child, parent))
    else:
        with pytest.raises(TrackerError):
            change(Edge(CHILD, child, parent))
    assert (github.repository.issues[int(child)].parent == int(parent)) is (wanted is after)


def test_a_parent_without_room_is_said(github: GitHub) -> None:
    tracker = of(github)
    parent, child = (tracker.create(Draft(name, "")).number for name in ("Parent", "Child"))
    for number in range(100):
        github.add_issue(f"Child {number}").parent = int(parent)
    with pytest.raises(NotSupported):
        tracker.link(Edge(CHILD, child, parent))


def test_another_parent_is_left_and_said(github: GitHub) -> None:
    tracker = of(github)
    parent, other, child = (tracker.create(Draft(name, "")).number for name in ("Parent", "Other", "Child"))
    tracker.link(Edge(CHILD, child, other))
    with pytest.raises(TrackerError, match="one parent") as caught:
        tracker.link(Edge(CHILD, child, parent))
    assert not isinstance(caught.value, NotSupported)
    assert whole(tracker, child).parent == other


def test_a_server_that_has_them_in_neither_is_asked_once_for_each(github: GitHub) -> None:
    github.world.queries_children = False
    tracker = of(github)
    assert tracker.capabilities.children == 0
    assert [request.path for request in github.requests].count("/graphql") == 1
