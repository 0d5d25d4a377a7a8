"""GraphQL answers in part, and tells of limits with status 200: neither is the end of a run."""

from __future__ import annotations

from typing import Any

import pytest

from techmap_sync.trackers.answers import Answer
from techmap_sync.trackers.github.errors import not_found
from techmap_sync.trackers.github.rate_limit import seconds_demanded
from techmap_sync.trackers.github.tracker import GitHubTracker
from techmap_sync.trackers.queries import query_errors
from tests.simulators.github import Fault, GitHub, Kind

LABEL = "techmap"


@pytest.fixture
def numbers(github: GitHub) -> list[str]:
    made = [github.add_issue(f"Part {n}", LABEL) for n in range(8)]
    for issue, before in zip(made[1:], made, strict=False):
        issue.blocked_by.append(before.number)
    return [str(issue.number) for issue in made]


def paths(github: GitHub) -> list[str]:
    return [request.path for request in github.requests]


@pytest.mark.parametrize("gone", ["deleted", "/repos/octo/other/issues/7"])
def test_one_issue_that_is_gone_costs_no_other(
    github: GitHub, issues: GitHubTracker, numbers: list[str], gone: str
) -> None:
    issues.snapshot(LABEL)
    github.repository.issues[int(numbers[-1])].gone = gone
    github.forget()
    found = issues.ends([*numbers, "4711"])
    assert set(found) == set(numbers[:-1])
    assert found[numbers[3]].blocked_by == {numbers[2]}
    assert paths(github) == ["/graphql"]


@pytest.mark.parametrize("kind", [Kind.QUERY_TOO_MUCH, Kind.QUERY_SLOW_DOWN])
@pytest.mark.parametrize("advice", [None, 7])
def test_a_limit_with_status_200_is_waited_for(
    github: GitHub, issues: GitHubTracker, numbers: list[str], kind: Kind, advice: int | None
) -> None:
    issues.snapshot(LABEL)
    github.forget()
    before = github.clock()
    github.faults = {1: Fault(kind, retry_after=advice)}
    assert set(issues.ends(numbers)) == set(numbers)
    assert paths(github) == ["/graphql"] * 2
    assert (github.clock() - before).total_seconds() >= (advice or 60)


def test_a_query_that_takes_too_long_is_asked_by_halves_once(
    github: GitHub, issues: GitHubTracker, numbers: list[str]
) -> None:
    issues.snapshot(LABEL)
    github.forget()
    github.world.most_aliases = 4
    assert set(issues.ends(numbers)) == set(numbers)
    assert paths(github) == ["/graphql"] * 3
    github.forget()
    github.world.most_aliases = 2
    assert issues.ends(numbers)[numbers[3]].blocked_by == {numbers[2]}
    assert paths(github)[:3] == ["/graphql"] * 3
    assert "/graphql" not in paths(github)[3:], "then one by one"


ROW = {"parent": None, "blockedBy": {"totalCount": 1, "nodes": [{"number": 1, "repository": {"nameWithOwner": "o/r"}}]}}


@pytest.mark.parametrize(
    "row",
    [
        None,
        [],
        {},
        {"parent": None},
        {"parent": None, "blockedBy": None},
        {"parent": None, "blockedBy": {"totalCount": 1, "nodes": [None]}},
        {"parent": {"number": 1}, "blockedBy": {"totalCount": 0, "nodes": []}},
    ],
)
def test_what_is_not_told_in_full_is_read_by_itself(issues: GitHubTracker, row: Any) -> None:
    assert issues._links.at_once.ends_of(ROW) is not None
    assert issues._links.at_once.ends_of(row) is None


@pytest.mark.parametrize(
    ("errors", "limited", "gone"),
    [
        ([{"type": "RATE_LIMITED", "message": "no"}], True, set()),
        ([{"type": "RATE_LIMIT", "message": "no"}], True, set()),
        ([{"message": "You have exceeded a secondary rate limit."}], True, set()),
        ([{"type": "NOT_FOUND", "path": ["repository", "i12"], "message": "no"}], False, {"i12"}),
        ([{"type": "NOT_FOUND", "path": "repository"}, {"type": "NOT_FOUND"}, "odd", None], False, set()),
        ([{"type": "FORBIDDEN", "path": ["repository", "i12"]}], False, set()),
        ("odd", False, set()),
        (None, False, set()),
    ],
)
def test_errors_are_told_apart(github: GitHub, errors: Any, limited: bool, gone: set[str]) -> None:
    answer = Answer(200, {}, {"data": {"repository": None}, "errors": errors})
    assert (seconds_demanded(answer, 0, github.clock()) is not None) is limited
    assert not_found(query_errors(answer)) == gone
