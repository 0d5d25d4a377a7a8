"""What a misspelt word was meant to be: of options, commands, rules and settings, and of the names in a document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from techmap_sync.patterns import lazy
from techmap_sync.text_forms import compatible

_PARTS = lazy(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
_SHORTEST_NAME, _SHORTEST_WORD = 6, 4
_SHORTEST_SWAP = 5  # two letters that changed places are a slip in shorter names too
_LONGEST_NAME, _MOST_COMPARED = 100, 20_000
_PLURALS = ("s", "es")


def squeezed(name: str) -> str:
    """Return a name without case, spaces and hyphens: ``Token-Store`` is ``token_store``."""
    return "".join(re.findall(r"[^\W_]+", compatible(name).casefold()))


class NearNames:
    """Some names, and which of them another name nearly is."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names: dict[tuple[str, int], dict[str, None]] = {}
        self._budget = _MOST_COMPARED
        for name in names:
            letters = squeezed(name)
            self._names.setdefault((letters[:1], len(letters)), {})[name] = None

    def nearest(self, name: str) -> str:
        """Return the first name that a name nearly is, or nothing; in a huge map not every name is looked at."""
        letters = squeezed(name)
        for length in (0, 1, -1, 2, -2):
            for other in self._names.get((letters[:1], len(letters) + length), ()):
                self._budget -= 1
                if self._budget < 0 or len(letters) > _LONGEST_NAME:
                    return ""
                if is_nearly(name, other):
                    return other
        return ""


def is_nearly(name: str, other: str) -> bool:
    """Whether a name is another one, misspelt."""
    one, two = squeezed(name), squeezed(other)
    if one == two:
        return True
    short, long = sorted((one, two), key=len)
    if not short or len(long) - len(short) > 2 or one[0] != two[0]:
        return False
    if len(short) < _SHORTEST_NAME:
        return len(short) >= _SHORTEST_SWAP and sorted(one) == sorted(two) and _distance(one, two) <= 1
    if re.findall(r"\d+", one) != re.findall(r"\d+", two) or long in [short + ending for ending in _PLURALS]:
        return False
    parts, others = _PARTS.findall(name), _PARTS.findall(other)
    return _distance(one, two) <= 1 if len(parts) != len(others) else _all_nearly(parts, others)


def _all_nearly(parts: Sequence[str], others: Sequence[str]) -> bool:
    """Whether names of as many words differ by one slip in one or two of these."""
    pairs = [(a.casefold(), b.casefold()) for a, b in zip(parts, others, strict=True) if a.casefold() != b.casefold()]
    return len(pairs) <= 2 and all(_is_slip(a, b) for a, b in pairs)


def _is_slip(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    same_start = short[0] == long[0] and len(short) >= _SHORTEST_WORD
    return same_start and long not in [short + ending for ending in _PLURALS] and _distance(word, other) <= 1


def _distance(word: str, other: str) -> int:
    """Return how many letters are wrong, missing, too many, or swapped with the next one."""
    from rapidfuzz.distance import OSA

    return OSA.distance(word, other, score_cutoff=1)


_ENOUGH = 3
"""Characters that say how a word begins."""


def did_you_mean(word: str, known: Iterable[str], otherwise: str | None = None) -> str:
    """Return the question that names the nearest of the known words.

    :param otherwise: what to say where none is near; by default what is known.
    """
    from difflib import get_close_matches  # most runs misspell nothing

    words = list(known)
    by_small = {each.casefold(): each for each in words}
    begun = [each for each in by_small if len(word) >= _ENOUGH and each.startswith(word.casefold())]
    near = begun or get_close_matches(word.casefold(), by_small, n=1)
    if near:
        return f"did you mean {by_small[near[0]]}?"
    return f"known are {', '.join(words)}" if otherwise is None else otherwise
