"""Matches tickets and tasks of a unit of specs whose keys differ, and detects that a unit was generated again.

The text is the identity and the number is evidence: assistants reuse T001 for something else, and renumber what stays.
The rules are those of ``documents/units/identity.py``, applied to what tickets hold. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from techmap_sync.documents.statements import words_of
from techmap_sync.documents.units.identity import ALIKE, ALIKE_WITH_ID, Weights
from techmap_sync.planning.task import SectionName, TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.comparison import boxes, task_line
from techmap_sync.sync.endings import was_let_go
from techmap_sync.sync.task_changes import FOLLOW_UP
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import State

_MOST_COMPARED = 400
"""Texts per side; with more than that only equal ones match, because all pairs are compared."""


class Leaf(NamedTuple):
    """A task as worded in a ticket or a document."""

    number: str
    text: str
    """Only its words."""


@dataclass(frozen=True, slots=True)
class _Face:
    """What identifies a task or a ticket."""

    title: str
    leaves: tuple[Leaf, ...]

    @property
    def is_leaf(self) -> bool:
        """Whether it is a single task, and its only box says so: a step of a plan says something else."""
        text = self.leaves[0].text if len(self.leaves) == 1 else ""
        return bool(text) and (text in self.title or self.title in text)

    def distinct(self, common: Set[str]) -> tuple[Leaf, ...]:
        """Return what it alone holds: its leaves without common ones, or its title."""
        return tuple(leaf for leaf in self.leaves if leaf.text not in common) or (Leaf("", self.title),)

    @property
    def name(self) -> str:
        """The text that distinguishes it: that of a single task, otherwise the title."""
        return self.leaves[0].text if self.is_leaf else self.title


def unit_renames(plan: TaskPlan, holdings: Holdings) -> Mapping[str, str]:
    """Return old key -> new key of the tickets whose task has another key now."""
    specs = {spec.key: _of_spec(spec) for spec in plan.tasks}
    apart = plan.dropped | plan.withheld
    every = {
        key: _of_ticket(held)
        for key, held in holdings.tickets.items()
        if key in specs or not (key in apart or was_let_go(held))
    }
    follow_ups = {key: face for key, face in every.items() if key.endswith(FOLLOW_UP)}
    tickets = {key: face for key, face in every.items() if key not in follow_ups}
    gone = {*holdings.ledger.gone, *(key for key in holdings.ledger.tickets if key not in holdings.tickets)}
    pairs = _own_renames(specs, tickets, gone)
    served = (specs.keys() & tickets.keys() - pairs.keys()) | {*pairs.values()}
    return {**pairs, **_followed(specs, follow_ups, served, gone)}


def _own_renames(specs: Mapping[str, _Face], tickets: Mapping[str, _Face], gone: Set[str]) -> dict[str, str]:
    """Return the renames among the tickets that are no follow-ups.

    :param gone: keys of tickets that were deleted or released.
    """
    names = Counter(face.name for face in specs.values())
    known = Counter(face.name for face in tickets.values())
    settled = {
        key for key in specs.keys() & tickets.keys() if names[specs[key].name] < 2 and known[tickets[key].name] < 2
    }
    free = {key: face for key, face in specs.items() if key not in settled and key not in gone}
    lone = {key: face for key, face in tickets.items() if key not in settled}
    common = _common(specs.values()) | _common(tickets.values())
    pairs = _paired(free, lone, common, _weights(specs.values(), tickets.values())) if free and lone else {}
    return _without_collisions(pairs, lone)


def _followed(
    specs: Mapping[str, _Face], follow_ups: Mapping[str, _Face], served: Set[str], gone: Set[str]
) -> dict[str, str]:
    """Return the renames of follow-ups: one goes with its task, and is its ticket where the other is gone.

    It often says what its task says now more exactly than the completed ticket, which must keep its task nevertheless.

    :param served: keys of the tasks that have a ticket of their own.
    """
    left = {key: face for key, face in follow_ups.items() if key.removesuffix(FOLLOW_UP) not in served}
    free = {key: face for key, face in specs.items() if key not in gone and f"{key}{FOLLOW_UP}" not in follow_ups}
    weights = _weights(specs.values(), follow_ups.values())
    pairs = _paired(free, left, _common(specs.values()), weights) if free and left else {}
    return {old: f"{new}{FOLLOW_UP}" if new in served else new for old, new in pairs.items()}


def _weights(specs: Iterable[_Face], tickets: Iterable[_Face]) -> Weights:
    """Weigh words by the document alone: what a push writes must not change what the next one finds alike.

    Each text counts twice, for the task and for its ticket.
    """
    said, held = (
        {t for face in faces for t in (face.title, *(leaf.text for leaf in face.leaves))} for faces in (specs, tickets)
    )
    return Weights(said | held, (*said, *said))


def _paired(
    specs: Mapping[str, _Face], tickets: Mapping[str, _Face], common: frozenset[str], weights: Weights
) -> dict[str, str]:
    scored = [
        (-score, place, old, new)
        for place, (old, ticket) in enumerate(tickets.items())
        for new, spec in specs.items()
        if (score := _likeness(ticket, spec, weights, common) + 0.01 * (old == new)) >= ALIKE_WITH_ID
    ]
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, old, new in sorted(scored):
        if old not in found and new not in taken:
            found[old] = new
            taken.add(new)
    return found


def _common(faces: Iterable[_Face]) -> frozenset[str]:
    """Return the texts that several of them hold, such as "Write the failing test": they tell none from another."""
    counts = Counter(text for face in faces for text in {leaf.text for leaf in face.leaves})
    return frozenset(text for text, count in counts.items() if count > 1)


def _likeness(ticket: _Face, spec: _Face, weights: Weights, common: frozenset[str]) -> float:
    """Return how likely a ticket belongs to a task; 0 if it does not.

    :param common: texts that say nothing, because several tasks or tickets hold them.
    """
    if len(ticket.leaves) == 1 and spec.is_leaf:
        return _of_leaves(ticket.leaves[0], spec.leaves[0], weights)
    olds, news = ({leaf.text for leaf in face.leaves} - common for face in (ticket, spec))
    share = len(olds & news) / len(ticket.leaves) if olds else 0.0
    title = weights.likeness(ticket.title, spec.title)
    if ticket.title == spec.title:
        return 2 + share
    if share > 0.5:
        return 1 + share
    return title if title >= ALIKE and (share or not olds) else 0.0


def _of_leaves(old: Leaf, new: Leaf, weights: Weights) -> float:
    same = bool(old.number) and old.number == new.number
    if old.text == new.text:
        return 3.0 + same
    score = weights.likeness(old.text, new.text)
    if same:
        return 1 + score if score >= ALIKE_WITH_ID else 0.0
    return score if score >= ALIKE else 0.0


def _without_collisions(pairs: Mapping[str, str], keys: Iterable[str]) -> dict[str, str]:
    """Leave out pairs that would give two tickets one key."""
    found, there = dict(pairs), set(keys)
    while blocked := [old for old, new in found.items() if old != new and new in there and found.get(new, new) == new]:
        for old in blocked:
            del found[old]
    return {old: new for old, new in found.items() if old != new}


def regenerated(plan: TaskPlan, holdings: Holdings) -> tuple[int, int]:
    """Return how many tasks of the tickets are gone from the unit where that is more than half, and of how many.

    A ticket counts by its tasks; by its title where others hold the same ones, as the steps of plans.
    """
    keys = {spec.key for spec in plan.tasks}
    alive = (held for key, held in holdings.tickets.items() if key in keys or held.ticket.state is State.OPEN)
    faces, specs = [_of_ticket(held) for held in alive], [_of_spec(spec) for spec in plan.tasks]
    common = _common(faces)
    olds = [leaf for face in faces for leaf in face.distinct(common)]
    news = [Leaf(number, _plain(text)) for number, text in plan.leaves]
    news += [leaf for face in specs for leaf in (*face.leaves, Leaf("", face.title))]
    missing, added = _unmatched(olds, news)
    if len(missing) * 2 > len(olds) and max(len(missing), len(added)) <= _MOST_COMPARED:
        missing = list(_unlike(missing, added, Weights({leaf.text for leaf in (*olds, *news)})))
    return (len(missing), len(olds)) if len(missing) * 2 > len(olds) else (0, len(olds))


def _unmatched(olds: Sequence[Leaf], news: Sequence[Leaf]) -> tuple[list[Leaf], list[Leaf]]:
    left = Counter(leaf.text for leaf in news)
    missing = []
    for leaf in olds:
        if left[leaf.text]:
            left[leaf.text] -= 1
        else:
            missing.append(leaf)
    return missing, [leaf for leaf in news if left[leaf.text] > 0]


def _unlike(olds: Sequence[Leaf], news: Sequence[Leaf], weights: Weights) -> Iterator[Leaf]:
    scored = [
        (-score, a, b)
        for a, old in enumerate(olds)
        for b, new in enumerate(news)
        if (score := _of_leaves(old, new, weights))
    ]
    found: dict[int, int] = {}
    for _, a, b in sorted(scored):
        if a not in found and b not in found.values():
            found[a] = b
    yield from (leaf for number, leaf in enumerate(olds) if number not in found)


def _of_spec(spec: TaskSpec) -> _Face:
    items = "\n".join(section.text for section in spec.sections if section.name == SectionName.ITEMS)
    return _Face(_plain(spec.title), tuple(_leaves(items)))


def _of_ticket(held: Held) -> _Face:
    return _Face(_plain(held.ticket.title), tuple(_leaves(held.block.texts().get(SectionName.ITEMS, ""))))


def _leaves(markdown: str) -> Iterator[Leaf]:
    for line, _, _ in boxes(markdown):
        number, text = task_line(re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+\[.\]\s+", "", line))
        yield Leaf(number, _plain(text))


def _plain(markdown: str) -> str:
    return " ".join(words_of(markdown))
