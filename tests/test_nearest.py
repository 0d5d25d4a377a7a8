"""A misspelt word is answered with the nearest that is known."""

from __future__ import annotations

import pytest

from techmap_sync.nearest import did_you_mean

KNOWN = ("text", "html", "--max-writes", "GITHUB")


@pytest.mark.parametrize(
    ("word", "meant"),
    [("htlm", "html"), ("HTML", "html"), ("--max", "--max-writes"), ("githbu", "GITHUB"), ("txt", "text")],
)
def test_the_nearest_is_named(word: str, meant: str) -> None:
    assert did_you_mean(word, KNOWN) == f"did you mean {meant}?"


def test_where_none_is_near_all_are_named_or_something_else_is_said() -> None:
    assert did_you_mean("zzz", ["a", "b"]) == "known are a, b"
    assert did_you_mean("zzz", ["a", "b"], "see --help") == "see --help"
