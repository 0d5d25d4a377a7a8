"""Tables of items (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import group, titles


@pytest.mark.parametrize("head", ["#", "ID", "No.", "Nr.", "编号"])
def test_a_column_that_only_numbers_is_no_title(head: str) -> None:
    assert titles(f"| {head} | Case |\n|---|---|\n| T-1 | one |\n| T-2 | two |\n") == ["one", "two"]


def test_a_column_of_numbers_is_no_title_whatever_its_heading() -> None:
    assert titles("| Rank | Case |\n|---|---|\n| 1 | one |\n| 2. | two |\n") == ["one", "two"]


def test_behind_a_verb_the_next_cell_is_part_of_the_title() -> None:
    assert titles("| Method | Path | Does |\n|---|---|---|\n| GET | `/x` | a |\n| POST | /y | b |\n") == [
        "GET /x",
        "POST /y",
    ]


def test_a_status_column_says_what_is_done_and_what_is_no_work() -> None:
    found = group("| Case | Status |\n|---|---|\n| a | new |\n| b | ✅ Done |\n| c | existing |\n")
    assert [(item.title, item.done) for item in found.items] == [("a", False), ("b", True)]


def test_empty_rows_and_rows_that_say_nothing_are_no_items() -> None:
    assert titles("| Case | Expected |\n|---|---|\n| | |\n| None | - |\n| a | b |\n") == ["a"]


def test_a_cell_keeps_its_bars_and_markdown() -> None:
    (item,) = group("| Case | Expected |\n|---|---|\n| a \\| b | **x** |\n").items
    assert (item.title, item.fields) == ("a | b", (("Expected", "**x**"),))


MATRICES = [
    "| Case | Anon | User |\n|---|---|---|\n| read | no | yes |\n| write | no | no |",
    "| Case | Anon | User |\n|---|---|---|\n| read | ✗ | ✓ |\n| write | | ✅ |",
    "| # | Fall | Gast | Nutzer |\n|---|---|---|---|\n| 1 | lesen | nein | ja |",
    "| 用例 | 访客 | 用户 |\n|---|---|---|\n| 读 | 否 | 是 |",
    "| Case | A | B |\n|---|---|---|\n| read | - | x |\n| write | × | ❌ no |",
]


@pytest.mark.parametrize("table", MATRICES)
def test_a_matrix_stays_whole(table: str) -> None:
    (only,) = group(f"{table}\n").items
    assert (only.title, only.detail) == ("Unit Tests", table)
    (only,) = group(f"Who may do what:\n\n{table}\n").items
    assert (only.title, only.detail) == ("Who may do what", table)


@pytest.mark.parametrize(
    "table",
    [
        "| Case | Automated |\n|---|---|\n| one | yes |\n| two | no |",
        "| Case | Expected | By hand |\n|---|---|---|\n| one | refused | yes |\n| two | taken | no |",
        "| Case | A | B |\n|---|---|---|\n| one | | |\n| two | | |",
    ],
)
def test_a_table_that_says_more_has_a_row_for_each_item(table: str) -> None:
    assert titles(f"{table}\n") == ["one", "two"]
