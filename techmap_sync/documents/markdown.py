"""Markdown text -> blocks. Only this file and those named ``marko_*.py`` know Marko.

Marko's tree is turned into our own values at once; ``marko_patches.py`` removes from the text whatever could make Marko
slow or raise.
"""

from __future__ import annotations

import html
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, NamedTuple

from marko import block as marko_block
from marko import inline as marko_inline
from marko.ext.gfm import elements as gfm

from techmap_sync.documents.marko_patches import LeanParser
from techmap_sync.documents.signs import Signs
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.documents.signs import Edit


_CODE_FILLER = "\x00"
_SEEN = lazy(r"\S")


class RunKind(Enum):
    """What a piece of a line is."""

    TEXT = auto()
    CODE = auto()
    COMMENT = auto()


class Run(NamedTuple):
    """A piece of a line in one style. ``start`` is its offset in the text."""

    kind: RunKind
    text: str
    start: int
    strong: bool = False
    struck: bool = False


class Line(NamedTuple):
    """One line of a paragraph, a heading or a cell. ``column`` counts from 0."""

    runs: tuple[Run, ...]
    start: int
    end: int
    column: int = 0


class Heading(NamedTuple):
    """``## Text``, or text that is underlined."""

    level: int
    line: Line
    start: int
    end: int
    underlined: tuple[Line, ...] = ()
    """The lines of text above the underline; empty for ``## Text``."""


class Paragraph(NamedTuple):
    """Lines of text."""

    lines: tuple[Line, ...]
    start: int
    end: int


class ListItem(NamedTuple):
    """One bullet with everything below it. ``ticked`` is None where there is no box to tick."""

    blocks: tuple[Block, ...]
    start: int
    end: int
    ticked: bool | None = None


class ItemList(NamedTuple):
    """A list of bullets, or a numbered one."""

    ordered: bool
    items: tuple[ListItem, ...]
    start: int
    end: int


class Fence(NamedTuple):
    """Code between fences, or indented."""

    code: str
    language: str
    start: int
    end: int


class Table(NamedTuple):
    """A table: one line per cell."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    start: int
    end: int


class Rule(NamedTuple):
    """A line across the page: ``---``."""

    start: int
    end: int


class Other(NamedTuple):
    """Raw HTML (comments too) or a link definition: nothing that is read."""

    start: int
    end: int


Block = Heading | Paragraph | ItemList | Fence | Table | Rule | Other


class Marked(NamedTuple):
    """The blocks of a text, and its signs that are written in another way."""

    blocks: tuple[Block, ...]
    edits: tuple[Edit, ...]
    """What is written instead of the signs of quotes and of indented code."""


def marked(text: str) -> Marked:
    r"""Parse Markdown (docs/map-format.md, "How a map is read").

    ``text`` has ``\\n`` line ends and has gone through ``marko_patches.tame``. All offsets are offsets into it.
    """
    text = text if text.endswith("\n") else f"{text}\n"  # Marko sees no empty bullet at the very end
    converter = _Converter(text)
    blocks = tuple(converter.blocks(_PARSER.parse(text).children))
    return Marked(blocks, converter.signs.edits)


_PARSER = LeanParser()


class _Converter:
    """Turns Marko's tree into our own values; the blocks of a quote take the place of the quote."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.signs = Signs(text)

    def blocks(self, elements: Iterable[Any]) -> Iterator[Block]:
        """Yield our own blocks for Marko's elements; blank lines are none."""
        for element in elements:
            if not isinstance(element, marko_block.BlankLine):
                yield from self._block(element)

    def _block(self, element: Any) -> Iterator[Block]:
        start, end = element.source_span or (0, 0)
        end = start + len(self.text[start:end].rstrip())
        match element:
            case marko_block.Heading():
                yield Heading(element.level, _line(element.children, start, end), start, end)
            case marko_block.SetextHeading():
                lines = self._lines_of(element, start, end)
                yield Heading(element.level, _line(element.children, start, lines[-1].end), start, end, lines)
            case marko_block.Paragraph():
                yield Paragraph(self._lines_of(element, start, end), start, end)
            case marko_block.List():
                yield ItemList(element.ordered, tuple(self._items(element.children)), start, end)
            case marko_block.Quote():
                yield from self._quoted(element)
            case marko_block.CodeBlock():
                self.signs.add_indented_code(_code(element), start, end)
                yield Fence(_code(element), element.lang, start, end)
            case marko_block.FencedCode():
                self.signs.add_fence(start, end)
                yield Fence(_code(element), element.lang, start, end)
            case gfm.Table():
                yield _table(element, start, end)
            case marko_block.ThematicBreak():
                yield Rule(start, end)
            case _:
                yield Other(start, end)

    def _quoted(self, quote: Any) -> Iterator[Block]:
        self.signs.add_quote(*quote.source_span)
        blocks = self.blocks(quote.children)
        first = next(blocks, None)
        if isinstance(first, Paragraph) and (found := self.signs.callout(first.start)):
            first = first._replace(lines=(_spoken(first.lines[0], *found), *first.lines[1:]))
        if first:
            yield first
        yield from blocks

    def _items(self, elements: Iterable[Any]) -> Iterator[ListItem]:
        for element in elements:
            start, end = element.source_span
            end = start + len(self.text[start:end].rstrip())
            first = element.children[0] if element.children else None
            blocks = tuple(_unwrapped(tuple(self.blocks(element.children))))
            yield ListItem(blocks, start, end, getattr(first, "checked", None))

    def _lines_of(self, element: Any, start: int, end: int) -> tuple[Line, ...]:
        """Return the lines of a paragraph: at least one, though it may hold nothing but an image without words."""
        return tuple(self._lines(element.children)) or (Line((Run(RunKind.TEXT, "", start),), start, end),)

    def _lines(self, elements: Iterable[Any]) -> Iterator[Line]:
        runs: list[Run] = []
        for run in (*_runs(elements), _BREAK):
            if run is not _BREAK:
                runs.append(run)
            elif runs:
                start, end = self._before_markup(runs[0].start), self.text.find("\n", self._end_of(runs))
                yield Line(tuple(runs), start, end if end >= 0 else len(self.text), self.signs.column(start))
                runs = []

    def _end_of(self, runs: Sequence[Run]) -> int:
        """Return a place in the last run on its last line; code and comments may hold several."""
        code = [self.signs.join_code(run.start) for run in runs if run.kind is RunKind.CODE]
        match runs[-1].kind:
            case RunKind.CODE:
                return code[-1]
            case RunKind.COMMENT:
                return self.text.find("-->", runs[-1].start)
            case _:
                return runs[-1].start

    def _before_markup(self, start: int) -> int:
        while start and (self.text[start - 1] in "*_~[" or self.text[start - 1 : start + 1] == "!["):
            start -= 1
        return start


def _unwrapped(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks of an item; of a list that it begins with (``- 1. Provision``), the first item's."""
    if not blocks or not isinstance(blocks[0], ItemList):
        yield from blocks
        return
    inner = blocks[0]
    yield from inner.items[0].blocks
    if more := inner.items[1:]:
        yield inner._replace(items=more, start=more[0].start)
    yield from blocks[1:]


def _spoken(line: Line, length: int, words: str) -> Line:
    """Return the first line of a callout with words in place of its sign, which has so many characters."""
    runs, first = list(line.runs), line.runs[0].start
    end = first + length
    while runs and runs[0].start + len(runs[0].text) <= end:
        runs.pop(0)
    if runs and runs[0].start < end:
        runs[0] = runs[0]._replace(text=runs[0].text[end - runs[0].start :], start=end)
    return line._replace(runs=(Run(RunKind.TEXT, words, first), *runs))


def _code(element: Any) -> str:
    return str(element.children[0].children)


def _table(table: Any, start: int, end: int) -> Table:
    rows = [tuple(_cell(cell) for cell in row.children) for row in table.children]
    return Table(rows[0], tuple(rows[1:]), start, end)


def _cell(cell: Any) -> Line:
    start, end = cell.source_span or (-1, -1)
    return _line(cell.children, start, end)


def _line(elements: Iterable[Any], start: int, end: int) -> Line:
    return Line(tuple(_SPACE if run is _BREAK else run for run in _runs(elements)), start, end)


_BREAK = Run(RunKind.TEXT, "\n", -1)
_SPACE = Run(RunKind.TEXT, " ", -1)
_STYLING_TAG = lazy(r"(?i)</?(?:a|abbr|b|big|br|code|del|details|div|em|font|hr|i|img|ins|kbd|mark|p|pre|s|small"
                          r"|span|strike|strong|sub|summary|sup|u)\b[^>]*>")  # fmt: skip


def _runs(elements: Iterable[Any], start: int = 0, *, strong: bool = False, struck: bool = False) -> Iterator[Run]:
    """Flatten nested inline elements into runs. Lines are divided by ``_BREAK``."""
    for element in elements:
        start = element.source_span[0] if element.source_span else start
        content = element.children
        match element:
            case marko_inline.LineBreak():
                yield _BREAK
            case marko_inline.CodeSpan():
                yield Run(RunKind.CODE, content, start, strong, struck)
            case marko_inline.InlineHTML():
                yield _html_run(content, start)
            case marko_inline.RawText() | marko_inline.Literal():
                text = html.unescape(content) if "&" in content else content
                yield Run(RunKind.TEXT, text, start, strong, struck)
            case _:
                yield from _runs(
                    content,
                    start,
                    strong=strong or isinstance(element, marko_inline.StrongEmphasis),
                    struck=struck or isinstance(element, gfm.Strikethrough),
                )


def _html_run(tag: str, start: int) -> Run:
    """Keep what only looks like HTML (``Array<Command>``), drop tags that style text."""
    if tag.startswith("<!--"):
        return Run(RunKind.COMMENT, tag, start)
    return Run(RunKind.TEXT, _STYLING_TAG.sub("", tag), start)


def plain(runs: Iterable[Run]) -> str:
    """Return the text of the runs without Markdown and comments, on one line."""
    text = "".join([run.text for run in runs if run.kind is not RunKind.COMMENT])
    return " ".join(text.replace("\u200b", "").split())


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
    return Run(run.kind, _SEEN.sub(_CODE_FILLER, run.text), run.start, run.strong, run.struck)
