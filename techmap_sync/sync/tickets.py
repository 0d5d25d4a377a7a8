"""Sorts a listing: which ticket belongs to which map, and which are not ours.

A ticket is ours if it has the managed label, one intact marker of this source, and a trusted author or a trusted ledger
that lists it. See ``docs/how-it-decides.md``, "Whose ticket is it?".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from techmap_sync.planning.task import without_map
from techmap_sync.sync.block import Block, Held, Unmanaged, read_block
from techmap_sync.sync.claims import Age, Claims, age, by_map, may_be_tracking
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Snapshot, Standing, State, Ticket


@dataclass(frozen=True, slots=True)
class Former:
    """Where a ticket was before its task came to a map."""

    map_id: str
    key: str
    tracking_key: str
    tracking: str
    """Number of the tracking ticket there; empty when there is none."""
    was_child: bool
    """Whether it was linked as a child of that tracking ticket."""
    is_written_there: bool = False
    """Its marker still names that map: no run has written it for the new one."""


@dataclass(frozen=True, slots=True)
class Departed:
    """Where the task of a ticket moved."""

    map_id: str
    key: str
    """Its key there."""
    number: str = ""
    """Empty when the ticket was deleted."""
    held: Held | None = None
    """None when there is no ticket that we may write."""
    listed_there: bool = False
    """Whether the ledger of that map lists it already."""
    written_there: bool = False
    """Whether this run writes that ledger."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A ticket with the managed label that we must not write, and why."""

    ticket: Ticket
    reason: str
    key: str = ""
    """The key that its marker claims; empty when there is no readable marker."""
    map_id: str = ""
    source: str = ""
    """The source that its marker names."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """The tickets of one map."""

    tracking: Held | None = None
    tickets: Mapping[str, Held] = field(default_factory=dict)
    """One ticket per key, without the tracking ticket."""
    copies: tuple[tuple[Held, str], ...] = ()
    """Other tickets with the key of another one, and the number of that one; empty if that one was renamed since."""
    claims: Claims = field(default_factory=Claims)
    """Tickets of authors who are not trusted, of all maps."""
    unreadable: Mapping[str, Stray] = field(default_factory=dict)
    """Tickets that the ledger lists but we must not write, by key: a person removed or broke the marker, or the tracker
    does not show them."""
    moved: Mapping[str, str] = field(default_factory=dict)
    """Old key -> new key of tasks that were renamed since the last push."""
    released_tracking: str = ""
    """Why the tracking ticket that the others name is no longer ours; empty when it was deleted."""
    renewed: frozenset[str] = frozenset()
    """Keys that get another ticket than the ledger lists, or got one from a run that did not reach its end: what the
    ledger says of links was about the former ticket."""
    arrived: Mapping[str, Former] = field(default_factory=dict)
    """Keys of tickets that come from another map, or came from one whose ledger still lists them."""
    departed: Mapping[str, Departed] = field(default_factory=dict)
    """Keys that the ledger lists and whose task is now in another map."""
    inherited: Ledger | None = None
    """What the ledgers of other maps say about the tickets that come from there, under their current keys."""

    @property
    def all(self) -> tuple[Held, ...]:
        """The tracking ticket, if there is one, and the others."""
        return (*([self.tracking] if self.tracking else ()), *self.tickets.values())

    @property
    def is_open(self) -> bool:
        """Whether any of its tickets is open."""
        return any(held.ticket.state is State.OPEN for held in self.all)

    @property
    def written_ledger(self) -> Ledger:
        """The ledger in the tracking ticket; empty before the first push."""
        return (self.tracking.marker.ledger if self.tracking else None) or Ledger()

    @property
    def ledger(self) -> Ledger:
        """The same under current keys."""
        ledger = self.written_ledger.renamed(self.moved) if self.moved else self.written_ledger
        ledger = ledger.without_links_of(self.renewed) if self.renewed else ledger
        ledger = ledger.with_inherited(self.inherited) if self.inherited else ledger
        return ledger.without(self.departed.keys()) if self.departed else ledger

    @property
    def named_tracking(self) -> tuple[str, ...]:
        """Numbers of the tracking ticket that the other tickets and its copies name, if it is missing."""
        elsewhere = {key for key, former in self.arrived.items() if former.is_written_there}
        own = (held for key, held in self.tickets.items() if key not in elsewhere)
        others = () if self.tracking else (*own, *(copy for copy, _ in self.copies))
        return tuple(dict.fromkeys(held.marker.tracking for held in others if held.marker.tracking))

    @property
    def missing(self) -> frozenset[str]:
        """Keys that the ledger lists but no ticket has, in the listing or by number."""
        return frozenset(self.ledger.tickets.keys() - self.tickets.keys() - self.unreadable.keys())

    @property
    def bound(self) -> frozenset[str]:
        """Keys of tasks that this run binds to a ticket we have not written yet: its marker has no key."""
        tracking = {self.tracking.marker.map_id} if self.tracking and not self.tracking.marker.key else set()
        keys = {key for key, held in self.tickets.items() if not held.marker.key}
        return frozenset(keys | {f"{map_id}/tracking/map" for map_id in tracking})

    @property
    def without_ticket(self) -> frozenset[str]:
        """Keys whose ticket was deleted or released."""
        return self.missing | self.ledger.gone | frozenset(self.unreadable)

    @property
    def vouched_for(self) -> frozenset[str]:
        """Keys of the tickets that our account wrote or the ledger lists. Any other may be a copy of a ticket that
        has since been renamed or deleted."""
        listed = set(self.ledger.tickets.values())
        return frozenset(key for key, held in self.tickets.items() if _is_own(held) or held.ticket.number in listed)

    def renamed(self, moved: Mapping[str, str]) -> Holdings:
        """Return the same tickets under their current keys."""
        return replace(
            self,
            tickets={moved.get(key, key): held for key, held in self.tickets.items()},
            unreadable={moved.get(key, key): stray for key, stray in self.unreadable.items()},
            # What a key of the ledger became already counts before what its namesake of today becomes.
            moved={**moved, **{old: moved.get(key, key) for old, key in self.moved.items()}},
            renewed=frozenset(moved.get(key, key) for key in self.renewed),
            arrived={moved.get(key, key): former for key, former in self.arrived.items()},
            inherited=self.inherited.renamed(moved) if self.inherited else None,
        )

    def with_copies(self, originals: Mapping[str, str]) -> Holdings:
        """Return the same tickets, some of which are copies: the next one with the same key takes the place of each.

        :param originals: the key of each -> the number of the ticket that it is a copy of.
        """
        tickets, copies = dict(self.tickets), list(self.copies)
        for key, original in originals.items():
            copy = tickets.pop(key)
            same = [held for held, number in copies if number == copy.ticket.number]
            for held in same[:1]:
                tickets[key] = held
            copies = [
                (held, same[0].ticket.number if number == copy.ticket.number else number)
                for held, number in copies
                if held not in same[:1]
            ]
            copies.append((copy, original))
        free = originals.keys() - tickets.keys()
        return replace(self, tickets=tickets, copies=tuple(copies), renewed=self.renewed - free)

    def sifted(self, map_id: str, wanted: Set[str]) -> Holdings:
        """Return the same tickets with copies from before a rename classified again.

        The key of a copy may be free now. Then a copy that our account wrote is an orphan; one by another author, which
        no ledger lists, stays a copy.

        :param wanted: current keys of the tasks.
        """
        known = wanted | self.vouched_for
        foreign = {key: held for key, held in self.tickets.items() if key not in known}
        keys = {_key_in(map_id, held): held for held, _ in reversed(self.copies) if not held.marker.ledger}
        freed = {key: held for key, held in keys.items() if key not in self.tickets and _is_own(held)}
        numbers = {held.ticket.number for held in freed.values()}
        copies = (each for each in self.copies if each[0].ticket.number not in numbers)
        left = {key: held for key, held in self.tickets.items() if key in known}
        return replace(self, tickets={**left, **freed}, copies=(*copies, *((held, "") for held in foreign.values())))


@dataclass(frozen=True, slots=True)
class Sorted:
    """All tickets of a listing, sorted."""

    maps: Mapping[str, Holdings]
    """By map id."""
    strays: tuple[Stray, ...]
    """Tickets of other sources, and those with broken markers."""
    claims: Claims = field(default_factory=Claims)
    """Tickets of authors who are not trusted."""
    doubts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Map id -> why this listing of its tickets cannot be trusted."""
    unread: tuple[str, ...] = ()
    """What the tracker did not show of single tickets, and why."""

    def of(self, map_id: str) -> Holdings:
        """Return the tickets of a map, which may have none."""
        return self.maps.get(map_id) or Holdings(claims=self.claims)

    def with_key(self, key: str, map_id: str, tracking: str) -> Iterator[Held]:
        """Yield the tickets of a map that have a key, with their copies, in the map of its tracking ticket, too: that
        gets a new id last.

        :param tracking: number of the map's tracking ticket.
        """
        former = (each for each in self.maps.values() if each.tracking and each.tracking.ticket.number == tracking)
        maps = (self.of(map_id), *former)
        held = (held for each in maps for held in (*each.tickets.values(), *(copy for copy, _ in each.copies)))
        return (each for each in held if each.marker.key == key)


def sort_tickets(snapshot: Snapshot, policy: SyncPolicy) -> Sorted:
    """Sort a listing into the tickets of each map and those that are not ours."""
    blocks = {ticket.number: read_block(ticket.body) for ticket in snapshot.tickets}
    ours, strays = [], []
    for ticket in snapshot.tickets:
        block = blocks[ticket.number]
        stray = _stray(ticket, block, policy)
        if stray is not None:
            strays.append(stray)
        elif isinstance(block, Block):
            ours.append(Held(ticket, block))
    listed = _listed(ours, policy)
    believed = {map_id: _believed(held, listed, policy) for map_id, held in by_map(ours, policy).items()}
    claims = _claims(ours, {h.ticket.number for held in believed.values() for h in held}, strays, policy)
    maps = {map_id: _holdings(map_id, held, strays, claims) for map_id, held in believed.items() if held}
    return Sorted(maps, tuple(strays), claims)


def _stray(ticket: Ticket, block: Block | Unmanaged, policy: SyncPolicy) -> Stray | None:
    if ticket.withheld:
        return Stray(ticket, f"the tracker does not show it: {ticket.withheld}")
    if isinstance(block, Unmanaged):
        return Stray(ticket, block.reason)
    if not policy.owns(block.marker.source, block.marker.map_id):
        marker = block.marker
        whose = marker.source if policy.trusts(ticket) else "another source"
        return Stray(ticket, f"it belongs to {whose}", marker.key, marker.map_id, marker.source)
    return None


def _listed(ours: Iterable[Held], policy: SyncPolicy) -> frozenset[str]:
    """Return the numbers in all ledgers: a ticket that moves to another map is in the ledger of the map it leaves."""
    tracking = (h for h in ours if may_be_tracking(h) and policy.trusts(h.ticket))
    return frozenset(number for h in tracking for number in (h.marker.ledger or Ledger()).tickets.values())


def _believed(held: Sequence[Held], listed: Set[str], policy: SyncPolicy) -> list[Held]:
    """Return those of a map's tickets whose author is trusted or that a ledger lists."""
    return [h for h in held if policy.trusts(h.ticket) or (h.ticket.number in listed and h.marker.ledger is None)]


def _claims(ours: Iterable[Held], believed: Collection[str], strays: Iterable[Stray], policy: SyncPolicy) -> Claims:
    """Return what the other tickets claim, exactly as written; nothing else in their markers counts.

    :param believed: numbers of the trusted tickets.
    """
    by_key: dict[str, list[Ticket]] = {}
    twins: dict[str, list[Ticket]] = {}
    for held in ours:
        if held.ticket.number not in believed:
            by_key.setdefault(held.marker.key, []).append(held.ticket)
    for stray in strays:
        if stray.source and not policy.trusts(stray.ticket):
            twins.setdefault(stray.map_id, []).append(stray.ticket)
    return Claims(by_key, twins)


def _holdings(map_id: str, held: Sequence[Held], strays: Sequence[Stray], claims: Claims) -> Holdings:
    """Return the tickets of a map.

    :param held: the trusted ones.
    """
    tracking, other_tracking = _tracking(held)
    ledger = (tracking.marker.ledger if tracking else None) or Ledger()
    numbers = {number: key for key, number in ledger.tickets.items()}
    tasks = [h for h in held if h.marker.ledger is None]
    tickets, copies = _one_per_key(map_id, tasks, ledger)
    named = {h.marker.tracking for h in (*tasks, *(copy for copy, _ in other_tracking))}
    moved = _moved(ledger, tickets)
    return Holdings(
        tracking=tracking,
        tickets=tickets,
        copies=(*other_tracking, *copies),
        claims=claims,
        unreadable={moved.get(key, key): s for s in strays if (key := numbers.get(s.ticket.number))},
        moved=moved,
        released_tracking=next((s.reason for s in strays if s.ticket.number in named), ""),
        renewed=_renewed(ledger.renamed(moved), tickets),
    )


def _renewed(ledger: Ledger, tickets: Mapping[str, Held]) -> frozenset[str]:
    """Return the keys of which another ticket has taken the place of the one that the ledger lists, or listed."""
    there = {key: held.ticket.number for key, held in tickets.items()}
    others = {key for key, number in there.items() if ledger.tickets.get(key, number) != number}
    return frozenset(others | (ledger.gone & there.keys()))


def _moved(ledger: Ledger, tickets: Mapping[str, Held]) -> dict[str, str]:
    """Keys that tickets got after the ledger was written: a run that renames may be killed before its end. Where names
    were exchanged, a ticket that is not there has the key that became free."""
    today = {held.ticket.number: key for key, held in tickets.items()}
    moved = {key: today[number] for key, number in ledger.tickets.items() if today.get(number, key) != key}
    former = {new: old for old, new in moved.items()}
    for absent in former.keys() & ledger.tickets.keys() - moved.keys():
        moved[absent] = absent
        while moved[absent] in former:
            moved[absent] = former[moved[absent]]
    return moved


def _tracking(trusted: Sequence[Held]) -> tuple[Held | None, list[tuple[Held, str]]]:
    """Of several tracking tickets, one that other tickets name wins, then the oldest: copies are younger."""
    named = {h.marker.tracking for h in trusted if h.marker.ledger is None}
    candidates = (h for h in trusted if may_be_tracking(h))
    first = min(candidates, key=lambda h: (h.ticket.number not in named, age(h)), default=None)
    others = [h for h in trusted if h.marker.ledger is not None and h is not first]
    return first, [(other, first.ticket.number if first else other.marker.tracking) for other in others]


def _one_per_key(
    map_id: str, members: Sequence[Held], ledger: Ledger
) -> tuple[dict[str, Held], list[tuple[Held, str]]]:
    """Of several tickets with a key, the ledger's wins, then our account's, then one people left open, then the oldest.

    A ticket that we closed keeps the key; otherwise each run would close the next copy. One that the ledger lists under
    another key goes back to it: a run that exchanged the keys of tickets was killed between them.
    """
    former = {number: key for key, number in ledger.tickets.items()}
    keys = {held.ticket.number: _key_in(map_id, held) for held in members}
    while True:
        tickets, copies = _firsts(members, keys, ledger)
        numbers = [copy.ticket.number for copy, _ in copies]
        back = {number: former[number] for number in numbers if former.get(number, keys[number]) != keys[number]}
        if not back:
            return tickets, copies
        keys |= back


def _firsts(
    members: Iterable[Held], keys: Mapping[str, str], ledger: Ledger
) -> tuple[dict[str, Held], list[tuple[Held, str]]]:
    """Return the ticket of each key, and the others with the number of the one that has their key.

    :param keys: of all members, by number.
    """
    by_key: dict[str, list[Held]] = {}
    for held in members:
        by_key.setdefault(keys[held.ticket.number], []).append(held)
    tickets, copies = {}, []
    for key, candidates in by_key.items():
        listed = ledger.tickets.get(key)
        first, *rest = sorted(candidates, key=lambda h: (h.ticket.number != listed, _seniority(h)))
        tickets[key] = first
        copies += [(other, first.ticket.number) for other in rest]
    return tickets, copies


def _key_in(map_id: str, held: Held) -> str:
    """Return a ticket's key under the current id of its map."""
    return f"{map_id}/{without_map(held.marker.key)}"


def _is_own(held: Held) -> bool:
    return held.ticket.standing is Standing.SELF


def _seniority(held: Held) -> tuple[bool, bool, Age]:
    return not _is_own(held), held.closed_by_hand, age(held)
