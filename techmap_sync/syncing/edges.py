"""Parent links and blocked-by edges: sets that people may thin out, never replaced as a whole.

An edge counts as ours once the ledger says that it was applied. One that the ledger knows and the tracker lacks was
removed by a human and stays removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.changes import Action, Change
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.tracker import Capabilities, EdgeKind, Ticket

KeyEdge = tuple[str, str]
"""(key, key that it waits for)."""


def edge_changes(
    plan: TaskPlan, holdings: Holdings, capabilities: Capabilities, skipped: frozenset[str]
) -> tuple[Change, ...]:
    """Return the links to make and to take away.

    :param skipped: keys of tasks that have no ticket and get none.
    """
    titles = {spec.key: spec.title for spec in plan.tasks}
    titles |= {key: held.ticket.title for key, held in holdings.tickets.items() if key not in titles}
    return (
        *_parent_changes(plan, holdings, capabilities, skipped),
        *(_blocking_changes(plan, holdings, titles, skipped) if capabilities.native_blocking else ()),
    )


def applied_edges(plan: TaskPlan, holdings: Holdings, changes: tuple[Change, ...]) -> frozenset[KeyEdge]:
    """Return the blocked-by edges that the ledger shall list once the changes are done."""
    added = {(c.key, c.target) for c in changes if c.action is Action.LINK and c.edge is EdgeKind.BLOCKED_BY}
    desired = _desired(plan, frozenset())
    there = {edge for edge in desired if _observed(edge, holdings) is True}
    return frozenset(added | there | (holdings.ledger.edges & set(desired)))


def applied_children(holdings: Holdings, changes: tuple[Change, ...], born_as_child: bool) -> frozenset[str]:
    """Return the keys that the ledger shall list as children once the changes are done.

    :param born_as_child: whether a created ticket is a child from the start.
    """
    linked = {c.key for c in changes if c.action is Action.LINK and c.edge is EdgeKind.CHILD_OF}
    born = {c.key for c in changes if c.action is Action.CREATE and born_as_child}
    tracking = holdings.tracking.ticket.number if holdings.tracking else None
    there = {key for key, held in holdings.tickets.items() if tracking and held.ticket.parent == tracking}
    known = holdings.ledger.children & (holdings.tickets.keys() | holdings.unreadable.keys())
    return frozenset(linked | born | there | known)


def _parent_changes(
    plan: TaskPlan, holdings: Holdings, capabilities: Capabilities, skipped: frozenset[str]
) -> Iterator[Change]:
    if capabilities.children == 0:
        return
    for spec in plan.tasks:
        held = holdings.tickets.get(spec.key)
        if spec.key in skipped or (held is None and capabilities.parent_at_creation):
            continue
        if spec.key not in holdings.ledger.children and (held is None or held.ticket.parent is None):
            yield Change(
                Action.LINK,
                spec.key,
                spec.title,
                held.ticket.number if held else "",
                edge=EdgeKind.CHILD_OF,
                target=plan.tracking.key,
                reason=f'child of "{plan.tracking.title}"',
            )


def _blocking_changes(
    plan: TaskPlan, holdings: Holdings, titles: dict[str, str], skipped: frozenset[str]
) -> Iterator[Change]:
    desired = _desired(plan, skipped)
    ledger = holdings.ledger.edges
    for edge in desired:
        if edge not in ledger and _observed(edge, holdings) is not True:
            yield _edge_change(Action.LINK, edge, holdings, titles)
    for edge in sorted(ledger - set(desired)):
        if _observed(edge, holdings) is not False and all(key in holdings.tickets for key in edge):
            yield _edge_change(Action.UNLINK, edge, holdings, titles)


def _edge_change(action: Action, edge: KeyEdge, holdings: Holdings, titles: dict[str, str]) -> Change:
    key, target = edge
    held = holdings.tickets.get(key)
    number = held.ticket.number if held else ""
    reason = f'blocked by "{titles[target]}"'
    return Change(action, key, titles[key], number, reason, edge=EdgeKind.BLOCKED_BY, target=target)


def _desired(plan: TaskPlan, skipped: frozenset[str]) -> tuple[KeyEdge, ...]:
    edges = ((spec.key, other) for spec in plan.tasks for other in spec.blocked_by)
    return tuple(edge for edge in edges if skipped.isdisjoint(edge))


def _observed(edge: KeyEdge, holdings: Holdings) -> bool | None:
    """Whether the tracker has the edge; None when that is not known."""
    held, other = (holdings.tickets.get(key) for key in edge)
    if held is None or other is None:
        return False
    return None if held.ticket.blocked_by is None else other.ticket.number in held.ticket.blocked_by


def edges_to_read(plan: TaskPlan, holdings: Holdings) -> tuple[Ticket, ...]:
    """Return the tickets whose edges decide something and were not read with the listing."""
    desired = set(_desired(plan, frozenset()))
    keys: Iterable[str] = {key for key, _ in desired ^ holdings.ledger.edges}
    tickets = (holdings.tickets[key].ticket for key in sorted(keys) if key in holdings.tickets)
    return tuple(ticket for ticket in tickets if ticket.blocked_by is None)
