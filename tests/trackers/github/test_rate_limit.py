"""The pace: GitHub's documented limits are never met, and what they allow is used."""

from __future__ import annotations

from datetime import timedelta

import pytest

from techmap_sync.errors import BudgetSpent
from techmap_sync.sync.tracker import Draft, Edge, EdgeKind, Patch
from techmap_sync.trackers.answers import Answer, Request
from techmap_sync.trackers.github.rate_limit import Cost, GitHubRateLimit
from techmap_sync.trackers.github.tracker import GitHubTracker, connect
from tests.simulators.github import Account, GitHub, Limits
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.github.messages import Request as Asked

LABEL = "techmap"
OURS = Draft("Create TokenService", "Purpose", frozenset({LABEL}))
CREATE, EDIT, READ = Request("POST", "/issues"), Request("PATCH", "/issues/1"), Request("GET", "/issues")


@pytest.fixture
def limit(github: GitHub) -> GitHubRateLimit:
    return GitHubRateLimit(github.connection(), "github:octo/maps")


def spend(limit: GitHubRateLimit, request: Request, times: int = 1) -> None:
    for _ in range(times):
        limit.wait(request)
        limit.record(request, None)


@pytest.mark.parametrize(
    ("verb", "path", "cost"),
    [
        ("GET", "/issues", Cost(1)),
        ("POST", "/issues", Cost(5, writes=True, content=True)),
        ("POST", "/issues/1/comments", Cost(5, writes=True, content=True)),
        ("POST", "/issues/1/sub_issues", Cost(5, writes=True, content=True)),
        ("DELETE", "/issues/1/sub_issue", Cost(5, writes=True, content=True)),
        ("POST", "/issues/1/dependencies/blocked_by", Cost(5, writes=True, content=True)),
        ("DELETE", "/issues/1/dependencies/blocked_by/99", Cost(5, writes=True, content=True)),
        ("PATCH", "/issues/1", Cost(5, writes=True)),
        ("POST", "/issues/1/labels", Cost(5, writes=True)),
        ("DELETE", "/issues/1/labels/a", Cost(5, writes=True)),
        ("POST", "/labels", Cost(5, writes=True)),
    ],
)
def test_a_request_costs_what_its_documentation_says(verb: str, path: str, cost: Cost) -> None:
    assert Cost.of(Request(verb, path)) == cost


def test_a_second_lies_between_two_writes_and_none_before_a_read(github: GitHub, limit: GitHubRateLimit) -> None:
    spend(limit, EDIT, 3)
    spend(limit, READ, 3)
    assert github.clock.slept == [1.0, 1.0]


def test_eighty_creations_fit_into_a_minute(github: GitHub) -> None:
    limit = GitHubRateLimit(github.connection(seconds_between_writes=0.0), "github:octo/maps")
    spend(limit, CREATE, 81)
    assert github.clock.slept == [60.0]


def test_nine_hundred_points_fit_into_a_minute(github: GitHub) -> None:
    limit = GitHubRateLimit(github.connection(seconds_between_writes=0.0), "github:octo/maps")
    spend(limit, READ, 400)
    spend(limit, EDIT, 100)
    assert github.clock.slept == []
    spend(limit, READ)
    assert github.clock.slept == [60.0]


def test_five_hundred_creations_fit_into_an_hour_and_then_the_run_ends(limit: GitHubRateLimit) -> None:
    spend(limit, CREATE, 500)
    with pytest.raises(BudgetSpent) as caught:
        spend(limit, CREATE)
    assert 3000 < caught.value.seconds_to_wait <= 3600 - 499
    spend(limit, EDIT)


def created(github: GitHub, sharers: int) -> list[float]:
    """When each of so many runs side by side creates something, until all have spent their hour; in seconds."""
    times = []
    for _ in range(sharers):
        clock, begin = SimulatedClock(), SimulatedClock()()
        connection = github.connection(now=clock, sleep=clock.sleep, seconds_between_writes=0.0, sharers=sharers)
        limit = GitHubRateLimit(connection, "github:octo/maps")
        with pytest.raises(BudgetSpent):
            while True:
                spend(limit, CREATE)
                times.append((clock() - begin).total_seconds())
    return sorted(times)


@pytest.mark.parametrize("sharers", [1, 4, 10])
def test_runs_side_by_side_have_together_what_one_has_alone(github: GitHub, sharers: int) -> None:
    times = created(github, sharers)
    assert len(times) == 500
    assert max(sum(0 <= other - time < 60 for other in times) for time in times) == 80


def test_the_next_run_may_go_at_full_speed_though_it_knows_nothing_of_this_one(github: GitHub) -> None:
    limit, limits = GitHubRateLimit(github.connection(), "github:octo/maps"), Limits(github.clock)
    for count in range(500):
        spend(limit, CREATE)
        limits.content.append(github.clock())
        # A slow start: the next run must not be faster than what it left behind expires.
        github.clock.sleep(1.0 if count < 50 else 0.0)
    with pytest.raises(BudgetSpent) as caught:
        spend(limit, CREATE)
    github.clock.sleep(caught.value.seconds_to_wait)
    fresh = GitHubRateLimit(github.connection(), "github:octo/maps")
    for _ in range(500):
        spend(fresh, CREATE)
        recent = [time for time in limits.content if (github.clock() - time).total_seconds() < 3600]
        assert len(recent) < 500
        limits.content = [*recent, github.clock()]


def test_a_run_that_starts_too_early_knows_from_the_issues_what_was_created(github: GitHub) -> None:
    octo = Account("octo")
    for number in range(498):
        github.add_issue(f"Task {number}", LABEL, author=octo)
    github.add_issue("Somebody's", LABEL)
    github.clock.sleep(120)
    tracker = connect(github.connection())
    tracker.snapshot(LABEL)
    first, second = tracker.create(OURS).number, tracker.create(OURS).number
    with pytest.raises(BudgetSpent):
        tracker.link(Edge(EdgeKind.CHILD_OF, second, first))


def test_what_is_left_of_the_hour_is_taken_from_the_answers(github: GitHub) -> None:
    github.limits = Limits(github.clock, per_hour=1000)
    tracker = connect(github.connection())
    tracker.create(OURS)
    github.limits.use_up(1000)
    github.clock.sleep(3000)
    with pytest.raises(BudgetSpent):
        tracker.update("1", Patch(body="New"))
        tracker.update("1", Patch(body="Newer"))
    assert github.limits.broken in ([], ["requests per hour"])


def test_the_last_request_of_the_hour_is_the_last_one_sent(github: GitHub) -> None:
    github.limits = Limits(github.clock, per_hour=20)
    tracker = connect(github.connection())
    with pytest.raises(BudgetSpent) as caught:
        for _ in range(30):
            tracker.create(OURS)
    assert github.limits.used == 20
    assert github.limits.broken == []
    github.clock.sleep(caught.value.seconds_to_wait)
    tracker.create(OURS)


def test_a_short_wait_for_the_next_hour_is_waited(github: GitHub) -> None:
    github.limits = Limits(github.clock, per_hour=20)
    github.limits.check(_read())
    github.clock.sleep(3500)
    tracker = connect(github.connection())
    for _ in range(30):
        tracker.create(OURS)
    assert github.limits.broken == []


@pytest.mark.parametrize("advice", [True, False])
def test_other_clients_of_the_token_are_made_way_for(github: GitHub, advice: bool) -> None:
    github.limits = Limits(github.clock, retry_after=advice)
    tracker = connect(github.connection())
    for count in range(10):
        if count % 3 == 0:
            github.limits.content += [github.clock()] * 80
        tracker.create(OURS)
    assert len(github.repository.issues) == 10
    assert set(github.limits.broken) == {"content per minute"}


def test_graphql_has_limits_of_its_own(github: GitHub, limit: GitHubRateLimit) -> None:
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}
    limit.record(READ, Answer(200, {**headers, "x-ratelimit-resource": "graphql"}, {}))
    spend(limit, CREATE)
    assert github.clock.slept == []


def test_enterprise_server_has_no_limits_unless_it_says_so(github: GitHub) -> None:
    limit = GitHubRateLimit(github.connection(seconds_between_writes=0.0), "github:octo/maps")
    limit.record(READ, Answer(200, {"x-github-enterprise-version": "3.18.0"}, {}))
    spend(limit, CREATE, 1000)
    assert github.clock.slept == []


def test_time_that_passes_by_itself_is_not_waited_again(github: GitHub, issues: GitHubTracker) -> None:
    issues.create(OURS)
    github.clock.slept.clear()
    github.clock.time += timedelta(seconds=5)
    issues.create(OURS)
    assert github.clock.slept == []


def test_the_pace_is_told_for_an_estimate(issues: GitHubTracker) -> None:
    assert issues.capabilities.seconds_per_write == 1.0


def _read() -> Asked:
    return Asked("GET", "/rate_limit", {}, {}, "")
