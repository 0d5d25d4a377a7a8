"""Binds a task to a ticket whose text people replaced: our block is written again, their text stays below it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from techmap_sync.errors import UsageProblem
from techmap_sync.planning.keys import TRACKING_SLUG
from techmap_sync.planning.kinds import Kind
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing import claims
from techmap_sync.syncing.block import BEGIN, END, HEADING, Block, Unmanaged, read_block
from techmap_sync.syncing.digest import comparable, digest, text_digest
from techmap_sync.syncing.marker import PREFIX, Ledger, Marker, WrittenField
from techmap_sync.syncing.matching import Holdings, Sorted
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import Held, sections_of
from techmap_sync.syncing.ticks import carry_ticks, ticked
from techmap_sync.syncing.tracker import Ticket

_SIGNS = (BEGIN, END, PREFIX.rstrip())


@dataclass(frozen=True, slots=True)
class Bindings:
    """The tickets that tasks are bound to, by key."""

    tickets: Mapping[str, Ticket]

    def plan(self, plan: TaskPlan) -> TaskPlan:
        """Return the same tasks with the boxes ticked that are ticked in their tickets."""
        return replace(plan, tracking=self._spec(plan.tracking), tasks=tuple(map(self._spec, plan.tasks)))

    def _spec(self, spec: TaskSpec) -> TaskSpec:
        ticket = self.tickets.get(spec.key)
        return with_ticks(spec, ticket) if ticket else spec

    def found(self, found: Sorted, plans: Iterable[TaskPlan], policy: SyncPolicy) -> Sorted:
        """Return all tickets as if those were ours already.

        :raises UsageProblem: a ticket is another task's, or a task has one.
        """
        maps = dict(found.maps)
        for plan in plans:
            for spec in (plan.tracking, *plan.tasks):
                if ticket := self.tickets.get(spec.key):
                    _check(spec.key, ticket, found, policy)
                    held = bound(spec, ticket, plan.map_id, policy)
                    maps[plan.map_id] = _with(maps.get(plan.map_id) or found.of(plan.map_id), spec.key, held)
        return replace(found, maps=maps)


def with_ticks(spec: TaskSpec, ticket: Ticket) -> TaskSpec:
    """Return a task with the boxes ticked that are ticked in a ticket."""
    done = ticked([ticket.body])
    return replace(spec, sections=tuple(replace(each, text=carry_ticks(each.text, done)) for each in spec.sections))


def bound(spec: TaskSpec, ticket: Ticket, map_id: str, policy: SyncPolicy) -> Held:
    """Return a ticket as ours: nothing of it was written yet, and all of its text belongs to people."""
    block = read_block(ticket.body)
    if isinstance(block, Block) and block.marker.key == spec.key and policy.owns(block.marker.source, map_id):
        return Held(ticket, block)
    is_tracking = spec.kind is Kind.TRACKING
    marker = Marker(
        source=policy.source_of(map_id),
        map_id=map_id,
        path="",
        key="",
        tracking=ticket.number if is_tracking else "",
        # A title, a priority or a milestone that differs was chosen by people.
        title=WrittenField(digest(spec.title), text_digest(spec.title)),
        priority=spec.priority.value if spec.priority else "",
        milestone=spec.milestone,
        assignees=frozenset(),
        ledger=Ledger() if is_tracking else None,
    )
    text = left_by_people(ticket.body, spec)
    return Held(ticket, Block("", (), marker, f"\n{text}" if text else ""))


def left_by_people(body: str, spec: TaskSpec) -> str:
    """Return what people wrote into a text, without the remains of our block."""
    if isinstance(block := read_block(body), Unmanaged) and not block.mentions_us:
        return body.strip("\n")
    lines = body.replace("\r\n", "\n").split("\n")
    ours = {comparable(line) for each in sections_of(spec) for line in (HEADING + each.heading, *each.text.split("\n"))}
    kept, inside = [], False
    for line in lines:
        if line.startswith(_SIGNS):
            inside = line.startswith(BEGIN) or (inside and not line.startswith(END))
        elif not inside or not (comparable(line) in ours or line.startswith("<!--")):
            kept.append(line)
    return "\n".join(kept).strip("\n")


def _check(key: str, ticket: Ticket, found: Sorted, policy: SyncPolicy) -> None:
    held = {each.ticket.number: each.marker.key for holdings in found.maps.values() for each in holdings.all}
    listed = {n: k for holdings in found.maps.values() for k, n in holdings.ledger.tickets.items()}
    block = read_block(ticket.body)
    marked = _claimed(block.marker, policy) if isinstance(block, Block) else ""
    owner = held.get(ticket.number) or listed.get(ticket.number) or marked
    if owner and key not in (owner, marked):
        raise UsageProblem(f"ticket {ticket.number} belongs to {owner}", "name the ticket that the task had")
    if ticket.number not in listed and not policy.trusts(ticket):
        what = f"{claims.author(ticket)}, who is not trusted, wrote ticket {ticket.number}"
        raise UsageProblem(what, claims.way_out(ticket, policy))
    own = next((h.tickets[key] for h in found.maps.values() if key in h.tickets), None)
    tracking = next((h.tracking for h in found.maps.values() if h.tracking and h.tracking.marker.key == key), None)
    current = own or tracking
    if current and current.ticket.number != ticket.number:
        raise UsageProblem(f"{key} has ticket {current.ticket.number}", "a task has one ticket; close the other one")


def _claimed(marker: Marker, policy: SyncPolicy) -> str:
    """Return the key that a marker claims, with its source when that is another one."""
    return marker.key if policy.owns(marker.source, marker.map_id) else f"{marker.source} {marker.key}"


def _with(holdings: Holdings, key: str, held: Held) -> Holdings:
    unreadable = {old: stray for old, stray in holdings.unreadable.items() if stray.ticket.number != held.ticket.number}
    if key.endswith(f"/{Kind.TRACKING}/{TRACKING_SLUG}"):
        return replace(holdings, tracking=held, unreadable=unreadable, released_tracking="")
    return replace(holdings, tickets={**holdings.tickets, key: held}, unreadable=unreadable)
