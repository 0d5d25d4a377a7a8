"""How long the implementation takes, out of free text (docs/map-format.md, "Metadata and readiness")."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.wording import fold

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from techmap_sync.parsing.vocabulary import Vocabulary

_HOUR = 60
_DAY = 8 * _HOUR
MINUTES = {"minute": 1, "hour": _HOUR, "day": _DAY, "week": 5 * _DAY, "month": 20 * _DAY}
"""Working minutes of each unit: days of 8 hours, weeks of 5 days, months of 20 days."""

LONGEST = 200
"""Characters; a longer text is no estimate."""

_REMARK = re.compile(r"\([^()]*\)")
_NUMBER = r"\d{1,3}(?:,\d{3})+(?!\d)|\d{1,6}(?:[.,]\d{1,3})?(?!\d)"
# What stands between the ends of a range: a dash, or a short word of any language ("to", "bis", "à", "至").
_DASH = r"\s*[-–—~〜]\s*"
_SHORT_WORD = r"\s*(?!x)[^\W\d_]{1,3}\s*"
_JOIN = re.compile(rf"(?P<dash>{_DASH})|(?P<plus>\s*[+&]\s*)|(?P<word>{_SHORT_WORD})|\s*,?\s*")


class _Amount(NamedTuple):
    """A number or range with its unit."""

    least: float
    most: float
    unit: str
    start: int
    end: int


def estimate_of(text: str, vocabulary: Vocabulary) -> tuple[int, int] | None:
    """Return the working minutes, (least, most), that a text such as ``~4-6 days (down from 10)`` estimates.

    Remarks in parentheses do not count. None where the text says anything else than one amount, range or sum: it is
    kept as text then.
    """
    said = _REMARK.sub(" ", fold(text[: LONGEST + 1])).strip()
    if len(text) > LONGEST:
        return None
    amounts = _amounts(said, vocabulary.units)
    if not amounts or re.search(r"\d", said[: amounts[0].start] + said[amounts[-1].end :]):
        return None
    return _together(said, amounts)


def _amounts(said: str, units: Mapping[str, str]) -> Sequence[_Amount]:
    there = sorted((word for word in units if word in said), key=len, reverse=True)
    words = "|".join(re.escape(word) + r"(?!\w)" * word[-1].isascii() for word in there)
    pattern = rf"(?<![\d.,])({_NUMBER})(?:\+?(?:{_DASH}|{_SHORT_WORD})({_NUMBER}))?\s*\+?[\s-]*({words or '(?!)'})"
    return [
        _Amount(_value(match[1]), _value(match[2] or match[1]), units[match[3]], match.start(), match.end())
        for match in re.finditer(pattern, said)
    ]


def _value(number: str) -> float:
    """Read ``2``, ``1.5``, ``1,5`` and ``1,000``."""
    thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+", number)
    return float(number.replace(",", "" if thousands else "."))


def _together(said: str, amounts: Sequence[_Amount]) -> tuple[int, int] | None:
    """Return one amount, a range ("4 hours to 2 days": the unit grows) or a sum ("1 week, 2 days": it shrinks)."""
    joins = [_JOIN.fullmatch(said, one.end, other.start) for one, other in pairwise(amounts)]
    sizes = [MINUTES[amount.unit] for amount in amounts]
    shrinks = all(one > other for one, other in pairwise(sizes))
    if all(join and (join["plus"] or (shrinks and not join["dash"])) for join in joins):
        ends = sum(a.least * MINUTES[a.unit] for a in amounts), sum(a.most * MINUTES[a.unit] for a in amounts)
    elif len(amounts) == 2 and joins[0] and (joins[0]["dash"] or joins[0]["word"]):
        ends = amounts[0].least * sizes[0], amounts[1].most * sizes[1]
    else:
        return None
    return round(min(ends)), round(max(ends))
