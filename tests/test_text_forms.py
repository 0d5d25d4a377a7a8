"""Texts are normalised in pieces, and come out as if they were normalised at once."""

from __future__ import annotations

import sys
import unicodedata

import pytest

from techmap_sync.text_forms import compatible, composed
from tests.measure import measured

COMPOSING = ["e\u0301", "\u1112\u1161\u11ab", "\uff76\uff9e", "\u3147\uffc2", "\u0995\u09c7\u09be"]
"""An accent; Hangul; half-width Katakana and Hangul; a vowel of Bengali that is written in two parts."""


@pytest.mark.parametrize("letters", COMPOSING, ids=ascii)
@pytest.mark.parametrize("shift", range(3))
def test_a_long_text_is_normalised_as_if_at_once(letters: str, shift: int) -> None:
    text = "a" * shift + letters * 1000
    assert composed(text) == unicodedata.normalize("NFC", text)
    assert compatible(text) == unicodedata.normalize("NFKC", text)


def test_no_letter_that_composes_with_the_one_before_it_begins_a_piece() -> None:
    """Each pair of letters of which Unicode makes one, across the place where a text is cut."""
    decompositions = (unicodedata.decomposition(chr(code)).split() for code in range(sys.maxunicode + 1))
    pairs = {(chr(int(d[0], 16)), chr(int(d[1], 16))) for d in decompositions if len(d) == 2 and d[0][0] != "<"}
    assert len(pairs) > 900
    for one, two in pairs:
        text = "-" * 511 + one + two + "-" * 600
        assert composed(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize("unit", ["\U0001f1eb\U0001f1f7", "a\u0301", "\u0301"], ids=ascii)
def test_half_a_million_letters_take_no_time(unit: str) -> None:
    with measured() as taken:
        composed(unit * (500_000 // len(unit)))
    assert taken.seconds < 2
