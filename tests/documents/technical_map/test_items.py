"""Items of every section (docs/map-format.md, "Items")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, group, levels, titles


def details(text: str) -> list[tuple[str, str]]:
    return [(item.title, item.detail) for item in group(text).items]


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
