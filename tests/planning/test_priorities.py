"""How urgent a task is: by what waits for it, and never too much of a map at once."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Span
from techmap_sync.documents.work import Kind, Rank, Work
from techmap_sync.planning.priorities import priorities_of


def work(kind: Kind = Kind.COMPONENT, priority: str = "", group: str = "new") -> Work:
    return Work(kind, "x", "X", Rank.COMPONENT, group, Span(1), priority=priority)


def letters(waits: dict[int, list[int]], works: int, **of: Work) -> str:
    """The first letter of each priority, for works that wait as said."""
    all_works = [of.get(f"w{position}", work()) for position in range(works)]
    found = priorities_of(all_works, [waits.get(position, []) for position in range(works)])
    return "".join(priority.value[0] for priority in found)


@pytest.mark.parametrize(
    ("waits", "works", "priorities"),
    [
        ({}, 3, "lll"),
        ({1: [0]}, 4, "hlll"),
        ({1: [0], 2: [1], 3: [2]}, 4, "hhml"),
        ({1: [0], 2: [0], 3: [0], 4: [3]}, 8, "hllmllll"),
        ({1: [0], 2: [1], 3: [2], 4: [3], 6: [5], 7: [5], 8: [5]}, 9, "hhmmlhlll"),
    ],
    ids=["nothing waits", "one waits", "chain", "four wait", "chain and three that wait"],
)
def test_high_is_what_three_wait_for_and_the_first_half_of_the_longest_chains(
    waits: dict[int, list[int]], works: int, priorities: str
) -> None:
    assert letters(waits, works) == priorities


def test_where_too_much_is_high_the_chains_stay_and_then_what_most_builds_wait_for() -> None:
    """0-1 are the chain's first half; three more are awaited by the test and three steps, one of them by a build."""
    steps = {f"w{position}": work(Kind.DEPLOYMENT) for position in (7, 8, 9)}
    waits = {1: [0], 6: [1, 2, 3, 4], 3: [5], 7: [6], 8: [6], 9: [6]}
    assert letters(waits, 10, w6=work(Kind.TEST), **steps) == "hhmhmhmlll"


def test_of_those_with_the_same_number_all_or_none_are_high() -> None:
    steps = {f"w{position}": work(Kind.DEPLOYMENT) for position in (5, 6, 7)}
    waits = {4: [0, 1, 2, 3], 5: [4], 6: [4], 7: [4], 3: [2]}
    assert letters(waits, 8, w4=work(Kind.TEST), **steps) == "mmhhmlll"


def test_where_the_chains_alone_are_too_many_they_are_taken_from_their_beginning() -> None:
    waits: dict[int, list[int]] = {4 * n: [] for n in range(3)} | {
        p + 4 * n: [p - 1 + 4 * n] for n in range(3) for p in (1, 2, 3)
    }
    assert letters(waits, 12) == "hhml" * 3
    assert letters(waits | {12: [3, 7, 11], 13: [12], 14: [13]}, 15) == "hhmm" * 3 + "mml"


def test_what_the_author_says_counts_first_and_takes_its_share() -> None:
    said = {"w2": work(priority="P3"), "w3": work(priority="very high"), "w1": work(priority="normal")}
    assert letters({1: [0], 2: [1], 3: [2]}, 4, **said) == "hmlh"


def test_a_task_of_a_spec_is_not_low_because_nobody_says_what_waits_for_it() -> None:
    assert letters({}, 2, w0=work(Kind.TASK), w1=work(Kind.TASK, priority="low")) == "ml"


def test_constraints_that_hold_anyway_are_low_and_those_that_ask_for_work_are_not() -> None:
    waits = {3: [0, 1], 4: [3], 5: [3]}
    low = work(Kind.CONSTRAINT, group="performance")
    high = work(Kind.CONSTRAINT, group="security")
    assert letters(waits, 6, w0=low, w1=high)[:2] == "lh"
