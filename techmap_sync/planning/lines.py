"""The ledger of lines: in which ticket each line of a document is found. Nothing of a document may be lost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from techmap_sync.documents.statements import Statement, words_of
from techmap_sync.planning.task import TaskPlan, TaskSpec

LOST = "lost"
_LONGEST = 4
"""Words that are compared at once. A longer piece is found where all its runs of so many words are."""
_MOST_TRIED = 100


class LineHome(NamedTuple):
    """Where one line of a document is found."""

    line: int
    where: str
    """The key of the first ticket that says it; else why none has to, or ``lost``."""


def ledger_of_lines(statements: Sequence[Statement], plan: TaskPlan) -> tuple[LineHome, ...]:
    """Return where each line of a document is found that is not blank.

    A line is found in a ticket that holds all its pieces. The tracking ticket comes last.

    :param statements: what the lines say.
    :param plan: the tickets of the same document.
    """
    specs = (*plan.tasks, plan.tracking)
    found = places_of(statements, [_text_of(spec) for spec in specs])
    return tuple(
        LineHome(
            said.line,
            specs[place].key
            if place >= 0
            else plan.tracking.key
            if said.line in plan.linked_lines
            else said.excuse or LOST,
        )
        for said, place in zip(statements, found, strict=True)
    )


def places_of(statements: Sequence[Statement], texts: Sequence[str]) -> list[int]:
    """Return for each statement the position of the first text that says it, or -1.

    Where very many texts hold a part of it, not all of them are looked at: then it counts as not found.
    """
    runs = [[run for piece in said.pieces for run in _runs(piece)] for said in statements]
    places: dict[tuple[str, ...], list[int]] = {run: [] for of_line in runs for run in of_line}
    for position, text in enumerate(texts):
        for run in _runs_in(words_of(text)):
            there = places.get(run)
            if there is not None and (not there or there[-1] != position):
                there.append(position)
    return [_first([places[run] for run in of_line]) for of_line in runs]


def _first(places: Sequence[Sequence[int]]) -> int:
    """Return the first position that stands in all of these ascending ones, or -1."""
    shortest = min(places, key=len, default=())
    if not shortest:
        return -1
    candidates = (*shortest[:_MOST_TRIED], shortest[-1])
    return next((place for place in candidates if all(_holds(each, place) for each in places)), -1)


def _holds(ascending: Sequence[int], place: int) -> bool:
    found = bisect_left(ascending, place)
    return found < len(ascending) and ascending[found] == place


def _runs(piece: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield what has to be found of a piece."""
    return (piece[start : start + _LONGEST] for start in range(max(len(piece) - _LONGEST, 0) + 1))


def _runs_in(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield all runs of words that a piece may ask for."""
    for length in range(1, _LONGEST + 1):
        yield from (words[start : start + length] for start in range(len(words) - length + 1))


def _text_of(spec: TaskSpec) -> str:
    """Return all that a reader of a ticket sees."""
    headed = (f"{section.heading}\n{section.text}" for section in spec.sections)
    return "\n".join((spec.title, *headed, *sorted(spec.labels), spec.priority or ""))
