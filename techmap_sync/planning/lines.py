"""The ledger of lines: in which ticket each line of a document is found. Nothing of a document may be lost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.statements import Statement, with_excused_headings, words_of

if TYPE_CHECKING:
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
    also: tuple[str, ...] = ()
    """The keys of the tickets that say its other sentences, where these belong to several."""


def ledger_of_lines(statements: Sequence[Statement], plan: TaskPlan) -> tuple[LineHome, ...]:
    """Return where each line of a document is found that is not blank.

    A line is found in a ticket that holds all its pieces, else in those that hold its sentences. The tracking ticket
    comes last.

    :param statements: what the lines say.
    :param plan: the tickets of the same document.
    """
    statements = with_excused_headings(statements)
    specs = (*plan.tasks, plan.tracking)
    found = places_of(statements, [_text_of(spec) for spec in specs])
    return tuple(
        LineHome(
            said.line,
            specs[places[0]].key
            if places
            else plan.tracking.key
            if said.line in plan.linked_lines
            else said.excuse or LOST,
            tuple(specs[place].key for place in places[1:]),
        )
        for said, places in zip(statements, found, strict=True)
    )


def places_of(statements: Sequence[Statement], texts: Sequence[str]) -> list[tuple[int, ...]]:
    """Return for each statement the position of the first text that says it, or of the texts that say its sentences.

    It is found only as a whole. Where very many texts hold a part of it, not all of them are looked at: then it counts
    as not found.
    """
    asked = [(said.pieces, *said.sentences) for said in statements]
    places: dict[tuple[str, ...], list[int]] = {
        run: [] for each in asked for pieces in each for run in _runs_of(pieces)
    }
    for position, text in enumerate(texts):
        for run in _runs_in(words_of(text)):
            there = places.get(run)
            if there is not None and (not there or there[-1] != position):
                there.append(position)
    return [_places([_first([places[run] for run in _runs_of(pieces)]) for pieces in each]) for each in asked]


def _places(found: Sequence[int]) -> tuple[int, ...]:
    """Return where a statement is.

    :param found: where all of it is, then where each of its sentences is; -1 for nowhere.
    """
    whole, *sentences = found
    if whole >= 0:
        return (whole,)
    return tuple(dict.fromkeys(sentences)) if sentences and min(sentences) >= 0 else ()


def _first(places: Sequence[Sequence[int]]) -> int:
    """Return the first position that is in all of these ascending ones, or -1."""
    shortest = min(places, key=len, default=())
    if not shortest:
        return -1
    candidates = (*shortest[:_MOST_TRIED], shortest[-1])
    return next((place for place in candidates if all(_holds(each, place) for each in places)), -1)


def _holds(ascending: Sequence[int], place: int) -> bool:
    found = bisect_left(ascending, place)
    return found < len(ascending) and ascending[found] == place


def _runs_of(pieces: Iterable[tuple[str, ...]]) -> Iterator[tuple[str, ...]]:
    """Yield what has to be found of some pieces."""
    return (run for piece in pieces for run in _runs(piece))


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
