"""Which edges find room at their tickets: servers allow only so many. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.as_text import KeyEdge
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.tracker import Capabilities


def without_room(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities) -> frozenset[KeyEdge]:
    """Return the edges of a plan that its tickets have no room for.

    What was applied keeps its place; the others take theirs in the order of the plan. What people linked counts as far
    as it was read; the rest of it shows only when the server refuses.
    """
    if capabilities.blockers is capabilities.blocking is capabilities.links is None:
        return frozenset()
    room = _Room(capabilities, _parents(plan, holdings, capabilities))
    edges = [(spec.key, other) for spec in plan.tasks for other in spec.blocked_by]
    for edge in (*(edge for edge in edges if edge in holdings.ledger.edges), *_of_people(plan, holdings)):
        room.take(edge)
    left_out = set()
    for edge in edges:
        if edge not in holdings.ledger.edges and not room.has(edge):
            left_out.add(edge)
        elif edge not in holdings.ledger.edges:
            room.take(edge)
    return frozenset(left_out)


def _parents(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities) -> Counter[str]:
    """Return how many links each task has with the tracking ticket."""
    children = [spec.key for spec in plan.tasks] if capabilities.children != 0 else holdings.ledger.children
    return Counter(children)


def _of_people(plan: TaskPlan, holdings: Holdings) -> Iterator[KeyEdge]:
    """Yield the edges that nobody planned, as far as they were read."""
    keys = {held.ticket.number: key for key, held in holdings.tickets.items()}
    for spec in plan.tasks:
        held = holdings.tickets.get(spec.key)
        ours = {target for key, target in holdings.ledger.edges if key == spec.key} | set(spec.blocked_by)
        for number in sorted((held.ticket.blocked_by or ()) if held else ()):
            if keys.get(number, number) not in ours:
                yield spec.key, keys.get(number, number)


class _Room:
    def __init__(self, capabilities: Capabilities, links: Counter[str]) -> None:
        self._most = capabilities
        self._waiting: Counter[str] = Counter()
        self._awaited: Counter[str] = Counter()
        self._links = links

    def has(self, edge: KeyEdge) -> bool:
        key, target = edge
        return (
            _is_below(self._waiting[key], self._most.blockers)
            and _is_below(self._awaited[target], self._most.blocking)
            and all(_is_below(self._links[end], self._most.links) for end in edge)
        )

    def take(self, edge: KeyEdge) -> None:
        key, target = edge
        self._waiting[key] += 1
        self._awaited[target] += 1
        self._links.update(edge)


def _is_below(number: int, limit: int | None) -> bool:
    return limit is None or number < limit
