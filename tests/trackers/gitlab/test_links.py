"""Edges as links between issues, with and without GitLab Premium, beside links that people made."""

from __future__ import annotations

import pytest

from techmap_sync.errors import NotSupported, TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch
from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.fakes.whole import whole
from tests.simulators.gitlab import Simulator
from tests.simulators.gitlab.world import SARA, Link

CHILD, BLOCKED = EdgeKind.CHILD_OF, EdgeKind.BLOCKED_BY


@pytest.fixture
def tracker(server: Simulator) -> GitLabTracker:
    """A project with a tracking ticket, 1, and three others."""
    tracker = connect(server.connection())
    for title in ("Tracking", "Create A", "Create B", "Create C"):
        tracker.create(Draft(title, ""))
    return tracker


def edges(tracker: GitLabTracker) -> list[tuple[str, str | None]]:
    """What each of the four is related with, and what blocks it."""
    found = tracker.ends("1234")
    blockers = ((each.related, each.blocked_by) for _, each in sorted(found.items()))
    return [("".join(sorted(some)), None if by is None else "".join(sorted(by))) for some, by in blockers]


def links(server: Simulator) -> list[tuple[int, str, int]]:
    return [(link.source, link.type, link.target) for link in server.world.links.values()]


def test_premium_has_links_of_both_types(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.link(Edge(CHILD, "2", "1"))
    tracker.link(Edge(CHILD, "3", "1"))
    tracker.link(Edge(BLOCKED, "3", "2"))
    tracker.link(Edge(BLOCKED, "2", "4"))
    assert links(server) == [(1, "relates_to", 2), (1, "relates_to", 3), (2, "blocks", 3), (4, "blocks", 2)]
    assert edges(tracker) == [("23", ""), ("1", "4"), ("1", "2"), ("", "")]


@pytest.mark.parametrize("enterprise", [True, False])
def test_without_premium_all_links_say_related_and_nobody_is_known_to_wait(
    server: Simulator, tracker: GitLabTracker, enterprise: bool
) -> None:
    server.world.premium, server.world.enterprise = False, enterprise
    tracker = connect(server.connection())
    tracker.link(Edge(CHILD, "2", "1"))
    tracker.link(Edge(CHILD, "3", "1"))
    tracker.link(Edge(BLOCKED, "3", "2"))
    tracker.link(Edge(BLOCKED, "2", "4"))
    assert links(server) == [(1, "relates_to", 2), (1, "relates_to", 3), (3, "relates_to", 2), (4, "relates_to", 2)]
    assert edges(tracker) == [("23", None), ("134", None), ("12", None), ("2", None)]


@pytest.mark.parametrize("enterprise", [True, False])
def test_a_tier_that_turns_out_to_lack_blocking_gets_related_links(
    server: Simulator, tracker: GitLabTracker, enterprise: bool
) -> None:
    tracker.link(Edge(CHILD, "2", "1"))
    server.world.premium, server.world.enterprise = False, enterprise
    server.asked.clear()
    tracker.link(Edge(BLOCKED, "3", "2"))
    tracker.link(Edge(BLOCKED, "4", "2"))
    assert len(server.writes) == 3
    assert links(server)[1:] == [(3, "relates_to", 2), (4, "relates_to", 2)]


@pytest.mark.parametrize("premium", [True, False])
@pytest.mark.parametrize("edge", [Edge(CHILD, "3", "1"), Edge(BLOCKED, "3", "2"), Edge(BLOCKED, "2", "3")])
def test_a_link_is_made_once_and_taken_away_again(server: Simulator, premium: bool, edge: Edge) -> None:
    server.world.premium = premium
    tracker = connect(server.connection())
    for _ in range(3):
        tracker.create(Draft("Title", ""))
    tracker.link(edge)
    tracker.link(edge)
    assert len(server.world.links) == 1
    tracker.unlink(edge)
    tracker.unlink(edge)
    assert server.world.links == {}


@pytest.mark.parametrize("premium", [True, False])
@pytest.mark.parametrize(
    ("theirs", "edge"),
    [
        ((2, 3, "relates_to"), Edge(BLOCKED, "3", "2")),
        ((2, 3, "relates_to"), Edge(BLOCKED, "2", "3")),
    ],
)
def test_a_link_that_a_person_made_is_left_alone(
    server: Simulator, tracker: GitLabTracker, premium: bool, theirs: tuple[int, int, str], edge: Edge
) -> None:
    server.world.premium = premium
    tracker = connect(server.connection())
    link = server.world.add_link(*theirs)
    with pytest.raises(NotSupported) as caught:
        tracker.link(edge)
    assert caught.value.what.startswith(f"{edge.source} and {edge.target} are linked")
    tracker.unlink(edge)
    assert server.world.links == {link.id: link}


def test_a_blocking_link_the_other_way_round_is_left_alone(server: Simulator, tracker: GitLabTracker) -> None:
    link = server.world.add_link(2, 3, "is_blocked_by")
    with pytest.raises(NotSupported):
        tracker.link(Edge(BLOCKED, "3", "2"))
    tracker.unlink(Edge(BLOCKED, "3", "2"))
    assert list(server.world.links.values()) == [Link(link.id, 3, 2, "blocks")]


def test_a_blocking_link_that_a_person_made_to_a_parent_is_left_alone(
    server: Simulator, tracker: GitLabTracker
) -> None:
    link = server.world.add_link(1, 3, "blocks")
    with pytest.raises(NotSupported):
        tracker.link(Edge(CHILD, "3", "1"))
    tracker.unlink(Edge(CHILD, "3", "1"))
    assert list(server.world.links.values()) == [link]


def test_links_to_other_projects_are_passed_over(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.link(Edge(BLOCKED, "3", "2"))
    server.world.id = 43
    assert whole(connect(server.connection(target="43")), "3").blocked_by == frozenset({"2"})
    server.world.id = 42
    assert whole(tracker, "3").blocked_by == frozenset({"2"})


def test_the_links_of_one_ticket_cost_one_request(server: Simulator, tracker: GitLabTracker) -> None:
    for number in "234":
        tracker.link(Edge(CHILD, number, "1"))
    server.asked.clear()
    assert tracker.ends(["1"])["1"].related == set("234")
    assert tracker.ends(["2"])["2"].related == {"1"}
    assert server.asked == [f"GET /projects/42/issues/{number}/links" for number in "12"]


def test_a_snapshot_leaves_edges_open(server: Simulator, tracker: GitLabTracker) -> None:
    issue = server.world.add_issue("Listed", SARA, labels=["techmap"])
    tracker.link(Edge(BLOCKED, str(issue.iid), "1"))
    server.asked.clear()
    assert [ticket.blocked_by for ticket in tracker.snapshot("techmap").tickets] == [None]
    assert not [asked for asked in server.asked if "links" in asked]


def test_a_ticket_that_is_read_or_written_alone_costs_no_look_at_its_links(
    server: Simulator, tracker: GitLabTracker
) -> None:
    tracker.link(Edge(BLOCKED, "3", "2"))
    server.asked.clear()
    found = tracker.get("3")
    assert found
    assert found.blocked_by is None
    assert tracker.update("3", Patch(body="New")).blocked_by is None
    assert [verb.split()[0] for verb in server.asked] == ["GET", "PUT"]


def test_a_refusal_that_is_not_about_the_tier_is_an_error(server: Simulator, tracker: GitLabTracker) -> None:
    tracker.link(Edge(CHILD, "2", "1"))
    server.world.archived = True
    with pytest.raises(TrackerError) as caught:
        tracker.link(Edge(BLOCKED, "3", "2"))
    assert not isinstance(caught.value, NotSupported)
    assert "archived" in caught.value.what
