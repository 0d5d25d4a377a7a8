"""What a search keeps is what it would find out again; afterwards the program is as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from techmap_sync.sync import comparison, merge, task_changes
from tests.explore.kept import Kept, remembering
from tests.sync.build import POLICY, STORE, held


@dataclass(frozen=True, slots=True)
class Pair:
    left: int
    right: int = 0


@dataclass(frozen=True, slots=True)
class Single:
    only: int


def test_each_result_is_made_once_and_the_oldest_is_dropped() -> None:
    made: list[str] = []
    kept: Kept[None] = Kept(2)
    for key in "abaca":
        kept.of(key, partial(made.append, key))
    assert made == ["a", "b", "c", "a"]


def test_functions_are_themselves_before_and_after() -> None:
    revise, digest = merge.revise, comparison.digest
    with remembering():
        assert vars(task_changes)["revise"] is merge.revise is not revise
        assert vars(merge)["digest"]("a") == digest("a")
    assert vars(task_changes)["revise"] is merge.revise is revise
    assert vars(merge)["digest"] is comparison.digest is digest


def test_what_is_kept_depends_on_task_ticket_and_policy() -> None:
    before, title = held(STORE), "by hand"
    edited = replace(before, ticket=replace(before.ticket, title=title))
    expected = [merge.revise(STORE, each, POLICY) for each in (before, edited)]
    with remembering():
        for _ in range(2):
            assert [merge.revise(STORE, each, POLICY) for each in (before, edited)] == expected
    assert expected[0] != expected[1]


def test_values_are_replaced_as_ever() -> None:
    with remembering():
        assert replace(Pair(1, 2), right=3) == Pair(1, 3)
        assert replace(Single(1), only=2) == Single(2)
