"""Header, footer and readiness (docs/map-format.md, "Metadata and readiness")."""

from __future__ import annotations

import pytest

from techmap_sync.documents.base import Lifecycle
from techmap_sync.documents.technical_map.model import Readiness
from tests.documents.maps import body, group, read, reading

TITLE = "# TECHNICAL MAP: T\n\n"


def ready(value: str) -> Readiness:
    return read(f"{TITLE}## Testing\n\n- x\n\n---\n\n**Implementation Ready**: {value}\n").readiness


@pytest.mark.parametrize(
    "written",
    [
        "**Author**: Ada",
        "**Author:** Ada",
        "- **Author**: Ada",
        "* **Author:** Ada",
        "> **Author**: Ada",
        "> - **Author**: Ada",
        "**Date**: 2026-01-02 | **Author**: Ada | **Map ID**: X-1",
        "**Date**: 2026-01-02  \n**Author**: Ada  ",
        "**Author**：Ada",
        "**Autorin**: Ada",
    ],
)
def test_a_field_is_read_in_a_paragraph_a_bullet_or_a_quote(written: str) -> None:
    author = read(f"{TITLE}{written}\n").field("author")
    assert author is not None
    assert author.value == "Ada"


@pytest.mark.parametrize("value", ["Yes", "YES", "y", "true", "Ready", "Approved", "✅ Yes", "`Yes`", "**Yes**",
                                   "Yes - reviewed on Monday", "Yes, agreed in #41", "yes!", "Ja", "Oui", "Sí", "是",
                                   "はい", "☑ Yes"])  # fmt: skip
def test_these_answers_approve(value: str) -> None:
    assert ready(value) is Readiness.APPROVED


@pytest.mark.parametrize("value", ["No", "n", "false", "Not yet", "Pending", "Awaiting review by the hardware team",
                                   "Draft", "TBD", "Partial", "Partially", "Blocked by ABC-1", "[Yes/No]", "❌ No",
                                   "Yes/No", "Nein", "Non", "否", "尚未", "いいえ"])  # fmt: skip
def test_these_answers_do_not_approve(value: str) -> None:
    assert ready(value) is Readiness.NOT_APPROVED


def test_an_empty_answer_and_no_answer_do_not_approve() -> None:
    assert ready("") is Readiness.MISSING
    assert read(TITLE).readiness is Readiness.MISSING


def test_any_other_answer_does_not_approve_and_is_reported_with_its_line() -> None:
    found = reading(f"{TITLE}**Implementation Ready**: Perhaps\n")
    assert found.map is not None
    assert not found.map.ready
    assert [(one.rule, one.span.line) for one in found.findings] == [("unrecognised-readiness", 3)]


def test_the_last_footer_counts() -> None:
    footer = "## Testing\n\n- x\n\n**Implementation Ready**: Yes\n"
    assert read(f"{TITLE}**Implementation Ready**: No\n\n{footer}").ready


@pytest.mark.parametrize("first", ["Yes", "No"])
def test_no_wins_over_yes_in_one_footer(first: str) -> None:
    second = "No" if first == "Yes" else "Yes"
    footer = f"---\n\n**Implementation Ready**: {first}\n**Implementation Ready**: {second}\n"
    assert not read(f"{TITLE}## Testing\n\n- x\n\n{footer}").ready


def test_a_fence_holds_no_fields() -> None:
    assert not read(f"{TITLE}```\n**Implementation Ready**: Yes\n```\n").ready


@pytest.mark.parametrize("status", ["ABANDONED", "Superseded by X-2", "**Abandoned**", "Verworfen"])
def test_a_map_can_be_retired(status: str) -> None:
    assert read(f"{TITLE}**Status**: {status}\n").lifecycle is Lifecycle.RETIRED


def test_the_map_id_comes_from_its_field_or_from_the_front_matter() -> None:
    assert read(f"{TITLE}**Map ID**: MLP-014\n").map_id == "MLP-014"
    assert read(f"---\nid: a-1\n---\n{TITLE}").map_id == "a-1"
    assert read(f"---\nid: a-1\n---\n{TITLE}**Map ID**: b-2\n").map_id == "b-2"


def test_the_footer_may_stand_directly_above_a_rule() -> None:
    found = body("""\
        ## Testing

        ### Unit Tests
        - x

        ---
        **Status**: TECHNICAL MAP
        **Implementation Ready**: Yes
        ---
        *Written with care*
    """)
    assert found.ready
    assert [item.title for item in found.tests[0].items] == ["x"]


def test_a_closing_remark_below_the_footer_belongs_to_no_section() -> None:
    found = body("## Deployment\n\n### Rollback Plan\nRevert.\n\n---\n**Implementation Ready**: Yes\n\n*The end.*\n")
    assert [item.title for item in found.deployment[0].items] == ["Revert."]
    assert [passage.markdown for passage in found.context if "end" in passage.markdown] == ["*The end.*"]


def test_a_field_that_is_not_about_the_map_stays_where_it_stands() -> None:
    assert [item.title for item in group("- **Status**: shown in the list\n- **Owner**: changes at once\n").items] == [
        "Status: shown in the list",
        "Owner: changes at once",
    ]
