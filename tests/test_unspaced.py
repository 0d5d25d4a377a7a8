"""Words are found alike in texts with and without characters of scripts that put no space between words."""

from __future__ import annotations

import re

import pytest

from techmap_sync.unspaced import HAN_AND_KANA, HAN_KANA_AND_HANGUL, may_be_unspaced, word_pattern

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
