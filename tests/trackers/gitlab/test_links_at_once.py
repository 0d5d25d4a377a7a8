"""Links in one request, on GitLab with and without Premium, and on servers that know less."""

from __future__ import annotations

from typing import Any

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends, State
from techmap_sync.trackers.gitlab.tracker import GitLabTracker, connect
from tests.simulators.gitlab import Simulator, faults
from tests.simulators.gitlab.faults import Fault
from tests.simulators.gitlab.world import BOT, SARA
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push

COUNT = 30
NAMES = [f"Part{number:02}" for number in range(COUNT)]
CHAIN = plan(*(task(name, blocked_by=tuple(NAMES[max(0, n - 1) : n])) for n, name in enumerate(NAMES)))
EDGES = COUNT - 1
BATCHES = -(-COUNT // 10) + -(-EDGES // 10)
CHILD, BLOCKED = EdgeKind.CHILD_OF, EdgeKind.BLOCKED_BY
TIERS: dict[str, dict[str, Any]] = {"premium": {}, "free": {"premium": False}}
in_both_tiers = pytest.mark.parametrize("tier", TIERS.values(), ids=TIERS.keys())


def pushed(server: Simulator, wanted: TaskPlan = CHAIN) -> list[str]:
    """Push, and return verb and kind of each write."""
    push(connect(server.connection()), wanted)
    return [f"{asked.partition(' ')[0]} {asked.rpartition('/')[2]}" for asked in server.writes]


def whole(server: Simulator) -> bool:
    """Whether all tickets, parents and dependencies are there, each as a link in the direction that is ours."""
    links = [(link.source, link.target) for link in server.world.links.values()]
    children = {(1, number) for number in range(2, COUNT + 2)}
    waits = {(n, n + 1) if server.world.premium else (n + 1, n) for n in range(2, COUNT + 1)}
    return len(links) == COUNT + EDGES and set(links) == children | waits and len(server.world.issues) == COUNT + 1


def settled(server: Simulator) -> bool:
    """Whether neither a push nor a look at all links finds anything to write."""
    again = planned(connect(server.connection()), CHAIN)
    found = observe(connect(server.connection()), [CHAIN], POLICY, all_edges=True)
    parents = {held.ticket.parent for held in found.of(CHAIN.map_id).tickets.values()}
    return not again.writes and parents == {"1"}


@in_both_tiers
def test_a_first_push_writes_each_issue_once_and_ten_links_a_request(tier: dict[str, Any]) -> None:
    with Simulator.running(**tier) as server:
        writes = pushed(server)
        labels = writes.count("POST labels")
        assert writes.count("POST issues") == COUNT + 1
        assert writes.count("POST graphql") == BATCHES
        assert len(writes) == (COUNT + 1) + BATCHES + labels + 1
        assert whole(server)
        assert settled(server)
        assert server.undocumented == []


@in_both_tiers
@pytest.mark.parametrize("lacking", [{"graphql": False}, {"linked_items": False}], ids=["no GraphQL", "no links in it"])
def test_a_server_that_cannot_is_asked_once(lacking: dict[str, Any], tier: dict[str, Any]) -> None:
    with Simulator.running(**tier, **lacking) as server:
        writes = pushed(server)
        assert (writes.count("POST graphql"), writes.count("POST links")) == (1, COUNT + EDGES)
        assert whole(server)
        server.asked.clear()
        assert settled(server)
        assert server.asked.count("QUERY /api/graphql") == (0 if tier else 1)


@in_both_tiers
def test_a_mutation_that_fails_alone_is_written_alone(tier: dict[str, Any]) -> None:
    with Simulator.running(**tier, failing_places=frozenset({"3"})) as server:
        writes = pushed(server)
        assert (writes.count("POST graphql"), writes.count("POST links")) == (BATCHES, BATCHES)
        assert whole(server)


def test_a_tier_that_only_looked_like_premium_gets_related_links() -> None:
    with Simulator.running(premium=False, promises_premium=True) as server:
        pushed(server)
        assert whole(server)
        assert settled(server)


@pytest.fixture
def four(server: Simulator) -> GitLabTracker:
    """A tracking ticket, 1, and three others."""
    for title in ("Tracking", "Create A", "Create B", "Create C"):
        server.world.add_issue(title, BOT, labels=["techmap"])
    return of(server)


def of(server: Simulator) -> GitLabTracker:
    tracker = connect(server.connection())
    tracker.snapshot("techmap")
    return tracker


def page(after_effect: bool) -> Fault:
    return Fault(200, "<html>Sign in</html>", {"Content-Type": "text/html"}, after_effect=after_effect)


@pytest.mark.parametrize("premium", [True, False])
@pytest.mark.parametrize("after", [False, True], ids=["no effect", "the effect"])
@pytest.mark.parametrize("fault", [faults.bad_gateway, faults.dropped, page])
@pytest.mark.parametrize("kind", EdgeKind)
def test_a_lost_answer_is_looked_up_and_nothing_is_doubled(
    server: Simulator, four: GitLabTracker, kind: EdgeKind, fault: Any, after: bool, premium: bool
) -> None:
    server.world.premium = premium
    tracker = of(server)
    edges = [Edge(kind, "3", "1"), Edge(kind, "4", "1")]
    server.fail(fault(after_effect=after))
    done = tracker.link_many(edges)
    certain = after and (premium or kind is CHILD)
    assert done == (frozenset(edges) if certain else frozenset())
    for edge in edges:
        tracker.link(edge)
    assert sorted({link.source, link.target} for link in server.world.links.values()) == [{1, 3}, {1, 4}]


@pytest.mark.parametrize("premium", [True, False])
def test_a_link_that_a_person_made_keeps_its_type_beside_new_ones(
    server: Simulator, four: GitLabTracker, premium: bool
) -> None:
    server.world.premium = premium
    tracker = of(server)
    theirs = server.world.add_link(3, 4)
    done = tracker.link_many([Edge(BLOCKED, "4", "2"), Edge(BLOCKED, "4", "3")])
    assert done == {Edge(BLOCKED, "4", "2")}
    assert server.world.links[theirs.id] == theirs


def test_a_link_to_the_tracking_ticket_is_a_parent_whoever_made_it_and_whichever_way_it_leads(
    server: Simulator, four: GitLabTracker
) -> None:
    theirs = server.world.add_link(3, 1)
    four.link(Edge(CHILD, "3", "1"))
    assert list(server.world.links.values()) == [theirs]
    four.unlink(Edge(CHILD, "3", "1"))
    assert list(server.world.links.values()) == [theirs], "a person's link is not ours to remove"


@in_both_tiers
def test_links_of_many_are_read_in_one_query(server: Simulator, four: GitLabTracker, tier: dict[str, Any]) -> None:
    server.world.premium = not tier
    server.world.add_link(1, 2)
    server.world.add_link(3, 2, "is_blocked_by" if server.world.premium else "relates_to")
    tracker = of(server)
    server.asked.clear()
    ends = tracker.ends(["1", "2", "3", "4711"])
    assert server.asked.count("QUERY /api/graphql") == 1
    assert [asked for asked in server.asked if "links" in asked] == ["GET /projects/42/issues/4711/links"]
    if server.world.premium:
        assert ends == {
            "1": Ends(None, frozenset(), frozenset("2")),
            "2": Ends(None, frozenset(), frozenset("1")),
            "3": Ends(None, frozenset("2"), frozenset()),
        }
    else:
        assert {number: (each.blocked_by, each.related) for number, each in ends.items()} == {
            "1": (None, frozenset("2")),
            "2": (None, frozenset("13")),
            "3": (None, frozenset("2")),
        }


@pytest.mark.parametrize("times_out", [False, True])
def test_too_large_a_query_is_halved_once(server: Simulator, four: GitLabTracker, times_out: bool) -> None:
    server.world.add_link(3, 2, "is_blocked_by")
    server.world.times_out, server.world.most_queried = times_out, 2
    server.asked.clear()
    assert of(server).ends(["1", "2", "3", "4"])["3"].blocked_by == {"2"}
    assert server.asked.count("QUERY /api/graphql") == 3
    assert not [asked for asked in server.asked if asked.endswith("/links")]


def test_a_server_that_answers_no_query_is_asked_once_and_then_for_each(server: Simulator, four: GitLabTracker) -> None:
    server.world.linked_items = False
    server.world.add_link(3, 2, "is_blocked_by")
    tracker = of(server)
    server.asked.clear()
    for _ in range(2):
        assert tracker.ends(["2", "3"])["3"].blocked_by == {"2"}
    assert server.asked.count("QUERY /api/graphql") == 1
    assert len([asked for asked in server.asked if asked.endswith("/links")]) == 4


def test_an_issue_that_a_query_leaves_out_is_read_by_itself(server: Simulator, four: GitLabTracker) -> None:
    server.world.hidden = frozenset({3})
    server.world.add_link(3, 2, "is_blocked_by")
    assert four.ends(["2", "3"])["3"].blocked_by == {"2"}


ROW: dict[str, Any] = {
    "iid": "3",
    "widgets": [
        {},
        {
            "linkedItems": {
                "pageInfo": {"hasNextPage": False},
                "nodes": [
                    {"linkType": "relates_to", "workItem": {"iid": "2", "namespace": {"fullPath": "group/project"}}}
                ],
            }
        },
    ],
}


@pytest.mark.parametrize(
    ("nodes", "known"),
    [
        ([ROW], True),
        ([{**ROW, "iid": "4"}], False),
        ([{**ROW, "iid": 3}], False),
        ([{**ROW, "widgets": []}], False),
        ([{**ROW, "widgets": [{"linkedItems": None}]}], False),
        ([{**ROW, "widgets": [{"linkedItems": {"pageInfo": {"hasNextPage": True}, "nodes": []}}]}], False),
        ([{**ROW, "widgets": "odd"}], False),
        ([None, "odd", 7], False),
        (None, False),
        ({}, False),
    ],
)
def test_only_a_complete_row_counts(four: GitLabTracker, nodes: Any, known: bool) -> None:
    answered = dict(four._links.at_once._answered({"project": {"workItems": {"nodes": nodes}}}, frozenset({"3"})))
    assert ("3" in answered) is known
    if known:
        assert answered["3"].related == {"2"}


@pytest.mark.parametrize("data", [{}, {"project": None}, {"project": {"workItems": None}}, {"project": []}])
def test_an_answer_without_issues_leaves_all_open(four: GitLabTracker, data: Any) -> None:
    assert not dict(four._links.at_once._answered(data, frozenset({"3"})))


def test_links_to_other_projects_are_passed_over(server: Simulator, four: GitLabTracker) -> None:
    foreign = {"linkType": "is_blocked_by", "workItem": {"iid": "2", "namespace": {"fullPath": "group/other"}}}
    unseen = {"linkType": "is_blocked_by", "workItem": None}
    assert four._links.at_once._linked([foreign, unseen]).blockers == frozenset()


def test_the_parents_of_a_map_cost_one_request_where_nothing_says_who_waits(server: Simulator) -> None:
    server.world.premium = False
    pushed(server)
    server.world.issues[3].state = "closed"
    server.world.add_link(4, server.world.add_issue("Theirs", SARA).iid)
    server.asked.clear()
    found = observe(connect(server.connection()), [CHAIN], POLICY, all_edges=True).of(CHAIN.map_id)
    assert {held.ticket.parent for held in found.tickets.values()} == {"1"}
    assert {held.ticket.state for held in found.tickets.values()} == {State.OPEN, State.CLOSED}
    assert [asked for asked in server.asked if "links" in asked or "graphql" in asked] == [
        "GET /projects/42/issues/1/links"
    ]
