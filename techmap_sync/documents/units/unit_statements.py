"""What each line of a unit's tasks says, in a form that can be looked for in tickets.

A ticket links to the lines that it comes from. What these say besides its tasks, such as code, is linked, not quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from techmap_sync.documents.frontmatter import split_front_matter
from techmap_sync.documents.statements import COMMENT, STRUCTURE, Statement, words_of
from techmap_sync.documents.units.document import spans_of
from techmap_sync.documents.units.unit import Unit
from techmap_sync.text_forms import unified

LINKED = "linked"
_FENCE = re.compile(r"\s*(?:[-*+]\s+)?(`{3,}|~{3,})")
_BULLET = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_BOX = re.compile(r"^(\s*(?:[-*+]|\d{1,9}[.)])\s+)\[.\](?=\s)")
_HEADING = re.compile(r"#{1,6}\s+")


def statements_of(unit: Unit, text: str) -> tuple[Statement, ...]:
    """Return what each line says that is not blank, in order."""
    lines = unified(text).split("\n")
    linked = {
        line
        for ticket, span in zip(unit.tickets, spans_of(unit, len(lines)), strict=True)
        if not ticket.not_planned
        for line in range(span.line, span.end_line + 1)
    }
    front = split_front_matter("\n".join(lines))
    first = 1 + "\n".join(lines)[: front.length].count("\n")
    scanned = _scanned(lines, dict(unit.headings))
    return tuple(
        said._replace(excuse=STRUCTURE) if said.line < first else _with_excuse(said, linked, unit) for said in scanned
    )


def _with_excuse(said: Statement, linked: set[int], unit: Unit) -> Statement:
    if said.excuse:
        return said
    if said.line in linked:
        return said._replace(excuse=LINKED)
    is_title = said.is_heading and words_of(unit.title) == words_of(said.heading)[-len(words_of(unit.title)) :]
    return said._replace(excuse=STRUCTURE) if is_title else said


def _scanned(lines: list[str], headings: dict[int, int]) -> Iterator[Statement]:
    section = block = 0
    heading = fence = ""
    comment = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            block += 0 if fence else 1
            continue
        found = _FENCE.match(line)
        is_heading = number in headings
        if is_heading:
            section, heading = number, _HEADING.sub("", line.strip()).strip("# ")
        if not fence and (is_heading or _BULLET.match(line)):
            block += 1
        starts_comment = not fence and line.lstrip().startswith("<!--")
        comment = comment or starts_comment
        words = words_of(_BOX.sub(r"\1", line))
        excuse = COMMENT if comment else "" if words else STRUCTURE
        is_code = bool(fence or found)
        yield Statement(
            number, line, (words,) if words else (), excuse, heading, block, section, 0, is_heading, is_code
        )
        comment = comment and "-->" not in line
        if found and not comment:
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]
