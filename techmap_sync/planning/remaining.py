"""What a document says and no ticket does: the tracking ticket carries it, under the headings of the document."""

from __future__ import annotations

import re
import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from techmap_sync.diagnostics import Span
from techmap_sync.documents.statements import Statement
from techmap_sync.planning.lines import places_of

MOST_QUOTED = 20
"""Lines of a section that nobody understood; a link leads to the others."""
_BOX = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)]))\s+\[[ xX]\](?=\s)")
_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")


class Remainder(NamedTuple):
    """What is left of the text below one heading."""

    heading: str
    """As plain text; empty above the first one."""
    markdown: str
    """Without boxes: the tracking ticket is no list of things to do."""
    linked: tuple[int, ...] = ()
    """Lines that are linked instead of quoted."""

    @property
    def beyond(self) -> tuple[int, int]:
        """The first and the last of these."""
        return (self.linked[0], self.linked[-1]) if self.linked else (0, 0)


def remaining(
    statements: Sequence[Statement], texts: Sequence[str], not_understood: Iterable[Span]
) -> tuple[Remainder, ...]:
    """Return what is found in none of the texts, in the order of the document.

    :param statements: what each line of the document says.
    :param texts: of all tickets.
    :param not_understood: the sections that nobody understood.
    """
    found = places_of(statements, texts)
    missing = [said for said, place in zip(statements, found, strict=True) if place < 0 and not said.excuse]
    linked = set(_beyond(missing, not_understood))
    parts = (_remainder(heading, below, linked) for heading, below in _by_heading(statements, missing))
    return tuple(part for part in parts if part.heading or part.markdown)


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
        yield lines[0].heading, [said for said in lines if not said.is_heading]


def _remainder(heading: str, below: Sequence[Statement], linked: set[int]) -> Remainder:
    quoted = [said for said in below if said.line not in linked]
    beyond = tuple(said.line for said in below if said.line in linked)
    return Remainder(heading, _markdown(quoted), beyond)


def _markdown(lines: Sequence[Statement]) -> str:
    """Put lines together; those that did not follow each other become paragraphs, bullets stay one list."""
    written = [lines[0].text.rstrip()] if lines else []
    for before, said in pairwise(lines):
        one_table = said.head and said.head in (before.block, before.head)
        apart = said.line != before.line + 1 and not one_table
        one_list = _BULLET.match(before.text) and _BULLET.match(said.text)
        written += [""] if apart and not one_list else []
        written.append(said.text.rstrip() if said.is_code else _BOX.sub(r"\1", said.text.rstrip()))
    if lines and not lines[0].is_code:
        written[0] = _BOX.sub(r"\1", written[0])
    return textwrap.dedent("\n".join(written))
