"""Error handling and security, sentence by sentence (docs/how-it-decides.md, "Homes")."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.ticket_titles import (
    listed,
    names_in_changes,
    requirements_in,
    sentences_in,
    shown_name,
    with_tagline,
)
from techmap_sync.documents.words import words_in
from techmap_sync.documents.work import Form, Item
from techmap_sync.text_forms import TITLE_LIMIT
from tests.documents.maps import body
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


ENGLISH = words_in("en")


def changed(text: str, heading: str = "Database Changes") -> list[str]:
    (group,) = body(f"## Integration Points\n\n### {heading}\n{text}").changes
    return [name.strip("`") for name in names_in_changes(group.items, ENGLISH)]


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("CREATE TABLE gaps (id int);", ["gaps"]),
        ("create table if not exists gaps (id int);", ["gaps"]),
        ('CREATE TABLE "gaps" (id int);', ["gaps"]),
        ("CREATE TABLE series.gaps (id int);", ["series.gaps"]),
        ("ALTER TABLE gaps ADD COLUMN flag boolean;", ["gaps.flag"]),
        ("ALTER TABLE IF EXISTS ONLY gaps ADD COLUMN IF NOT EXISTS flag boolean;", ["gaps.flag"]),
        ("ALTER TABLE gaps ADD flag boolean;", ["gaps.flag"]),
        ("ALTER TABLE gaps ADD CONSTRAINT one UNIQUE (id);", ["gaps"]),
        ("ALTER TABLE gaps DROP COLUMN flag;", ["gaps"]),
        ("DROP TABLE IF EXISTS gaps;", ["gaps"]),
        ("CREATE TABLE a (id int);\nCREATE TABLE b (id int);\nALTER TABLE a ADD x int;", ["a", "b", "a.x"]),
        ("SELECT * FROM gaps;", []),
    ],
)
def test_sql_is_named_by_the_tables_and_columns_that_it_changes(statement: str, names: list[str]) -> None:
    assert changed(f"Run this:\n\n```sql\n{statement}\n```\n") == names


@pytest.mark.parametrize(
    ("items", "names"),
    [
        ("- Add `gap.flag` and `gap.seen`\n", ["gap.flag", "gap.seen"]),
        ("- Add `a.x`, `a.y`, and `a.z`\n", ["a.x", "a.y", "a.z"]),
        ("- Add `gap.flag`, unlike `gap.seen`\n", ["gap.flag"]),
        ("- Add `gap.flag boolean not null`\n", ["gap.flag"]),
        ("- `limit = 40`\n- `rate: 3`\n", ["limit", "rate"]),
        ("- `POST /fills?dry=1`: starts one\n", ["POST /fills?dry=1"]),
        ("- Add `gap.flag`\n- Index `gap.flag`\n", ["gap.flag"]),
        ("- Drop the old index\n- Add `gap.flag`\n", ["gap.flag"]),
        ("- Drop the old index\n", []),
        ("- ~~Add `gap.old`~~\n- Add `gap.flag`\n", ["gap.flag"]),
        ("- [x] Add `gap.old`\n- Add `gap.flag`\n", ["gap.old", "gap.flag"]),
        ("**Later:**\n- ~~Add `gap.old`~~\n- Add `gap.flag`\n", ["gap.flag"]),
    ],
)
def test_a_change_is_named_by_the_first_names_of_its_items(items: str, names: list[str]) -> None:
    assert changed(items) == names


def test_what_a_label_groups_names_a_change() -> None:
    assert changed("**Later:**\n- Add `gap.flag`\n- Add `gap.seen`\n") == ["gap.flag", "gap.seen"]


def test_names_that_do_not_fit_are_left_out_from_the_end_and_counted() -> None:
    names = [f"`table_number_{n:02}`" for n in range(10)]
    title = listed(names, "database", ENGLISH)
    assert len(title) <= TITLE_LIMIT
    shown = [name for name in names if name in title]
    assert shown == names[: len(shown)]
    assert title.endswith(f" and {len(names) - len(shown)} more")
    assert len(f"{title}, {names[len(shown)]}") > TITLE_LIMIT


def test_a_short_line_is_all_in_the_title() -> None:
    assert with_tagline("Create A", "keeps all gaps.") == ("Create A: keeps all gaps", "")
    assert with_tagline("Create A", "") == ("Create A", "")
    assert with_tagline("Create A", "keeps all, and so on...").title.endswith("so on...")


@pytest.mark.parametrize("end", [". ", "; ", ": ", ", ", " — ", "。", "、"])
def test_a_long_line_ends_at_the_last_clause_that_fits_and_is_whole_elsewhere(end: str) -> None:
    line = f"keeps all gaps{end}and{' much' * 30}"
    assert with_tagline("Create A", line) == ("Create A: keeps all gaps", line)


def test_a_long_line_of_one_clause_ends_at_a_word() -> None:
    line = "keeps" + " much" * 30
    titled = with_tagline("Create A", line)
    assert len(titled.title) <= TITLE_LIMIT
    assert titled.title.endswith("much…")
    assert titled.left == line


def test_no_title_ends_within_code() -> None:
    titled = with_tagline("Create A", "keeps what it is asked for in `" + "a, b " * 30 + "` only")
    assert titled.title == "Create A: keeps what it is asked for in…"


@pytest.mark.parametrize(
    ("name", "shown"),
    [("`Ledger`", "Ledger"), ("src/gaps/scan.py", "scan.py"), ("src/gaps/", "gaps"), ("scan.py", "scan.py"),
     ("Import/Export", "Import/Export"), ("ci/Makefile", "ci/Makefile")],
)  # fmt: skip
def test_a_path_is_called_like_its_file(name: str, shown: str) -> None:
    assert shown_name(name) == shown
