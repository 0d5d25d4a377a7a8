"""A large map over HTTP, through both vendors' libraries: pushed whole, or refused before a write request is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.sampling import sampling
from tests.simulators.github import GitHub, running
from tests.simulators.gitlab import Simulator
from tests.sync.build import POLICY, plan, task
from tests.sync.drive import planned, push

MANY = replace(POLICY, allowed=frozenset({"creates"}))
Server = tuple[Callable[[], Tracker], Callable[[], int]]
"""What connects anew, and what counts the write requests so far."""


@contextmanager
def on_github() -> Iterator[Server]:
    with running(GitHub()) as github:
        yield lambda: connect_github(github.connection()), lambda: len(github.writes)


@contextmanager
def on_gitlab() -> Iterator[Server]:
    with Simulator.running() as server:
        yield lambda: connect_gitlab(server.connection()), lambda: len(server.writes)


VENDORS = {"github": on_github, "gitlab": on_gitlab}


def large(tasks: int, words: str = "") -> TaskPlan:
    return plan(*(task(f"Cached{words}Readings{number:04}") for number in range(tasks)))


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("tasks", [100, sampling.times("tasks of a large map", 201, 300)])
def test_a_large_map_is_pushed_and_then_nothing_is_written(vendor: str, tasks: int) -> None:
    with VENDORS[vendor]() as (connect, writes):
        push(connect(), large(tasks), MANY)
        assert len(connect().snapshot(POLICY.managed_label).tickets) == tasks + 1
        before = writes()
        again = planned(connect(), large(tasks), MANY)
        assert not [change for change in again.changes if change.writes]
        push(connect(), large(tasks), MANY)
        assert writes() == before


def test_a_map_of_900_tasks_that_does_not_fit_a_github_issue_sends_no_write_request() -> None:
    wanted = large(900, "TideGaugeAndRiverLevelObservations")
    with on_github() as (connect, writes):
        (changes,) = planned(connect(), wanted, MANY).maps
        assert any("65,536" in why for why in changes.refusals)
        push(connect(), wanted, MANY)
        assert writes() == 0
        assert not connect().snapshot(POLICY.managed_label).tickets
