"""Lines of a document as the tracking ticket quotes them: one bullet for each paragraph, list item and row."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence
from itertools import groupby

from techmap_sync.documents.rows import cells_of, row_text
from techmap_sync.documents.statements import Statement

LONGEST_OPEN = 20
"""Lines that are not blank; a section of more is folded."""
_BULLET = re.compile(r"(\s*)([-*+\u2022]|\d{1,9}[.)])[\s\u00a0]+(?:\[[ xX]\]\s+)?")
_LABEL = re.compile(r"\s*\*\*[^*]+\*\*\s*[:：]?\s*|\s*\*\*[^*]+[:：]\*\*\s*")
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
