"""Answers that fail, are lost, or come too late: nothing is written twice, nothing is taken for read that was not."""

from __future__ import annotations

import pytest

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch, State
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Fault, GitHub, Kind

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))

UNANSWERED = [Kind.BAD_GATEWAY, Kind.DROPPED, Kind.TIMED_OUT, Kind.NO_JSON]


@pytest.fixture
def hasty(github: GitHub) -> GitHubTracker:
    """A tracker that has written once, and soon loses its patience."""
    tracker = connect(github.connection(timeout=0.3))
    tracker.create(OURS)
    tracker.create(OURS)
    github.forget()
    return tracker


def strike(github: GitHub, *faults: Fault) -> None:
    """Let the next requests run into faults."""
    github.faults = {len(github.requests) + place: fault for place, fault in enumerate(faults, 1)}


@pytest.mark.parametrize("after", [False, True], ids=["before its effect", "after its effect"])
@pytest.mark.parametrize("kind", UNANSWERED)
def test_a_create_without_a_clear_answer_is_sent_once_and_unclear(
    github: GitHub, hasty: GitHubTracker, kind: Kind, after: bool
) -> None:
    strike(github, Fault(kind, after))
    with pytest.raises(OutcomeUnclear):
        hasty.create(OURS)
    assert len(github.writes) == 1
    assert len(github.repository.issues) == 2 + after


@pytest.mark.parametrize("kind", UNANSWERED)
def test_an_update_without_a_clear_answer_is_looked_at(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind, after=True))
    assert hasty.update("1", Patch(body="New", state=State.CLOSED)).body == "New"
    strike(github, Fault(kind, after=False))
    with pytest.raises(OutcomeUnclear):
        hasty.update("1", Patch(body="Newer"))
    assert len(github.writes) == 2


@pytest.mark.parametrize("edge", EdgeKind)
@pytest.mark.parametrize("kind", [Kind.BAD_GATEWAY, Kind.DROPPED])
def test_an_edge_without_a_clear_answer_is_looked_at(
    github: GitHub, hasty: GitHubTracker, edge: EdgeKind, kind: Kind
) -> None:
    strike(github, Fault(kind, after=False))
    with pytest.raises(OutcomeUnclear):
        hasty.link(Edge(edge, "2", "1"))
    strike(github, Fault(kind, after=True))
    hasty.link(Edge(edge, "2", "1"))
    strike(github, Fault(kind, after=True))
    hasty.unlink(Edge(edge, "2", "1"))
    assert len(github.writes) == 3


def test_labels_without_a_clear_answer_are_looked_at(github: GitHub, hasty: GitHubTracker) -> None:
    strike(github, Fault(Kind.DROPPED, after=True), Fault(Kind.BAD_GATEWAY), Fault(Kind.DROPPED, after=True))
    hasty.add_labels("1", {"new"})
    strike(github, Fault(Kind.DROPPED, after=True))
    hasty.remove_labels("1", {"new"})
    strike(github, Fault(Kind.DROPPED))
    with pytest.raises(OutcomeUnclear):
        hasty.remove_labels("1", {LABEL})
    assert github.repository.issues[1].labels == [LABEL]


@pytest.mark.parametrize("kind", [*UNANSWERED, Kind.ACCEPTED])
def test_a_read_is_tried_again_and_then_given_up(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind), Fault(kind))
    assert len(hasty.snapshot(LABEL).tickets) == 2
    assert github.clock.slept[-2:] == [1.0, 2.0]
    strike(github, *[Fault(kind)] * 4)
    with pytest.raises(TrackerError) as caught:
        hasty.snapshot(LABEL)
    assert not isinstance(caught.value, OutcomeUnclear)


def test_a_page_that_fails_in_the_middle_fails_the_list(github: GitHub, hasty: GitHubTracker) -> None:
    for number in range(150):
        github.add_issue(f"Task {number}", LABEL)
    strike(github, Fault(Kind.EMPTY_LIST, after=False))
    assert hasty.snapshot(LABEL).tickets == ()
    github.faults = {len(github.requests) + place: Fault(Kind.BAD_GATEWAY) for place in range(2, 6)}
    with pytest.raises(TrackerError):
        hasty.snapshot(LABEL)


@pytest.mark.parametrize("kind", [Kind.SLOW_DOWN, Kind.TOO_MANY])
def test_advice_to_wait_is_obeyed_and_the_write_sent_again(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind, retry_after=17))
    github.clock.slept.clear()
    hasty.create(OURS)
    assert 17.0 in github.clock.slept
    assert len(github.repository.issues) == 3


@pytest.mark.parametrize("kind", [Kind.SLOW_DOWN, Kind.TOO_MANY])
def test_without_advice_it_waits_a_minute_then_twice_as_long(github: GitHub, hasty: GitHubTracker, kind: Kind) -> None:
    strike(github, Fault(kind), Fault(kind), Fault(kind))
    github.clock.slept.clear()
    hasty.create(OURS)
    assert [seconds for seconds in github.clock.slept if seconds >= 60] == [60.0, 120.0, 240.0]
    assert len(github.repository.issues) == 3


def test_advice_to_wait_for_long_ends_the_run_and_says_how_long(github: GitHub, hasty: GitHubTracker) -> None:
    strike(github, Fault(Kind.SLOW_DOWN, retry_after=1800))
    with pytest.raises(BudgetSpent) as caught:
        hasty.create(OURS)
    assert caught.value.seconds_to_wait == 1800
    assert "30 min" in caught.value.hint
    assert len(github.repository.issues) == 2


def test_a_refused_connection_was_no_write(github: GitHub) -> None:
    tracker = connect(github.connection(api_url="http://127.0.0.1:9"))
    with pytest.raises(TrackerError, match=r"127\.0\.0\.1 cannot be reached") as caught:
        tracker.create(OURS)
    assert not isinstance(caught.value, OutcomeUnclear)
