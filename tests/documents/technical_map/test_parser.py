"""What a reading holds as a whole (docs/map-format.md)."""

from __future__ import annotations

from tests.documents.maps import body


def test_the_values_know_their_place_in_the_file() -> None:
    found = body("## New Components\n\n- `A`: x\n\n## Unit Tests\n\n- first\n- second\n")
    assert found.components[0].span.line == 5
    assert [item.span.line for item in found.tests[0].items] == [9, 10]
