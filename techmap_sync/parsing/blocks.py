"""What Markdown consists of, as small frozen values with their place in the text.

All offsets count characters from 0 and point into the text behind the front matter. Named tuples, because a map makes
thousands of them: they are made in a third of the time of frozen dataclasses. A quote is not a
block: what it holds stands in its place.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import NamedTuple


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
