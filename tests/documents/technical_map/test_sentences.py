"""Error handling and security, sentence by sentence (docs/how-it-decides.md, "Homes")."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.sentences import requirements_in, sentences_in
from techmap_sync.documents.work import Form, Item
from tests.measure import measured

ABBREVIATIONS = frozenset({"e.g.", "approx."})
WHERE = Span(1)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("A stops. B goes on.", ["A stops.", "B goes on."]),
        ("Who asks? B answers! C waits", ["Who asks?", "B answers!", "C waits"]),
        ('It says "stop." Then it stops.', ['It says "stop."', "Then it stops."]),
        ("停止する。再試行する。", ["停止する。", "再試行する。"]),
        ("停止！再試行？", ["停止！", "再試行？"]),
        ("Ein Lauf endet. Über alles wird berichtet.", ["Ein Lauf endet.", "Über alles wird berichtet."]),
        ("After 3 tries. 4 are too many.", ["After 3 tries.", "4 are too many."]),
        ("`a` stops. `b` goes on.", ["`a` stops.", "`b` goes on."]),
    ],
)
def test_a_paragraph_is_cut_into_sentences(text: str, sentences: list[str]) -> None:
    assert list(sentences_in(text, ABBREVIATIONS)) == sentences


@pytest.mark.parametrize(
    "text",
    [
        "It takes 1.5 seconds",
        "It stops. then it goes on",  # a small letter goes on
        "Uses a cache, e.g. Redis",
        "Waits approx. Ten minutes",
        "Reads `a. B` once",
        "Reads [the book. It is long](https://example.org/a. B) once",
        "It stops (at once. Really) here",
        "It **stops. At once** here",
        "See https://example.org/a.B?c=1! first",
        "停止する。",
        "Ends so.",
        "It stops.  then it goes on",
        "Reads ``a `b. C`` once",
    ],
)
def test_a_sentence_stays_whole(text: str) -> None:
    assert list(sentences_in(text, ABBREVIATIONS)) == [text]


def test_nothing_has_no_sentence() -> None:
    assert list(sentences_in("  ", ABBREVIATIONS)) == []


@pytest.mark.parametrize(
    "unit", ["`" * 3 + "a", "e.g. X ", "a. b ", "(", "[", "**", "x.y.z. A ", ".  ", "http://", "。"]
)
def test_a_long_text_is_cut_in_linear_time(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    with measured() as taken:
        list(sentences_in(text, ABBREVIATIONS))
    assert taken.seconds < 0.5


def test_many_lengths_of_backticks_take_linear_time() -> None:
    text = " ".join("`" * length for length in range(1, 600))
    with measured() as taken:
        assert list(sentences_in(text, ABBREVIATIONS)) == [text]
    assert taken.seconds < 0.5


def item(markdown: str, **more: object) -> Item:
    return Item(markdown, WHERE, markdown, **more)  # type: ignore[arg-type]


def test_each_sentence_is_a_requirement_with_its_own_code_and_the_last_one_has_the_detail() -> None:
    first, last = requirements_in(item("`a` stops. `b` goes on.", detail="as below"), ABBREVIATIONS)
    assert (first.title, first.markdown, first.code, first.detail) == ("a stops.", "`a` stops.", ("a",), "")
    assert (last.title, last.markdown, last.code, last.detail) == ("b goes on.", "`b` goes on.", ("b",), "as below")


@pytest.mark.parametrize("whole", [{"column": "Error"}, {"form": Form.LINE}, {"form": Form.BLOCK}], ids=str)
def test_rows_remarks_and_blocks_are_not_cut(whole: dict[str, object]) -> None:
    only = item("A stops. B goes on.", **whole)
    assert list(requirements_in(only, ABBREVIATIONS)) == [only]


def test_what_a_label_groups_is_cut_and_the_label_is_not() -> None:
    (label,) = requirements_in(item("At night. Or later", below=(item("A stops. B goes on."),)), ABBREVIATIONS)
    assert label.markdown == "At night. Or later"
    assert [one.markdown for one in label.below] == ["A stops.", "B goes on."]
