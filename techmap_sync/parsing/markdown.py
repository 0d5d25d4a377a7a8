"""Markdown text -> blocks. Beside ``lean_marko.py``, this is the only file that knows Marko.

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
from techmap_sync.parsing.lean_marko import LeanParser

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def blocks_of(text: str) -> tuple[Block, ...]:
    """Parse Markdown (docs/map-format.md, "How a map is read").

    ``text`` has ``\\n`` line ends and has gone through ``limits.tame``. All offsets are offsets into it.
    """
    text = text if text.endswith("\n") else f"{text}\n"  # Marko sees no empty bullet at the very end
    return tuple(_blocks(_PARSER.parse(text).children, text))


_PARSER = LeanParser()


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
            lines = _lines_of(element, text, start, end)
            yield Heading(element.level, _line(element.children, start, lines[-1].end), start, end, underlined=lines)
        case marko_block.Paragraph():
            yield Paragraph(_lines_of(element, text, start, end), start, end)
        case marko_block.List():
            yield ItemList(element.ordered, tuple(_items(element.children, text)), start, end)
        case marko_block.Quote():
            yield Quote(tuple(_blocks(element.children, text)), start, end)
        case marko_block.FencedCode() | marko_block.CodeBlock():
            yield Fence(_code(element), element.lang, start, end)
        case gfm.Table():
            yield _table(element, start, end)
        case marko_block.ThematicBreak():
            yield Rule(start, end)
        case _:
            yield Other(start, end)


def _code(element: Any) -> str:
    return str(element.children[0].children)


def _items(elements: Iterable[Any], text: str) -> Iterator[ListItem]:
    for element in elements:
        start, end = element.source_span
        end = start + len(text[start:end].rstrip())
        first = element.children[0] if element.children else None
        yield ListItem(tuple(_blocks(element.children, text)), start, end, getattr(first, "checked", None))


def _table(table: Any, start: int, end: int) -> Table:
    rows = [tuple(_cell(cell) for cell in row.children) for row in table.children]
    return Table(rows[0], tuple(rows[1:]), start, end)


def _cell(cell: Any) -> Line:
    start, end = cell.source_span or (-1, -1)
    return _line(cell.children, start, end)


def _line(elements: Iterable[Any], start: int, end: int) -> Line:
    return Line(tuple(_SPACE if run is _BREAK else run for run in _runs(elements)), start, end)


def _lines_of(element: Any, text: str, start: int, end: int) -> tuple[Line, ...]:
    """Return the lines of a paragraph: at least one, though it may hold nothing but an image without words."""
    return tuple(_lines(element.children, text)) or (Line((Run(RunKind.TEXT, "", start),), start, end),)


def _lines(elements: Iterable[Any], text: str) -> Iterator[Line]:
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
    while start and (text[start - 1] in "*_~[" or text[start - 1 : start + 1] == "!["):
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
