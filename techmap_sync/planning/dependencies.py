"""What waits for what: blocked-by edges between the works of one map.

Each edge follows from one rule, and rules are trusted in the order of ``EdgeRule``: where edges make a circle, the less
trusted ones go. See ``docs/how-it-decides.md``, "What waits for what".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from techmap_sync.documents.work import Work
from techmap_sync.planning.mentions import names_of
from techmap_sync.planning.needs import Edges, needs_of
from techmap_sync.planning.release_order import dead_ends, release_order
from techmap_sync.planning.wiring import entry_points, named_edges, type_edges, wired_edges


class EdgeRule(StrEnum):
    """What makes one work wait for another; the most trusted comes first."""

    EXPLICIT = "explicit"
    """Its author says so."""
    TYPE = "type"
    """It takes a type that the other returns."""
    NAME = "name"
    """Its text names the other."""
    INTEGRATION = "integration"
    """It wires in what is new, and names none of it."""
    ENTRY_POINT = "entry point"
    """A program is entered there, and it names nothing that is new."""
    DEAD_END = "dead end"
    """Nothing else would wait for the other before it is tested or deployed."""
    ORDER = "order"
    """Of test levels, deployment steps and numbered items."""


class Dependencies(NamedTuple):
    """The blocked-by edges of one map, or why there are none."""

    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for; empty everywhere when there is a cycle."""
    rules: tuple[tuple[EdgeRule, ...], ...] = ()
    """For each work the rules that explain its edges, in the same order."""
    cycle: tuple[int, ...] = ()
    """Works that wait for each other, first and last the same; empty when there is no cycle."""
    unknown: tuple[tuple[int, str, str], ...] = ()
    """(work that waits, name in ``Depends on``, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...] = ()
    """For each work what it needs that is not in the map, as Markdown."""


def dependencies_of(works: Sequence[Work]) -> Dependencies:
    """Return what each work waits for.

    Where an explicit ``Depends on`` contradicts what other rules say, the author's word wins.
    """
    names = names_of(works)
    needs = needs_of(works, names)
    nothing: tuple[tuple[()], ...] = tuple(() for _ in works)
    if cycle := _cycle(needs.edges):
        return Dependencies(nothing, nothing, cycle, needs.unknown, needs.outside)
    graph = _Graph(needs.edges)
    graph.add(EdgeRule.EXPLICIT, needs.asked_by)
    graph.add(EdgeRule.TYPE, type_edges(works))
    mentions = named_edges(works, names)
    graph.add(EdgeRule.NAME, mentions.earlier)
    graph.add(EdgeRule.NAME, mentions.beside)
    graph.add(EdgeRule.INTEGRATION, wired_edges(works, mentions))
    graph.add(EdgeRule.ENTRY_POINT, entry_points(works, mentions, needs.edges))
    graph.add(EdgeRule.DEAD_END, dead_ends(works, graph.edges))
    graph.add(EdgeRule.ORDER, release_order(works))
    blocked_by = _reduced(graph.edges)
    rules = tuple(tuple(graph.rules[position, t] for t in targets) for position, targets in enumerate(blocked_by))
    return Dependencies(blocked_by, rules, (), needs.unknown, needs.outside)


def said_by_the_document(edges: Sequence[Sequence[int]]) -> Dependencies:
    """Return the edges of a document that says all of them; they hold no cycle."""
    blocked_by = _reduced({position: set(targets) for position, targets in enumerate(edges)})
    rules = tuple(tuple(EdgeRule.EXPLICIT for _ in targets) for targets in blocked_by)
    return Dependencies(blocked_by, rules, outside=tuple(() for _ in edges))


class _Graph:
    """Edges that grow rule by rule, the most trusted first, and never hold a circle."""

    def __init__(self, explicit: Edges) -> None:
        self.edges: Edges = {position: set(targets) for position, targets in explicit.items()}
        self.rules = {(work, target): EdgeRule.EXPLICIT for work, targets in explicit.items() for target in targets}

    def add(self, rule: EdgeRule, edges: Iterable[tuple[int, Iterable[int]]]) -> None:
        """Add the edges of a rule, but for those that would be part of a circle."""
        new = {(work, t) for work, targets in edges for t in targets if t != work and t not in self.edges[work]}
        if not new:
            return
        for work, target in new:
            self.edges[work].add(target)
        part = _circles(self.edges)
        for work, target in new:
            if part[work] == part[target]:
                self.edges[work].discard(target)
            else:
                self.rules[work, target] = rule


def _circles(edges: Edges) -> Mapping[int, int]:
    """Return a number for each work that those share which wait for each other, directly or not (Tarjan 1972)."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    part: dict[int, int] = {}
    open_works: list[int] = []
    for root in edges:
        if root in order:
            continue
        order[root] = lowest[root] = len(order)
        open_works.append(root)
        path: list[tuple[int, Iterator[int]]] = [(root, iter(edges[root]))]
        while path:
            work, targets = path[-1]
            for target in targets:
                if target not in order:
                    order[target] = lowest[target] = len(order)
                    open_works.append(target)
                    path.append((target, iter(edges[target])))
                    break
                if target not in part:
                    lowest[work] = min(lowest[work], order[target])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[work])
                if lowest[work] == order[work]:
                    _close(work, open_works, part)
    return part


def _close(first: int, open_works: list[int], part: dict[int, int]) -> None:
    while True:
        work = open_works.pop()
        part[work] = first
        if work == first:
            return


def _cycle(edges: Edges) -> tuple[int, ...]:
    """Return one cycle as a path in which each waits for the next, first and last the same, or nothing."""
    try:
        TopologicalSorter(edges).prepare()
    except CycleError as error:
        return tuple(reversed(error.args[1]))
    return ()


def _reduced(edges: Edges) -> tuple[tuple[int, ...], ...]:
    """Leave out every edge that a longer path says already. The edges hold no cycle."""
    reach: dict[int, int] = {}
    reduced: dict[int, tuple[int, ...]] = {}
    for position in TopologicalSorter(edges).static_order():
        beyond = 0
        for target in edges[position]:
            beyond |= reach[target]
        reduced[position] = tuple(sorted(t for t in edges[position] if not beyond >> t & 1))
        reach[position] = beyond | sum(1 << target for target in edges[position])
    return tuple(reduced[position] for position in sorted(reduced))
