"""The text of a map with its blocks: the place of an offset, and what is written between two of them."""

from __future__ import annotations

import codecs
import re
import textwrap
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from operator import itemgetter
from typing import TYPE_CHECKING

from techmap_sync.diagnostics import Span
from techmap_sync.documents.markdown import Fence, Heading, ItemList, Other, Paragraph, RunKind, Table
from techmap_sync.documents.signs import Edit
from techmap_sync.errors import UnreadableMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.documents.markdown import Block, Line


def decode(data: bytes, path: str = "") -> str:
    """Return the text of a file: UTF-8, without a byte-order mark.

    :raises UnreadableMap: with the offset of the first byte that is not UTF-8.
    """
    start = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
    try:
        return data[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        offset = error.start + start
        raise UnreadableMap(path, f"byte {offset} is not UTF-8", "save the file as UTF-8") from error


@dataclass(frozen=True)
class SourceText:
    """The text after the front matter. ``first_line`` is the line of the file on which it starts."""

    text: str
    first_line: int
    blocks: tuple[Block, ...]
    signs: tuple[Edit, ...] = ()
    """Signs of quotes and odd spaces, and what is written in their place."""

    @cached_property
    def _line_starts(self) -> tuple[int, ...]:
        return (0, *(match.end() for match in re.finditer("\n", self.text)))

    def line(self, offset: int) -> int:
        """Return the line of the file that the offset is on."""
        return bisect_right(self._line_starts, offset) - 1 + self.first_line

    def span(self, start: int, end: int) -> Span:
        """Return lines and columns of the piece from ``start`` to ``end``."""
        line, end_line = self.line(start), self.line(max(start, end))
        return Span(line, self._column(start, line), end_line, self._column(max(start, end), end_line))

    def _column(self, offset: int, line: int) -> int:
        return offset - self._line_starts[line - self.first_line] + 1

    @cached_property
    def comments(self) -> tuple[tuple[int, int], ...]:
        """Where comments start and end. What looks like one within code is code."""
        return tuple(sorted(set(_comments(self.blocks, self.text)))) if "<!--" in self.text else ()

    def comments_between(self, start: int, end: int) -> Iterator[str]:
        """Yield the comments that start there."""
        for first in range(bisect_left(self.comments, (start, 0)), len(self.comments)):
            begin, behind = self.comments[first]
            if begin >= end:
                return
            yield self.text[begin:behind]

    @cached_property
    def _edits(self) -> tuple[Edit, ...]:
        return tuple(sorted((*self.signs, *(Edit(*place) for place in self.comments))))

    def written(self, start: int, end: int) -> str:
        """Return what is written from ``start`` to ``end``, without comments and the signs of quotes."""
        parts, last = [], start
        for number in range(bisect_left(self._edits, (start,)), len(self._edits)):
            edit = self._edits[number]
            if edit.start >= end:
                break
            if edit.start >= last:
                parts += [self.text[last : edit.start], edit.text]
                last = edit.end
        return "".join([*parts, self.text[last:end]])

    def markdown(self, start: int, end: int) -> str:
        """Return the author's Markdown from ``start`` to ``end``, without indentation, comments and quote signs."""
        begin = self._line_starts[bisect_right(self._line_starts, start) - 1]
        before = self.written(begin, start).strip("\n")
        indented = before if not before.strip() else ""
        return textwrap.dedent(indented + self.written(start, end)).strip("\n").rstrip()

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
        """Return the offset after the line that ``offset`` is on."""
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end


def with_signs(document: SourceText, quotes: Sequence[Edit], spaces: Sequence[int]) -> SourceText:
    """Return the document with the signs that are written in another way: those of quotes, and odd spaces.

    :param spaces: offsets of odd spaces; within code and comments they stay.
    """
    if not spaces:
        return replace(document, signs=tuple(quotes))
    hidden = Ranges(chain(document.comments, _code(document.blocks)))
    odd = (Edit(place, place + 1, " ") for place in spaces if place not in hidden)
    return replace(document, signs=tuple(sorted((*quotes, *odd))))


def _code(blocks: Iterable[Block]) -> Iterator[tuple[int, int]]:
    for block in blocks:
        match block:
            case ItemList():
                yield from (place for item in block.items for place in _code(item.blocks))
            case Fence():
                yield block.start, block.end


class Ranges:
    """Places in the text that do not overlap; ``in`` says whether an offset is within one."""

    def __init__(self, places: Iterable[tuple[int, int]]) -> None:
        self._places = sorted(places)

    def __contains__(self, offset: int) -> bool:
        before = bisect_right(self._places, offset, key=itemgetter(0)) - 1
        return before >= 0 and offset < self._places[before][1]


def _comments(blocks: Iterable[Block], text: str) -> Iterator[tuple[int, int]]:
    for block in blocks:
        match block:
            case ItemList():
                for item in block.items:
                    yield from _comments(item.blocks, text)
            case Other():
                yield from ((a + block.start, b + block.start) for a, b in comments_in(text[block.start : block.end]))
            case Paragraph():
                yield from _comments_in_lines(block.lines, text)
            case Heading():
                yield from _comments_in_lines((block.line,), text)
            case Table():
                for row in (block.header, *block.rows):
                    yield from _comments_in_lines(row, text)


def _comments_in_lines(lines: Iterable[Line], text: str) -> Iterator[tuple[int, int]]:
    for line in lines:
        for run in line.runs:
            if run.kind is RunKind.COMMENT:
                yield run.start, text.find("-->", run.start) + len("-->")


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
