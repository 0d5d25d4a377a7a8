"""Patterns of paths, however long and whatever is in them."""

from __future__ import annotations

import time

import pytest

from techmap_sync.trackers.owned_paths import PathPattern, as_names


@pytest.mark.parametrize(
    "pattern", ["**/a/" * 40 + "b", "*a" * 200 + "b", "[" * 400, "\\" * 401, "/".join(["**"] * 300)]
)
def test_no_pattern_takes_longer_than_its_length_times_that_of_the_path(pattern: str) -> None:
    path = "/".join(["a"] * 200)
    started = time.process_time()
    PathPattern(as_names(pattern, sets=True), goes_deeper=True).matches(path)
    PathPattern(as_names(pattern, sets=True)).matches("a" * 2000)
    assert time.process_time() - started < 0.5


def test_a_backslash_makes_the_next_character_an_ordinary_one() -> None:
    assert PathPattern(as_names(r"a\[b\?", sets=True)).matches("a[b?")
    assert not PathPattern(as_names(r"a\?", sets=True)).matches("ab")
