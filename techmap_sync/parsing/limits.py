"""Bounds on what is given to the Markdown parser, so that hostile text ends quickly and raises nothing.

Nothing here changes the map: lines that are beyond a bound are shown to the Markdown parser as plain text of the same
length, so that every offset stays right and the values are still cut out of the author's own text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MAX_LINES = 5_000
"""A longer text is kept whole, and not read as Markdown."""
MAX_DEPTH = 12
"""Quotes and lists in each other. Markdown parsers recurse, and nobody reads deeper."""
MAX_COLUMNS = 50
"""Cells in a row: every row of a table is filled up to the width of its heading."""
MAX_SPACES = 200
"""Spaces in a row: several patterns of Markdown are quadratic in them."""

ODD_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff"
"""For a set of characters: spaces that Markdown takes for letters."""

_CONTAINERS = re.compile(r"(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*")
_MARKER = re.compile(r">|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])")
_LONG_SPACES = re.compile(rf"[^\S\n]{{{MAX_SPACES},}}")
_FILLER = "\u200b"  # not a space to any pattern, and invisible
# What makes a bullet, a number, a box or a heading, with the spaces before and behind it.
_ODDLY_SPACED = re.compile(
    rf"""
    ^[ \t>{ODD_SPACES}]*+
    (?:[-*+](?:[ \t{ODD_SPACES}]+\[[ xX]\])?+|\#{{1,6}}|\d{{1,9}}[.)])
    [ \t{ODD_SPACES}]++(?=\S)
    """,
    re.VERBOSE | re.MULTILINE,
)
_ODD_SPACE = re.compile(rf"[{ODD_SPACES}]")


class Tamed(NamedTuple):
    """Text that is safe to parse, and the lines (from 0) that had to be changed for it."""

    text: str
    too_deep: tuple[int, ...]
    too_wide: tuple[int, ...]
    spaces: tuple[int, ...]
    """Offsets of odd spaces behind a sign, which Markdown reads as plain ones."""


def tame(text: str) -> Tamed:
    """Return the text with everything that could stall or overflow the Markdown parser made plain.

    ``text`` has ``\\n`` line ends. Offsets and lines stay what they are.
    """
    spaces = tuple(_odd_spaces(text))
    lines = _with_spaces(text, spaces).split("\n")
    too_deep, too_wide = [], []
    for number, line in enumerate(lines):
        if _depth(line) > MAX_DEPTH:
            too_deep.append(number)
            lines[number] = _plain(line)
        elif line.count("|") > MAX_COLUMNS:
            too_wide.append(number)
            lines[number] = line.replace("|", _FILLER)
    calm = _LONG_SPACES.sub(lambda spaces: _FILLER * len(spaces[0]), "\n".join(lines))
    return Tamed(calm, tuple(too_deep), tuple(too_wide), spaces)


def _odd_spaces(text: str) -> Iterator[int]:
    """Yield the offsets of odd spaces before and behind the sign of a bullet, a number, a box or a heading."""
    if text.isascii():
        return
    for found in _ODDLY_SPACED.finditer(text):
        yield from (found.start() + odd.start() for odd in _ODD_SPACE.finditer(found[0]))


def _with_spaces(text: str, places: Sequence[int]) -> str:
    if not places:
        return text
    characters = list(text)
    for place in places:
        characters[place] = " "
    return "".join(characters)


def too_long(text: str) -> bool:
    """Return whether the text has more lines than are read."""
    return text.count("\n") >= MAX_LINES


def _depth(line: str) -> int:
    """Return how deep the line can stand in quotes and lists: two columns of indentation are one level at most."""
    if len(line) <= MAX_DEPTH:
        return 0
    lead = _CONTAINERS.match(line)
    assert lead is not None
    markers = _MARKER.findall(lead[0])
    spaces = sum(4 if character == "\t" else 1 for character in lead[0] if character in " \t")
    return len(markers) + spaces // 2 if markers else 0


def _plain(line: str) -> str:
    lead = _CONTAINERS.match(line)
    assert lead is not None
    return _FILLER * lead.end() + line[lead.end() :]
