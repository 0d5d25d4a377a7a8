"""Marko without what maps do not need, and with guards where it is slow.

Beside ``markdown.py``, only this file, ``marko_inline.py`` and ``marko_source.py`` know Marko.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from marko import block as marko_block
from marko import inline as marko_inline
from marko.element import Element
from marko.ext.gfm import elements as gfm
from marko.helpers import normalize_label
from marko.parser import Parser
from marko.source import Source

from techmap_sync.documents.marko_inline import inline_elements
from techmap_sync.documents.marko_source import QuickSource
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


# Marko's inline parser compares every opener with the text after it. Openers times length is what that costs.
_INLINE_BUDGET = 20_000_000
_OPENERS = lazy(r"[\[\]*_`<~\\]")
_ANGLE_BRACKET = lazy(r" {0,3}<")
_BAR = lazy(r"[^\n|]*\|")


class _Heading(marko_block.Heading):
    """Marko's own pattern is quadratic in the spaces of a heading."""

    override = True
    pattern = lazy(r" {0,3}(#{1,6})((?=\s)[^\n]*|)$\n?", re.MULTILINE)
    closing = lazy(r"(?:^|[ \t]+)#+[ \t]*$")

    def __init__(self, match: re.Match[str]) -> None:
        super().__init__(match)
        closed = self.closing.sub("", self.inline_body)
        if self._inline_positions is not None:
            self._inline_positions = self._inline_positions[: len(closed)]
        self.inline_body = closed


class _HTMLBlock(marko_block.HTMLBlock):
    """Looks for the angle bracket before it tries seven patterns."""

    override = True

    @classmethod
    def match(cls, source: Source) -> int | bool:
        """Return the kind of HTML block that begins here, or False; without `<` nothing is tried."""
        if source.expect_re(_ANGLE_BRACKET) is None:
            source.context.html_end = None
            return False
        return super().match(source)


class _LinkRefDef(marko_block.LinkRefDef):
    """Definitions on one line only: Marko looks ahead to the next blank line for every line that starts with ``[``."""

    override = True
    pattern = lazy(r" {0,3}\[([^\[\]\n]{1,999})\]:[ \t]*(\S+)(?:[ \t]+([\"'(][^\n]*[\"')]))?[ \t]*$\n?", re.MULTILINE)

    @classmethod
    def match(cls, source: Source) -> bool:
        """Return whether a definition begins here."""
        return source.expect_re(cls.pattern) is not None

    @classmethod
    def parse(cls, source: Source) -> marko_block.LinkRefDef:
        """Keep a definition, unless one of its label came before."""
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
        """Return whether a table begins here; without `|` nothing is tried."""
        return source.expect_re(_BAR) is not None and super().match(source)  # type: ignore[no-untyped-call]


class _Paragraph(gfm.Paragraph):
    """Most lines behind one of a paragraph begin with a word, which never ends it, or are bullets, which always do."""

    override = True

    @classmethod
    def break_paragraph(cls, source: Source, lazy: bool = False) -> bool:
        """Return whether the next line ends a paragraph."""
        assert isinstance(source, QuickSource)
        if not source.has_prefix or source.at_words:
            return False
        return source.at_bullet or super().break_paragraph(source, lazy)


class _Words(_Paragraph):
    """A paragraph that is seen to be one before all else is tried."""

    priority = 9

    @classmethod
    def match(cls, source: Source) -> bool:
        """Return whether the line begins with a word."""
        assert isinstance(source, QuickSource)
        return source.at_words


_ELEMENTS: Sequence[type[Element]] = (
    _Paragraph,
    gfm.Strikethrough,
    gfm.TableRow,
    gfm.TableCell,
    _Heading,
    _HTMLBlock,
    _LinkRefDef,
    _Table,
)


class LeanParser(Parser):
    """Marko with tables, task lists and strikethrough, that spends a bounded time on inline markup."""

    def __init__(self) -> None:
        super().__init__()
        for element in _ELEMENTS:
            self.add_element(element)
        self._sorted_elements: list[Any] = [_Words, *super()._build_block_element_list()]
        self._budget = 0

    def parse(self, text: str) -> marko_block.Document:
        """Return Marko's tree of a text that has gone through ``tame``."""
        self._budget = _INLINE_BUDGET
        source = QuickSource(text)
        source.parser = self
        document = marko_block.Document()
        document.source_span = (0, len(text))
        with source.under_state(document):
            document.children = self.parse_source(source)
            self.parse_inline(document, source)
        return document

    def parse_source(self, source: Source) -> list[marko_block.BlockElement]:
        """Return the blocks up to the first line that is outside of what is open."""
        assert isinstance(source, QuickSource)
        blocks = []
        while not source.exhausted and source.has_prefix and (block := self._next_block(source)):
            blocks.append(block)
        return blocks

    def _next_block(self, source: Source) -> marko_block.BlockElement | None:
        start = source._current_pos
        for kind in self._sorted_elements:
            if kind.match(source):
                parsed = kind.parse(source)
                block = parsed if isinstance(parsed, marko_block.BlockElement) else kind(parsed)
                block.source_span = block.source_span or (start, source.pos)
                return block
        return None

    def _build_block_element_list(self) -> list[Any]:
        return getattr(self, "_sorted_elements", None) or super()._build_block_element_list()

    def _parse_inline(
        self, text: str, source: Source, positions: Sequence[int] | None = None
    ) -> list[marko_inline.InlineElement]:
        openers = len(_OPENERS.findall(text))
        self._budget -= openers * len(text)
        if openers and self._budget > 0:
            try:
                return inline_elements(text, source, positions)
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


MAX_LINES = 5_000
"""A longer text is kept whole, and not read as Markdown."""
MAX_DEPTH = 12
"""Quotes and lists in each other. Markdown parsers recurse, and no reader follows deeper."""
MAX_COLUMNS = 50
"""Cells in a row: every row of a table is filled up to the width of its heading."""
MAX_SPACES = 200
"""Spaces in a row: several patterns of Markdown are quadratic in them."""

ODD_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\ufeff"
"""For a set of characters: spaces that Markdown takes for letters."""

_CONTAINERS = lazy(r"(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])))*[ \t]*")
_MARKER = lazy(r">|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t])")
_LONG_SPACES = lazy(rf"[^\S\n]{{{MAX_SPACES},}}")
_FILLER = "\u200b"  # not a space to any pattern, and invisible
# What makes a bullet, a number, a box or a heading, with the spaces before and after it.
_ODDLY_SPACED = lazy(
    rf"""
    ^[ \t>{ODD_SPACES}]*+
    (?:[-*+](?:[ \t{ODD_SPACES}]+\[[ xX]\])?+|\#{{1,6}}|\d{{1,9}}[.)])
    [ \t{ODD_SPACES}]++(?=\S)
    """,
    re.VERBOSE | re.MULTILINE,
)
_ODD_SPACE = lazy(rf"[{ODD_SPACES}]")


class Tamed(NamedTuple):
    """Text that is safe to parse, and the lines (from 0) that had to be changed for it."""

    text: str
    too_deep: tuple[int, ...]
    too_wide: tuple[int, ...]
    spaces: tuple[int, ...]
    """Offsets of odd spaces after a sign, which Markdown reads as plain ones."""


def tame(text: str) -> Tamed:
    r"""Return the text with everything that could stall or overflow the Markdown parser made plain.

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
    """Yield the offsets of odd spaces before and after the sign of a bullet, a number, a box or a heading."""
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
    """Return how deep the line can be in quotes and lists: two columns of indentation are one level at most."""
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
