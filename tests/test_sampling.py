"""What a sample of cases must hold, and that a run shows what it left out."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import combinations, product
from pathlib import Path

import pytest

from tests.sampling import Sampling

ROOT = Path(__file__).parents[1]
SIZES = [(2, 2, 2), (4, 5, 10), (3, 4, 3, 5), (1, 6), (7,)]


def matrix(sizes: tuple[int, ...]) -> list[tuple[str, ...]]:
    return list(
        product(*([f"{axis}{number}" for number in range(size)] for axis, size in zip("abcd", sizes, strict=False)))
    )


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("together", [1, 2])
def test_every_value_meets_every_other_one(sizes: tuple[int, ...], together: int) -> None:
    every = matrix(sizes)
    taken = Sampling(everything=False).covering("cases", every, together)
    together = min(together, len(sizes))

    def met(cases: list[tuple[str, ...]]) -> set[tuple[str, ...]]:
        return {meeting for case in cases for meeting in combinations(case, together)}

    assert met([tuple(map(str, case)) for case in taken]) == met(every)
    assert taken == [case for case in every if case in taken], "the order is kept"
    if together < len(sizes) and min(sizes) > 1:
        assert len(taken) < len(every)


def test_cases_that_cannot_be_left_out_are_all_taken() -> None:
    every = [("one", 1), ("two", 2), ("three", 3)]
    for together in (1, 2):
        assert Sampling(everything=False).covering("cases", every, together) == every


@pytest.mark.parametrize("count", [0, 1, 2, 3, 7, 100])
def test_a_spread_sample_has_both_ends(count: int) -> None:
    taken = Sampling(everything=False).spread("requests", range(count), 5)
    assert len(taken) == len(set(taken)) == min(count, 5)
    assert taken == sorted(taken)
    assert taken[:1] + taken[-1:] == ([0, count - 1] if count else [])


def test_everything_leaves_nothing_out() -> None:
    whole = Sampling(everything=True)
    assert whole.spread("requests", range(100), 5) == list(range(100))
    assert whole.pairs("cases", "abc", "de", "fgh") == list(product("abc", "de", "fgh"))
    assert whole.times("maps", 10, 300) == 300
    assert not whole.left_out


def test_what_is_left_out_is_counted() -> None:
    sample = Sampling(everything=False)
    sample.spread("requests", range(1100), 5)
    sample.times("maps", 60, 300)
    taken = sample.pairs("cases", "abc", "def", "ghi")
    assert sample.summary() == [
        f"{27 - len(taken)} of 27 cases",
        "240 of 300 maps",
        "1,095 of 1,100 requests",
    ]


def test_several_lists_of_one_name_are_counted_together() -> None:
    sample = Sampling(everything=False)
    for where in ("here", "there", "there"):
        sample.spread("requests", range(10), 4, where=where)
    assert sample.summary() == ["12 of 20 requests"], "the same list in two processes is counted once"


@pytest.mark.parametrize(("count", "most"), [(7, 3), (10, 5), (3, 5), (200, 10)])
def test_enough_turns_take_every_case(count: int, most: int) -> None:
    sample = Sampling(everything=False)
    turns = [sample.in_turn("cases", range(count), most, turn) for turn in range(-(-count // most))]
    assert {case for taken in turns for case in taken} == set(range(count))
    assert all(len(set(taken)) == min(count, most) for taken in turns)
    assert bool(sample.summary()) == (count > most)


def test_each_case_meets_the_others_in_turn() -> None:
    assert Sampling(everything=False).meeting_in_turn("pairs", "abcd", "xyz") == [*zip("abcd", "xyzx", strict=True)]
    assert Sampling(everything=True).meeting_in_turn("pairs", "ab", "xyz") == [*product("ab", "xyz")]


def test_a_spread_sample_has_each_kind() -> None:
    taken = Sampling(everything=False).spread("requests", range(100), 2, kind=lambda number: number // 17)
    assert taken == [0, 17, 34, 51, 68, 85, 99]


SAMPLED = """
import pytest
from tests.sampling import sampling

@pytest.mark.parametrize("number", sampling.spread("numbers", range(10), 4))
def test_collected(number):
    pass

def test_running():
    assert len(sampling.spread("steps", range(7), 2)) == 2
"""


def test_the_end_of_a_run_shows_what_was_left_out(tmp_path: Path) -> None:
    """The parent of several processes collects no test itself."""
    (tmp_path / "test_sampled.py").write_text(SAMPLED, encoding="utf-8")
    plugins = ("-p", "xdist", "-p", "tests.conftest")
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", *plugins, f"--rootdir={tmp_path}", "-n", "1", tmp_path],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    for shown in ("5 passed", "6 of 10 numbers", "5 of 7 steps", "make test-all"):
        assert shown in ended.stdout
