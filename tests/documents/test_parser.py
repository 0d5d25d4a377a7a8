"""Bytes, and what a reading holds as a whole (docs/map-format.md)."""

from __future__ import annotations

import pytest

from techmap_sync.documents.text import decode
from techmap_sync.errors import UnreadableMap
from tests.documents.maps import body, reading


def test_a_byte_order_mark_is_dropped() -> None:
    assert decode(b"\xef\xbb\xbf# T") == "# T"


@pytest.mark.parametrize(("data", "offset"), [(b"ab\xff", 2), (b"\xef\xbb\xbfa\xc3(", 4), (b"\xff\xfe#\x00", 0)])
def test_bytes_that_are_not_utf_8_are_an_error_that_names_the_offset(data: bytes, offset: int) -> None:
    with pytest.raises(UnreadableMap, match=f"byte {offset} "):
        decode(data, "maps/x.md")


def test_the_values_know_their_place_in_the_file() -> None:
    found = body("## New Components\n\n- `A`: x\n\n## Unit Tests\n\n- first\n- second\n")
    assert found.components[0].span.line == 5
    assert [item.span.line for item in found.tests[0].items] == [9, 10]


def test_a_comment_silences_a_rule_for_the_block_below_it() -> None:
    found = reading("# TECHNICAL MAP: T\n\n<!-- techmap-sync: ignore unknown-section -->\n## Risks\n\ntext\n")
    assert [(one.rule, one.first_line, one.last_line) for one in found.ignores] == [("unknown-section", 3, 4)]
