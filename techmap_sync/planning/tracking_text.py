"""What only the tracking ticket says: what waits for what as a picture, and what a document says and no ticket does.

The rest is quoted under the headings of the document.
"""

from __future__ import annotations

import textwrap
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from techmap_sync.diagnostics import Span
from techmap_sync.documents.rows import cells_of, row_text
from techmap_sync.documents.statements import Statement, with_excused_headings
from techmap_sync.documents.words import Words
from techmap_sync.documents.work import Phase
from techmap_sync.patterns import lazy
from techmap_sync.planning.lines import places_of

# Mermaid drops the last semicolon, an entity's too, of a line that looks like "style x:#f00;" or "classDef x:#f00;".
_SPECIAL = lazy(r"[^\w .,:;/()\-–—…]|s(?=tyle)|c(?=lassDef)")


_NODE = lazy(r'(?m)^(    t(\d+)\[")')


def flow_chart(names: Sequence[str], phases: Sequence[Phase], blocked_by: Sequence[Sequence[int]], words: Words) -> str:
    """Draw the tasks of a map.

    :param names: short ones of all tasks; brackets, quotes and pipes are escaped as Mermaid's entity codes
        (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
    :param phases: of the same tasks.
    :param blocked_by: for each task the positions of those it waits for.
    """
    lines = ["flowchart LR"]
    for phase in Phase:
        members = [position for position, due in enumerate(phases) if due is phase]
        if members:
            heading = _escaped(words.headings[phase])
            lines += [
                f'  subgraph {phase}["{heading}"]',
                *(f'    t{p}["{_escaped(names[p])}"]' for p in members),
                "  end",
            ]
    edges = [(target, waiting) for waiting, targets in enumerate(blocked_by) for target in targets]
    return "\n".join([*lines, *(f"  t{target} --> t{waiting}" for target, waiting in sorted(edges))])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)


def with_numbers(chart: str, numbers: Mapping[int, str]) -> str:
    """Return a picture whose nodes say the numbers of their tickets.

    :param chart: as ``flow_chart`` draws it, or a template of a team's own.
    :param numbers: by the number of the node, as a reader knows them: ``#12``.
    """
    return _NODE.sub(lambda node: f"{node[1]}{_number(numbers.get(int(node[2]), ''))}", chart)


_ARROW = lazy(r"(?m)^\s*t\d+ --> t\d+")


def size_of(chart: str) -> tuple[int, int]:
    """Return how many tasks and how many arrows a picture has."""
    return len(_NODE.findall(chart)), len(_ARROW.findall(chart))


def _number(number: str) -> str:
    return f"{_escaped(number)} " if number else ""


LONGEST_OPEN = 20
"""Lines that are not blank; a section of more is folded."""
_BULLET = lazy(r"(\s*)([-*+\u2022]|\d{1,9}[.)])[\s\u00a0]+(?:\[[ xX]\]\s+)?")
_LABEL = lazy(r"\s*\*\*[^*]+\*\*\s*[:：]?\s*|\s*\*\*[^*]+[:：]\*\*\s*")
_COUNTING = frozenset({"#", "no.", "no", "nr.", "nr", "№"})


def quoted(lines: Sequence[Statement]) -> str:
    """Return the lines below one heading as Markdown without boxes, which belong to work."""
    heads = {said.head for said in lines if said.head}
    pieces = [_piece(list(block), heads) for _, block in groupby(lines, key=lambda said: (said.block, said.is_code))]
    rows = _counted_columns(lines, heads)
    written = [_row(said[0], rows) if kind == "row" else text for kind, text, said in pieces]
    out: list[str] = []
    before = ""
    for (kind, _, _), text in zip(pieces, written, strict=True):
        if not text:
            continue
        if out and not (before in ("item", "row") and kind in ("item", "row")) and not (before == kind == "table"):
            out.append("")
        out.append(text)
        before = kind
    return "\n".join(_unindented(out))


def _piece(block: list[Statement], heads: set[int]) -> tuple[str, str, list[Statement]]:
    """Return what a block is, its text, and its lines."""
    first = block[0]
    if first.is_code:
        return "code", textwrap.dedent("\n".join(_with_blank_lines(block))), block
    if first.is_whole:
        return "table", "\n".join(said.text.strip() for said in block), block
    if first.head:
        return "row", "", block
    if first.block in heads:
        head, *more = [cell for cell in _cells(first) if cell.casefold() not in _COUNTING] or [""]
        return "head", f"*{row_text(head, more)}*" if head else "", block
    return (*_prose(" ".join([first.text.rstrip(), *(said.text.strip() for said in block[1:])])), block)


def _with_blank_lines(block: Sequence[Statement]) -> Iterator[str]:
    before = block[0].line
    for said in block:
        yield from [""] * (said.line - before - 1)
        yield said.text.rstrip()
        before = said.line


def _prose(text: str) -> tuple[str, str]:
    """Return what a bullet or a paragraph is, and its text as a bullet."""
    if bullet := _BULLET.match(text):
        sign = bullet[2] if bullet[2][0].isdigit() else "-"
        return "item", f"{bullet[1]}{sign} {text[bullet.end() :].rstrip()}"
    bare = text.strip()
    return ("label", f"**{bare.strip('*:： ')}**") if _LABEL.fullmatch(bare) else ("item", f"- {bare}")


def _counted_columns(lines: Sequence[Statement], heads: set[int]) -> dict[int, set[int]]:
    """Return by table the columns that only count its rows."""
    return {
        said.block: {n for n, cell in enumerate(_cells(said)) if cell.casefold() in _COUNTING}
        for said in reversed(lines)
        if said.block in heads and not said.head
    }


def _row(said: Statement, counted: dict[int, set[int]]) -> str:
    first, *others = [c for n, c in enumerate(_cells(said)) if n not in counted.get(said.head, ())] or [""]
    return f"- {row_text(first, others)}"


def _cells(said: Statement) -> list[str]:
    return cells_of(said.text)


def _unindented(pieces: Sequence[str]) -> Iterator[str]:
    """Yield the pieces; a list that begins indented would be code."""
    width = 0
    for number, piece in enumerate(pieces):
        if number == 0 or not pieces[number - 1]:
            width = len(piece) - len(piece.lstrip(" "))
        yield "\n".join(line.removeprefix(" " * width) for line in piece.split("\n")) if width else piece


def is_long(markdown: str) -> bool:
    """Whether a text is folded."""
    return sum(1 for line in markdown.split("\n") if line.strip()) > LONGEST_OPEN


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
    statements = with_excused_headings(statements)
    found = places_of(statements, texts)
    told = _Lines(told_whole)
    missing = [
        said
        for said, places in zip(statements, found, strict=True)
        if not said.excuse and (not places or (said.line in told and not said.is_heading))
    ]
    linked, unknown = set(_beyond(missing, not_understood)), _Lines(not_understood)
    parts = (_remainder(heading, below, linked, unknown) for heading, below in _by_heading(statements, missing))
    # What belongs to no section comes first, where no heading of another one is above it.
    return tuple(sorted((part for part in parts if part.markdown or part.linked), key=lambda part: bool(part.part)))


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
    part, is_understood = lines[0].part, lines[0].line not in unknown
    if markdown or beyond or not heading:
        return Remainder(heading, markdown, beyond, part, is_understood)
    part = part if part != heading else ""  # a heading above nothing is a statement of the section that it is in
    return Remainder(part, f"- {heading}", (), part, is_understood)
