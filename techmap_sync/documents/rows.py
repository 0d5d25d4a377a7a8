"""Rows of tables and paragraphs of prose, each as one line of a list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set

from techmap_sync.patterns import lazy

_BULLET = lazy(r"(?:[-*+]|\d{1,9}[.)])\s")
_BOX = lazy(r"^\[([ xX])\]\s+")
_FENCE = lazy(r"(`{3,}|~{3,})")


def row_text(first: str, others: Iterable[str]) -> str:
    """Return a row of a table as ``first: second (third; fourth)``; empty cells are left out."""
    second, *more = [cell for cell in others if cell] or [""]
    said = f"{first}: {second}" if first and second else first or second
    return f"{said} ({'; '.join(more)})" if more else said


def cells_of(line: str) -> list[str]:
    """Return the cells of a table's row as Markdown (GFM 4.10): a bar within code divides too, unless escaped."""
    bare = line.strip().removeprefix("|")
    cells = re.split(r"(?<!\\)\|", bare)
    if bare.endswith("|") and not bare.endswith("\\|"):
        cells.pop()
    return [cell.strip().replace("\\|", "|") for cell in cells]


def on_one_line(markdown: str) -> str:
    """Return a paragraph without its line breaks; text that is more than a paragraph stays as it is."""
    lines = markdown.split("\n")
    is_prose = not any(
        not line.strip() or _BULLET.match(line.lstrip()) or _FENCE.match(line.lstrip()) for line in lines
    )
    return " ".join(line.strip() for line in lines) if is_prose else markdown


def without_box(text: str) -> tuple[str, bool | None]:
    """Return the text of a bullet without its box, and whether that is ticked; None where there is no box."""
    box = _BOX.match(text)
    return (text[box.end() :], box[1] != " ") if box else (text, None)


def bullets_of(markdown: str) -> tuple[str, list[tuple[str, str]]]:
    """Return the text above the first bullet, and each bullet as (its own text on one line, what is below it).

    Only the outermost bullets count. What follows the list belongs to its last bullet.
    """
    lead: list[str] = []
    bullets: list[list[str]] = []
    for line, is_code in outside_fences(markdown.split("\n")):
        if not is_code and (found := _BULLET.match(line)):
            bullets.append([line[found.end() :]])
        else:
            (bullets[-1] if bullets else lead).append(line)
    return "\n".join(lead).strip("\n"), [_bullet(lines) for lines in bullets]


def outside_fences(lines: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """Yield (line, whether it is code): within a fence, or one of its two ends."""
    fence = ""
    for line in lines:
        mark = _FENCE.match(line.lstrip())
        yield line, bool(fence or mark)
        if mark and not fence:
            fence = mark[1]
        elif mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""


def _bullet(lines: list[str]) -> tuple[str, str]:
    """Divide a bullet into its first paragraph and the rest, which loses its indentation."""
    end = next((n for n, line in enumerate(lines) if n and (not line.strip() or _starts_block(line))), len(lines))
    own = " ".join(line.strip() for line in lines[:end])
    return own, _dedented(lines[end:])


def _starts_block(line: str) -> bool:
    bare = line.lstrip()
    return bool(_BULLET.match(bare) or _FENCE.match(bare) or bare.startswith("|"))


def _dedented(lines: list[str]) -> str:
    widths: Set[int] = {len(line) - len(line.lstrip()) for line in lines if line.strip()}
    width = min(widths, default=0)
    return "\n".join(line[width:] for line in lines).strip("\n")
