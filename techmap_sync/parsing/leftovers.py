"""Nothing is lost: every line of a map belongs to some value (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from techmap_sync.model import Passage, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from techmap_sync.model import TechnicalMap
    from techmap_sync.parsing.document import Document


def with_leftovers(found: TechnicalMap, text: str, document: Document) -> TechnicalMap:
    """Return the map with a passage of context for every line that no other value covers.

    These are front matter, thematic breaks, and headings that only hold sub-sections.
    """
    covered = covered_lines(found)
    lines = text.split("\n")
    left = [number for number, line in enumerate(lines, 1) if line.strip() and number not in covered]
    passages = (_passage(first, last, lines) for first, last in _stretches(left))
    return replace(found, context=(*found.context, *passages))


def covered_lines(found: TechnicalMap) -> set[int]:
    """Return the numbers of all lines that some value of the map covers."""
    return {line for span in _spans(found) for line in range(span.line, span.end_line + 1)}


def _spans(found: TechnicalMap) -> Iterator[Span]:
    yield found.span
    for part in (found.metadata, found.components, found.done, found.constraints, found.context, found.unrecognised):
        yield from (value.span for value in part)
    for group in (*found.changes, *found.tests, *found.deployment):
        yield group.span
        yield from (item.span for item in group.items)


def _stretches(lines: list[int]) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of neighbouring numbers."""
    start = 0
    for position, line in enumerate(lines):
        if position + 1 == len(lines) or lines[position + 1] != line + 1:
            yield lines[start], line
            start = position + 1


def _passage(first: int, last: int, lines: list[str]) -> Passage:
    markdown = "\n".join(lines[first - 1 : last])
    return Passage("", markdown, Span(first, 1, last, len(lines[last - 1]) + 1))
