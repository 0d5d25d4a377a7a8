"""Moves tickets between maps: what the ledger of one map drops, and what that of another inherits.

A ticket is read again just before it is written: it may not be the one any more that the plan was made from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from techmap_sync.documents.work import Kind
from techmap_sync.errors import UsageProblem
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.planning.titles import TRACKING_SLUG, tracking_key
from techmap_sync.sync import claims
from techmap_sync.sync.block import BEGIN, END, HEADING, Block, Held, Unmanaged, read_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import LabelOrphan, TicketWrite
from techmap_sync.sync.comparison import carry_ticks, comparable, digest, text_digest, ticked
from techmap_sync.sync.marker import PREFIX, Ledger, Marker, WrittenField
from techmap_sync.sync.moves import Moves, Side
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Departed, Former, Holdings, Sorted
from techmap_sync.sync.tracker import Ticket, Tracker
from techmap_sync.text_forms import with_line_feeds


@dataclass(frozen=True, slots=True)
class _Trip:
    """One ticket on its way from one map to another."""

    before: Side
    old: str
    now: Side
    new: str
    number: str
    """Empty for a ticket that was deleted."""
    held: Held | None
    """The ticket, in whichever map it is by now; None when there is none that we may write."""
    fresh: bool
    """It starts in this run; otherwise an earlier run did not finish it."""

    @property
    def departed(self) -> Departed:
        """What the map it leaves remembers."""
        listed = self.number in self.now.holdings.written_ledger.tickets.values() and not self._has_former_parent
        written = self.now.plan is not None and not self.now.held_back
        return Departed(self.now.map_id, self.new, self.number, self.held, listed and bool(self.number), written)

    @property
    def is_from_parent(self) -> bool:
        """Whether the ticket is still a child of the tracking ticket of the map it leaves."""
        tracking = self.before.holdings.tracking
        return self.held is not None and tracking is not None and self.held.ticket.parent == tracking.ticket.number

    @property
    def _has_former_parent(self) -> bool:
        """Whether it still has its former parent, according to tickets or ledgers."""
        if self.held is not None and self.held.ticket.parent is None:
            there, here = self.before.holdings.written_ledger.children, self.now.holdings.written_ledger.children
            return self.old in there and self.new not in here
        return self.is_from_parent

    @property
    def former(self) -> Former:
        """What the map it joins remembers."""
        before = self.before.holdings
        tracking = before.tracking.ticket.number if before.tracking else ""
        was_child = self.old in before.written_ledger.renamed(before.moved).children
        map_id = self.before.map_id
        return Former(map_id, self.old, tracking_key(map_id), tracking, was_child, self._is_written_there)

    @property
    def _is_written_there(self) -> bool:
        """Whether its marker still names the map it leaves, under any id; a ledger may list it much longer."""
        held, before = self.held, self.before.holdings
        if held is None:
            return False
        ids = {self.before.map_id, *(key.partition("/")[0] for key in before.moved)}
        # A run may have given that map another id without having written this ticket.
        names_its_tracking = before.tracking is not None and held.marker.tracking == before.tracking.ticket.number
        return held.marker.map_id in ids or names_its_tracking


def after_moves(sides: Sequence[Side], moves: Moves) -> dict[str, Holdings]:
    """Return the tickets of each map when every ticket is where its task is, by map id."""
    leaving: dict[str, list[_Trip]] = defaultdict(list)
    coming: dict[str, list[_Trip]] = defaultdict(list)
    for trip in (*_unfinished(sides, moves), *_starting(sides, moves)):
        leaving[trip.before.map_id].append(trip)
        coming[trip.now.map_id].append(trip)
    return {
        side.map_id: _without(_with(side.holdings, coming.get(side.map_id, ())), leaving[side.map_id])
        if side.map_id in coming or leaving[side.map_id]
        else side.holdings
        for side in sides
    }


def _last_legs(trips: Sequence[_Trip]) -> list[_Trip]:
    """Return one trip per ticket: a map without a file may still list tickets that moved on long ago.

    It is the trip from the map whose child the ticket is, else the one that starts in this run.
    """
    found: dict[str, _Trip] = {}
    for trip in sorted(trips, key=lambda each: (each.is_from_parent, each.fresh)):
        found[trip.new] = trip
    return list(found.values())


def _starting(sides: Sequence[Side], moves: Moves) -> Iterator[_Trip]:
    """Yield what moves in this run, including tickets that were deleted or released."""
    by_key = {key: side for side in sides for key in (*side.keys, *side.holdings.tickets, *_remembered(side.holdings))}
    for old, new in moves.found.items():
        held = by_key[old].holdings.tickets[old]
        yield _Trip(by_key[old], old, by_key[new], new, held.ticket.number, held, fresh=True)
    for old, new in moves.heirs.items():
        released = by_key[old].holdings.unreadable.get(old)
        yield _Trip(by_key[old], old, by_key[new], new, released.ticket.number if released else "", None, fresh=True)


def _unfinished(sides: Sequence[Side], moves: Moves) -> Iterator[_Trip]:
    """Yield what already has another map's marker but is still in the ledger of the map it left."""
    holder = {held.ticket.number: (side, key, held) for side in sides for key, held in side.holdings.tickets.items()}
    by_key = {key: side for side in sides for key in side.keys}
    for side in sides:
        for key, number in side.holdings.ledger.tickets.items():
            now, there, held = holder.get(number, (side, key, None))
            goes_on_to = moves.found.get(there, there)
            if now is not side and goes_on_to != key:
                yield _Trip(side, key, by_key.get(goes_on_to, now), goes_on_to, number, held, fresh=False)


def _remembered(holdings: Holdings) -> Iterator[str]:
    yield from (*holdings.ledger.gone, *holdings.ledger.tickets, *holdings.unreadable)


def _without(holdings: Holdings, trips: Sequence[_Trip]) -> Holdings:
    if not trips:
        return holdings
    gone = {trip.old for trip in trips}
    return replace(
        holdings,
        tickets={key: held for key, held in holdings.tickets.items() if key not in gone},
        unreadable={key: stray for key, stray in holdings.unreadable.items() if key not in gone},
        departed={trip.old: trip.departed for trip in trips},
    )


def _with(holdings: Holdings, trips: Sequence[_Trip]) -> Holdings:
    if not trips:
        return holdings
    coming = {t.new: t.before.holdings.tickets[t.old] for t in trips if t.fresh and t.old in t.before.holdings.tickets}
    released = {
        t.new: t.before.holdings.unreadable[t.old] for t in trips if t.fresh and t.old in t.before.holdings.unreadable
    }
    known = holdings.written_ledger.tickets.values()
    # A ledger that still lists it from an earlier stay does not know its current links.
    renewed = {trip.new for trip in trips if trip.fresh or trip.is_from_parent}
    legs = _last_legs(trips)
    unwritten = {trip.new for trip in trips if trip.former.is_written_there}
    inherited = [trip for trip in legs if trip.number not in known]
    return replace(
        holdings,
        tickets={**holdings.tickets, **coming},
        unreadable={**holdings.unreadable, **released},
        arrived={
            leg.new: replace(leg.former, is_written_there=leg.new in unwritten)
            for leg in legs
            if leg.new in coming or leg.new in holdings.tickets
        },
        inherited=_inherited(inherited) if inherited else None,
        renewed=holdings.renewed | renewed,
    )


def _inherited(trips: Sequence[_Trip]) -> Ledger:
    by_map: dict[str, dict[str, str]] = defaultdict(dict)
    ledgers: dict[str, Ledger] = {}
    for trip in trips:
        by_map[trip.before.map_id][trip.old] = trip.new
        ledgers[trip.before.map_id] = trip.before.holdings.ledger
    edges = {edge for each, ledger in ledgers.items() for edge in _renamed(ledger.edges, by_map[each])}
    refused = {edge for each, ledger in ledgers.items() for edge in _renamed(ledger.refused, by_map[each])}
    declined = {edge for each, ledger in ledgers.items() for edge in _renamed(ledger.declined, by_map[each])}
    return Ledger(
        tickets={trip.new: trip.number for trip in trips if trip.number},
        edges=frozenset(edges),
        gone=frozenset(trip.new for trip in trips if not trip.number),
        refused=frozenset(refused),
        declined=frozenset(declined),
        accepted=frozenset(trip.new for trip in trips if trip.old in ledgers[trip.before.map_id].accepted),
    )


def _renamed(edges: frozenset[tuple[str, str]], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((names[a], names[b]) for a, b in edges if a in names and b in names)


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
        """Return all tickets as if these were already managed.

        :raises UsageProblem: a ticket belongs to another task, or the task has a ticket.
        """
        maps = dict(found.maps)
        for plan in plans:
            for spec in (plan.tracking, *plan.tasks):
                if ticket := self.tickets.get(spec.key):
                    _check(spec.key, ticket, found, policy)
                    held = bound(spec, ticket, plan.map_id, policy)
                    maps[plan.map_id] = _with_block(maps.get(plan.map_id) or found.of(plan.map_id), spec.key, held)
        return replace(found, maps=maps)


def with_ticks(spec: TaskSpec, ticket: Ticket) -> TaskSpec:
    """Return a task with the boxes ticked that are ticked in a ticket."""
    done = ticked([ticket.body])
    return replace(spec, sections=tuple(replace(each, text=carry_ticks(each.text, done)) for each in spec.sections))


def bound(spec: TaskSpec, ticket: Ticket, map_id: str, policy: SyncPolicy) -> Held:
    """Return a ticket as a managed one that we have not written yet: all of its text belongs to people."""
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
    """Return what people wrote in a text, without the remains of our block."""
    if isinstance(block := read_block(body), Unmanaged) and not block.mentions_us:
        return body.strip("\n")
    lines = with_line_feeds(body).split("\n")
    ours = {comparable(line) for each in spec.sections for line in (HEADING + each.heading, *each.text.split("\n"))}
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
    """Return the key that a marker claims, preceded by its source if that is another one."""
    return marker.key if policy.owns(marker.source, marker.map_id) else f"{marker.source} {marker.key}"


def _with_block(holdings: Holdings, key: str, held: Held) -> Holdings:
    unreadable = {old: stray for old, stray in holdings.unreadable.items() if stray.ticket.number != held.ticket.number}
    if key.endswith(f"/{Kind.TRACKING}/{TRACKING_SLUG}"):
        return replace(holdings, tracking=held, unreadable=unreadable, released_tracking="")
    return replace(holdings, tickets={**holdings.tickets, key: held}, unreadable=unreadable)


def claimed_keys(holdings: Holdings) -> dict[str, str]:
    """Return the key that each marker claims, by number."""
    every = (*holdings.all, *(copy for copy, _ in holdings.copies))
    return {held.ticket.number: held.marker.key for held in every}


def read_again(
    number: str, change: TicketWrite, changes: MapChanges, tracker: Tracker, policy: SyncPolicy
) -> Held | str:
    """Return a ticket as it is now, or the reason why it must not be written any more.

    :raises TicketRefused: the tracker does not show it.
    :raises TrackerError: the tracker refused or did not answer.
    """
    ticket = tracker.get(number)
    if ticket is None:
        return "it was deleted in the meantime"
    block = read_block(ticket.body)
    spec = None if isinstance(change, LabelOrphan) else change.spec
    if change.key in changes.bound and spec and not isinstance(block, Block):
        return bound(spec, ticket, changes.map_id, policy)
    if not isinstance(block, Block):
        return f"it was changed in the meantime: {block.reason}"
    marker = block.marker
    # A write of this run, or the same one of another run, may have given it its new key.
    if not policy.owns(marker.source, marker.map_id) or marker.key not in (changes.claimed.get(number), change.key):
        return "it was changed in the meantime: its marker is that of another ticket"
    return Held(ticket, block)
