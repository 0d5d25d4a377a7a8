"""Parent links and blocked-by edges: sets that people may reduce, and that are never replaced as a whole.

An edge is ours once the ledger says that it was applied. One that the ledger has and the tracker lacks was removed by a
person and stays removed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.sync.block import Held
from techmap_sync.sync.changes import Change, Create, Link, LinkWrite, Skip, SkipLink, Unlink
from techmap_sync.sync.fallback import KeyEdge, lists_tickets, says_who_waits
from techmap_sync.sync.policy import Side
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, EdgeKind, State, Ticket


@dataclass(frozen=True)
class Wanted:
    """The edges that a plan asks for, and that tracker and people allow."""

    plan: TaskPlan
    holdings: Holdings
    capabilities: Capabilities
    skipped: frozenset[str]
    """Keys of tasks without a ticket, now and after the run."""
    refused: frozenset[KeyEdge]
    """Edges that the tracker refused earlier; they are not tried again."""
    no_room: frozenset[KeyEdge] = frozenset()
    """Edges that would exceed what the tracker allows one ticket."""
    kept: frozenset[str] = frozenset()
    """Keys of tickets that are kept although no task asks for them; their edges are kept too."""
    resolved: Mapping[str, Side] = field(default_factory=dict)
    """Which side wins for the edges of a task in this run, by key."""

    @cached_property
    def _titles(self) -> dict[str, str]:
        there = {key: held.ticket.title for key, held in self.holdings.tickets.items()}
        gone = {key: each.held.ticket.title for key, each in self.holdings.departed.items() if each.held}
        return there | gone | {spec.key: spec.title for spec in self.plan.tasks}

    @cached_property
    def _short_names(self) -> dict[str, str]:
        return {spec.key: spec.short_name for spec in self.plan.tasks}

    def changes(self) -> tuple[Change, ...]:
        """Return the links to add and remove, and what cannot be linked."""
        blocking = self._blocking() if self.capabilities.blocking_links else ()
        later = (spec for spec in self._new_children() if spec.key not in self._born)
        children = (*self._former_children(), *map(self._parent, later))
        # Removals make room for additions.
        ordered = sorted(blocking, key=lambda change: not isinstance(change, Unlink))
        return (*children, *ordered, *self._removals(), *self._degradations())

    def applied_blocking(self, changes: tuple[Change, ...]) -> frozenset[KeyEdge]:
        """Return the blocked-by edges that the ledger lists once the changes are done."""
        added = {(c.key, c.target) for c in changes if isinstance(c, Link) and c.edge is EdgeKind.BLOCKED_BY}
        desired, before = _desired(self.plan, frozenset()), self.holdings.ledger.edges
        there = {edge for edge in desired if _observed(edge, self.holdings) is True}
        kept = _edges_of(self.kept, before) - _edges_of(frozenset(self.holdings.departed), before)
        return frozenset(added | there | (before & set(desired)) | kept)

    def applied_children(self, changes: tuple[Change, ...]) -> frozenset[str]:
        """Return the keys that the ledger lists as children once the changes are done."""
        linked = {c.key for c in changes if isinstance(c, Link) and c.edge is EdgeKind.CHILD_OF}
        born = {c.key for c in changes if isinstance(c, Create)} & self._born
        return frozenset(linked | born | _children(self.holdings))

    @cached_property
    def _born(self) -> frozenset[str]:
        """Keys of the tasks whose tickets are made as children."""
        able = self.capabilities.parent_at_creation
        new = {spec.key for spec in self._new_children()} - self.holdings.tickets.keys()
        return frozenset(new) if able else frozenset()

    def task_list(self) -> tuple[str, ...]:
        """Return the keys of the tasks that no link can make children of the tracking ticket.

        It leaves out children that a person removed.
        """
        linked = {spec.key for spec in self._new_children()}
        return tuple(spec.key for spec in self._without_parent() if spec.key not in linked)

    def _new_children(self) -> list[TaskSpec]:
        free = [spec for spec in self._without_parent() if (spec.key, self.plan.tracking.key) not in self.refused]
        limit = self.capabilities.children
        return free if limit is None else free[: max(0, limit - len(_children(self.holdings)))]

    def _without_parent(self) -> list[TaskSpec]:
        known = (self.holdings.ledger.children | self.skipped) - {key for key, _ in self._linked_again()}
        tasks = [spec for spec in self.plan.tasks if spec.key not in known]
        return [spec for spec in tasks if self._may_become_child(spec.key)]

    def _may_become_child(self, key: str) -> bool:
        held, former = self.holdings.tickets.get(key), self.holdings.arrived.get(key)
        return held is None or held.ticket.parent in (None, former.tracking if former else None)

    def _former_children(self) -> Iterator[Change]:
        """Remove tickets that came from another map from the tracking ticket there: a ticket has one parent."""
        for key, former in self.holdings.arrived.items():
            held = self.holdings.tickets.get(key)
            if held is None or not former.tracking:
                continue
            listed = self.capabilities.parents_listed or held.ticket.parent is not None
            is_child = held.ticket.parent == former.tracking if listed else former.was_child
            if is_child and key not in self.holdings.ledger.children:
                reason = f'child of ticket {former.tracking} of map "{former.map_id}"'
                number, target = _number(self.holdings, key), former.tracking_key
                yield Unlink(key, self._titles[key], number, reason, edge=EdgeKind.CHILD_OF, target=target)

    def _parent(self, spec: TaskSpec) -> Link:
        tracking = self.plan.tracking
        reason = f'child of "{tracking.title}"'
        number = _number(self.holdings, spec.key)
        return Link(spec.key, spec.title, number, reason, edge=EdgeKind.CHILD_OF, target=tracking.key)

    def _blocking(self) -> Iterator[LinkWrite]:
        desired, ledger = _desired(self.plan, self.skipped), self.holdings.ledger.edges
        settled = (ledger | self.refused | self.no_room) - self._linked_again()
        for edge in desired:
            if edge not in settled and _observed(edge, self.holdings) is not True:
                yield self._blocked_by(edge)
        kept = _edges_of(self.kept, ledger) - _edges_of(frozenset(self.holdings.departed), ledger)
        for edge in sorted(ledger - set(desired) - kept):
            if _observed(edge, self.holdings) is not False and not self._goes_along(edge):
                yield _opposite(self._blocked_by(edge))

    def _goes_along(self, edge: KeyEdge) -> bool:
        """Whether both of its ends moved to the same map."""
        ends = [self.holdings.departed.get(key) for key in edge]
        return all(ends) and len({end.map_id for end in ends if end}) == 1

    def _is_former_child(self, key: str, ticket: Ticket) -> bool:
        """Whether the ledger lists it as a child and the tracker, if it was read, does not."""
        was_read = self.capabilities.parents_listed or ticket.blocked_by is not None
        return key in self.holdings.ledger.children and was_read and ticket.parent != self._tracking()

    def _tracking(self) -> str:
        return self.holdings.tracking.ticket.number if self.holdings.tracking else ""

    def _blocked_by(self, edge: KeyEdge) -> Link:
        key, target = edge
        other = _number(self.holdings, target)
        other = f"{self.capabilities.mention}{other} " if other else ""
        reason = f'blocked by {other}"{self._short_names.get(target) or self._titles[target]}"'
        number = _number(self.holdings, key)
        rule = self._rules.get((key, target), "")
        return Link(key, self._titles[key], number, reason, edge=EdgeKind.BLOCKED_BY, target=target, rule=rule)

    def _removals(self) -> Iterator[Change]:
        """Say which edges of open tickets we applied and people removed; they stay removed."""
        for key, target in self._removed():
            if (key, target) not in self.declined and self.resolved.get(key) is not Side.MAP:
                is_child = target == self.plan.tracking.key
                link = self._parent(self._specs[key]) if is_child else self._blocked_by((key, target))
                what = f"a human removed that it is {'a ' if is_child else ''}{link.reason}, kept so"
                reason = f"{what}; push --resolve tracker {key} accepts it"
                yield SkipLink(key, link.title, link.ticket, reason, edge=link.edge, target=target)

    @cached_property
    def _rules(self) -> dict[KeyEdge, str]:
        explained = ((spec.key, zip(spec.blocked_by, spec.blocked_because, strict=False)) for spec in self.plan.tasks)
        return {(key, target): rule for key, edges in explained for target, rule in edges}

    @cached_property
    def _specs(self) -> dict[str, TaskSpec]:
        return {spec.key: spec for spec in self.plan.tasks}

    def _removed(self) -> Iterator[KeyEdge]:
        """Yield the edges of open tickets that we applied and people removed, those to parents first."""
        for spec in self.plan.tasks:
            held = self.holdings.tickets.get(spec.key)
            if held and held.ticket.state is State.OPEN and self._is_former_child(spec.key, held.ticket):
                yield spec.key, self.plan.tracking.key
        for edge in _desired(self.plan, self.skipped):
            held, other = (self.holdings.tickets.get(key) for key in edge)
            applied = edge in self.holdings.ledger.edges and _observed(edge, self.holdings) is False
            if applied and held and other and held.ticket.state is State.OPEN:
                yield edge

    @property
    def accepted(self) -> frozenset[str]:
        """Keys of tasks whose ticket was deleted or released, which was accepted, in this run or earlier."""
        now = {key for key, side in self.resolved.items() if side is Side.TRACKER}
        return self.skipped & self.holdings.without_ticket & (now | self.holdings.ledger.accepted)

    @cached_property
    def declined(self) -> frozenset[KeyEdge]:
        """The edges that people removed, which was accepted, in this run or earlier."""
        now = {edge for edge in self._removed() if self.resolved.get(edge[0]) is Side.TRACKER}
        before = {edge for edge in self.holdings.ledger.declined if self._is_still_wanted(edge)}
        return frozenset(now | before) - self._linked_again()

    def _is_still_wanted(self, edge: KeyEdge) -> bool:
        """Whether the map wants an edge and the tracker, if it was read, lacks it."""
        key, target = edge
        held = self.holdings.tickets.get(key)
        if target == self.plan.tracking.key:
            return held is not None and held.ticket.parent != self._tracking()
        return edge in _desired(self.plan, self.skipped) and _observed(edge, self.holdings) is not True

    def _linked_again(self) -> frozenset[KeyEdge]:
        """Return the edges that a person removed and that are restored."""
        again = {key for key, side in self.resolved.items() if side is Side.MAP}
        return frozenset(edge for edge in self._removed() if edge[0] in again) if again else frozenset()

    def _degradations(self) -> Iterator[Change]:
        """Say what the tracker cannot hold and where to find it instead: once, in the run that writes it there."""
        tracking = self.plan.tracking
        for reason in filter(None, (self._without_children(), self._without_blocking())):
            yield Skip(tracking.key, tracking.title, self._tracking(), reason, lasting=True)

    def _without_children(self) -> str:
        listed, limit = len(self.task_list()), self.capabilities.children
        if not listed or (self.holdings.tracking and lists_tickets(self.holdings.tracking.block)):
            return ""
        if limit == 0:
            return "this server has no sub-issues: the tracking ticket has a task list instead"
        return f"the task list of the tracking ticket holds {listed} of its tickets: it may have {limit} sub-issues"

    def _without_blocking(self) -> str:
        in_text = self._new_in_text()
        if not in_text:
            return ""
        if self.capabilities.native_blocking:
            return f"{in_text} links are in the tickets' texts: {self._limits()}"
        if self.capabilities.blocking_links:
            return "links say only that tickets are related here: each ticket's text says what it is blocked by"
        return 'this server has no "blocked by": each ticket\'s text says it instead'

    def _new_in_text(self) -> int:
        """Return the number of edges that only texts can hold; 0 when the tickets already state them."""
        desired = _desired(self.plan, self.skipped)
        in_text = [edge for edge in desired if edge in self.no_room] if self.capabilities.native_blocking else desired
        blocks = [self.holdings.tickets[key].block for key, _ in in_text if key in self.holdings.tickets]
        return 0 if any(map(says_who_waits, blocks)) else len(in_text)

    def _limits(self) -> str:
        most = self.capabilities
        if most.links is not None:
            return f"a ticket of this server may have {most.links} links"
        return f"a ticket of this server may wait for {most.blockers} others, and {most.blocking} may wait for it"


def _opposite(link: Link) -> Unlink:
    return Unlink(link.key, link.title, link.ticket, link.reason, edge=link.edge, target=link.target)


def _edges_of(keys: frozenset[str], edges: frozenset[KeyEdge]) -> frozenset[KeyEdge]:
    return frozenset(edge for edge in edges if not keys.isdisjoint(edge))


def _children(holdings: Holdings) -> set[str]:
    """Keys of the tickets that are children of the tracking ticket, or were linked as such."""
    tracking = holdings.tracking.ticket.number if holdings.tracking else None
    there = {key for key, held in holdings.tickets.items() if tracking and held.ticket.parent == tracking}
    return there | (holdings.ledger.children & (holdings.tickets.keys() | holdings.unreadable.keys()))


def _number(holdings: Holdings, key: str) -> str:
    held = _held(holdings, key)
    return held.ticket.number if held else ""


def _held(holdings: Holdings, key: str) -> Held | None:
    """Return the ticket of a key, even if it moved to another map."""
    departed = holdings.departed.get(key)
    return holdings.tickets.get(key) or (departed.held if departed else None)


def _desired(plan: TaskPlan, skipped: frozenset[str]) -> tuple[KeyEdge, ...]:
    edges = ((spec.key, other) for spec in plan.tasks for other in spec.blocked_by)
    return tuple(edge for edge in edges if skipped.isdisjoint(edge))


def _observed(edge: KeyEdge, holdings: Holdings) -> bool | None:
    """Whether the tracker has the edge; None when that is not known."""
    held, other = (_held(holdings, key) for key in edge)
    if held is None or other is None:
        return False
    return None if held.ticket.blocked_by is None else other.ticket.number in held.ticket.blocked_by


def edges_to_read(plan: TaskPlan, holdings: Holdings) -> tuple[Ticket, ...]:
    """Return the tickets whose edges matter and were not read with the listing."""
    desired = set(_desired(plan, frozenset()))
    keys: Iterable[str] = {key for key, _ in desired ^ (holdings.ledger.edges | holdings.ledger.refused)}
    tickets = (holdings.tickets[key].ticket for key in sorted(keys) if key in holdings.tickets)
    return tuple(ticket for ticket in tickets if ticket.blocked_by is None)


def without_room(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities) -> frozenset[KeyEdge]:
    """Return the edges of a plan that its tickets have no room for.

    Applied edges keep their place; the others follow in the order of the plan. Links that people added count if they
    were read; otherwise the server refuses the excess.
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
    """Yield the edges that people added, if they were read."""
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
        """Return whether there is room for one more edge at both of its ends."""
        key, target = edge
        return (
            _is_below(self._waiting[key], self._most.blockers)
            and _is_below(self._awaited[target], self._most.blocking)
            and all(_is_below(self._links[end], self._most.links) for end in edge)
        )

    def take(self, edge: KeyEdge) -> None:
        """Count an edge in."""
        key, target = edge
        self._waiting[key] += 1
        self._awaited[target] += 1
        self._links.update(edge)


def _is_below(number: int, limit: int | None) -> bool:
    return limit is None or number < limit
