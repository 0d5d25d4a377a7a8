"""Words as they are compared: without numbering, emoji, punctuation and case (docs/map-format.md, "Headings")."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.patterns import lazy
from techmap_sync.text_forms import compatible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


_EMOJI = (
    "\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\ufe0e\ufe0f\u200b\u200d\u20e3\u2139"
)
_ORNAMENT = rf"(?:[0-9#*]\ufe0f?\u20e3|[{_EMOJI}]|[-=]>|\s)+"
_LEADING_ORNAMENT = lazy(rf"^{_ORNAMENT}")
_TRAILING_ORNAMENT = lazy(rf"{_ORNAMENT}$")
_LONGEST_ORNAMENT = 40  # characters at either end of a heading that are looked at: more is never written
_MOST_NUMBERS = 4  # "1. ✅ 2.1 Title" has two
_NUMBERING = lazy(
    r"""^(?:
        \(?\d+(?:\.\d+)*[.)](?:\s+|(?=[^\d\s]))  # 7.  7.1.  3)  (3)
      | \d+(?:\.\d+)+\s+                    # 7.1
      | \d+\s*[:–—-]\s+                     # 7:  7 -
      | [A-Za-z][.)]\s+                     # A)
      | [ivxIVX]+[.)]\s+                    # IV.
      | [一二三四五六七八九十]+[、.)]\s*
    )""",
    re.VERBOSE,
)
_BACKTICKS = lazy("`+")
_BARE_NUMBER = lazy(r"^\d+\s+")
_QUALIFIER = lazy(r"\s*\([^()]*\)$")
_HYPHENS = lazy(r"[\u2010-\u2015-]+")
_SENTENCE_END = lazy(r"[.!?][\"'”’)\]*]*(?=\s+[^\sa-z])|[。！？]")


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text for comparison: full-width forms as ASCII, one case, single spaces."""
    return " ".join(compatible(text).casefold().split())


@lru_cache(maxsize=4096)
def unnumbered(text: str) -> str:
    """Return a heading without leading numbering and without emoji and arrows at its ends."""
    if text.isascii() and text.replace(" ", "").isalpha() and text == text.strip():
        return text  # nothing but words, as nearly always
    for _ in range(_MOST_NUMBERS):
        shorter = _NUMBERING.sub("", _LEADING_ORNAMENT.sub("", text), count=1)
        if shorter == text:
            break
        text = shorter
    behind = max(len(text) - _LONGEST_ORNAMENT, 0)
    return text[:behind] + _TRAILING_ORNAMENT.sub("", text[behind:])


def is_numbered(text: str) -> bool:
    """Whether a heading begins with a number that is not part of its words."""
    return _NUMBERING.match(_LEADING_ORNAMENT.sub("", text)) is not None


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """Return a heading or label as it is compared with the vocabulary."""
    if text.isascii() and text.replace(" ", "").isalpha():
        return " ".join(text.lower().split())  # nothing but words, as nearly always
    key = _without_colon(fold(unnumbered(text)))
    key = _without_colon(unnumbered(_QUALIFIER.sub("", key)))
    return " ".join(_HYPHENS.sub(" ", key).split()) or key


def without_number(key: str) -> str:
    """Return a heading key without a bare number in front: ``3 unit tests``."""
    return _BARE_NUMBER.sub("", key)


def _without_colon(text: str) -> str:
    return text.rstrip(": \t")


def without_closing_colon(text: str) -> str:
    """Return a title without the colon that closes it."""
    return text.rstrip().rstrip(":：").rstrip()


class CodeSpan(NamedTuple):
    """Code in a text, and where it is with its backticks."""

    start: int
    end: int
    code: str


def code_spans(text: str) -> Iterator[CodeSpan]:
    """Yield what stands in backticks on one line; a run of them is closed by the next one as long (CommonMark 6.1).

    Each run is looked up once, so that a text of many runs of different lengths takes no longer than another one.
    """
    runs, line, before = [], 0, 0
    for found in _BACKTICKS.finditer(text):
        line += text.count("\n", before, found.start())
        before = found.end()
        runs.append((found.start(), found.end(), line))
    closing, following = [-1] * len(runs), dict[tuple[int, int], int]()
    for number in reversed(range(len(runs))):
        start, end, line = runs[number]
        closing[number] = following.get((line, end - start), -1)
        following[line, end - start] = number
    number = 0
    while number < len(runs):
        start, end, _ = runs[number]
        last = closing[number]
        if last >= 0:
            yield CodeSpan(start, runs[last][1], text[end : runs[last][0]])
        number = max(number, last) + 1


def first_sentence(text: str, masked: str, abbreviations: frozenset[str]) -> str:
    """Return the first sentence with its full stop.

    ``masked`` is the same text with code spans masked, so that a full stop in code ends nothing.
    """
    for end in _SENTENCE_END.finditer(masked):
        word = masked[masked.rfind(" ", 0, end.start()) + 1 : end.end()]
        if word.casefold().lstrip("(") not in abbreviations:
            return text[: end.end()]
    return text


def name_key(name: str) -> str:
    """Return a component's name as overview and detail are matched: no case, spaces, backticks, directory, remark."""
    key = _QUALIFIER.sub("", fold(name).replace("`", ""))
    return "".join(key.rstrip("/").rpartition("/")[2].split()) or key


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Return some words, folded, in the order in which a pattern has to try them."""
    return tuple(sorted(frozenset(map(fold, words)), key=lambda word: (-len(word), word)))


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of the words; for none of them one that matches nothing."""
    return "|".join(re.escape(word) for word in longest_first(words)) or r"(?!)"
