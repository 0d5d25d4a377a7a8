"""Commands other than push that fail half-way end well, and so do pushes that meet another kind of run."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from tests.explore.__main__ import WORLDS, explored
from tests.explore.other_runners import OtherRunners, disturbed_run_events
from tests.explore.search import named
from tests.sampling import sampling

BEFORE = (
    "a person deletes component/Store",
    "another run makes component/Store, too",
    "the team changes its templates",
)
"""Before each of them a command has something to write that a push does not write, or what a push writes is new."""
COMMANDS = ("push --recreate", "reconcile", "push --refresh", "push, and a reconcile", "push, and a push")


@cache
def world_after(*names: str) -> OtherRunners:
    world = OtherRunners.pushed()
    for name in names:
        {event.name: event for event in WORLDS["one document, other runners"].events(world)}[name].act(world)
    return world


STATES = [*((name,) for name in BEFORE), ("the author rewords Store",)]


@cache
def all_disturbed() -> list[tuple[tuple[str, ...], str]]:
    return [(names, event.name) for names in STATES for event in disturbed_run_events(world_after(*names))]


def kind(case: Any) -> str:
    return next(command for command in COMMANDS if case[1].startswith(command))


def test_each_command_is_disturbed_and_met() -> None:
    assert {kind(case) for case in all_disturbed()} == {*COMMANDS}


def test_a_disturbed_command_is_finished_by_the_next_one() -> None:
    for before, name in sampling.spread("disturbed runs of other commands", all_disturbed(), 8, kind=kind):
        world = world_after(*before).copy()
        with named(f"{name}, after {before}"):
            {event.name: event for event in disturbed_run_events(world)}[name].act(world)


@pytest.mark.skipif(not sampling.everything, reason="half a minute; make test-all")
def test_no_history_of_three_events_breaks_a_promise() -> None:
    found = explored("one document, other runners", 3)
    assert "\n\n".join(map(str, found.stories[:3])) == ""
    assert found.steps > 3_000
