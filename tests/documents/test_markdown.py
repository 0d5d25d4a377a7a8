"""Text in quotes and callouts is read like any text (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.technical_map.detect import looks_like_map
from tests.documents.maps import body, component, group, overview, read, titles
from tests.documents.shipped import VOCABULARY


def test_quoted_bullets_are_items_at_any_depth() -> None:
    assert titles("> - a\n> - b\n\n> > - c\n\n- > d\n- e\n") == ["a", "b", "c", "d", "e"]


def test_quoted_prose_is_an_item_and_a_callout_keeps_its_kind() -> None:
    assert titles("> A locked account stays locked.\n") == ["A locked account stays locked."]
    assert titles("> [!WARNING]\n> A locked account stays locked.\n") == ["Warning: A locked account stays locked."]
    assert titles("> [!note]- Locks\n> - A locked account stays locked\n") == ["A locked account stays locked"]


def test_text_beside_the_items_of_a_callout_is_context() -> None:
    assert group("> [!note]- Locks\n> - A locked account stays locked\n").context == "Note: Locks"


def test_a_quote_in_an_item_is_its_detail_without_signs() -> None:
    (item,) = group("- a\n  > **so** it is\n  > - b\n  >   > c\n").items
    assert item.detail == "**so** it is\n- b\n\n  c"


def test_components_sections_and_fields_are_read_in_quotes() -> None:
    text = """
    > ## Components Overview
    > ### New Components
    > - `Alpha`: keeps `x`
    >
    > ## Detailed Component Specifications
    > > ### Alpha
    > > **Location**: `a.py`
    > > **Key Methods**:
    > > - `run()`: runs

    ## Testing Strategy
    > ### Unit Tests
    > - a
    """
    found = body(text)
    (alpha,) = found.components
    assert (alpha.locations, alpha.summary, [method.name for method in alpha.methods]) == (
        ("a.py",),
        "keeps `x`",
        ["run"],
    )
    assert [(tests.name, len(tests.items)) for tests in found.tests] == [("unit", 1)]
    assert not found.unrecognised


@pytest.mark.parametrize("lead", ["> ", "> > ", ">", "> [!IMPORTANT]\n> "])
def test_title_and_footer_count_in_a_quote_too(lead: str) -> None:
    sign = lead.rpartition("\n")[2]
    text = f"{lead}# TECHNICAL MAP: T\n\n{lead}**Status**: TECHNICAL MAP\n{sign}**Implementation Ready**: Yes\n"
    assert looks_like_map(text, VOCABULARY)
    found = read(text)
    assert (found.title, found.ready) == ("T", True)


def test_a_heading_in_a_quoted_fence_or_comment_makes_no_map() -> None:
    for text in ("> ```\n> # TECHNICAL MAP: T\n> ```\n", "> <!--\n> # TECHNICAL MAP: T\n> -->\n"):
        assert not looks_like_map(text, VOCABULARY)


def test_text_above_and_below_a_quote_does_not_run_into_it() -> None:
    assert (
        component("One:\n> two\n\nthree\n> ```\n> four\n\nfive\n").detail
        == "One:\n\ntwo\n\nthree\n\n```\nfour\n```\n\nfive"
    )


def test_a_lazy_line_and_a_line_without_a_space_belong_to_the_quote() -> None:
    assert component(">a\nb\n>\tc\n").detail == "a\nb\n  c"


def test_a_label_below_a_quoted_bullet_opens_a_group() -> None:
    assert [item.title for item in group("> - a\n> **Locks**:\n> - b\n").items] == ["a", "Locks"]


def test_a_quoted_overview_lists() -> None:
    assert [one.name for one in overview("> - Alpha: keeps\n>\n> > - Beta: drops\n").components] == ["Alpha", "Beta"]


def test_quoted_fields_of_a_component_are_read_among_others() -> None:
    found = component("**Purpose**: Keeps.\n\n> **Location**: `a.py`\n\n> **Depends on**: Beta\n")
    assert (found.purpose, found.locations, found.depends_on) == ("Keeps.", ("a.py",), ("Beta",))
