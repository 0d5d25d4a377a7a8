"""Markdown text -> blocks. This is the only file that knows Marko.

Marko's tree is turned into our own values at once, and everything that could make it slow or raise is taken out of the
text beforehand (``limits.py``).
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Any

from marko import block as marko_block
from marko import inline as marko_inline
from marko.ext.gfm import elements as gfm
from marko.helpers import normalize_label
from marko.parser import Parser as MarkoParser
from marko.source import Source

from techmap_sync.parsing.blocks import (
    Block,
    Fence,
    Heading,
    ItemList,
    Line,
    ListItem,
    Other,
    Paragraph,
    Quote,
    Rule,
    Run,
    RunKind,
    Table,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def blocks_of(text: str) -> tuple[Block, ...]:
    """Parse Markdown (docs/map-format.md, "How a map is read").

    ``text`` has ``\\n`` line ends and has gone through ``limits.tame``. All offsets are offsets into it.
    """
    return tuple(_blocks(_PARSER.parse(text).children, text))


# --- Marko, without what maps do not need, and with guards where it is slow ---

# Marko's inline parser compares every opener with the text behind it. Openers times length is what that costs.
_INLINE_BUDGET = 20_000_000
_OPENERS = re.compile(r"[\[\]*_`<~\\]")


class _Heading(marko_block.Heading):
    """Marko's own pattern is quadratic in the spaces of a heading."""

    override = True
    pattern = re.compile(r" {0,3}(#{1,6})((?=\s)[^\n]*|)$\n?", re.MULTILINE)
    closing = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")

    def __init__(self, match: re.Match[str]) -> None:
        super().__init__(match)
        closed = self.closing.sub("", self.inline_body)
        if self._inline_positions is not None:
            self._inline_positions = self._inline_positions[: len(closed)]  # type: ignore[assignment]
        self.inline_body = closed


class _HTMLBlock(marko_block.HTMLBlock):
    """Looks for the angle bracket before it tries seven patterns."""

    override = True

    @classmethod
    def match(cls, source: Source) -> int | bool:
        if source.expect_re(_ANGLE_BRACKET) is None:
            source.context.html_end = None
            return False
        return super().match(source)


class _LinkRefDef(marko_block.LinkRefDef):
    """Definitions on one line only: Marko looks ahead to the next blank line for every line that starts with ``[``."""

    override = True
    pattern = re.compile(r" {0,3}\[([^\[\]\n]{1,999})\]:[ \t]*(\S+)(?:[ \t]+([\"'(][^\n]*[\"')]))?[ \t]*$\n?", re.MULTILINE)

    @classmethod
    def match(cls, source: Source) -> bool:
        return source.expect_re(cls.pattern) is not None

    @classmethod
    def parse(cls, source: Source) -> marko_block.LinkRefDef:
        match = source.match
        assert match is not None
        label, destination, title = match.group(1), match.group(2), match.group(3)
        source.root.link_ref_defs.setdefault(normalize_label(label), (destination, title))
        source.consume()
        return cls(label, destination, title)


class _Table(gfm.Table):
    """Looks for a bar before it splits the line into cells."""

    override = True

    @classmethod
    def match(cls, source: Source) -> Any:
        if source.expect_re(_BAR) is None:
            return False
        return super().match(source)


_ANGLE_BRACKET = re.compile(r" {0,3}<")
_BAR = re.compile(r"[^\n|]*\|")


_LINE = re.compile(r"[^\n]*$\n?", re.MULTILINE)


class _QuickSource(Source):
    """Looks up the next line once, where Marko does so for each pattern that it tries there."""

    _place: tuple[int, str] = (-1, "")
    _prefix_length = 0

    def expect_re(self, regexp: re.Pattern[str] | str) -> re.Match[str] | None:
        prefix = self.prefix
        if (self.pos, prefix) != self._place:
            self._place = (self.pos, prefix)
            line = _LINE.match(self._buffer, self.pos) if prefix else None
            self._prefix_length = self.match_prefix(prefix, line[0]) if line else 0
        if self._prefix_length < 0:
            self.match = _LINE.match(self._buffer, self.pos)
            return None
        self.match = self._expect_re(regexp, self.pos + self._prefix_length)
        return self.match


class _LeanParser(MarkoParser):
    """Marko with tables, task lists and strikethrough, that spends a bounded time on inline markup."""

    def __init__(self) -> None:
        super().__init__()
        for element in (gfm.Paragraph, gfm.Strikethrough, gfm.TableRow, gfm.TableCell):
            self.add_element(element)
        for element in (_Heading, _HTMLBlock, _LinkRefDef, _Table):
            self.add_element(element)
        self._sorted_elements = super()._build_block_element_list()
        self._budget = 0

    def parse(self, text: str) -> marko_block.Document:
        self._budget = _INLINE_BUDGET
        source = _QuickSource(text)
        source.parser = self
        document = marko_block.Document()
        document.source_span = (0, len(text))
        with source.under_state(document):
            document.children = self.parse_source(source)
            self.parse_inline(document, source)
        return document

    def _build_block_element_list(self) -> list[Any]:
        return getattr(self, "_sorted_elements", None) or super()._build_block_element_list()

    def _parse_inline(
        self, text: str, source: Source, positions: Sequence[int] | None = None
    ) -> list[marko_inline.InlineElement]:
        openers = len(_OPENERS.findall(text))
        self._budget -= openers * len(text)
        if openers and self._budget > 0:
            try:
                return super()._parse_inline(text, source, positions)
            except RecursionError:  # emphasis in emphasis, hundreds deep
                pass
        return list(_plain_lines(text, positions))


class _PlainBreak(marko_inline.LineBreak):
    """The end of a line in text without markup."""

    virtual = True

    def __init__(self) -> None:
        self.soft = True
        self.children = "\n"


def _plain_lines(text: str, positions: Sequence[int] | None) -> Iterator[marko_inline.InlineElement]:
    start = 0
    for line in text.split("\n"):
        if start:
            yield _PlainBreak()
        if stripped := line.rstrip():
            raw = marko_inline.RawText(stripped)
            raw.source_span = (positions[start], positions[start + len(stripped) - 1] + 1) if positions else None
            yield raw
        start += len(line) + 1


_PARSER = _LeanParser()


# --- from Marko's tree to ours ---


def _blocks(elements: Iterable[Any], text: str) -> Iterator[Block]:
    for element in elements:
        if not isinstance(element, marko_block.BlankLine):
            yield from _block(element, text)


def _block(element: Any, text: str) -> Iterator[Block]:
    start, end = element.source_span or (0, 0)
    end = start + len(text[start:end].rstrip())
    match element:
        case marko_block.Heading():
            yield Heading(element.level, _line(element.children, start, end), start, end)
        case marko_block.SetextHeading():
            lines = tuple(_lines(element.children, text))
            yield Heading(element.level, _line(element.children, start, lines[-1].end), start, end, underlined=lines)
        case marko_block.Paragraph():
            yield Paragraph(tuple(_lines(element.children, text)), start, end)
        case marko_block.List():
            yield ItemList(element.ordered, tuple(_items(element.children, text)), start, end)
        case marko_block.Quote():
            yield Quote(tuple(_blocks(element.children, text)), start, end)
        case marko_block.FencedCode() | marko_block.CodeBlock():
            yield Fence(element.children[0].children, element.lang, start, end)
        case gfm.Table():
            yield _table(element, start, end)
        case marko_block.ThematicBreak():
            yield Rule(start, end)
        case _:
            yield Other(start, end)


def _items(elements: Iterable[Any], text: str) -> Iterator[ListItem]:
    for element in elements:
        start, end = element.source_span
        end = start + len(text[start:end].rstrip())
        first = element.children[0] if element.children else None
        yield ListItem(tuple(_blocks(element.children, text)), start, end, getattr(first, "checked", None))


def _table(table: gfm.Table, start: int, end: int) -> Table:
    rows = [tuple(_cell(cell) for cell in row.children) for row in table.children]
    return Table(rows[0], tuple(rows[1:]), start, end)


def _cell(cell: Any) -> Line:
    start, end = cell.source_span or (-1, -1)
    return _line(cell.children, start, end)


def _line(elements: Sequence[Any], start: int, end: int) -> Line:
    return Line(tuple(_SPACE if run is _BREAK else run for run in _runs(elements)), start, end)


def _lines(elements: Sequence[Any], text: str) -> Iterator[Line]:
    runs: list[Run] = []
    for run in (*_runs(elements), _BREAK):
        if run is not _BREAK:
            runs.append(run)
        elif runs:
            start, end = _before_markup(text, runs[0].start), text.find("\n", runs[-1].start)
            column = start - text.rfind("\n", 0, start) - 1
            yield Line(tuple(runs), start, end if end >= 0 else len(text), column)
            runs = []


def _before_markup(text: str, start: int) -> int:
    while start and text[start - 1] in "*_~[":
        start -= 1
    return start


_BREAK = Run(RunKind.TEXT, "\n", -1)
_SPACE = Run(RunKind.TEXT, " ", -1)
_STYLING_TAG = re.compile(r"(?i)</?(?:a|abbr|b|big|br|code|del|details|div|em|font|hr|i|img|ins|kbd|mark|p|pre|s|small"
                          r"|span|strike|strong|sub|summary|sup|u)\b[^>]*>")  # fmt: skip


def _runs(elements: Iterable[Any], start: int = 0, *, strong: bool = False, struck: bool = False) -> Iterator[Run]:
    """Flatten nested inline elements into runs. Lines are divided by ``_BREAK``."""
    for element in elements:
        start = element.source_span[0] if element.source_span else start
        match element:
            case marko_inline.LineBreak():
                yield _BREAK
            case marko_inline.CodeSpan():
                yield Run(RunKind.CODE, element.children, start, strong, struck)
            case marko_inline.InlineHTML():
                yield _html_run(element.children, start)
            case marko_inline.RawText() | marko_inline.Literal():
                text = html.unescape(element.children) if "&" in element.children else element.children
                yield Run(RunKind.TEXT, text, start, strong, struck)
            case _:
                yield from _runs(
                    element.children,
                    start,
                    strong=strong or isinstance(element, marko_inline.StrongEmphasis),
                    struck=struck or isinstance(element, gfm.Strikethrough),
                )


def _html_run(tag: str, start: int) -> Run:
    """Keep what only looks like HTML (``Array<Command>``), drop tags that style text."""
    if tag.startswith("<!--"):
        return Run(RunKind.COMMENT, tag, start)
    return Run(RunKind.TEXT, _STYLING_TAG.sub("", tag), start)
