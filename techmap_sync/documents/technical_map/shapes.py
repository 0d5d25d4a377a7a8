"""Bold labels: ``**Location**: src/a.py``, ``**Unit Tests:**``, ``**Gate decisions** (`test_gate.py`):``."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import Line, Run, RunKind, plain
from techmap_sync.documents.technical_map.wording import fold, heading_key, unnumbered, without_closing_colon
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import NUMBER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from techmap_sync.documents.markdown import Line, Table
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_COLONS = ":："
_REMARKS = lazy(r"(?:\s*[(（][^()（）]*[)）])*")
_PLAIN_LABEL = lazy(r"\s*([^\W\d_][^:：]{0,40}?)\s*[:：](?=\s|$)")


class Label(NamedTuple):
    """A label and what follows its colon on the same line."""

    text: str
    """The words in bold, without the colon."""
    title: str
    """The whole line as plain text without a closing colon: how a group is called."""
    value: tuple[Run, ...]

    @property
    def alone(self) -> bool:
        """Whether there is nothing but a remark next to it."""
        return not plain(self.value)


@lru_cache(maxsize=1024)  # several readers ask about each line
def label_of(line: Line) -> Label | None:
    """Return the bold label that the line starts with, or None."""
    runs = [run for run in line.runs if run.kind is not RunKind.COMMENT]
    while runs and not runs[0].strong and not unnumbered(runs[0].text) and runs[0].kind is RunKind.TEXT:
        runs.pop(0)  # spaces and emoji
    bold = _strong_prefix(runs)
    text, rest = plain(runs[:bold]), tuple(runs[bold:])
    if not text:
        return None
    value = rest if text[-1] in _COLONS else _behind_colon(rest)
    if value is None or text[-1] in ".!。！":
        return None
    return Label(without_closing_colon(text), without_closing_colon(plain(line.runs)), value)


def plain_label_of(line: Line, words: Mapping[str, str]) -> Label | None:
    """Return the label at the start of the line, bold or not; one that is not bold has to be one of the words."""
    if label := label_of(line):
        return label
    match = _PLAIN_LABEL.match(line.runs[0].text) if line.runs else None
    if match is None or match[1].casefold() not in words:
        return None
    first = line.runs[0]
    value = (first._replace(text=first.text[match.end() :], start=first.start + match.end()), *line.runs[1:])
    return Label(match[1], without_closing_colon(plain(line.runs)), value)


_COLON = lazy("[:：]")
_ONE_COLON = lazy(r"[:：](?!\S*[:：])")


def _strong_prefix(runs: list[Run]) -> int:
    count = 0
    while count < len(runs) and runs[count].strong:
        count += 1
    return count


def _behind_colon(runs: tuple[Run, ...]) -> tuple[Run, ...] | None:
    """Return what follows the colon; nothing where only remarks follow; None where it is not a label at all."""
    text = plain(runs)
    remarks = _REMARKS.match(text)
    behind = text[remarks.end() :].strip() if remarks else text
    if not unnumbered(without_closing_colon(behind)):
        return ()
    return _after_colon(runs) if _ONE_COLON.match(behind) else None


def _after_colon(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    for number, run in enumerate(runs):
        found = _COLON.search(run.text) if run.kind is RunKind.TEXT else None
        if found:
            rest = run._replace(text=run.text[found.end() :], start=run.start + found.end())
            return (rest, *runs[number + 1 :])
    return ()


_NUMBER = lazy(r"[\d.,#()]*")
VERBS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})


_CALL = rf"(?:{'|'.join(sorted(VERBS))})`?\s+`?(?:/|https?://|\{{)"
_ENDPOINT = lazy(rf"(?:^|[\s`(*]){_CALL}|^[`(*]*/[\w{{:]")
_LISTED_ENDPOINT = lazy(rf"(?m)^\s*(?:[-*+]|\d{{1,3}}[.)])[ \t]+[`(*]*(?:{_CALL}|/[\w{{:])")
_FIRST_ENDPOINT = lazy(rf"[`(*]*(?:{_CALL}|/[\w{{:])")


def names_endpoint(title: str, detail: str = "") -> bool:
    """Whether a title names an endpoint, or the first line or a bullet of the detail does."""
    return any((_ENDPOINT.search(title), starts_with_endpoint(detail), _LISTED_ENDPOINT.search(detail)))


def starts_with_endpoint(text: str) -> bool:
    """Whether a text begins with an endpoint: ``POST /login``, ``/login``."""
    return _FIRST_ENDPOINT.match(text) is not None


class Row(NamedTuple):
    """A row with its title and what its other columns stand for."""

    title: tuple[Line, ...]
    """The cell of the title; two where the first one holds a verb only."""
    others: tuple[tuple[str, Line], ...]
    """(column heading, cell) of every other column that does not count."""
    start: int
    end: int
    head: str = ""
    """Heading of the column of the title."""

    def cell(self, field: str, vocabulary: Vocabulary) -> Line | None:
        """Return the first cell below a heading that means ``field``."""
        return next((cell for head, cell in self.others if vocabulary.fields.get(heading_key(head)) == field), None)


def rows_of(table: Table, document: SourceText, vocabulary: Vocabulary, *, named: bool = False) -> Iterator[Row]:
    """Yield the rows (docs/map-format.md, "Items", rule 4): the title is the first column that is not a number.

    :param named: the rows are components: a column of names is the title wherever it is, one of actions never.
    """
    heads = tuple(plain(cell.runs) for cell in table.header)
    possible = [column for column in range(len(heads)) if not _counts(table, heads, column, vocabulary)] or [0]
    title = _name_column(heads, possible, vocabulary) if named else possible[0]
    for cells in table.rows:
        if not any(cell.runs for cell in cells):
            continue
        width = 2 if plain(cells[title].runs) in VERBS and title + 1 < len(cells) else 1
        others = tuple(
            (head, cell)
            for column, (head, cell) in enumerate(zip(heads, cells, strict=True))
            if not title <= column < title + width and fold(head) not in vocabulary.number_columns
        )
        start = next(cell.start for cell in cells if cell.start >= 0)
        end = document.line_end(start)
        yield Row(cells[title : title + width], others, start, end, " ".join(heads[title : title + width]))


def _name_column(heads: Sequence[str], possible: Sequence[int], vocabulary: Vocabulary) -> int:
    keys = [heading_key(head) for head in heads]
    names = [column for column in possible if keys[column] in vocabulary.component_words]
    others = [column for column in possible if vocabulary.fields.get(keys[column]) != "status"]
    return next(iter([*names, *others, *possible]))


def lists_files(table: Table, vocabulary: Vocabulary) -> bool:
    """Whether a table says in its columns what happens to which file."""
    columns = {vocabulary.fields.get(heading_key(plain(cell.runs)), "") for cell in table.header}
    return {"location", "status"} <= columns


TICKS = frozenset({"", "x", "×", "o", "-", "–", "—"})
"""What the cells of a matrix say besides words."""


def is_matrix(table: Table, vocabulary: Vocabulary) -> bool:
    """Whether a table says yes or no in each cell of two columns or more: no row of it means anything alone."""
    heads = tuple(plain(cell.runs) for cell in table.header)
    columns = [column for column in range(len(heads)) if not _counts(table, heads, column, vocabulary)][1:]
    words = vocabulary.matrix_words | TICKS
    cells = [[plain(row[column].runs) for row in table.rows] for column in columns]
    answers = all(fold(unnumbered(text)) in words for column in cells for text in column)
    return len(columns) > 1 and answers and all(any(column) for column in cells)


def _counts(table: Table, heads: tuple[str, ...], column: int, vocabulary: Vocabulary) -> bool:
    """Whether a column only numbers the rows."""
    if fold(heads[column]) in vocabulary.number_columns:
        return True
    texts = [plain(cells[column].runs) for cells in table.rows]
    return any(texts) and all(_NUMBER.fullmatch(text) for text in texts)


_LEVELS = lazy(r"(\d{1,3}(?:\.\d{1,3})+)\s+(?=\S)", re.ASCII)
_DASHED = lazy(r"(\d{1,3})\s+[-–—]\s+(?=\S)", re.ASCII)
_LETTER = lazy(r"([A-Za-z])\.\s+(?=\S)")
_COUNTING = (_LEVELS, _DASHED, _LETTER)
_WORD = lazy(r"[^\W\d_a-z][^\W\d_A-Z]{2}")
_STEP_END = r"\s*№?\s*\d{1,3}(?:\.\d{1,3})*\s*(?:[:：.)）]|\s[-–—](?=\s)|[、])\s*(?=\S)"


def steps_of(words: Iterable[str]) -> re.Pattern[str]:
    """Return what matches ``Step 3:`` for any of the words."""
    known = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)) or r"(?!)"
    return lazy(rf"(?:{known}){_STEP_END}|第[\d一二三四五六七八九十]{{1,3}}[步个项][:：、]?\s*(?=\S)", re.I)


def numbers_of(texts: Sequence[str], steps: re.Pattern[str]) -> list[int]:
    """Return how many characters of each text are a number and the space after it.

    :param texts: the titles of one sub-section, in order, with code masked.
    :param steps: as ``steps_of`` returned it.
    """
    lengths = [_length(text, steps) for text in texts]
    for pattern in _COUNTING:
        found = {
            place: match for place, text in enumerate(texts) if not lengths[place] and (match := pattern.match(text))
        }
        if _count_on([match[1] for match in found.values()], [texts[p][m.end() :] for p, m in found.items()]):
            for place, match in found.items():
                lengths[place] = match.end()
    return lengths


def _length(text: str, steps: re.Pattern[str]) -> int:
    found = NUMBER.match(text) or steps.match(text)
    return found.end() if found else 0


def _count_on(numbers: Sequence[str], words: Sequence[str]) -> bool:
    """Whether numbers count, each from the one before; a single one has to be a first one before a word."""
    counts = [_levels(number) for number in numbers]
    if len(counts) == 1:
        return len(counts[0]) > 1 and counts[0][-1] == 1 and counts[0][0] > 0 and _WORD.match(words[0]) is not None
    ascends = all(before < after for before, after in pairwise(counts))
    return bool(counts) and ascends and (counts[0][-1] == 1 or all(_follows(a, b) for a, b in pairwise(counts)))


def _levels(number: str) -> tuple[int, ...]:
    if number.isalpha():
        return (ord(number) - ord("a" if number.islower() else "A") + 1,)
    return tuple(map(int, number.split(".")))


def _follows(before: tuple[int, ...], after: tuple[int, ...]) -> bool:
    """Whether one number comes directly after another: 1.3 or 1.2.1 or 2.1 after 1.2."""
    *same, last = after
    return (
        (*same, last - 1) == before[: len(after)]
        or (last == 1 and len(after) > len(before))
        or (last == 1 and len(after) > 1 and after[-2] - 1 == before[len(after) - 2])
    )
