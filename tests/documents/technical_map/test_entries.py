"""What may be an item, and in which order shapes are tried (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import group, titles


def details(text: str) -> list[tuple[str, str]]:
    return [(item.title, item.detail) for item in group(text).items]


def test_headings_of_level_4_come_first() -> None:
    assert details("#### One\n- a\n\n#### Two\ntext\n") == [("One", "- a"), ("Two", "text")]


@pytest.mark.parametrize("label", ["**One**:", "**One:**", "**One**", "**One** :", "**One**："])
def test_then_bold_labels_on_lines_of_their_own(label: str) -> None:
    assert details(f"{label}\n- a\n\n**Two**:\ntext\n") == [("One", "- a"), ("Two", "text")]


def test_then_bullets_of_the_top_level() -> None:
    assert details("- one\n  - a\n  - b\n- two\n") == [("one", "- a\n- b"), ("two", "")]


def test_then_rows_of_a_table() -> None:
    found = group("| # | Case | Expected |\n|---|---|---|\n| 1 | one | `x` |\n| 2 | two | y |\n")
    assert [(item.title, item.fields) for item in found.items] == [
        ("one", (("Expected", "`x`"),)),
        ("two", (("Expected", "y"),)),
    ]


def test_then_paragraphs_called_by_their_first_sentence() -> None:
    assert titles("First one. More of it, e.g. this.\n\nSecond, e.g. that one\n") == [
        "First one.",
        "Second, e.g. that one",
    ]


def test_then_fences_called_by_their_lead_in_or_the_sub_section() -> None:
    assert details("Set these:\n```sh\nA=1\n```\n") == [("Set these", "```sh\nA=1\n```")]
    assert details("```sh\nA=1\n```\n") == [("Unit Tests", "```sh\nA=1\n```")]


def test_a_lead_in_is_context() -> None:
    found = group("The following is tested:\n- a\n- b\n")
    assert [item.title for item in found.items] == ["a", "b"]
    assert found.context == "The following is tested:"


def test_where_shapes_are_mixed_bullets_outside_any_group_are_items_too() -> None:
    assert details("- a\n- b\n\n**Group**:\n- c\n") == [("a", ""), ("b", ""), ("Group", "- c")]


@pytest.mark.parametrize("gap", ["", "\n"])
def test_a_label_with_code_alone_explains_the_list_after_it(gap: str) -> None:
    found = group(f"**Today**:\n{gap}```sql\nselect 1;\n```\n{gap}- a\n- b\n\n**Later**:\n- c\n")
    assert [item.title for item in found.items] == ["a", "b", "Later"]
    assert "**Today**" in found.context
    assert "select 1;" in found.context


def test_a_label_with_code_alone_and_no_list_after_it_is_an_item() -> None:
    assert details("**Today**:\n```\nx\n```\n") == [("Today", "```\nx\n```")]
    assert details("**Today**:\n```\nx\n```\nText.\n- a\n") == [("Today", "```\nx\n```\nText.\n- a")]


@pytest.mark.parametrize("fence", ["```", "~~~", "````"])
def test_a_paragraph_with_a_colon_before_code_is_the_item_and_what_follows_is_its_detail(fence: str) -> None:
    code = f"{fence}sh\nrun\n{fence}"
    assert details(f"Run it:\n{code}\nIt takes an hour.\n\nThen look:\n\n{code}\n") == [
        ("Run it", f"{code}\nIt takes an hour."),
        ("Then look", code),
    ]
    assert details(f"Before.\n\nRun it:\n{code}\n\n- a\n") == [("Before.", ""), ("Run it", f"{code}\n\n- a")]


def test_a_paragraph_before_code_and_bullets_of_their_own_are_all_items() -> None:
    found = group("Run it:\n```\nx\n```\n\nAfter that, remove:\n- a\n- b\n")
    assert [item.title for item in found.items] == ["Run it", "a", "b"]
    assert found.context == "After that, remove:"
