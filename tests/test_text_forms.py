"""Words are found alike in texts with and without characters of scripts that put no space between words."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest

from techmap_sync.text_forms import (
    HAN_AND_KANA,
    HAN_KANA_AND_HANGUL,
    compatible,
    composed,
    may_be_unspaced,
    word_pattern,
)
from tests.measure import measured

TEXTS = (
    "",
    "plain words, with_9 signs",
    "über \u2013 straße \u2705",
    "缓存 cache 層",
    "\u3042b c\ud55c\uae00",
    "\U00020000x a\uf900",
)


@pytest.mark.parametrize("unspaced", [HAN_AND_KANA, HAN_KANA_AND_HANGUL])
@pytest.mark.parametrize("letter", [r"\w", r"[^\W_]"])
@pytest.mark.parametrize("text", TEXTS, ids=ascii)
def test_the_words_are_those_of_the_whole_pattern(unspaced: str, letter: str, text: str) -> None:
    whole = re.compile(rf"[{unspaced}]|(?:(?![{unspaced}]){letter})+")
    assert word_pattern(unspaced, letter)(text).findall(text) == whole.findall(text)


def test_no_unspaced_character_is_missed() -> None:
    unspaced = re.compile(f"[{HAN_AND_KANA}{HAN_KANA_AND_HANGUL}]")
    every = [chr(code) for code in range(0x2000, 0x10000) if unspaced.match(chr(code))]
    assert len(every) > 30_000
    assert all(map(may_be_unspaced, every))


def test_common_signs_are_none() -> None:
    assert not may_be_unspaced("a \u2013 b \u2192 \u2705 \u00e9 \u0416")


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
