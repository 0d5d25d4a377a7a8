"""What the authors of works say that these need: other works of the document, or something outside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from techmap_sync.documents.likeness import NearNames, squeezed
from techmap_sync.documents.work import NeedKind, Work
from techmap_sync.planning.mentions import Names, mentioned

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
        for need in work.needs:
            found = index.named(need.name)
            is_inbound = need.kind is NeedKind.INBOUND
            if is_inbound and not work.done:
                asked_by += [(other, {position}) for other in found - {position}]
            elif not is_inbound:
                edges[position] |= {other for other in found - {position} if not works[other].done}
            said = "Inbound: " if is_inbound else ""
            meant = "" if found or need.kind is NeedKind.EXTERNAL else index.nearly(need.name)
            if meant:
                unknown.append((position, f"{said}{need.name}", meant))
            elif not found:
                missing[f"{said}{need.markdown}"] = None
        outside.append(tuple(missing))
    return Needs(edges, tuple(asked_by), tuple(unknown), tuple(outside))


class _Index:
    """Finds works by the names that fields give them."""

    def __init__(self, works: Sequence[Work], names: Names) -> None:
        self._names = names
        self._called = NearNames(name for work in works for name in work.names)
        self._by_letters = _by_letters(works)

    def named(self, name: str) -> Set[int]:
        """Return the works that a name refers to; case, spaces and hyphens do not count."""
        return mentioned(self._names, name, [name]) or self._by_letters.get(squeezed(name), frozenset())

    def nearly(self, name: str) -> str:
        """Return the component that a name is nearly."""
        return self._called.nearest(name)


def _by_letters(works: Sequence[Work]) -> Mapping[str, Set[int]]:
    found: dict[str, set[int]] = {}
    for position, work in enumerate(works):
        for name in work.names:
            found.setdefault(squeezed(name), set()).add(position)
    return found
