"""Only odd spaces are replaced, each at its place, whatever ends the lines."""

from __future__ import annotations

import pytest

from techmap_sync.diagnostics import Span
from techmap_sync.documents.plain_spaces import with_plain_spaces


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=ascii)
def test_the_characters_at_the_places_become_plain_spaces(end: str) -> None:
    content = f"-\u00a0é\u00a0a{end}##\u3000b".encode()
    assert with_plain_spaces(content, [Span(1, 2), Span(2, 3)]).decode() == f"- é\u00a0a{end}## b"


@pytest.mark.parametrize("place", [Span(1, 1), Span(1, 9), Span(7, 1)], ids=str)
def test_a_place_without_an_odd_space_stays(place: Span) -> None:
    assert with_plain_spaces("-\u00a0a".encode(), [place]) == "-\u00a0a".encode()
