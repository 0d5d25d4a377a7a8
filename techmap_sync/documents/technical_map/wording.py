"""Words as they are compared: without numbering, emoji, punctuation and case (docs/map-format.md, "Headings")."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from techmap_sync.documents.markdown import Line, Run, RunKind
from techmap_sync.text_forms import compatible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


_EMOJI = (
    "\U0001f000-\U0001faff\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f\u2b00-\u2bff"
    "\ufe0e\ufe0f\u200b\u200d\u20e3\u2139"
)
_ORNAMENT = rf"(?:[0-9#*]\ufe0f?\u20e3|[{_EMOJI}]|[-=]>|\s)+"
_LEADING_ORNAMENT = re.compile(rf"^{_ORNAMENT}")
_TRAILING_ORNAMENT = re.compile(rf"{_ORNAMENT}$")
_LONGEST_ORNAMENT = 40  # characters at either end of a heading that are looked at: nobody writes more
_MOST_NUMBERS = 4  # "1. ✅ 2.1 Title" has two
_NUMBERING = re.compile(
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
_BARE_NUMBER = re.compile(r"^\d+\s+")
_QUALIFIER = re.compile(r"\s*\([^()]*\)$")
_HYPHENS = re.compile(r"[\u2010-\u2015-]+")
_SENTENCE_END = re.compile(r"[.!?][\"'”’)\]*]*(?=\s+[^\sa-z])|[。！？]")
_CODE_FILLER = "\x00"


def plain(runs: Iterable[Run]) -> str:
    """Return the text of the runs without Markdown and comments, on one line."""
    return " ".join("".join(run.text for run in runs if run.kind is not RunKind.COMMENT).replace("\u200b", "").split())


def plain_lines(lines: Iterable[Line]) -> str:
    """Return the text of several lines on one line."""
    return " ".join(text for line in lines if (text := plain(line.runs)))


def without_code(lines: Iterable[Line]) -> str:
    """Return the text with every letter inside a code span masked, one to one with `plain_lines`."""
    masked = (
        Line(tuple(_masked(run) for run in line.runs if run.kind is not RunKind.COMMENT), line.start, line.end)
        for line in lines
    )
    return plain_lines(masked)


def _masked(run: Run) -> Run:
    if run.kind is not RunKind.CODE:
        return run
    return Run(run.kind, re.sub(r"\S", _CODE_FILLER, run.text), run.start, run.strong, run.struck)


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
    """Whether a heading begins with a number that is no part of its words."""
    return _NUMBERING.match(_LEADING_ORNAMENT.sub("", text)) is not None


@lru_cache(maxsize=4096)
def heading_key(text: str) -> str:
    """Return a heading or label as it is compared with the vocabulary."""
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


def first_sentence(text: str, masked: str, abbreviations: frozenset[str]) -> str:
    """Return the first sentence with its full stop.

    ``masked`` is the same text with code spans masked, so that a full stop in code ends nothing.
    """
    for end in _SENTENCE_END.finditer(masked):
        word = masked[masked.rfind(" ", 0, end.start()) + 1 : end.end()]
        if word.casefold().lstrip("(") not in abbreviations:
            return text[: end.end()]
    return text


def comments_in(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each ``<!-- comment -->`` starts and ends. (A pattern would be quadratic where none is closed.)"""
    start = text.find("<!--")
    while start >= 0 and (end := text.find("-->", start)) >= 0:
        yield start, end + len("-->")
        start = text.find("<!--", end)


def without_comments(text: str) -> str:
    """Return the text without its comments."""
    kept, last = [], 0
    for start, end in comments_in(text):
        kept.append(text[last:start])
        last = end
    return "".join([*kept, text[last:]])


def name_key(name: str) -> str:
    """Return a component's name as overview and detail are matched: no case, spaces, backticks, directory, remark."""
    key = _QUALIFIER.sub("", fold(name).replace("`", ""))
    return "".join(key.rstrip("/").rpartition("/")[2].split()) or key


_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\W\d_A-Z]+|\d+")
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
