"""Which task goes with which ticket, by how much they are alike: what is clear is paired, what is doubtful is held.

It is decided so that writing the clear pairs changes nothing about the others: the next push decides the same. So a
pair that cannot be is nobody's rival, and a ticket that keeps its key is out of the game.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from heapq import nlargest

CLEAR = 0.1
"""By how much the best pair must lead."""

Pair = tuple[str, str]
"""Key of a task, and the key that a ticket bears."""
Likeness = Mapping[Pair, float]


@dataclass(frozen=True, slots=True)
class Pairing:
    """What comparing gave; no task and no ticket is in two pairs."""

    found: Mapping[str, str]
    """Key that a ticket bears -> key of its task."""
    doubtful: Sequence[Pair] = ()
    """The likeliest first."""

    @property
    def moving(self) -> frozenset[str]:
        """Keys that become free."""
        return frozenset(old for old, new in self.found.items() if old != new)


def pair_up(likely: Likeness, borne: Set[str], leaving: Set[str]) -> Pairing:
    """Pair tasks with tickets.

    :param likely: the pairs that may be one task, from 0 to 1.
    :param borne: keys that tickets bear.
    :param leaving: those whose ticket gets another key whatever comes of this.
    """
    taken = borne - leaving
    while True:
        pairing = _best_pairs(likely)
        staying = _staying(pairing, taken)
        if not staying:
            return _without_collisions(pairing, taken)
        likely = {p: s for p, s in likely.items() if p[0] == p[1] or staying.isdisjoint(p)}


def _best_pairs(likely: Likeness) -> Pairing:
    """Take the clear pairs, again and again: what is paired is no rival any more."""
    found: dict[str, str] = {}
    left = dict(likely)
    while clear := {old: new for new, old in _clear_pairs(left)}:
        found |= clear
        tasks = set(clear.values())
        left = {(new, old): score for (new, old), score in left.items() if new not in tasks and old not in clear}
    return Pairing(found, tuple(sorted(left, key=lambda pair: -left[pair])))


def _clear_pairs(likely: Likeness) -> list[Pair]:
    """Return the pairs that lead everything else about their task and about their ticket."""
    by_task: dict[str, list[float]] = defaultdict(list)
    by_ticket: dict[str, list[float]] = defaultdict(list)
    for (new, old), score in likely.items():
        by_task[new].append(score)
        by_ticket[old].append(score)
    tasks, tickets = _best_two(by_task), _best_two(by_ticket)
    return [
        (new, old) for (new, old), score in likely.items() if _leads(score, tasks[new]) and _leads(score, tickets[old])
    ]


def _best_two(scores: Mapping[str, list[float]]) -> dict[str, list[float]]:
    return {key: nlargest(2, each) for key, each in scores.items()}


def _leads(score: float, best: list[float]) -> bool:
    return score == best[0] and (len(best) == 1 or score - best[1] >= CLEAR)


def _staying(pairing: Pairing, taken: Set[str]) -> frozenset[str]:
    """Return the keys that a task would need another ticket for, but whose own ticket has no other key to go to."""
    may_move = pairing.moving | {old for new, old in pairing.doubtful if new != old}
    wanted = {new for new, old in (*((n, o) for o, n in pairing.found.items()), *pairing.doubtful) if new != old}
    return frozenset((wanted & taken) - may_move)


def _without_collisions(pairing: Pairing, taken: Set[str]) -> Pairing:
    """Hold what would need the key of a ticket that is held: two tickets would have one key."""
    found, doubtful = dict(pairing.found), list(pairing.doubtful)
    while blocked := [old for old, new in found.items() if old != new and new in taken and found.get(new, new) == new]:
        doubtful += [(found.pop(old), old) for old in blocked]
    return Pairing(found, tuple(doubtful))
