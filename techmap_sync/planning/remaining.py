"""What a document says and no ticket does: the tracking ticket carries it, under the headings of the document."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from techmap_sync.diagnostics import Span
from techmap_sync.documents.statements import Statement
from techmap_sync.planning.lines import places_of
from techmap_sync.planning.quoting import quoted

MOST_QUOTED = 20
"""Lines of a section that nobody understood; a link leads to the others."""


class Remainder(NamedTuple):
    """What is left of the text below one heading."""

    heading: str
    """As plain text; empty above the first one."""
    markdown: str
    """Without boxes: the tracking ticket is no list of things to do."""
    linked: tuple[int, ...] = ()
    """Lines that are linked instead of quoted."""
    part: str = ""
    """The heading of the section that this is in; the same as ``heading`` for what is directly below it."""
    is_understood: bool = True

    @property
    def beyond(self) -> tuple[int, int]:
        """The first and the last of the lines that are linked."""
        return (self.linked[0], self.linked[-1]) if self.linked else (0, 0)


def remaining(
    statements: Sequence[Statement],
    texts: Sequence[str],
    not_understood: Sequence[Span],
    told_whole: Sequence[Span] = (),
) -> tuple[Remainder, ...]:
    """Return what is found in none of the texts, in the order of the document.

    :param statements: what each line of the document says.
    :param texts: of all tickets.
    :param not_understood: the sections that nobody understood.
    :param told_whole: what is quoted also where it is found elsewhere.
    """
    found = places_of(statements, texts)
    told = _Lines(told_whole)
    missing = [
        said
        for said, places in zip(statements, found, strict=True)
        if not said.excuse and (not places or (said.line in told and not said.is_heading))
    ]
    linked, unknown = set(_beyond(missing, not_understood)), _Lines(not_understood)
    parts = (_remainder(heading, below, linked, unknown) for heading, below in _by_heading(statements, missing))
    return tuple(part for part in parts if part.heading or part.markdown)


class _Lines:
    """Lines of a document, as the places that hold them."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self._spans = sorted((span.line, span.end_line) for span in spans)

    def __contains__(self, line: int) -> bool:
        place = bisect_right(self._spans, (line, float("inf"))) - 1
        return place >= 0 and line <= self._spans[place][1]


def _beyond(missing: Sequence[Statement], sections: Iterable[Span]) -> Iterator[int]:
    """Yield the lines that are too many to be quoted."""
    lines = [said.line for said in missing if not said.is_heading]
    for span in sections:
        yield from lines[bisect_left(lines, span.line) + MOST_QUOTED : bisect_right(lines, span.end_line)]


def _by_heading(statements: Sequence[Statement], missing: Sequence[Statement]) -> Iterator[tuple[str, list[Statement]]]:
    """Yield heading by heading what is missing below it, in whole blocks."""
    blocks = {said.block for said in missing} | {said.head for said in missing if said.head}
    wanted = [said for said in statements if said.block in blocks and said.excuse != "comment"]
    for _, below in groupby(wanted, key=lambda said: said.section):
        lines = list(below)
        yield lines[0].heading, lines


def _remainder(heading: str, lines: Sequence[Statement], linked: set[int], unknown: _Lines) -> Remainder:
    below = [said for said in lines if not said.is_heading]
    beyond = tuple(said.line for said in below if said.line in linked)
    markdown = quoted([said for said in below if said.line not in linked])
    return Remainder(heading, markdown, beyond, lines[0].part, lines[0].line not in unknown)
