"""The search itself: it finds the shortest story, looks at each state once, and forgets what makes no difference."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from tests.explore.fingerprints import digest_of
from tests.explore.search import Event, Story, lengthening, search


@dataclass
class Counters:
    """Two counters; the program must not run while both are at one."""

    left: int = 0
    right: int = 0

    def copy(self) -> Counters:
        return replace(self)

    def fingerprint(self) -> bytes:
        return digest_of([self.left, self.right])


def raise_left(world: Counters) -> None:
    world.left = min(world.left + 1, 2)


def raise_right(world: Counters) -> None:
    world.right = min(world.right + 1, 2)


def run(world: Counters) -> None:
    assert (world.left, world.right) != (1, 1), "both are at one"


def events(_: Counters) -> Iterator[Event[Counters]]:
    yield Event("left", raise_left)
    yield Event("right", raise_right)
    yield Event("run", run, is_run=True)


def test_the_order_of_independent_events_makes_no_difference() -> None:
    found = search(Counters(), events, 4)
    assert found.states == [1, 2, 3, 2, 0], "states that need as many events; the last events are runs alone"


def test_a_broken_promise_is_told_as_its_shortest_story() -> None:
    found = search(Counters(), events, 3)
    assert str(found.stories[0]) == "1. left\n2. right\n3. run\n=> AssertionError: both are at one"
    assert len(found.stories) == 1, "the other order ends in the same state"
    assert search(Counters(), events, 2).stories == []


def test_histories_that_contain_an_event_are_searched_without_the_others() -> None:
    whole, part = search(Counters(), events, 3), search(Counters(), events, 3, containing="left")
    assert part.stories == whole.stories != []
    assert whole.states == [1, 2, 3, 0]
    assert part.states == [1, 2, 2, 0], "twice right is left out"
    assert part.steps == 3 + 4 + 2, "any event; after left any, else left; a run"
    with pytest.raises(ValueError, match='no history contains "a crash"'):
        search(Counters(), events, 3, containing="a crash")


def test_each_length_is_told_and_each_finding_at_once() -> None:
    lengths = lengthening(Counters(), events, portion=1)
    assert [len(next(lengths).states) for _ in range(2)] == [2, 3]
    found = next(lengths)
    assert (len(found.states), len(found.stories)) == (3, 1), "before the third length is complete"
    assert len(next(lengths).states) == 4


def test_each_story_is_told_when_it_is_found() -> None:
    told: list[Story] = []
    found = search(Counters(), events, 4, told=told.append)
    assert told == found.stories != []


def test_several_processes_find_the_same() -> None:
    alone, together = search(Counters(), events, 4), search(Counters(), events, 4, processes=2, portion=1)
    assert (alone.states, alone.steps, alone.stories) == (together.states, together.steps, together.stories)


def test_numbers_count_by_their_order_and_sets_by_what_is_in_them() -> None:
    assert digest_of(["900003", {"b", "a"}]) == digest_of(["900007", {"a", "b"}])
    assert digest_of(["900003", "900004"]) != digest_of(["900004", "900003"])
