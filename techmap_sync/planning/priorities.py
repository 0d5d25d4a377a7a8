"""How urgent each work of a map is: by what its author says, else by what waits for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from graphlib import TopologicalSorter

from techmap_sync.documents.work import Kind, Phase, Work
from techmap_sync.planning.task import Priority

HIGH_WORDS = frozenset({"high", "critical", "urgent", "p0", "p1"})
LOW_WORDS = frozenset({"low", "minor", "p3", "p4"})
MANY = 3
"""So many works wait for something urgent, directly or not."""
CONSTRAINT_GROUPS = frozenset({"error handling", "security", "questions"})
"""Constraints that ask for work which is tested; the others state what holds anyway."""


def priorities_of(works: Sequence[Work], blocked_by: Sequence[Sequence[int]]) -> tuple[Priority, ...]:
    """Return how urgent each work is.

    High is what three or more wait for, and the first half of each longest chain; low is what nothing waits for, but
    for the tasks of specs, which often say nothing of their order. At most half of the works are high, but for those
    whose authors say so.

    :param blocked_by: for each work the positions of those it waits for, without a circle.
    """
    waiting = _waiting(blocked_by)
    said = {position: _said(work.priority) for position, work in enumerate(works) if work.priority}
    low = {p for p, work in enumerate(works) if _is_constraint(work) or not (waiting[p] or work.kind is Kind.TASK)}
    room = len(works) // 2 - sum(priority is Priority.HIGH for priority in said.values())
    high = _high(works, blocked_by, waiting, low | said.keys(), room)
    return tuple(
        said.get(position)
        or (Priority.HIGH if position in high else Priority.LOW if position in low else Priority.MEDIUM)
        for position in range(len(works))
    )


def _said(priority: str) -> Priority:
    words = set(priority.casefold().replace("-", " ").split())
    if words & HIGH_WORDS:
        return Priority.HIGH
    return Priority.LOW if words & LOW_WORDS else Priority.MEDIUM


def _is_constraint(work: Work) -> bool:
    return work.kind is Kind.CONSTRAINT and work.group not in CONSTRAINT_GROUPS


def _waiting(blocked_by: Sequence[Sequence[int]]) -> list[int]:
    """Return for each work a number whose bits are the works that wait for it, directly or not."""
    waiting = [0] * len(blocked_by)
    for position in reversed(tuple(TopologicalSorter(dict(enumerate(blocked_by))).static_order())):
        for target in blocked_by[position]:
            waiting[target] |= waiting[position] | 1 << position
    return waiting


def _high(
    works: Sequence[Work], blocked_by: Sequence[Sequence[int]], waiting: Sequence[int], others: Set[int], room: int
) -> set[int]:
    """Return what is high by the graph: where that is too much, the chains first, then what most builds wait for.

    :param others: what is not high whatever waits for it.
    :param room: how many may be high.
    """
    steps = _first_half_of_longest_chains(blocked_by)
    chains = {position for step in steps.values() for position in step} - others
    many = {p for p, waits in enumerate(waiting) if waits.bit_count() >= MANY} - others
    if len(chains | many) <= room:
        return chains | many
    if len(chains) > room:
        return _in_groups([step - others for _, step in sorted(steps.items())], room)
    builds = sum(1 << p for p, work in enumerate(works) if work.phase is Phase.BUILD)
    by_number: dict[int, set[int]] = {}
    for position in many - chains:
        by_number.setdefault((waiting[position] & builds).bit_count(), set()).add(position)
    return chains | _in_groups([those for _, those in sorted(by_number.items(), reverse=True)], room - len(chains))


def _in_groups(groups: Sequence[set[int]], room: int) -> set[int]:
    """Return the first groups that there is room for, each whole."""
    taken: set[int] = set()
    for group in groups:
        if len(taken | group) > room:
            break
        taken |= group
    return taken


def _first_half_of_longest_chains(blocked_by: Sequence[Sequence[int]]) -> Mapping[int, set[int]]:
    """Return the works on the first half, rounded down, of all longest chains, by their places there."""
    order = tuple(TopologicalSorter(dict(enumerate(blocked_by))).static_order())
    before = [0] * len(blocked_by)
    for position in order:
        before[position] = max((before[target] + 1 for target in blocked_by[position]), default=0)
    behind = [0] * len(blocked_by)
    for position in reversed(order):
        for target in blocked_by[position]:
            behind[target] = max(behind[target], behind[position] + 1)
    longest = max(before, default=0)
    steps: dict[int, set[int]] = {}
    for position, place in enumerate(before):
        if place + behind[position] == longest and place < (longest + 1) // 2:
            steps.setdefault(place, set()).add(position)
    return steps
