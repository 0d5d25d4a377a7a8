"""The managed block: our part of a ticket's text, between the lines that a human wrote.

<!-- techmap-sync begin -->
(where to edit: the section without a name)
### Purpose
...
<!-- techmap-sync: {marker} -->
<!-- techmap-sync end -->
(everything below, and above, belongs to people and is kept byte for byte)
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from techmap_sync.patterns import lazy
from techmap_sync.sync.marker import PREFIX, Marker, MarkerUnreadable, decode, encode
from techmap_sync.sync.tracker import State, Ticket

BEGIN = "<!-- techmap-sync begin -->"
END = "<!-- techmap-sync end -->"
HEADING = "### "
_FENCE = lazy(r"\s*(`{3,}|~{3,})(.*)")


@dataclass(frozen=True, slots=True)
class Part:
    """One section of a ticket."""

    name: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """A ticket's text, taken apart."""

    before: str
    """Human text above the block, byte for byte."""
    parts: tuple[Part, ...]
    """Its sections, in order."""
    marker: Marker
    after: str
    """Human text below the block."""

    def texts(self) -> dict[str, str]:
        """Return the text of each section by name."""
        return {part.name: part.text for part in self.parts}


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket that we manage."""

    ticket: Ticket
    block: Block

    @property
    def marker(self) -> Marker:
        """What we remember of it."""
        return self.block.marker

    @property
    def closed_by_hand(self) -> bool:
        """Whether it is closed and we left it open."""
        return self.ticket.state is State.CLOSED and self.marker.state == State.OPEN


@dataclass(frozen=True, slots=True)
class Unmanaged:
    """A text that we must not write."""

    reason: str
    mentions_us: bool
    """It contains parts of a block or marker: it was ours, or looks like it."""


@lru_cache(maxsize=1024)  # A run reads the tickets of a map several times: to compare, to write, to check.
def read_block(body: str) -> Block | Unmanaged:
    """Parse a ticket's text.

    Unless it has exactly one intact block with one readable marker, all of it belongs to people.
    """
    lines = body.split("\n")
    begins, ends, markers = (_places(lines, start) for start in (BEGIN, END, PREFIX.rstrip()))
    if not begins and not ends and not markers:
        return Unmanaged("it has no managed block", mentions_us=False)
    if (len(begins), len(ends), len(markers)) != (1, 1, 1) or not begins[0] < markers[0] < ends[0]:
        return Unmanaged("its block is not intact", mentions_us=True)
    try:
        marker = decode(lines[markers[0]])
    except MarkerUnreadable as error:
        return Unmanaged(str(error), mentions_us=True)
    return Block(
        before="\n".join(lines[: begins[0]]),
        parts=_parts([line.rstrip("\r") for line in lines[begins[0] + 1 : markers[0]]], marker),
        marker=marker,
        after="\n".join(lines[ends[0] + 1 :]),
    )


def write_block(parts: Iterable[Part], marker: Marker, before: str = "", after: str = "") -> str:
    """Return a ticket's text.

    :param parts: the sections in their order; the one without a heading comes first.
    :param before: human text above the block, as ``read_block`` returned it.
    :param after: human text below it.
    """
    sections = [f"{HEADING}{part.heading}\n\n{part.text}" if part.heading else part.text for part in parts]
    block = "\n\n".join((BEGIN, *sections, f"{encode(marker)}\n{END}"))
    return "\n".join((*([before] if before else []), block, *([after] if after else [])))


def _places(lines: Sequence[str], start: str) -> list[int]:
    return [number for number, line in enumerate(lines) if line.startswith(start)]


def _parts(lines: Sequence[str], marker: Marker) -> tuple[Part, ...]:
    """Split the block at the headings that the marker knows; what people added stays with its section.

    What is above the first heading is a part without a name, if anything is there.
    """
    ahead = {written.heading: name for name, written in marker.sections.items() if written.heading}
    found: list[tuple[str, str, list[str]]] = [("", "", [])]
    fence = ""
    for line in lines:
        fence = _fence_after(line, fence)
        heading = line.removeprefix(HEADING).rstrip() if line.startswith(HEADING) and not fence else ""
        if heading in ahead:
            found.append((ahead.pop(heading), heading, []))
        else:
            found[-1][2].append(line)
    parts = (Part(name, heading, "\n".join(text).strip("\n")) for name, heading, text in found)
    return tuple(part for part in parts if part.name or part.text)


def _fence_after(line: str, fence: str) -> str:
    """Return the fence that is open after a line; a closing line has nothing else on it.

    :param fence: the one that is open before the line; empty when there is none.
    """
    found = _FENCE.match(line)
    if not found:
        return fence
    mark, rest = found.groups()
    if not fence:
        return "" if mark[0] == "`" and "`" in rest else mark
    return "" if mark.startswith(fence) and not rest.strip() else fence
