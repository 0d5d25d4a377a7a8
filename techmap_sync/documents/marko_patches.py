"""Marko without what maps do not need, and with guards where it is slow.

Beside ``markdown.py``, this is the only file that knows Marko.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from marko import block as marko_block
from marko import inline as marko_inline
from marko.element import Element
from marko.ext.gfm import elements as gfm
from marko.helpers import normalize_label
from marko.parser import Parser
from marko.source import Source

from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


# Marko's inline parser compares every opener with the text after it. Openers times length is what that costs.
_INLINE_BUDGET = 20_000_000
_OPENERS = lazy(r"[\[\]*_`<~\\]")
_ANGLE_BRACKET = lazy(r" {0,3}<")
_BAR = lazy(r"[^\n|]*\|")
_LINE = lazy(r"[^\n]*$\n?", re.MULTILINE)
_WORDS = lazy(r"(?:\*\*?|__?|\[[ xX]\] |[`(\"])?[^\W\d_][^\n|]*+$", re.MULTILINE)


_compiled = cache(re.compile)


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
    """Most lines of a paragraph begin with a word, and no line that begins so ends it."""

    override = True

    @classmethod
    def break_paragraph(cls, source: Source, lazy: bool = False) -> bool:
        """Return whether the next line ends a paragraph."""
        assert isinstance(source, QuickSource)
        return source.has_prefix and not source.at_words and super().break_paragraph(source, lazy)


class _Words(_Paragraph):
    """A paragraph that is seen to be one before all else is tried."""

    priority = 9

    @classmethod
    def match(cls, source: Source) -> bool:
        """Return whether the line begins with a word."""
        assert isinstance(source, QuickSource)
        return source.at_words


class QuickSource(Source):
    """Keeps what Marko computes again for each pattern that it tries: the prefixes of a line, and where they end."""

    _place: tuple[int, str] = (-1, "")
    _prefix_length = 0
    _joined: str | None = None

    @property
    def _states(self) -> list[marko_block.BlockElement]:
        return self._open

    @_states.setter
    def _states(self, states: list[marko_block.BlockElement]) -> None:
        self._open, self._joined = states, None

    def push_state(self, element: marko_block.BlockElement) -> None:
        """Open a quote, a list or an item."""
        self._open.append(element)
        self._joined = None

    def pop_state(self) -> marko_block.BlockElement:
        """Close the innermost one."""
        self._joined = None
        return self._open.pop()

    @property
    def prefix(self) -> str:
        """The pattern of what the open elements put before each line."""
        if self._joined is None:
            self._joined = "".join(element._prefix for element in self._open)
        return self._joined

    def _update_prefix(self) -> None:
        super()._update_prefix()
        self._joined = None

    def _expect_re(self, regexp: re.Pattern[str] | str, pos: int) -> re.Match[str] | None:
        pattern = _compiled(regexp) if isinstance(regexp, str) else regexp
        return pattern.match(self._buffer, pos)

    @property
    def has_prefix(self) -> bool:
        """Whether the next line has the markers of every block that is open here."""
        return self._length_of_prefix() >= 0

    @property
    def at_words(self) -> bool:
        """Whether the next line can be nothing but text: it begins with a word, and it is not a row of a table."""
        length = self._length_of_prefix()
        return length >= 0 and _WORDS.match(self._buffer, self.pos + length) is not None

    def expect_re(self, regexp: re.Pattern[str] | str) -> re.Match[str] | None:
        """Return what the pattern matches after the markers of quotes and lists that are open here."""
        length = 0 if self._joined == "" else self._length_of_prefix()
        if length < 0:
            self.match = _LINE.match(self._buffer, self.pos)
            return None
        pattern = _compiled(regexp) if isinstance(regexp, str) else regexp
        self.match = pattern.match(self._buffer, self.pos + length)
        return self.match

    def next_line(self, require_prefix: bool = True) -> Any:
        """Return the next line, without the markers where they are required and there."""
        self.match = self.expect_re(_LINE) if require_prefix else _LINE.match(self._buffer, self.pos)
        return self.match and self.match[0]

    @property
    def _current_pos(self) -> int:
        return self.pos + max(self._length_of_prefix(), 0)

    def _length_of_prefix(self) -> int:
        """Return how long the markers before the next line are; -1: it has not all of them."""
        prefix = self.prefix if self._joined is None else self._joined
        if not prefix:
            return 0
        if self.pos != self._place[0] or prefix != self._place[1]:
            self._place = (self.pos, prefix)
            line = _LINE.match(self._buffer, self.pos)
            self._prefix_length = self.match_prefix(prefix, line[0]) if line else 0
        return self._prefix_length


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
        self._sorted_elements = [_Words, *super()._build_block_element_list()]
        self._budget = 0

    def parse(self, text: str) -> marko_block.Document:
        """Return Marko's tree of a text that has gone through ``limits.tame``."""
        self._budget = _INLINE_BUDGET
        source = QuickSource(text)
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
