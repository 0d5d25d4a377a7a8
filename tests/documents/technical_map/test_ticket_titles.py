"""What tickets are called (docs/how-it-decides.md, "Keys and titles")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.ticket_titles import listed, names_in_changes, shown_name, with_tagline
from techmap_sync.documents.words import words_in
from techmap_sync.text_forms import TITLE_LIMIT
from tests.documents.maps import body

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
