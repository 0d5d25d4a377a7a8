"""The marker survives everything that a text can hold, and nothing forges or breaks it."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.sync.marker import Ledger, Marker, MarkerUnreadable, WrittenField, decode, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=20)
NUMBERS = st.from_regex(r"[A-Za-z0-9._#-]{1,12}", fullmatch=True)
TIMES = st.sampled_from(["", "2026-01-09T10:00:00+00:00", "2026-01-09T10:00:00Z", "2026-07-01T23:59:59-03:30"])
FIELDS = st.builds(WrittenField, TEXT, TEXT, TEXT)
KEYS = NAMES.map("map/{}".format)
LEDGERS = st.builds(
    Ledger,
    tickets=st.dictionaries(KEYS, NUMBERS, max_size=3),
    edges=st.frozensets(st.tuples(KEYS, KEYS), max_size=3),
    children=st.frozensets(KEYS, max_size=3),
    gone=st.frozensets(KEYS, max_size=3),
    text=TEXT,
    settings=TEXT,
    commit=TEXT,
    commit_time=TIMES,
)
MARKERS = st.builds(
    Marker,
    source=NAMES,
    map_id=st.just("map"),
    path=TEXT,
    key=NAMES,
    tracking=st.just("") | NUMBERS,
    title=FIELDS,
    sections=st.dictionaries(TEXT, FIELDS, max_size=3),
    labels=st.frozensets(TEXT, max_size=3),
    priority=TEXT,
    milestone=TEXT,
    state=st.sampled_from(["open", "closed"]),
    ledger=st.none() | LEDGERS,
)


@given(MARKERS)
def test_what_is_written_is_read_again(marker: Marker) -> None:
    assert decode(encode(marker)) == marker


@given(MARKERS)
def test_nothing_in_a_marker_ends_its_comment_or_its_line(marker: Marker) -> None:
    line = encode(marker)
    inside = line.removeprefix("<!--").removesuffix("-->")
    assert line.splitlines() == [line]
    assert not {"<", ">"} & set(inside)
    assert "--" not in inside


@pytest.mark.parametrize(
    "line",
    [
        "<!-- techmap-sync: -->",
        "<!-- techmap-sync: {} -->",
        '<!-- techmap-sync: {"schema": 1} -->',
        "<!-- techmap-sync: [1, 2] -->",
        "<!-- techmap-sync: null -->",
        '<!-- techmap-sync: {"schema": 2} -->',
    ],
)
def test_a_damaged_or_newer_marker_is_said_to_be_unreadable(line: str) -> None:
    with pytest.raises(MarkerUnreadable):
        decode(line)


@given(MARKERS, st.data())
def test_a_marker_that_anybody_cut_short_never_raises_anything_else(marker: Marker, data: st.DataObject) -> None:
    line = encode(marker)
    cut = data.draw(st.integers(0, len(line)))
    with suppress(MarkerUnreadable):
        decode(line[:cut])
