"""What holds for every text (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marko.source import Source

from techmap_sync.diagnostics import Span
from techmap_sync.documents import marko_patches as lean_marko
from techmap_sync.documents.markdown import marked
from techmap_sync.documents.marko_patches import tame
from techmap_sync.documents.technical_map.detect import looks_like_map
from techmap_sync.documents.technical_map.map_notices import covered_lines
from techmap_sync.documents.technical_map.model import TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from tests.documents import generated
from tests.documents.generated import often, seldom
from tests.documents.shipped import CORPUS, VOCABULARY


def read(text: str) -> TechnicalMap | None:
    return parse(text, VOCABULARY).map


def without_places(value: Any, shift: int = 0) -> Any:
    """Return a value as plain data, with its lines moved and without columns."""
    if isinstance(value, Span):
        return value.line - shift, value.end_line - shift
    names = [field.name for field in fields(value)] if is_dataclass(value) else getattr(value, "_fields", ())
    if names:
        lines = {"lines": [line - shift for line in value.lines]} if "lines" in names else {}
        return {name: without_places(getattr(value, name), shift) for name in names} | lines
    if isinstance(value, tuple):
        return [without_places(one, shift) for one in value]
    return value


def lines_of(text: str) -> set[int]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return {number for number, line in enumerate(lines, 1) if line.strip()}


@often
@given(st.one_of(generated.texts, generated.maps, st.text()))
def test_no_text_makes_the_parser_raise_and_both_agree_on_what_is_a_map(text: str) -> None:
    assert (read(text) is not None) == looks_like_map(text, VOCABULARY)


@often
@given(generated.maps)
def test_every_line_of_a_generated_map_belongs_to_something(text: str) -> None:
    found = read(text)
    assert found is not None
    assert lines_of(text) <= covered_lines(found)


@seldom
@given(generated.mixed)
def test_every_line_of_a_map_of_the_corpus_belongs_to_something(text: str) -> None:
    found = read(text)
    if found is not None:  # a comment or fence may have swallowed the title
        assert lines_of(text) <= covered_lines(found)


def test_below_the_first_section_only_rules_comments_and_headings_are_left_over() -> None:
    for path in CORPUS.glob("*.md"):
        text = path.read_text(encoding="utf-8")
        found = read(text)
        assert found is not None
        first = next(n for n, line in enumerate(text.split("\n"), 1) if re.match(r"## [^T]|\*\*Components", line))
        left = [passage for passage in found.context if not passage.heading and passage.span.line >= first]
        assert all(re.fullmatch(r"(?s)(?:#|---|<!--).*", passage.markdown) for passage in left if found.ready), left


@often
@given(st.one_of(generated.maps, generated.texts), st.sampled_from(["\r\n", "\r"]), st.booleans())
def test_line_ends_and_byte_order_mark_change_nothing(text: str, end: str, mark: bool) -> None:
    text = text.replace("\r", "")
    other = ("\ufeff" if mark else "") + text.replace("\n", end)
    assert read(other) == read(text)


@often
@given(generated.maps)
def test_front_matter_only_shifts_the_lines(text: str) -> None:
    plain, shifted = read(text), read(f"---\nowner: x\n---\n{text}")
    assert plain is not None
    assert shifted is not None
    wanted, found = without_places(plain), without_places(shifted, shift=3)
    found["context"] = [passage for passage in found["context"] if passage["span"] != (-2, 0)]
    assert found == wanted


@often
@given(generated.maps)
def test_a_missing_last_newline_changes_nothing(text: str) -> None:
    text = text.rstrip("\n")
    assert without_places(read(text)) == without_places(read(f"{text}\n"))


class Unhurried(Source):
    """Marko's own look-up of lines, that takes none for words or a bullet before all else was tried."""

    has_prefix = True
    at_words = False
    at_bullet = False


@often
@given(generated.texts)
def test_markdown_is_read_as_without_the_shortcuts(text: str) -> None:
    """The quick look-up of lines is Marko's own, done once."""
    text = tame(text.replace("\r", "")).text
    quick = marked(text)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lean_marko, "QuickSource", Unhurried)
        assert marked(text) == quick
