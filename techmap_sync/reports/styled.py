"""Text of which parts have styles, as a plain value: Rich is loaded only where a terminal shows it in colour."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Styled(NamedTuple):
    """Pieces of text, each with the name of a style of Rich; empty for none."""

    parts: tuple[tuple[str, str], ...]

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(text for text, _ in self.parts)


def styled(*parts: str | tuple[str, str]) -> Styled:
    """Return a text of some parts: each a text, or a text and its style."""
    return Styled(tuple((part, "") if isinstance(part, str) else part for part in parts))


def joined(texts: Iterable[Styled], between: str = "\n") -> Styled:
    """Return some texts as one."""
    each = [text.parts for text in texts]
    return Styled((*(part for parts in each[:-1] for part in (*parts, (between, ""))), *(each[-1] if each else ())))
