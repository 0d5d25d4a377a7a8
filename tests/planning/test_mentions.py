"""What a text mentions: code spans as CommonMark reads them, in linear time."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.model import Component, ComponentKind, TechnicalMap
from techmap_sync.documents.technical_map.technical_map_family import document_of
from techmap_sync.documents.work import Work
from techmap_sync.planning.mentions import _code_spans, mentioned, names_of
from tests.measure import measured
from tests.planning.maps import SECTIONS

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
    assert mentioned(names_of([]), text) == frozenset()
    assert time.process_time() - began < 2


def test_of_names_that_begin_alike_the_longest_counts() -> None:
    works = components("Gate Part", "Gate Part Store", "Gate Key")
    assert mentioned(names_of(works), "asks the Gate Part Store, and the gate key") == {1, 2}
    assert mentioned(names_of(works), "asks the Gate Part Stores") == {0}


def test_many_names_that_begin_alike_are_looked_up_by_each_word() -> None:
    names = names_of(components(*(f"Gate Part{n}" for n in range(3000))))
    with measured() as taken:
        assert mentioned(names, "Gate " * 3000) == frozenset()
    assert taken.seconds < 1


def components(*names: str) -> tuple[Work, ...]:
    where = Span(1)
    those = tuple(Component(name, ComponentKind.NEW, where, specified=True) for name in names)
    return document_of(TechnicalMap("T", where, components=those), SECTIONS).works
