"""The text that Marko reads, which keeps what Marko computes again for each pattern that it tries."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from marko.source import Source

from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from marko import block

_LINE = lazy(r"[^\n]*$\n?", re.MULTILINE)
_BULLET = lazy(r" {0,3}[-*+][ \t]+\S")
_WORDS = lazy(r"(?:\*\*?|__?|\[[ xX]\] |[`(\"])?[^\W\d_][^\n|]*+$", re.MULTILINE)

_compiled = cache(re.compile)


class QuickSource(Source):
    """Keeps the prefixes of a line, and where they end."""

    _place: tuple[int, str] = (-1, "")
    _prefix_length = 0
    _joined: str | None = None

    @property
    def _states(self) -> list[block.BlockElement]:
        return self._open

    @_states.setter
    def _states(self, states: list[block.BlockElement]) -> None:
        self._open, self._joined = states, None

    def push_state(self, element: block.BlockElement) -> None:
        """Open a quote, a list or an item."""
        self._open.append(element)
        self._joined = None

    def pop_state(self) -> block.BlockElement:
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
        return self._is_next(_WORDS)

    @property
    def at_bullet(self) -> bool:
        """Whether the next line is a bullet with something behind it."""
        return self._is_next(_BULLET)

    def _is_next(self, pattern: re.Pattern[str]) -> bool:
        length = self._length_of_prefix()
        return length >= 0 and pattern.match(self._buffer, self.pos + length) is not None

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
            self._prefix_length = self._length_in(line[0], prefix) if line else 0
        return self._prefix_length

    def _length_in(self, line: str, prefix: str) -> int:
        if prefix.isspace() and line and not line[0].isspace():  # most lines behind an item of a list
            return -1
        return self.match_prefix(prefix, line)
