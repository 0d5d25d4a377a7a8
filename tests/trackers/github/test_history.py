"""What closed issues, and since when others are as they are: one query for fifty of them."""

from __future__ import annotations

import pytest

from techmap_sync.sync.tracker import Edge, EdgeKind, History, MergedChange, Patch, State
from techmap_sync.trackers.github.tracker import connect
from tests.simulators.github import GitHub, running
from tests.simulators.github.history import commit, pull_request
from tests.simulators.github.messages import Response

HOME = "octo/app"


def closed(github: GitHub, closer: dict[str, object] | None) -> str:
    issue = github.add_issue("Store", "techmap")
    issue.state, issue.state_reason, issue.closer = "closed", "completed", closer
    return str(issue.number)


@pytest.mark.parametrize(
    ("of", "name"),
    [("here", "#41"), ("elsewhere", "octo/other#41"), ("commit", "1a2b3c4"), ("open", ""), ("person", "")],
)
def test_the_merged_change_that_closed_it_is_named(github: GitHub, of: str, name: str) -> None:
    home = github.repository.full_name
    closers = {
        "here": pull_request(41, "Add it", home),
        "elsewhere": pull_request(41, "Add it", "octo/other"),
        "commit": commit("1a2b3c4", "Add it", home),
        "open": pull_request(41, "Add it", home, merged=False),
        "person": None,
    }
    number = closed(github, closers[of])
    change = connect(github.connection()).history([number], [])[number].closed_by
    assert (change.name, change.title) == (name, "Add it") if name and change else change is None
    assert isinstance(change, MergedChange) is bool(name)


def test_what_people_did_is_dated(github: GitHub) -> None:
    tracker = connect(github.connection())
    first, second = (str(github.add_issue(name, "techmap").number) for name in ("Store", "Page"))
    tracker.link(Edge(EdgeKind.BLOCKED_BY, second, first))
    tracker.update(second, Patch(state=State.CLOSED))
    assert tracker.update(second, Patch(state=State.OPEN)).reopened
    told = tracker.history([], [first, second])
    assert told[first] == History()
    assert told[second].reopened
    assert told[second].blocked.keys() == {first}


def test_a_hundred_and_one_issues_take_three_queries(github: GitHub) -> None:
    numbers = [closed(github, None) for _ in range(101)]
    tracker = connect(github.connection())
    github.forget()
    assert len(tracker.history(numbers, [])) == 101
    assert [request.path for request in github.requests] == ["/graphql"] * 3


def test_what_an_answer_leaves_open_is_left_out(github: GitHub) -> None:
    first, second = closed(github, None), closed(github, None)
    github.world.forbidden = {int(first)}
    assert connect(github.connection()).history([first, second, "999", "x"], []).keys() == {second}


def test_a_server_that_does_not_know_the_query_says_nothing() -> None:
    with running(GitHub(enterprise="3.18.0", missing=frozenset({"sub_issue", "dependencies"}))) as server:
        number = str(server.add_issue("Store", "techmap").number)
        tracker = connect(server.connection())
        assert tracker.capabilities.children == 0
        assert tracker.history([], [number])[number].blocked == {}


@pytest.mark.parametrize(
    "row", [None, "x", {"closed": None}, {"closed": {"nodes": [None]}}, {"closed": {"nodes": [{"closer": 1}]}}]
)
def test_an_odd_answer_names_no_change(github: GitHub, monkeypatch: pytest.MonkeyPatch, row: object) -> None:
    answered = Response(200, {"data": {"repository": {"i1": row}}})
    monkeypatch.setattr("tests.simulators.github.history.answer", lambda *_, **__: answered)
    assert connect(github.connection()).history(["1"], []).get("1", History()).closed_by is None
