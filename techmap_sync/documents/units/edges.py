"""Edges between tickets: without circles, and without those that another path says already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence


def without_circles(edges: Mapping[int, Iterable[int]]) -> tuple[dict[int, set[int]], list[tuple[int, int]]]:
    """Return the edges that close no circle, and those that do, all of them."""
    given = {node: set(there) for node, there in edges.items()}
    circle_of = {node: number for number, circle in enumerate(_circles(given)) for node in circle}
    closing = [
        (a, b)
        for a, there in given.items()
        for b in sorted(there)
        if a == b or circle_of.get(a, -1) == circle_of.get(b, -2)
    ]
    return {a: there - {b for x, b in closing if x == a} for a, there in given.items()}, closing


def _circles(edges: Mapping[int, set[int]]) -> Iterable[Sequence[int]]:
    """Return the strongly connected parts of more than one node (Tarjan), without recursion."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    found: list[list[int]] = []
    for root in edges:
        if root in index:
            continue
        work = [(root, iter(sorted(edges.get(root, ()))))]
        index[root] = low[root] = len(index)
        stack.append(root)
        while work:
            node, there = work[-1]
            following = next((n for n in there if n not in index or n in stack), None)
            if following is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    part = stack[stack.index(node) :]
                    del stack[stack.index(node) :]
                    found += [part] if len(part) > 1 else []
            elif following in index:
                low[node] = min(low[node], index[following])
            else:
                index[following] = low[following] = len(index)
                stack.append(following)
                work.append((following, iter(sorted(edges.get(following, ())))))
    return found


def reduced(edges: Mapping[int, set[int]]) -> dict[int, set[int]]:
    """Return the edges of a graph without circles that no longer path says already."""
    reach: dict[int, set[int]] = {}

    def reachable(start: int) -> set[int]:
        """Return everything that a node leads to, without recursion."""
        todo = [start]
        while todo:
            node = todo[-1]
            open_nodes = [n for n in edges.get(node, ()) if n not in reach]
            if open_nodes:
                todo += open_nodes
                continue
            todo.pop()
            reach[node] = set(edges.get(node, ())).union(*(reach[n] for n in edges.get(node, ())))
        return reach[start]

    return {
        node: {n for n in there if not any(n in reachable(o) for o in there if o != n)} for node, there in edges.items()
    }
