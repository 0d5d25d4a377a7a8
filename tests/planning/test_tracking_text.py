"""What no ticket says is quoted in the tracking ticket, below its own headings."""

from __future__ import annotations

from techmap_sync.diagnostics import Span
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.planning.tracking_text import LONGEST_OPEN, MOST_QUOTED, Remainder, is_long, quoted, remaining
from tests.documents.shipped import VOCABULARY


def left(text: str, *texts: str, not_understood: tuple[Span, ...] = ()) -> list[Remainder]:
    return list(remaining(statements_of(text, VOCABULARY), texts, not_understood))


def test_only_what_no_text_says_is_left() -> None:
    (part,) = left("## Notes\n\n- Weigh parcels\n- Print labels\n", "It will weigh parcels daily")
    assert (part.heading, part.markdown) == ("Notes", "- Print labels")
    assert not left("- Weigh parcels\n", "weigh Parcels")


def test_boxes_belong_to_work_and_are_not_quoted() -> None:
    (part,) = left("- [ ] Weigh parcels\n")
    assert part.markdown == "- Weigh parcels"


def test_a_row_is_quoted_with_the_head_of_its_table_but_not_with_its_number() -> None:
    (part,) = left("| # | Parcel | Weight |\n|---|---|---|\n| 1 | small | 1 kg |\n")
    assert part.markdown.endswith("- small: 1 kg")
    assert "Weight" in part.markdown and "#" not in part.markdown


def test_of_a_section_that_nobody_understood_the_end_is_linked() -> None:
    text = "## Odds and ends\n\n" + "".join(f"- Thing {number}\n" for number in range(MOST_QUOTED + 3))
    (part,) = left(text, not_understood=(Span(1, end_line=MOST_QUOTED + 5),))
    assert len(part.markdown.split("\n")) == MOST_QUOTED
    assert part.beyond == (MOST_QUOTED + 3, MOST_QUOTED + 5)
    assert not part.is_understood


def test_code_keeps_its_blank_lines() -> None:
    said = statements_of("```\na b\n\nc d\n```\n", VOCABULARY)
    assert quoted(said) == "```\na b\n\nc d\n```"


def test_a_text_is_long_by_the_lines_that_are_not_blank() -> None:
    assert not is_long("a\n\n" * LONGEST_OPEN)
    assert is_long("a\n" * (LONGEST_OPEN + 1))
