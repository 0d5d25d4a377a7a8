"""What a text mentions: code spans as CommonMark reads them, in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.planning.mentions import Names, _code_spans, mentioned

BY_SEARCH = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
"""The same in one pattern, which takes quadratic time."""


@given(st.text("`ab \n", max_size=40))
def test_code_spans_are_those_between_runs_of_as_many_backticks(text: str) -> None:
    assert list(_code_spans(text)) == [match[2] for match in BY_SEARCH.finditer(text)]


@pytest.mark.parametrize("runs", [500, 1000])
def test_growing_runs_of_backticks_take_no_longer_than_their_length(runs: int) -> None:
    """Each run is longer than the last, so none ends another; to search for each end took minutes."""
    text = " ".join("`" * length for length in range(1, runs))
    began = time.process_time()
    assert mentioned(Names({}, {}, {}), text) == frozenset()
    assert time.process_time() - began < 2
