"""What Markdown consists of, as small frozen values with their place in the text.

All offsets count characters from 0 and point into the text behind the front matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class RunKind(Enum):
    """What a piece of a line is."""

    TEXT = auto()
    CODE = auto()
    COMMENT = auto()


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a line in one style. ``start`` is its offset in the text."""

    kind: RunKind
    text: str
    start: int
    strong: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a paragraph, a heading or a cell. ``column`` counts from 0."""

    runs: tuple[Run, ...]
    start: int
    end: int
    column: int = 0


@dataclass(frozen=True, slots=True)
class Heading:
    """``## Text``, or text that is underlined."""

    level: int
    line: Line
    start: int
    end: int
    underlined: tuple[Line, ...] = ()
    """The lines of text above the underline; empty for ``## Text``."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Lines of text."""

    lines: tuple[Line, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ListItem:
    """One bullet with everything below it. ``ticked`` is None where there is no box to tick."""

    blocks: tuple[Block, ...]
    start: int
    end: int
    ticked: bool | None = None


@dataclass(frozen=True, slots=True)
class ItemList:
    """A list of bullets, or a numbered one."""

    ordered: bool
    items: tuple[ListItem, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Quote:
    """Blocks behind ``>``."""

    blocks: tuple[Block, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Fence:
    """Code between fences, or indented."""

    code: str
    language: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Table:
    """A table: one line per cell."""

    header: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the page: ``---``."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Other:
    """Raw HTML (comments too) or a link definition: nothing that is read."""

    start: int
    end: int


Block = Heading | Paragraph | ItemList | Quote | Fence | Table | Rule | Other
