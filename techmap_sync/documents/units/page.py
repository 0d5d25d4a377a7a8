"""A file of a unit as a flat run of headings, boxes, texts and fences, each with its line.

Everything about Markdown comes from ``markdown.py``: what stands in a fence or a comment never gets here as a box.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from techmap_sync.documents.frontmatter import split_front_matter
from techmap_sync.documents.markdown import Fence, Heading, ItemList, Paragraph, RunKind, Table, marked, plain
from techmap_sync.documents.marko_patches import tame, too_long
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import unified

if TYPE_CHECKING:
    from collections.abc import Mapping

    from techmap_sync.documents.markdown import Block, Line, ListItem

_BOX = lazy(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\[(?P<sign>[ xX~-])\](?![(\[:])")
_OPENING = lazy(r"(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>\w*)[ \t]*$")
_LANGUAGES = frozenset({"markdown", "md"})
_ID = lazy(r"<!--\s*id:\s*(?P<id>[^\s>]+)\s*-->")
_FIELD = lazy(r"(?:\*\*|__?)[^*_\n]{1,40}?(?::\s*(?:\*\*|__?)|(?:\*\*|__?)\s*:|:)")


class Kind(Enum):
    """What an entry of a page is."""

    HEADING = auto()
    BOX = auto()
    TEXT = auto()
    FENCE = auto()
    FIELD = auto()
    """A label and its value in a table, as ``label: value``."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One heading, box, line of text or fence."""

    kind: Kind
    text: str
    """Plain text; of a box without its sign, of a fence the code."""
    line: int
    level: int = 0
    """Of a heading; of a box how many boxes it is nested in."""
    sign: str = " "
    """What stands in a box."""
    struck: bool = False
    details: tuple[str, ...] = ()
    """Plain texts below a box, in order, besides nested boxes."""
    markdown: tuple[str, ...] = ()
    """The same as written."""
    label: str = ""
    """The text of the bullet that a box is nested in, where that bullet is no box."""
    code: tuple[str, ...] = ()
    """Code spans in it."""
    language: str = ""
    ordered: bool = False
    """Whether it begins an item of a numbered list."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file that was read."""

    path: str
    entries: tuple[Entry, ...] = ()
    id: str = ""
    """The id that the file gives its unit."""
    wrapped: bool = False
    """Whether one fence is around the whole file."""
    too_long: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    """Its front matter."""

    @property
    def heading(self) -> str:
        """The text of its first heading of level 1."""
        return next((e.text for e in self.entries if e.kind is Kind.HEADING and e.level == 1), "")


def read_page(text: str, path: str = "") -> Page:
    """Read a file; no text makes this raise."""
    text, wrapped = _unwrapped(unified(text))
    front = split_front_matter(text)
    body, first_line = text[front.length :], 1 + text.count("\n", 0, front.length)
    body, inner = (body, False) if wrapped else _unwrapped(body)
    if too_long(body):
        return Page(path, too_long=True, values=front.values)
    source = tame(body).text
    flat = _Flat(source, first_line)
    entries = tuple(flat.of(marked(source).blocks))
    said = _ID.search("".join(flat.comments))
    return Page(
        path, entries, said["id"] if said else front.values.get("id", ""), wrapped or inner, False, front.values
    )


def _unwrapped(text: str) -> tuple[str, bool]:
    """Return the text without a fence around all of it, its lines as blank ones, and whether there was one."""
    lines = text.split("\n")
    used = [number for number, line in enumerate(lines) if line.strip()]
    opening = _OPENING.match(lines[used[0]]) if used else None
    if not opening or len(used) < 2 or lines[used[-1]].rstrip() != opening["fence"]:
        return text, False
    if opening["language"].casefold() not in _LANGUAGES and not _is_one_fence(text):
        return text, False
    if opening["language"] and opening["language"].casefold() not in _LANGUAGES:
        return text, False
    lines[used[0]] = lines[used[-1]] = ""
    return "\n".join(lines), True


def _is_one_fence(text: str) -> bool:
    blocks = marked(tame(text).text).blocks
    return len(blocks) == 1 and isinstance(blocks[0], Fence)


class _Flat:
    """Turns blocks into entries."""

    def __init__(self, text: str, first_line: int) -> None:
        self.text, self.first_line = text, first_line
        self.comments: list[str] = []
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def of(self, blocks: Sequence[Block], depth: int = 0, label: str = "") -> Iterator[Entry]:
        """Yield the entries of some blocks.

        :param depth: how many lists they are in.
        :param label: the label that they are below.
        """
        for block in blocks:
            match block:
                case Heading():
                    yield from () if self._is_quoted(block.start) else (self._heading(block),)
                case Paragraph():
                    yield from (self._text(line) for line in block.lines)
                case ItemList():
                    for item in block.items:
                        yield from self._item(item, depth, label, ordered=block.ordered)
                case Fence():
                    yield Entry(Kind.FENCE, block.code, self._line(block.start), language=block.language)
                case Table():
                    self.comments.append(self.text[block.start : block.end])
                    yield from self._fields(block)
                case _:
                    self.comments.append(self.text[block.start : block.end])

    def _fields(self, table: Table) -> Iterator[Entry]:
        """Yield what may be labels with their values: the first two cells of a row, or a lone row with its header."""
        header, *rows = ([plain(cell.runs) for cell in row] for row in (table.header, *table.rows))
        pairs = [(row[0], row[1]) for row in (header, *rows) if len(row) > 1]
        pairs += zip(header, rows[0], strict=False) if len(rows) == 1 else ()
        line = self._line(table.start)
        yield from (Entry(Kind.FIELD, f"{label}: {value}", line) for label, value in pairs if label and value)

    def _line(self, start: int) -> int:
        return bisect_right(self._starts, start) - 1 + self.first_line

    def _line_start(self, start: int) -> int:
        return self._starts[bisect_right(self._starts, start) - 1]

    def _is_quoted(self, start: int) -> bool:
        return ">" in self.text[self._line_start(start) : start]

    def _heading(self, block: Heading) -> Entry:
        self._keep_comments((block.line,))
        return Entry(
            Kind.HEADING,
            plain(block.line.runs),
            self._line(block.start),
            block.level,
            struck=_is_struck((block.line,)),
            code=_code((block.line,)),
        )

    def _text(self, line: Line) -> Entry:
        self._keep_comments((line,))
        return Entry(Kind.TEXT, plain(line.runs), self._line(line.start), code=_code((line,)))

    def _keep_comments(self, lines: Sequence[Line]) -> None:
        self.comments += [run.text for line in lines for run in line.runs if run.kind is RunKind.COMMENT]

    def _item(self, item: ListItem, depth: int, label: str, *, ordered: bool) -> Iterator[Entry]:
        if self._is_quoted(item.start):
            return  # what is quoted is said about tasks
        box = _BOX.match(self.text, item.start)
        first = item.blocks[0] if item.blocks else None
        lines = first.lines if isinstance(first, Paragraph) else ()
        self._keep_comments(lines)
        if box is None:
            words = plain(lines[0].runs) if lines else ""
            yield from (replace(self._text(line), ordered=ordered and not n) for n, line in enumerate(lines))
            yield from self.of(item.blocks[1:] if lines else item.blocks, depth, words or label)
            return
        title, rest = self._title(lines)
        below = item.blocks[1:] if lines else item.blocks
        details = [*rest, *self._plain_lines(below)]
        yield Entry(
            Kind.BOX,
            _without_sign(" ".join(plain(line.runs) for line in title)),
            self._line(item.start),
            depth,
            box["sign"],
            _is_struck(title),
            tuple(plain(line.runs) for line in details),
            tuple(self._markdown(rest, below)),
            label,
            _code((*title, *details)),
        )
        yield from (e for e in self.of(below, depth + 1) if e.kind in (Kind.BOX, Kind.FENCE))

    def _title(self, lines: Sequence[Line]) -> tuple[Sequence[Line], Sequence[Line]]:
        """Return the lines of a box's title, and those that say something else: fields, and lines at the margin."""
        for number, line in enumerate(lines[1:], 1):
            begin = self._line_start(line.start)
            written = self.text[begin : line.end]
            if not written[:1].isspace() or _FIELD.match(written.lstrip()):
                return lines[:number], lines[number:]
        return lines, ()

    def _plain_lines(self, blocks: Sequence[Block]) -> Iterator[Line]:
        """Yield the lines of texts that are no boxes and in no box."""
        for block in blocks:
            match block:
                case Paragraph():
                    yield from block.lines
                case ItemList():
                    for item in block.items:
                        if not _BOX.match(self.text, item.start):
                            yield from self._plain_lines(item.blocks)

    def _markdown(self, rest: Sequence[Line], below: Sequence[Block]) -> Iterator[str]:
        for line in rest:
            yield self.text[self._line_start(line.start) : line.end].strip()
        for block in below:
            if isinstance(block, ItemList):
                yield from (
                    f"- {self._item_text(item)}" for item in block.items if not _BOX.match(self.text, item.start)
                )
            else:
                yield self.text[self._line_start(block.start) : block.end].strip()

    def _item_text(self, item: ListItem) -> str:
        written = self.text[item.start : item.end]
        return re.sub(r"^\s*(?:[-*+]|\d+[.)])\s*", "", written)


def _without_sign(text: str) -> str:
    return re.sub(r"^\[[ xX~-]\]", "", text.strip()).strip()


def _is_struck(lines: Sequence[Line]) -> bool:
    """Whether everything that matters is struck through: a number before it and a word in brackets after it do not."""
    runs = [run for line in lines for run in line.runs if run.kind is not RunKind.COMMENT]
    open_text = "".join(run.text for run in runs if not run.struck)
    return any(run.struck for run in runs) and not re.search(
        r"[^\W\d_]{2}", re.sub(r"\([^)]*\)|\[.\]|\bT\d+\w*", "", open_text)
    )


def _code(lines: Sequence[Line]) -> tuple[str, ...]:
    return tuple(run.text for line in lines for run in line.runs if run.kind is RunKind.CODE)
