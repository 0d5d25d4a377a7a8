"""Components with a heading of their own (docs/map-format.md, "Components")."""

from __future__ import annotations

import pytest

from tests.documents.maps import body, names, specified


def test_every_heading_below_the_specifications_is_a_component() -> None:
    found = specified("### Component 1: A\n**Location**: `a.py`\n\n### B\nText only.\n")
    assert [(one.name, one.detail) for one in found] == [("A", ""), ("B", "Text only.")]
    assert all(one.specified for one in found)


def test_a_heading_without_fields_whose_children_have_fields_only_groups() -> None:
    found = specified("### Backend\nIntro.\n\n#### 1. A\n**Location**: `a.py`\n\n#### 2. B\n**Location**: `b.py`\n")
    assert [one.name for one in found] == ["A", "B"]


def test_groupings_may_be_nested() -> None:
    found = specified("### Backend\n\n#### Store\n\n##### A\n**Location**: `a.py`\n\n#### B\n**Location**: `b.py`\n")
    assert [one.name for one in found] == ["A", "B"]


def test_a_heading_with_fields_keeps_the_headings_below_it_as_detail() -> None:
    (only,) = specified("### A\n**Location**: `a.py`\n\n#### Notes\nText.\n")
    assert (only.name, only.detail) == ("A", "#### Notes\nText.")


def test_a_heading_that_is_called_like_a_field_is_that_field() -> None:
    (only,) = specified("### A\n\n#### Location\n`a.py`\n\n#### Purpose\nDoes x.\n\n#### Key Methods\n- `run()`: x\n")
    assert (only.locations, only.purpose, [one.name for one in only.methods]) == (("a.py",), "Does x.", ["run"])


@pytest.mark.parametrize("detail", ["Token Service", "tokenservice", "`TokenService`", "src/auth/TokenService"])
def test_list_and_detail_match_without_case_spaces_backticks_and_folder(detail: str) -> None:
    found = body(f"""\
        ## Modified Components
        - `TokenService`: x

        ## Detailed Component Specifications
        ### {detail}
        **Location**: `a.py`
    """)
    assert [(one.kind.value, one.specified, one.summary) for one in found.components] == [("modified", True, "x")]


def test_specified_components_come_first_then_those_that_are_only_listed() -> None:
    found = body("""\
        ## New Components
        - C: x
        - A: x
        - B: x

        ## Detailed Component Specifications
        ### B
        **Location**: `b.py`
        ### A
        **Location**: `a.py`
    """)
    assert names(found) == ["B", "A", "C"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("### A (Modified)\n**Location**: `a.py`\n", "modified"),
        ("### MODIFIED: A\n**Location**: `a.py`\n", "modified"),
        ("### A\n**Location**: `a.py` (modified)\n", "modified"),
        ("### A\n- **File**: `a.py` (new)\n", "new"),
        ("### A (new)\n**Location**: `a.py` (modified)\n", "new"),
        ("### A\n**Location**: `a.py`\n", "new"),
    ],
)
def test_without_a_list_heading_or_location_say_the_kind(text: str, kind: str) -> None:
    assert [one.kind.value for one in specified(text)] == [kind]


def test_what_the_heading_calls_existing_is_no_component() -> None:
    assert not specified("### A - EXISTING\n**Location**: `a.py`\n")


def test_what_is_listed_as_done_is_no_component_though_it_is_specified() -> None:
    found = body("## New Components\n- [x] A: x\n\n## Detailed Component Specifications\n### A\n**Location**: `a.py`\n")
    assert not found.components
    assert [item.title for item in found.done] == ["A"]


def test_a_numbered_component_is_found_where_a_section_should_be() -> None:
    assert names(body("## Component 1: A\n**Location**: `a.py`\n\n## Component 2: B\n")) == ["A", "B"]


def test_an_identity_given_by_hand_is_read() -> None:
    found = specified("### A {#alpha}\n<!-- was: old, older -->\ntext\n\n### B <!-- id: beta -->\ntext\n")
    assert [(one.name, one.slug, one.was) for one in found] == [("A", "alpha", ("old", "older")), ("B", "beta", ())]
