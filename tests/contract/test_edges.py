"""What every tracker must do with edges between tickets. Each test's name is the rule."""

from __future__ import annotations

import pytest

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State, Tracker
from tests.contract.steps import LABEL, LABELLED, UNKNOWN, created, listed
from tests.fakes.whole import parent_in, whole


@pytest.fixture
def kind(tracker: Tracker, request: pytest.FixtureRequest) -> EdgeKind:
    """A kind of edge that the tracker has."""
    kind: EdgeKind = request.param
    capabilities = tracker.capabilities
    if not (capabilities.native_blocking if kind is EdgeKind.BLOCKED_BY else capabilities.children != 0):
        pytest.skip(f"{tracker.name} has no such edges")
    return kind


every_kind = pytest.mark.parametrize("kind", EdgeKind, indirect=True)


def ends(tracker: Tracker, edge: Edge) -> set[str]:
    """The targets of edges of this kind from this source."""
    ticket = whole(tracker, edge.source)
    if edge.kind is EdgeKind.CHILD_OF:
        return {ticket.parent} if ticket.parent else set()
    return set(ticket.blocked_by or ())


def two_tickets(tracker: Tracker, kind: EdgeKind) -> Edge:
    first, second = created(tracker, "First"), created(tracker, "Second")
    return Edge(kind, second.number, first.number)


@every_kind
def test_an_edge_is_added_and_removed(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    tracker.link(edge)
    assert ends(tracker, edge) == {edge.target}
    tracker.unlink(edge)
    assert ends(tracker, edge) == set()


@every_kind
def test_an_edge_that_is_there_already_is_no_error(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    tracker.link(edge)
    tracker.link(edge)
    assert ends(tracker, edge) == {edge.target}


@every_kind
def test_an_edge_that_is_not_there_is_no_error(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    tracker.unlink(edge)
    assert ends(tracker, edge) == set()


@every_kind
def test_removing_an_edge_leaves_one_to_another_ticket(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    other = created(tracker, "Third").number
    tracker.link(edge)
    tracker.unlink(Edge(kind, edge.source, other))
    assert ends(tracker, edge) == {edge.target}


@every_kind
def test_an_edge_changes_neither_of_the_two_texts(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    before = listed(tracker)
    tracker.link(edge)
    after = listed(tracker)
    assert {n: (t.title, t.body) for n, t in before.items()} == {n: (t.title, t.body) for n, t in after.items()}
    assert ends(tracker, Edge(kind, edge.target, edge.source)) == set()


@every_kind
def test_an_edge_to_an_unknown_ticket_is_an_error(tracker: Tracker, kind: EdgeKind) -> None:
    ticket = created(tracker)
    with pytest.raises(TrackerError):
        tracker.link(Edge(kind, ticket.number, UNKNOWN))
    with pytest.raises(TrackerError):
        tracker.link(Edge(kind, UNKNOWN, ticket.number))


@every_kind
def test_no_ticket_hangs_on_itself(tracker: Tracker, kind: EdgeKind) -> None:
    ticket = created(tracker)
    with pytest.raises(TrackerError):
        tracker.link(Edge(kind, ticket.number, ticket.number))


@every_kind
def test_edges_outlive_an_update(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    tracker.link(edge)
    tracker.update(edge.source, Patch(title="New", body="New", state=State.CLOSED))
    tracker.update(edge.target, Patch(body="New"))
    assert ends(tracker, edge) == {edge.target}


@every_kind
def test_edges_in_a_snapshot_are_complete_or_unknown(tracker: Tracker, kind: EdgeKind) -> None:
    edge = two_tickets(tracker, kind)
    tracker.link(edge)
    ticket = tracker.snapshot(LABEL).by_number()[edge.source]
    if kind is EdgeKind.CHILD_OF:
        assert ticket.parent == (edge.target if tracker.capabilities.parents_listed else None)
    else:
        assert ticket.blocked_by is None or edge.target in ticket.blocked_by


def test_a_ticket_waits_for_several_others(tracker: Tracker) -> None:
    if not tracker.capabilities.native_blocking:
        pytest.skip(f"{tracker.name} has no such edges")
    waiting, *others = [created(tracker, f"Task {count}").number for count in range(4)]
    for other in others:
        tracker.link(Edge(EdgeKind.BLOCKED_BY, waiting, other))
    assert whole(tracker, waiting).blocked_by == frozenset(others)


@every_kind
def test_the_ends_of_many_tickets_are_read_together(tracker: Tracker, kind: EdgeKind) -> None:
    edge, other = two_tickets(tracker, kind), created(tracker, "Third").number
    tracker.link(edge)
    found = tracker.ends([edge.source, other, edge.target, UNKNOWN])
    assert found.keys() == {edge.source, other, edge.target}, "what is gone is left out"
    parents = {number: edge.target if number == edge.source and kind is EdgeKind.CHILD_OF else None for number in found}
    assert {number: parent_in(number, ends) for number, ends in found.items()} == parents
    if kind is EdgeKind.BLOCKED_BY:
        assert found[edge.source].blocked_by == {edge.target}
        assert found[other].blocked_by == frozenset()


def test_a_child_is_created_below_its_parent_where_that_is_asked_for(tracker: Tracker) -> None:
    if not tracker.capabilities.parent_at_creation:
        pytest.skip(f"{tracker.name} links children afterwards")
    parent = created(tracker)
    children = [tracker.create(Draft(f"Child {n}", "", LABELLED, parent=parent.number)) for n in range(2)]
    assert [child.parent for child in children] == [parent.number] * 2
    assert len({child.number for child in children} | {parent.number}) == 3


def test_an_unknown_parent_is_an_error_and_creates_nothing(tracker: Tracker) -> None:
    if not tracker.capabilities.parent_at_creation:
        pytest.skip(f"{tracker.name} links children afterwards")
    with pytest.raises(TrackerError):
        tracker.create(Draft("Child", "", LABELLED, parent=UNKNOWN))
    assert listed(tracker) == {}
