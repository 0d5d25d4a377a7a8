"""Parents at creation and dependencies in one request, on GitHub and on servers that know less."""

from __future__ import annotations

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind
from techmap_sync.trackers.github.tracker import connect
from tests.simulators.github import Fault, GitHub, Kind, Limits, running
from tests.sync.build import plan, task
from tests.sync.drive import planned, push

COUNT = 30
NAMES = [f"Part{number:02}" for number in range(COUNT)]
CHAIN = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 1) : n])) for n, name in enumerate(NAMES)))
EDGES = COUNT - 1


def pushed(github: GitHub, wanted: TaskPlan = CHAIN) -> list[str]:
    """Push, and return verb and kind of each write."""
    push(connect(github.connection(sleep=github.clock.sleep, now=github.clock)), wanted)
    return [f"{request.verb} {request.path.rpartition('/')[2]}" for request in github.writes]


def whole(github: GitHub) -> bool:
    """Whether all tickets, parents and dependencies are there."""
    issues = list(github.repository.issues.values())
    children, edges = sum(issue.parent == 1 for issue in issues), sum(len(issue.blocked_by) for issue in issues)
    return (len(issues), children, edges) == (COUNT + 1, COUNT, EDGES)


def test_a_first_push_writes_each_issue_once_and_ten_dependencies_a_request(github: GitHub) -> None:
    writes = pushed(github)
    labels = writes.count("POST labels")
    assert writes.count("POST issues") == COUNT + 1
    assert writes.count("POST graphql") == -(-EDGES // 10)
    assert len(writes) == (COUNT + 1) + labels + 1 + -(-EDGES // 10)
    assert whole(github)
    assert not planned(connect(github.connection()), CHAIN).writes


def test_the_pace_of_the_limits_is_kept_and_takes_at_most_six_tenths_of_single_writes(github: GitHub) -> None:
    github.limits = Limits(github.clock)
    started = github.clock()
    labels = pushed(github).count("POST labels")
    assert github.limits.broken == []
    single = labels + 1 + COUNT + COUNT + EDGES + 1
    assert (github.clock() - started).total_seconds() <= 0.6 * single


def test_each_mutation_counts_towards_the_limits(github: GitHub) -> None:
    limits = github.limits = Limits(github.clock, content_per_minute=25)
    pushed(github)
    assert "content per minute" in limits.broken, "the server has a lower limit than it documents"
    assert whole(github)


def test_an_older_server_that_ignores_the_parent_costs_one_request_more(github: GitHub) -> None:
    github.world.takes_parents = False
    writes = pushed(github)
    assert writes.count("POST sub_issues") == COUNT
    with_parent = [request for request in github.writes if "parent_issue_id" in request.text]
    assert len(with_parent) == 1
    assert whole(github)


def test_a_server_without_the_mutation_is_asked_once(github: GitHub) -> None:
    github.world.mutates = False
    writes = pushed(github)
    assert (writes.count("POST graphql"), writes.count("POST blocked_by")) == (1, EDGES)
    assert whole(github)


def test_a_server_without_graphql_is_asked_once() -> None:
    with running(GitHub(missing=frozenset({"graphql"}))) as github:
        writes = pushed(github)
        assert (writes.count("POST graphql"), writes.count("POST blocked_by")) == (1, EDGES)
        assert whole(github)


def test_a_mutation_that_fails_alone_is_written_alone(github: GitHub) -> None:
    github.world.failing_places = frozenset({"3"})
    writes = pushed(github)
    assert writes.count("POST blocked_by") == -(-EDGES // 10)
    assert whole(github)


@pytest.mark.parametrize("after", [False, True], ids=["no effect", "the effect"])
@pytest.mark.parametrize("kind", [Kind.BAD_GATEWAY, Kind.DROPPED, Kind.NO_JSON, Kind.ACCEPTED])
def test_a_lost_answer_is_looked_up_and_nothing_is_doubled(github: GitHub, kind: Kind, after: bool) -> None:
    tracker = connect(github.connection())
    made = [github.add_issue(name, "techmap") for name in ("First", "Second", "Third")]
    tracker.snapshot("techmap")
    first, second, third = (str(issue.number) for issue in made)
    edges = [Edge(EdgeKind.BLOCKED_BY, second, first), Edge(EdgeKind.BLOCKED_BY, third, first)]
    github.faults = {len(github.requests) + 1: Fault(kind, after=after)}
    done = tracker.link_many(edges)
    assert done == (frozenset(edges) if after else frozenset())
    for edge in edges:
        tracker.link(edge)
    assert [issue.blocked_by for issue in made] == [[], [1], [1]]


def test_a_parent_without_room_does_not_keep_an_issue_from_being_made(github: GitHub) -> None:
    parent = github.add_issue("Parent")
    for number in range(100):
        github.add_issue(f"Child {number}").parent = parent.number
    ticket = connect(github.connection()).create(
        Draft("Create Store", "Text", frozenset({"techmap"}), parent=str(parent.number))
    )
    assert ticket.parent is None
    assert len(github.repository.issues) == 102
