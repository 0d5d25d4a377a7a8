"""Edges between tasks or tickets: without circles, and without those that a longer path says already. Linear.

Edges are given as node -> the nodes that it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from graphlib import TopologicalSorter


def without_circles(edges: Mapping[int, Iterable[int]]) -> tuple[dict[int, set[int]], list[tuple[int, int]]]:
    """Return the edges that close no circle, and those that do, all of them."""
    given = {node: frozenset(there) for node, there in edges.items()}
    knot = knots(given)
    kept = {node: {target for target in there if knot[target] != knot[node]} for node, there in given.items()}
    return kept, [(node, target) for node, there in given.items() for target in sorted(there - kept[node])]


def knots(edges: Mapping[int, AbstractSet[int]]) -> Mapping[int, int]:
    """Return a number for each node that those share which wait for each other, directly or not (Tarjan 1972)."""
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    knot: dict[int, int] = {}
    open_nodes: list[int] = []
    path: list[tuple[int, Iterator[int]]] = []

    def visit(node: int) -> None:
        """Number a node, and go on with those that it waits for."""
        order[node] = lowest[node] = len(order)
        open_nodes.append(node)
        path.append((node, iter(edges.get(node, ()))))

    for root in edges:
        if root not in order:
            visit(root)
        while path:
            node, targets = path[-1]
            for target in targets:
                if target not in order:
                    visit(target)
                    break
                if target not in knot:
                    lowest[node] = min(lowest[node], order[target])
            else:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    _close(node, open_nodes, knot)
    return knot


def _close(first: int, open_nodes: list[int], knot: dict[int, int]) -> None:
    while True:
        node = open_nodes.pop()
        knot[node] = first
        if node == first:
            return


def reduced(edges: Mapping[int, AbstractSet[int]]) -> dict[int, set[int]]:
    """Return the edges of a graph without circles, but for those that a longer path says already."""
    beyond: dict[int, int] = {}
    """What each node leads to, as bits: much faster than sets."""
    short: dict[int, set[int]] = {}
    for node in TopologicalSorter(edges).static_order():
        targets, further = edges.get(node, frozenset()), 0
        for target in targets:
            further |= beyond[target]
        short[node] = {target for target in targets if not further >> target & 1}
        beyond[node] = further | sum(1 << target for target in targets)
    return {node: short[node] for node in edges}
