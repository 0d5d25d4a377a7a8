"""Signs that must be written in another way when a piece of a map is moved into a ticket.

A quote is read like any text, so its signs go, and of a callout stays its kind (``> [!NOTE]`` is GitHub's and GitLab's,
``> [!info]- Title`` is Obsidian's). Indented code gets fences: where it goes, its indentation may mean something else.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from techmap_sync.patterns import lazy

_SIGN = lazy(r"[ \t]*(>)(?: |(\t)|)")
_CALLOUT = lazy(r"\[!([A-Za-z][\w-]{0,30})\][+-]?[ \t]*")
_BACKTICKS = lazy("`+")
_LINE_END = lazy(r"\n[ \t>]*")
_FENCE = lazy(r"`{3,}|~{3,}")
_DEEP = 4  # columns from where on a fence directly below a text is not a fence for every reader
_BULLET = lazy(r"[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]")


class Edit(NamedTuple):
    """A piece of the text, from ``start`` to ``end``, and what is written in its place."""

    start: int
    end: int
    text: str = ""


class Signs:
    """Collects the signs of what Markdown has found, an outer quote before those within it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._found: list[Edit] = []
        self._behind: dict[int, int] = {}
        """Start of a line -> the offset after the last sign on it."""

    @cached_property
    def _starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\n", self._text)))

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What leaves the signs out, in the order of the text."""
        return tuple(sorted(self._found))

    def add_quote(self, start: int, end: int) -> None:
        """Add the quote from ``start`` to ``end``."""
        first = bisect_right(self._starts, start) - 1
        for number in range(first, len(self._starts)):
            line = self._starts[number]
            if line >= end:
                break
            self._add_sign(line, start if number == first else self._behind.get(line, line))
        self._set_apart(start, end, self._starts[first])

    def _add_sign(self, line: int, place: int) -> None:
        """Add the sign that a line has at a place; a lazy line has none."""
        if found := _SIGN.match(self._text, place):
            # Of the three columns of a tab after the sign, one belongs to the sign.
            self._found.append(Edit(found.start(1), found.end(), "  " if found[2] else ""))
            self._behind[line] = found.end()

    def _set_apart(self, start: int, end: int, line: int) -> None:
        """Keep the blocks above and below from being continued by the text of the quote, and it by them."""
        above = self._text[self._text.rfind("\n", 0, max(line - 1, 0)) + 1 : line]
        if line and not self._text[line:start].strip("> \t") and above.strip("> \t\n"):
            self._found.append(Edit(line, line, "\n"))
        below = self._text[end : self._text.find("\n", end)]
        if below.strip("> \t\n") and not _BULLET.match(below):
            self._found.append(Edit(end, end, "\n"))

    def add_indented_code(self, code: str, start: int, end: int) -> None:
        """Put fences around the code from ``start`` to ``end``."""
        indent = self._indent(start)
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", code)), default=0))
        lines = [fence, *code.rstrip().split("\n"), fence]
        self._found.append(Edit(start, end, "\n".join([lines[0], *(f"{indent}{line}".rstrip() for line in lines[1:])])))

    def join_code(self, start: int) -> int:
        """Write a code span on one line, which means the same; return where it ends."""
        opening = _BACKTICKS.match(self._text, start)
        end = self._end_of_code(opening) if opening else start
        if self._text.find("\n", start, end) >= 0:
            for found in _LINE_END.finditer(self._text, start, end):
                self._found.append(Edit(found.start(), found.end(), " "))
        return end

    def _end_of_code(self, opening: re.Match[str]) -> int:
        """Return where the next run of as many backticks ends; the place of the first one where there is none."""
        ticks = opening[0]
        place = self._text.find(ticks, opening.end())
        end = place + len(ticks)
        if place >= 0 and self._text[end : end + 1] != "`":
            return end  # not the beginning of a longer run, as nearly always
        ends = _BACKTICKS.finditer(self._text, opening.end())
        return next((found.end() for found in ends if len(found[0]) == len(ticks)), opening.start())

    def add_fence(self, start: int, end: int) -> None:
        """Keep a fence apart from the text above it, and close one that only the end of its quote closes."""
        line = self._text.rfind("\n", 0, start) + 1
        above = self._text[self._text.rfind("\n", 0, max(line - 1, 0)) + 1 : line]
        if start - line >= _DEEP and not self._text[line:start].strip("> \t") and above.strip("> \t\n"):
            self._found.append(Edit(line, line, "\n"))
        if line not in self._behind or not (opening := _FENCE.match(self._text, start)):
            return
        last = self._text[max(self._text.rfind("\n", 0, end) + 1, start + 1) : end].strip("> \t")
        if not (last.startswith(opening[0]) and not last.strip(opening[0][0])):
            self._found.append(Edit(end, end, f"\n{self._indent(start)}{opening[0]}"))

    def _indent(self, start: int) -> str:
        """Return what further lines need before them to stay in the list item of what starts there."""
        line = self._text.rfind("\n", 0, start) + 1
        before = self._text[self._behind.get(line, line) : start]
        return before if not before.strip() else " " * len(before)

    def callout(self, start: int) -> tuple[int, str] | None:
        """Return the length of the callout's sign at ``start``, and the words that say its kind."""
        if (found := _CALLOUT.match(self._text, start)) is None:
            return None
        words = f"{found[1].capitalize()}: "
        self._found.append(Edit(start, found.end(), words))
        return len(found[0]), words

    def column(self, offset: int) -> int:
        """Return how far an offset is from the start of its line, or from the sign of the quote it is in."""
        line = self._text.rfind("\n", 0, offset) + 1
        return offset - self._behind.get(line, line)
