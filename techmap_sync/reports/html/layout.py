"""Places for the tasks of a map: layers from left to right, phase by phase. Pure.

The method of Sugiyama, Tagawa and Toda (1981): layers by longest path, an arrow over several layers bends at a dummy in
each, barycentres order a layer, and isotonic regression puts every node as near to its neighbours as order allows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from techmap_sync.documents.work import Phase

WIDTH, HEIGHT = 180, 44
"""Of a node, in pixels."""
COLUMN_GAP, ROW_GAP, DUMMY_HEIGHT = 32, 14, 4
SWEEPS = 6
"""Further rounds make no visible difference."""


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line from one task to the one that waits for it, through the dummies between them."""

    start: str
    end: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map's graph with its places."""

    width: float
    height: float
    places: Mapping[str, tuple[float, float]]
    """Upper left corner of each task."""
    arrows: tuple[Arrow, ...]
    columns: tuple[tuple[Phase, float, float], ...]
    """Phase, left and right edge of its columns."""


def drawing_of(phases: Mapping[str, Phase], edges: Sequence[tuple[str, str]]) -> Drawing:
    """Lay out a graph.

    :param phases: of every task; the order decides where nothing else does.
    :param edges: (task, task that it waits for).
    """
    layers = _layers(phases, edges)
    graph = _Layered.of(layers, edges)
    graph.order()
    middles = graph.middles()
    top = min((middles[node] - graph.size(node) / 2 for node in middles), default=0)
    left = {node: graph.rank[node] * (WIDTH + COLUMN_GAP) for node in graph.rank}
    places = {key: (float(left[key]), middles[key] - HEIGHT / 2 - top) for key in phases}
    arrows = tuple(
        Arrow(chain[0], chain[-1], tuple((float(left[n]), middles[n] - top) for n in chain)) for chain in graph.chains
    )
    bottom = max((y + HEIGHT for _, y in places.values()), default=0)
    columns = max(layers.values(), default=-1) + 1
    return Drawing(columns * (WIDTH + COLUMN_GAP) - COLUMN_GAP, bottom, places, arrows, _columns(phases, layers))


def _layers(phases: Mapping[str, Phase], edges: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Longest path within each phase; a phase begins where the one before it ends.

    An arrow back to an earlier phase, or around a circle, which only people can make, moves nothing.
    """
    layer: dict[str, int] = {}
    start = 0
    for phase in Phase:
        members = [key for key in phases if phases[key] is phase]
        before: dict[str, list[str]] = {key: [] for key in members}
        for task, target in edges:
            if task in before and target in before and task != target:
                before[task].append(target)
        depth = dict.fromkeys(members, 0)
        for _ in members:
            deeper = {key: 1 + max((depth[b] for b in before[key]), default=-1) for key in members}
            if deeper == depth:
                break
            depth = {key: min(value, len(members) - 1) for key, value in deeper.items()}
        layer |= {key: start + depth[key] for key in members}
        start = max((layer[key] for key in members), default=start - 1) + 1
    return layer


def _columns(phases: Mapping[str, Phase], layers: Mapping[str, int]) -> tuple[tuple[Phase, float, float], ...]:
    found = []
    for phase in Phase:
        ranks = [layers[key] for key in phases if phases[key] is phase]
        if ranks:
            step = WIDTH + COLUMN_GAP
            found.append((phase, float(min(ranks) * step), float(max(ranks) * step + WIDTH)))
    return tuple(found)


@dataclass
class _Layered:
    """Nodes and dummies in layers."""

    rank: dict[str, int]
    rows: list[list[str]]
    chains: list[list[str]]
    """From a task, through dummies, to the one that waits for it."""
    neighbours: dict[str, tuple[list[str], list[str]]] = field(default_factory=dict)
    """On the left and on the right."""
    dummies: set[str] = field(default_factory=set)

    @staticmethod
    def of(layers: Mapping[str, int], edges: Sequence[tuple[str, str]]) -> _Layered:
        """Return the graph with a dummy node wherever an edge crosses a layer."""
        rows: list[list[str]] = [[] for _ in range(max(layers.values(), default=-1) + 1)]
        graph = _Layered(dict(layers), rows, [])
        for key, layer in layers.items():
            graph._add(key, layer)
        for number, (task, target) in enumerate(edges):
            if task in layers and target in layers and task != target:
                graph._connect(target, task, number)
        return graph

    def order(self) -> None:
        """Sort each layer by the middle of its neighbours, back and forth; tasks without any come last."""
        position = {node: place for row in self.rows for place, node in enumerate(row)}
        for sweep in range(SWEEPS):
            side = sweep % 2
            for row in self.rows if side == 0 else reversed(self.rows):
                row.sort(key=lambda node: (self._is_alone(node), self._barycentre(node, side, position)))
                position.update((node, place) for place, node in enumerate(row))

    def middles(self) -> dict[str, float]:
        """Return the height of each node's middle."""
        middle = {node: place for row in self.rows for node, place in zip(row, _stacked(row, self), strict=True)}
        for sweep in range(SWEEPS):
            for row in self.rows if sweep % 2 == 0 else reversed(self.rows):
                middle |= self._settled(row, middle)
        return middle

    def _settled(self, row: Sequence[str], middle: Mapping[str, float]) -> dict[str, float]:
        """Return the places of a layer; tasks without neighbours go close below the others."""
        joined = [node for node in row if not self._is_alone(node)]
        closest = _stacked(row, self)
        places = _spread([self._wanted(node, middle) for node in joined], closest[: len(joined)])
        shift = places[-1] - closest[len(joined) - 1] if places else 0.0
        return dict(zip(row, [*places, *(close + shift for close in closest[len(joined) :])], strict=True))

    def _is_alone(self, node: str) -> bool:
        return not any(self.neighbours[node])

    def size(self, node: str) -> float:
        """Return the height of a node."""
        return DUMMY_HEIGHT if node in self.dummies else HEIGHT

    def _add(self, node: str, layer: int) -> None:
        self.rank[node] = layer
        self.rows[layer].append(node)
        self.neighbours[node] = ([], [])

    def _connect(self, start: str, end: str, number: int) -> None:
        chain = [start]
        for layer in range(self.rank[start] + 1, self.rank[end]):
            dummy = f"\0{number}/{layer}"
            self._add(dummy, layer)
            self.dummies.add(dummy)
            chain.append(dummy)
        chain.append(end)
        self.chains.append(chain)
        for one, other in pairwise(chain):
            self.neighbours[one][1].append(other)
            self.neighbours[other][0].append(one)

    def _barycentre(self, node: str, side: int, position: Mapping[str, int]) -> float:
        there = [position[other] for other in self.neighbours[node][side]]
        return sum(there) / len(there) if there else position[node]

    def _wanted(self, node: str, middle: Mapping[str, float]) -> float:
        there = [middle[other] for side in self.neighbours[node] for other in side]
        return sum(there) / len(there) if there else middle[node]


def _stacked(row: Sequence[str], graph: _Layered) -> list[float]:
    """Return the middles of a layer's nodes when they are packed as closely as possible."""
    places, below = [], 0.0
    for node in row:
        places.append(below + graph.size(node) / 2)
        below += graph.size(node) + ROW_GAP
    return places


def _spread(wanted: Sequence[float], closest: Sequence[float]) -> list[float]:
    """Return the places next to the wanted ones, in least squares, that keep order and distance.

    Pool adjacent violators: where two would collide, both take the mean of what they want.
    """
    pools: list[tuple[float, int]] = []
    for want, close in zip(wanted, closest, strict=True):
        value, size = want - close, 1
        while pools and pools[-1][0] > value:
            before, number = pools.pop()
            value = (value * size + before * number) / (size + number)
            size += number
        pools.append((value, size))
    shifts = [value for value, size in pools for _ in range(size)]
    return [shift + close for shift, close in zip(shifts, closest, strict=True)]
