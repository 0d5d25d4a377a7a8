"""What waits for what: blocked-by edges between the works of one map.

Edges come from an explicit ``Depends on`` first, then from mentions, then from the phases, and are reduced to the ones
that say something new. See ``docs/how-it-decides.md``, "What waits for what".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import NamedTuple

from techmap_sync.documents.work import ROLLBACK, Kind, Rank, Work
from techmap_sync.planning.mentions import Names, mentioned, names_of
from techmap_sync.planning.needs import Edges, needs_of

TEST_LEVELS = ("unit", "integration", "end-to-end")
DEPLOYMENT_ORDER = ("environment", "configuration", "migration")


class Dependencies(NamedTuple):
    """The blocked-by edges of one map, or why there are none."""

    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for; empty everywhere when there is a cycle."""
    cycle: tuple[int, ...] = ()
    """Works that wait for each other, first and last the same; empty when there is no cycle."""
    unknown: tuple[tuple[int, str, str], ...] = ()
    """(work that waits, name in ``Depends on``, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...] = ()
    """For each work what it needs that is not in the map, as Markdown."""


def dependencies_of(works: Sequence[Work]) -> Dependencies:
    """Return what each work waits for.

    Where an explicit ``Depends on`` contradicts what mentions or phases say, the author's word wins.
    """
    names = names_of(works)
    needs = needs_of(works, names)
    explicit = needs.edges
    edges = {position: set(targets) for position, targets in explicit.items()}
    for position, targets in (*needs.asked_by, *_mention_edges(works, names), *_phase_edges(works, names)):
        edges[position] |= targets - {position}
    while cycle := _cycle(edges):
        doubtful = [(a, b) for a, b in pairwise(cycle) if b not in explicit[a]]
        if not doubtful:
            return Dependencies(tuple(() for _ in works), cycle, needs.unknown, needs.outside)
        for waiting, target in doubtful:
            edges[waiting].discard(target)
    return Dependencies(_reduced(edges), (), needs.unknown, needs.outside)


def said_by_the_document(edges: Sequence[Sequence[int]]) -> Dependencies:
    """Return the edges of a document that says all of them; they hold no cycle."""
    reduced = _reduced({position: set(targets) for position, targets in enumerate(edges)})
    return Dependencies(reduced, outside=tuple(() for _ in edges))


def _mention_edges(works: Sequence[Work], names: Names) -> Iterator[tuple[int, set[int]]]:
    for position, work in enumerate(works):
        found = mentioned(names, work.text, work.code)
        yield position, {other for other in found if works[other].rank < work.rank and not works[other].done}


def _phase_edges(works: Sequence[Work], names: Names) -> Iterator[tuple[int, set[int]]]:
    """Yield the edges that keep a phase from floating."""
    levels = _positions(works, Kind.TEST)
    groups = _positions(works, Kind.DEPLOYMENT)
    changes = {p for p, work in enumerate(works) if work.kind is Kind.CHANGE and not work.done}
    components = {p for p, work in enumerate(works) if work.rank is Rank.COMPONENT and not work.done}
    for level, positions in levels.items():
        before = _before_level(level, levels, changes)
        for position in positions:
            if level == "unit":
                named = mentioned(names, works[position].text, works[position].code)
                yield position, set(named & components) or components
            else:
                yield position, before
    last_level = next((levels[level] for level in reversed(TEST_LEVELS) if level in levels), set())
    for group, positions in groups.items():
        if group != ROLLBACK:
            yield from ((p, last_level | groups.get(ROLLBACK, set()) | _earlier(group, groups)) for p in positions)
    yield from _chains(works)


def _before_level(level: str, levels: Mapping[str, set[int]], changes: set[int]) -> set[int]:
    """What the tests of a level wait for beside the components that they name: those of the level below it."""
    earlier = TEST_LEVELS[: TEST_LEVELS.index(level)] if level in TEST_LEVELS else TEST_LEVELS[:2]
    below: set[int] = next((levels[name] for name in reversed(earlier) if name in levels), set())
    return below | changes if level == "integration" or not below else set(below)


def _earlier(group: str, groups: Mapping[str, set[int]]) -> set[int]:
    if group not in DEPLOYMENT_ORDER:
        return set()
    before = DEPLOYMENT_ORDER[: DEPLOYMENT_ORDER.index(group)]
    return {position for name in before for position in groups.get(name, ())}


def _chains(works: Sequence[Work]) -> Iterator[tuple[int, set[int]]]:
    """Numbered items that are tickets of their own follow each other."""
    last: dict[tuple[Kind, str], int] = {}
    for position, work in enumerate(works):
        if not work.is_item or not work.items[0].ordered or work.done:
            continue
        if (work.kind, work.group) in last:
            yield position, {last[work.kind, work.group]}
        last[work.kind, work.group] = position


def _positions(works: Sequence[Work], kind: Kind) -> dict[str, set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        if work.kind is kind and not work.done:
            found.setdefault(work.group, set()).add(position)
    return found


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
