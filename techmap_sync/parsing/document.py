"""The text of a map with its blocks: where an offset stands, and what is written between two of them."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from techmap_sync.model import Span
from techmap_sync.parsing.wording import without_comments

if TYPE_CHECKING:
    from techmap_sync.parsing.blocks import Block


@dataclass(frozen=True)
class Document:
    """The text behind the front matter. ``first_line`` is the line of the file on which it starts."""

    text: str
    first_line: int
    blocks: tuple[Block, ...]

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line(self, offset: int) -> int:
        """Return the line of the file on which the offset stands."""
        return bisect_right(self._line_starts, offset) - 1 + self.first_line

    def span(self, start: int, end: int) -> Span:
        """Return lines and columns of what stands from ``start`` to ``end``."""
        line, end_line = self.line(start), self.line(max(start, end))
        return Span(line, self._column(start, line), end_line, self._column(max(start, end), end_line))

    def _column(self, offset: int, line: int) -> int:
        return offset - self._line_starts[line - self.first_line] + 1

    def markdown(self, start: int, end: int) -> str:
        """Return the author's Markdown from ``start`` to ``end``, without indentation and comments."""
        begin = self._line_starts[bisect_right(self._line_starts, start) - 1]
        indented = " " * (start - begin) if not self.text[begin:start].strip() else ""
        return without_comments(textwrap.dedent(indented + self.text[start:end])).strip("\n").rstrip()

    def before_markup(self, start: int) -> int:
        """Return where the markup of a text starts that itself starts at ``start``."""
        while start and self.text[start - 1] in "*_~`[":
            start -= 1
        return start

    def line_span(self, line: int) -> Span:
        """Return the place of a whole line of the file."""
        start = self._line_starts[line - self.first_line]
        return self.span(start, self.line_end(start))

    def line_end(self, offset: int) -> int:
        """Return the offset behind the line on which ``offset`` stands."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end

    def source_lines(self, start: int, end: int) -> tuple[str, ...]:
        """Return the lines of the text that ``start`` to ``end`` touches."""
        first, last = (bisect_right(self._line_starts, offset) - 1 for offset in (start, max(start, end - 1)))
        return tuple(self.text[self._line_starts[first] : self.line_end(self._line_starts[last])].split("\n"))
