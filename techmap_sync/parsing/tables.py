"""Tables: which column is the title, which one a status, and what the others say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.wording import fold, heading_key, plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from techmap_sync.parsing.blocks import Line, Table
    from techmap_sync.parsing.document import Document
    from techmap_sync.parsing.vocabulary import Vocabulary

_NUMBER = re.compile(r"[\d.,#()]*")
VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


class Row(NamedTuple):
    """A row with its title and what its other columns stand for."""

    title: tuple[Line, ...]
    """The cell of the title; two where the first one holds a verb only."""
    others: tuple[tuple[str, Line], ...]
    """(column heading, cell) of every other column."""
    start: int
    end: int

    def cell(self, field: str, vocabulary: Vocabulary) -> Line | None:
        """Return the first cell below a heading that means ``field``."""
        return next((cell for head, cell in self.others if vocabulary.fields.get(heading_key(head)) == field), None)


def rows_of(table: Table, document: Document, vocabulary: Vocabulary) -> Iterator[Row]:
    """Yield the rows (docs/map-format.md, "Items", rule 4): the title is the first column that is not a number."""
    heads = tuple(plain(cell.runs) for cell in table.header)
    title = next((column for column in range(len(heads)) if not _counts(table, heads, column, vocabulary)), 0)
    for cells in table.rows:
        if not any(cell.runs for cell in cells):
            continue
        width = 2 if plain(cells[title].runs) in VERBS and title + 1 < len(cells) else 1
        others = tuple(
            (head, cell)
            for column, (head, cell) in enumerate(zip(heads, cells, strict=True))
            if not title <= column < title + width
        )
        start = next(cell.start for cell in cells if cell.start >= 0)
        end = document.line_end(start)
        yield Row(cells[title : title + width], others, start, end)


def _counts(table: Table, heads: tuple[str, ...], column: int, vocabulary: Vocabulary) -> bool:
    """Whether a column only numbers the rows."""
    if fold(heads[column]) in vocabulary.number_columns:
        return True
    texts = [plain(cells[column].runs) for cells in table.rows]
    return any(texts) and all(_NUMBER.fullmatch(text) for text in texts)
