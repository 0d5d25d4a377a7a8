"""What the dependency fields of components name: works of the map, and what the map does not hold.

A library, a service or a person is a need from outside and no error. Only what is nearly a name of the map is one: a
ticket would be missing an edge that its author wanted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from techmap_sync.model import Component
from techmap_sync.parsing.likeness import NearNames, squeezed
from techmap_sync.planning.mentions import Names, mentioned
from techmap_sync.planning.work import Work

Edges = dict[int, set[int]]
"""Position of a work -> positions of the works it waits for."""


class Needs(NamedTuple):
    """What the works of one map need, by what their authors say."""

    edges: Edges
    asked_by: tuple[tuple[int, set[int]], ...]
    """(work, those that it waits for) by the ``Inbound`` fields of these: who asks waits for who is asked."""
    unknown: tuple[tuple[int, str, str], ...]
    """(work, name, name of the map that it nearly is)."""
    outside: tuple[tuple[str, ...], ...]
    """For each work what it needs from outside, as Markdown."""


def needs_of(works: Sequence[Work], names: Names) -> Needs:
    """Look up what the works of one map need.

    :param names: the names of the same works.
    """
    index = _Index(works, names)
    edges: Edges = {position: set() for position in range(len(works))}
    asked_by, unknown, outside = [], [], []
    for position, work in enumerate(works):
        missing: dict[str, None] = {}
        for component in work.components:
            for name, text in _waits_for(component):
                found = index.named(name)
                edges[position] |= {other for other in found - {position} if not works[other].done}
                meant = "" if found or name in component.outside else index.nearly(name)
                if meant:
                    unknown.append((position, name, meant))
                elif not found:
                    missing[text] = None
            for name in component.needed_by:
                found = index.named(name)
                asked_by += [(other, {position}) for other in found - {position} if not work.done]
                meant = "" if found else index.nearly(name)
                if meant:
                    unknown.append((position, f"Inbound: {name}", meant))
                elif not found:
                    missing[f"Inbound: {dict(component.written).get(name, name)}"] = None
        outside.append(tuple(missing))
    return Needs(edges, tuple(asked_by), tuple(unknown), tuple(outside))


def _waits_for(component: Component) -> Iterator[tuple[str, str]]:
    """Yield each name that a component depends on, with the text of its entry."""
    texts = dict(component.written)
    yield from ((name, texts.get(name, name)) for name in dict.fromkeys((*component.depends_on, *component.outside)))


class _Index:
    """Finds works by the names that fields give them."""

    def __init__(self, works: Sequence[Work], names: Names) -> None:
        self._names = names
        self._called = NearNames(component.name for work in works for component in work.components)
        self._by_letters = _by_letters(works)

    def named(self, name: str) -> Set[int]:
        """Return the works that a name stands for; case, spaces and hyphens do not count."""
        return mentioned(self._names, name, [name]) or self._by_letters.get(squeezed(name), frozenset())

    def nearly(self, name: str) -> str:
        """Return the component that a name is nearly."""
        return self._called.nearest(name)


def _by_letters(works: Sequence[Work]) -> Mapping[str, Set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for component in work.components:
            found.setdefault(squeezed(component.name), set()).add(position)
    return found
