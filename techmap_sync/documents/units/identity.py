"""Which task of an earlier version of a unit is which task of a later one.

The text is the identity and the id is evidence: in the histories of public repositories a number meant another task 302
times. Exact text comes before likeness, likeness with the same id before likeness alone, and that only in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from techmap_sync.documents.units.grammar import folded
from techmap_sync.documents.units.unit import Task, Ticket, Unit
from techmap_sync.patterns import lazy

REGENERATED = "regenerated"
ALIKE_WITH_ID, ALIKE = 0.55, 0.6
"""Shares of weighted words that two texts have in common; the rewordings in the tests have 0.66 and more."""
_WORD = lazy(r"[\w./{}<>-]*\w|[^\x00-\x7f\s]")


class Pair(NamedTuple):
    """A task before and after; None where it is new or gone. The numbers are places in the units' tasks."""

    before: int | None
    after: int | None
    change: tuple[str, ...]
    """``kept``, or some of ``renumbered``, ``reworded``, ``moved``, ``ticked``, ``optional`` and their opposites."""


@dataclass(frozen=True, slots=True)
class Identified:
    """What became of every task and ticket."""

    tasks: tuple[Pair, ...]
    tickets: tuple[Pair, ...]
    """The places are those of the units' tickets."""
    refused: str | None = None
    """``regenerated`` where more than half of the tasks are gone at once."""


def identify(before: Unit, after: Unit) -> Identified:
    """Return which task and which ticket became which."""
    tickets = _paired_tickets(before, after)
    places = {b: a for b, a in tickets.items() if a is not None}
    old, new = _Side(before), _Side(after)
    pairs = _Matcher(old, new, places).pairs()
    lost = len(before.tasks) - len(pairs)
    tasks = tuple(_rows(before, after, pairs, _moves(old, new, pairs, places)))
    rows = tuple(_ticket_rows(before.tickets, after.tickets, tickets))
    return Identified(tasks, rows, REGENERATED if lost * 2 > len(before.tasks) else None)


class _Side:
    """One version: its tasks and the ticket that each is in."""

    def __init__(self, unit: Unit) -> None:
        self.tasks: Sequence[Task] = unit.tasks
        self.texts = [folded(task.title) for task in unit.tasks]
        self.ticket_of: dict[int, int] = {}
        for number, ticket in enumerate(unit.tickets):
            held = (*ticket.tasks, *(_named(ticket.left_out, unit.tasks)))
            self.ticket_of.update((task, number) for task in held)
            if ticket.own is not None:
                self.ticket_of[ticket.own] = number

    def place(self, number: int) -> tuple[str, int]:
        """Return where a task stands: below a task, in a ticket, or at the top."""
        above = self.tasks[number].above
        if above is not None:
            return "task", above
        own = self.ticket_of.get(number, -1)
        return ("top", 0) if self.tasks[number].phase is None and self.tasks[number].parent is None else ("ticket", own)


def _named(names: Iterable[str], tasks: Sequence[Task]) -> Iterator[int]:
    wanted = set(names)
    yield from (number for number, task in enumerate(tasks) if not task.planned and {task.id, task.title} & wanted)


class _Matcher:
    """Pairs the tasks of two versions."""

    def __init__(self, old: _Side, new: _Side, tickets: Mapping[int, int]) -> None:
        self.old, self.new, self.tickets = old, new, tickets
        self.found: dict[int, int] = {}
        self.weights = Weights((*old.texts, *new.texts))

    def pairs(self) -> dict[int, int]:
        """Return the new task of each old one that is recognised, by their numbers."""
        self._exact()
        while self._alike():
            pass  # a parent that is found shows its children's place
        return self.found

    def _open(self) -> tuple[list[int], list[int]]:
        taken = set(self.found.values())
        return (
            [n for n in range(len(self.old.tasks)) if n not in self.found],
            [n for n in range(len(self.new.tasks)) if n not in taken],
        )

    def _exact(self) -> None:
        """Pair equal texts; of namesakes first those in the same place, then those of the same id, then in order."""
        tests: tuple[Callable[[int, int], bool], ...] = (
            lambda a, b: self._same_place(a, b) and self._same_id(a, b),
            self._same_place,
            self._same_id,
            lambda a, b: True,
        )
        for test in tests:
            olds, news = self._open()
            by_text: dict[str, list[int]] = {}
            for b in news:
                by_text.setdefault(self.new.texts[b], []).append(b)
            for a in olds:
                same = by_text.get(self.old.texts[a], [])
                if (fitting := next((b for b in same if test(a, b)), None)) is not None:
                    self.found[a] = fitting
                    same.remove(fitting)

    def _alike(self) -> bool:
        olds, news = self._open()
        scored = []
        for a in olds:
            for b in news:
                same = self._same_id(a, b)
                score = self.weights.likeness(self.old.texts[a], self.new.texts[b])
                if self._same_place(a, b) and score >= (ALIKE_WITH_ID if same else ALIKE):
                    scored.append((not same, -score, a, b))
        before = len(self.found)
        for _, _, a, b in sorted(scored):
            if a not in self.found and b not in self.found.values():
                self.found[a] = b
        return len(self.found) > before

    def _same_id(self, a: int, b: int) -> bool:
        return self.old.tasks[a].id is not None and self.old.tasks[a].id == self.new.tasks[b].id

    def _same_place(self, a: int, b: int) -> bool:
        return same_place(self.old.place(a), self.new.place(b), self.found, self.tickets)


def same_place(
    old: tuple[str, int], new: tuple[str, int], tasks: Mapping[int, int], tickets: Mapping[int, int]
) -> bool:
    """Whether a place of the later version is the counterpart of one of the earlier version."""
    if old[0] != new[0]:
        return False
    return old[0] == "top" or (tasks if old[0] == "task" else tickets).get(old[1]) == new[1]


class Weights:
    """How much the words of some texts tell: a word that many of them have tells little."""

    def __init__(self, texts: Iterable[str], counting: Iterable[str] | None = None) -> None:
        """Weigh the words of some texts.

        :param counting: the texts among them that say how many have a word; by default all.
        """
        self._words: dict[str, Counter[str]] = {text: Counter(_WORD.findall(text)) for text in texts}
        counted = self._words if counting is None else counting
        self._count = Counter(word for text in counted for word in self._words[text])

    def likeness(self, one: str, other: str) -> float:
        """Return the weighted share of words that two texts have in common, from 0 to 1."""
        a, b = self._words[one], self._words[other]
        both = self._sum(a & b)
        return 2 * both / (self._sum(a) + self._sum(b) or 1)

    def _sum(self, words: Counter[str]) -> float:
        return sum(count / max(self._count[word] - 1, 1) for word, count in words.items())


def _moves(old: _Side, new: _Side, pairs: Mapping[int, int], tickets: Mapping[int, int]) -> set[int]:
    return {a for a, b in pairs.items() if not same_place(old.place(a), new.place(b), pairs, tickets)}


def _rows(before: Unit, after: Unit, pairs: Mapping[int, int], moved: set[int]) -> Iterator[Pair]:
    for a, task in enumerate(before.tasks):
        b = pairs.get(a)
        yield Pair(a, b, ("removed",) if b is None else tuple(_changes(task, after.tasks[b], moved=a in moved)))
    yield from (Pair(None, b, ("added",)) for b in range(len(after.tasks)) if b not in set(pairs.values()))


def _changes(old: Task, new: Task, *, moved: bool) -> Iterator[str]:
    facts = {
        "renumbered": old.id != new.id,
        "reworded": folded(old.title) != folded(new.title),
        "moved": moved,
        "ticked": new.done and not old.done,
        "unticked": old.done and not new.done,
        "optional": new.optional and not old.optional,
        "required": old.optional and not new.optional,
    }
    yield from [word for word, holds in facts.items() if holds] or ["kept"]


def _paired_tickets(before: Unit, after: Unit) -> dict[int, int | None]:
    """Pair tickets: equal titles, else the most leaves in common together with a title that is alike."""
    olds, news = [folded(t.title) for t in before.tickets], [folded(t.title) for t in after.tickets]
    weights = Weights((*olds, *news))
    found: dict[int, int | None] = {}
    taken: set[int] = set()
    for a, title in enumerate(olds):
        equal = next((b for b, other in enumerate(news) if other == title and b not in taken), None)
        found[a] = equal
        taken |= {equal} if equal is not None else set()
    leaves = [{folded(unit.tasks[n].title) for n in t.tasks} for unit in (before, after) for t in unit.tickets]
    mine, theirs = leaves[: len(olds)], leaves[len(olds) :]
    for a in (a for a, b in found.items() if b is None):
        scored = [
            (_held(mine[a], theirs[b]), weights.likeness(olds[a], news[b]), b)
            for b in range(len(news))
            if b not in taken
        ]
        best = max(scored, default=(0.0, 0.0, -1))
        if best[0] > 0.5 or (best[1] >= ALIKE and (best[0] > 0 or not mine[a])):
            found[a] = best[2]
            taken.add(best[2])
    return found


def _held(mine: set[str], theirs: set[str]) -> float:
    return len(mine & theirs) / len(mine) if mine else 0.0


def _ticket_rows(olds: Sequence[Ticket], news: Sequence[Ticket], pairs: Mapping[int, int | None]) -> Iterator[Pair]:
    for a, b in pairs.items():
        if b is None:
            yield Pair(a, None, ("removed",))
            continue
        old, new = olds[a], news[b]
        facts = {"retitled": folded(old.title) != folded(new.title), "closed": new.done and not old.done}
        yield Pair(a, b, tuple([word for word, holds in facts.items() if holds] or ["kept"]))
    yield from (Pair(None, b, ("added",)) for b in range(len(news)) if b not in set(pairs.values()))
