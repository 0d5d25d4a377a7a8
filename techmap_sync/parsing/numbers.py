"""Which items of a sub-section have a number in front of their words (docs/map-format.md, "Items").

A number such as ``1.`` is always one. ``2.1 Provision`` or ``B. Provision`` is one where its neighbours count on:
"1.5 seconds are enough" is about seconds.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from techmap_sync.numbering import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_LEVELS = re.compile(r"(\d{1,3}(?:\.\d{1,3})+)\s+(?=\S)", re.ASCII)
_DASHED = re.compile(r"(\d{1,3})\s+[-–—]\s+(?=\S)", re.ASCII)
_LETTER = re.compile(r"([A-Za-z])\.\s+(?=\S)")
_COUNTING = (_LEVELS, _DASHED, _LETTER)
_WORD = re.compile(r"[^\W\d_a-z][^\W\d_A-Z]{2}")
_STEP_END = r"\s*№?\s*\d{1,3}(?:\.\d{1,3})*\s*(?:[:：.)）]|\s[-–—](?=\s)|[、])\s*(?=\S)"


def steps_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what matches ``Step 3:`` for any of the words."""
    known = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"(?:{known}){_STEP_END}|第[\d一二三四五六七八九十]{{1,3}}[步个项][:：、]?\s*(?=\S)", re.I)


def numbers_of(texts: Sequence[str], steps: re.Pattern[str]) -> list[int]:
    """Return how many characters of each text are a number and the space behind it.

    :param texts: the titles of one sub-section, in order, with code masked.
    :param steps: as ``steps_of`` returned it.
    """
    lengths = [_length(text, steps) for text in texts]
    for pattern in _COUNTING:
        found = {
            place: match for place, text in enumerate(texts) if not lengths[place] and (match := pattern.match(text))
        }
        if _count_on([match[1] for match in found.values()], [texts[p][m.end() :] for p, m in found.items()]):
            for place, match in found.items():
                lengths[place] = match.end()
    return lengths


def _length(text: str, steps: re.Pattern[str]) -> int:
    found = NUMBER.match(text) or steps.match(text)
    return found.end() if found else 0


def _count_on(numbers: Sequence[str], words: Sequence[str]) -> bool:
    """Whether numbers count, each from the one before; a single one has to be a first one before a word."""
    counts = [_levels(number) for number in numbers]
    if len(counts) == 1:
        return len(counts[0]) > 1 and counts[0][-1] == 1 and counts[0][0] > 0 and _WORD.match(words[0]) is not None
    ascends = all(before < after for before, after in pairwise(counts))
    return bool(counts) and ascends and (counts[0][-1] == 1 or all(_follows(a, b) for a, b in pairwise(counts)))


def _levels(number: str) -> tuple[int, ...]:
    if number.isalpha():
        return (ord(number) - ord("a" if number.islower() else "A") + 1,)
    return tuple(map(int, number.split(".")))


def _follows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether one number comes directly after another: 1.3 or 1.2.1 or 2.1 after 1.2."""
    *same, last = after
    return (
        (*same, last - 1) == before[: len(after)]
        or (last == 1 and len(after) > len(before))
        or (last == 1 and len(after) > 1 and after[-2] - 1 == before[len(after) - 2])
    )
