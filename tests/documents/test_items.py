"""Items of every section (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, group, levels, titles


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
        ("one", (("#", "1"), ("Expected", "`x`"))),
        ("two", (("#", "2"), ("Expected", "y"))),
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


@pytest.mark.parametrize(
    ("bullet", "title"),
    [
        ("**Lead**: rest", "Lead: rest"),
        ("**Lead:** rest", "Lead: rest"),
        ("a `code` and *more*", "a code and more"),
        ("wrapped\n  over lines", "wrapped over lines"),
        ("one. Two stay together.", "one. Two stay together."),
        ("a [link](x.md) and ![image](y.png)", "a link and image"),
        ("1. **Group**:\n   - x", "Group"),
        ("case (`tests/x.py`)", "case (tests/x.py)"),
        ("ends in a colon:", "ends in a colon"),
        ("全角のコロン：", "全角のコロン"),
        ("[ ] to do", "to do"),
        ("accepts `List[Dict]`", "accepts List[Dict]"),
        ("users/[userId]/route.ts", "users/[userId]/route.ts"),
        ("Tom &amp; Jerry", "Tom & Jerry"),
        ("returns Array<Command>", "returns Array<Command>"),
    ],
)
def test_a_title_is_the_first_paragraph_as_plain_text(bullet: str, title: str) -> None:
    text = bullet if bullet[0] == "1" else f"- {bullet}"
    assert titles(f"{text}\n") == [title]


def test_a_chinese_sentence_ends_at_its_full_stop() -> None:
    assert titles("第一句。第二句。\n") == ["第一句。"]


def test_detail_keeps_its_markdown() -> None:
    assert details("1. Create\n   ```sh\n   run **x**\n   ```\n") == [("Create", "```sh\nrun **x**\n```")]


def test_an_item_of_a_numbered_list_knows_that_its_order_matters() -> None:
    assert [item.ordered for item in group("1. a\n2. b\n").items] == [True, True]
    assert [item.ordered for item in group("- a\n").items] == [False]


def test_markdown_and_code_of_a_title_are_kept() -> None:
    (item,) = group("- [ ] use `x` and **y** <!-- id: use-x -->\n").items
    assert (item.markdown, item.code, item.slug) == ("use `x` and **y**", ("x",), "use-x")


def test_an_item_knows_its_lines() -> None:
    (first, second) = group("- a\n  more\n- b\n").items
    assert (first.span.line, first.span.end_line, second.span.line) == (7, 8, 9)


@pytest.mark.parametrize("text", ["![](x.png)", "- ![](x.png)", "[](x)", "-", "- <!-- x -->", "![](x.png)\n---"])
def test_an_image_without_words_is_no_item(text: str) -> None:
    assert titles(f"{text}\n") == []


@pytest.mark.parametrize("text", ["- [x] a", "- [X] a", "- ✅ Already exists: a", "- ~~a~~", "1. [x] a", "- a ✅ done"])
def test_what_is_done_stays_as_done(text: str) -> None:
    assert [item.done for item in group(f"{text}\n- b\n").items] == [True, False]


def test_a_tick_alone_is_not_done() -> None:
    assert titles("- ✅ a\n- b ✅\n") == ["✅ a", "b ✅"]


def test_a_comment_holds_no_items() -> None:
    assert titles("- a\n<!-- - b -->\n- c <!-- later -->\n") == ["a", "c"]


@pytest.mark.parametrize("name", ["Database Changes", "API Changes", "Configuration Changes"])
def test_a_section_that_says_none_has_no_items(name: str) -> None:
    for nothing in ("None", "N/A", "Not applicable", "No changes required.", "- None", "None - not touched"):
        (found,) = levels(body(f"## Integration Points\n\n### {name}\n{nothing}\n").changes).values()
        assert found == [], nothing


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
