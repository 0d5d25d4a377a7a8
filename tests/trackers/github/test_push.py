"""The sync core over real HTTP: exactly once, within the allowed requests, at the allowed pace."""

from __future__ import annotations

from contextlib import suppress
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

import pytest

from techmap_sync.errors import BudgetSpent, TrackerError
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import Block, read_block
from techmap_sync.sync.change_set import ChangeSet, Status
from techmap_sync.sync.changes import Action
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.observe import observe
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.github.tracker import connect
from tests.sampling import sampling
from tests.simulators.github import Fault, GitHub, Issue, Kind, Limits, running
from tests.sync.build import POLICY, TRACKING, key, origin, plan, task
from tests.sync.drive import decided, planned, push
from tests.trackers.interception import before_each_request


def chain(count: int, every: int = 1) -> TaskPlan:
    """A map of which every n-th task waits for the one before."""
    names = [f"Part{number:02}" for number in range(count)]
    return plan(
        *(task(name, blocked_by=(names[n - 1],) if n and n % every == 0 else ()) for n, name in enumerate(names))
    )


def of_map(made: TaskPlan, map_id: str) -> TaskPlan:
    """The same tasks as another map's."""

    def moved(name: str) -> str:
        return f"{map_id}/{name.partition('/')[2]}"

    tasks = [
        replace(spec, key=moved(spec.key), blocked_by=tuple(map(moved, spec.blocked_by)))
        for spec in (made.tracking, *made.tasks)
    ]
    return TaskPlan(map_id, tasks[0], tuple(tasks[1:]))


def key_of(issue: Issue) -> str:
    block = read_block(issue.body or "")
    assert isinstance(block, Block), issue.title
    return block.marker.key


def state(github: GitHub) -> dict[str, object]:
    """What the server holds, by key and without numbers."""
    found = github.repository.issues
    keys = {number: key_of(issue) for number, issue in found.items()}
    assert len(set(keys.values())) == len(keys), "a ticket was made twice"
    return {
        keys[number]: (
            issue.title,
            issue.state,
            sorted(issue.labels),
            keys.get(issue.parent or 0, ""),
            sorted(keys[other] for other in issue.blocked_by),
        )
        for number, issue in found.items()
    }


def fresh(github: GitHub) -> Tracker:
    """The tracker of a new run."""
    return connect(github.connection())


def _issue(github: GitHub, name: str) -> Issue:
    return next(issue for issue in github.repository.issues.values() if key_of(issue) == name)


SMALL = chain(4)
SCENARIOS: dict[str, tuple[TaskPlan | None, TaskPlan]] = {
    "first push": (None, SMALL),
    "update and closing": (SMALL, plan(task("Part00", sections={"purpose": "New."}), *SMALL.tasks[1:3])),
}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_status_502_after_the_effect_of_any_request_changes_nothing(github: GitHub, scenario: str) -> None:
    before, after = SCENARIOS[scenario]
    if before:
        push(fresh(github), before)
    start = deepcopy(github.repository)
    github.forget()
    push(fresh(github), after)
    wanted, requests = state(github), list(github.requests)
    for place, request in enumerate(requests, 1):
        github.restore(deepcopy(start))
        github.faults = {place: Fault(Kind.BAD_GATEWAY, after=True)}
        with suppress(TrackerError):
            push(fresh(github), after)
        github.restore(github.repository)
        push(fresh(github), after)
        assert state(github) == wanted, f"request {place}: {request.verb} {request.path}"
        github.forget()
        assert push(fresh(github), after) == []
        assert not github.writes


def test_an_empty_list_where_the_second_witness_knows_better_is_no_reason_to_create(github: GitHub) -> None:
    made = plan(task("Store"))
    push(fresh(github), made)
    place = len(github.requests)
    tracker = fresh(github)
    github.faults = {place + 1: Fault(Kind.EMPTY_LIST)}
    assert tracker.snapshot("techmap").tickets == ()
    assert {ticket.title for ticket in tracker.own_tickets().tickets} == {"Implement Login", "Create Store"}


def test_a_repository_that_was_renamed_is_pushed_to_once(github: GitHub) -> None:
    made = plan(task("Store"), task("Service"))
    push(fresh(github), made)
    github.repository.rename("octo/atlas")
    tracker = connect(github.connection(target="octo/maps"))
    github.forget()
    assert push(tracker, made) == []
    push(connect(github.connection(target="octo/maps")), plan(*made.tasks, task("Tests")))
    assert len(github.repository.issues) == 4


def test_a_server_without_edges_gets_them_once_it_has_them() -> None:
    made = plan(task("Store"), task("Service", blocked_by=("Store",)))
    with running(GitHub(enterprise="3.18.0", missing=frozenset({"sub_issue", "dependencies"}))) as github:
        push(fresh(github), made)
        assert not planned(fresh(github), made).writes
        github.missing = frozenset()
        push(fresh(github), made)
        assert _issue(github, key("Service")).parent == _issue(github, TRACKING).number
        assert _issue(github, key("Service")).blocked_by == [_issue(github, key("Store")).number]


def test_two_runs_at_once_are_healed_or_stopped(github: GitHub) -> None:
    made = plan(task("Store"), task("Service"))
    first, second = fresh(github), fresh(github)
    changes = planned(first, made), planned(second, made)
    runs = [apply(change_set, tracker, POLICY) for change_set, tracker in zip(changes, (first, second), strict=True)]
    next(runs[0]), next(runs[1])
    list(runs[0])
    (lost,) = (outcome for outcome in runs[1] if outcome.status is Status.FAILED)
    assert (lost.map_id, lost.ticket) == (made.map_id, "2")
    keys = [key_of(issue) for issue in github.repository.issues.values()]
    assert keys.count(key("Store")) == keys.count(key("Service")) == 1


def test_maps_with_more_tickets_than_an_hour_takes_are_pushed_at_the_pace_that_the_limits_allow(github: GitHub) -> None:
    count = sampling.times("maps of a hundred tickets, pushed at once", 6, 12)
    maps = [of_map(chain(99, every=10), f"map-{number:02}") for number in range(count)]
    limits = github.limits = Limits(github.clock)
    started, runs = github.clock(), 0
    while True:
        runs += 1
        try:
            tracker = fresh(github)
            desired = [DesiredMap(m.map_id, origin(m.map_id), m) for m in maps]
            done = decided(desired, observe(tracker, maps, POLICY), tracker.capabilities)
            list(apply(ChangeSet(tracker.name, tuple(each.changes for each in done.maps)), tracker, POLICY))
            break
        except BudgetSpent as spent:
            github.clock.sleep(spent.seconds_to_wait)
    tickets, edges = 100, 9
    full_hours, rest = divmod(count * (tickets + edges) - 1, 500)
    requests_per_content = (tickets + 1) / (tickets + edges)
    shortest = full_hours * 3600 + rest * requests_per_content
    assert limits.broken == []
    assert len(state(github)) == count * 100
    assert runs > full_hours
    print(f"{runs} runs, {shortest / (github.clock() - started).total_seconds():.1%} of the pace")
    assert shortest / (github.clock() - started).total_seconds() >= 0.95
    assert Action.CREATE not in {change.action for change in planned(fresh(github), maps[0]).writes}


def test_while_others_use_up_the_same_token_advice_is_obeyed_and_all_is_there_in_the_end(github: GitHub) -> None:
    made, limits = chain(30), Limits(github.clock, per_hour=1000)
    github.limits = limits
    times: list[tuple[datetime, int]] = []

    def others() -> None:
        """Another program writes in bursts, and reads until the hour is used up."""
        times.append((github.clock(), len(limits.broken)))
        if len(times) % 12 == 5:
            limits.content += [github.clock()] * (limits.content_per_minute - 1)
        if len(times) % 30 == 20:
            limits.use_up(1000)

    for _ in range(20):
        with suppress(BudgetSpent), before_each_request(others):
            push(fresh(github), made)
            break
        github.clock.sleep(600)
    github.limits = None
    assert {"content per minute", "requests per hour"} <= set(limits.broken)
    assert len(state(github)) == 31
    assert push(fresh(github), made) == []
    refusals = [(now - before).total_seconds() for (before, broken), (now, more) in pairwise(times) if more > broken]
    assert len(refusals) >= 3
    assert min(refusals) >= 60, "nothing is sent before the time that the server has named"
