"""Reads the observed state: one listing, and single tickets only where they matter."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from techmap_sync.errors import TicketRefused
from techmap_sync.planning.task import TaskPlan, without_map
from techmap_sync.sync.block import Block, Held, read_block
from techmap_sync.sync.comparison import is_digest_of
from techmap_sync.sync.links import edges_to_read
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings, Sorted, Stray, sort_tickets
from techmap_sync.sync.tracker import Ends, Snapshot, Standing, Ticket, Tracker

_LONGEST_NAME = 200


def short_listing(snapshot: Snapshot) -> str:
    """Return why a listing must not be trusted; empty when it may."""
    if snapshot.total is None or len(snapshot.tickets) >= snapshot.total:
        return ""
    return f"the listing holds {len(snapshot.tickets)} tickets, the server counts {snapshot.total}; run again"


def unlisted_tickets(
    listed: Snapshot, own: Snapshot, map_id: str, policy: SyncPolicy, known: Snapshot | None = None
) -> str:
    """Return why a map without a ledger must not be pushed: its tickets are missing from the listing.

    If the listing shows none of our account's tickets, those of any map count: this map may have had another id.

    :param own: every ticket that our account created.
    :param known: the listing with the tickets that only ledgers named; a map that gets a new id may hold these.
    """
    there, ours = listed.by_number(), own.by_number()
    all_lost = there.keys().isdisjoint(ours)
    there = there if all_lost or known is None else known.by_number()
    maps = {number: _map_of(ticket, policy) for number, ticket in ours.items() if number not in there}
    missing = [number for number, its_map in maps.items() if its_map == map_id or (its_map and all_lost)]
    if not missing:
        return ""
    whose, some = "our account's" if all_lost else "this map's", ", ".join(missing[:3])
    what = f"{len(missing)} of {whose} tickets"
    if all(policy.managed_label in ours[number].labels for number in missing):
        # They came after the listing was read, or a page of it was incomplete.
        return f"{what} are missing from the listing ({some}); run again when no other run is pushing"
    what = f"{what} exist without the label {policy.managed_label} ({some})"
    return f"{what}; was the label renamed? give it back, or set managed_label"


def foreign_twins(strays: Iterable[Stray], map_id: str, policy: SyncPolicy) -> Iterator[str]:
    """Yield why a map must not be pushed: a map with the same id from another source has tickets.

    Only tickets of trusted authors count; nothing that other markers say is repeated as advice.
    """
    named = {s.source for s in strays if s.map_id == map_id and policy.trusts(s.ticket)}
    for source in sorted(named - {""}):
        shown = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in source[:_LONGEST_NAME])
        advice = f"set source = {json.dumps(source, ensure_ascii=False)} or give" if shown == source else "give"
        yield f"the tickets of a map with this id come from {shown}; {advice} the map a Map ID"


def _map_of(ticket: Ticket, policy: SyncPolicy) -> str:
    """Return the map that a ticket of this source names; empty for any other ticket."""
    block = read_block(ticket.body)
    return (
        block.marker.map_id
        if isinstance(block, Block) and policy.owns(block.marker.source, block.marker.map_id)
        else ""
    )


MOST_ASKED = 100
"""Authors asked about, those of the oldest tickets first; others are trusted only by name. Teams are smaller, and
without a limit strangers with a ticket each could use up our requests."""


def listed(tracker: Tracker, policy: SyncPolicy) -> Sorted:
    """Return all tickets of a fresh listing.

    :raises TrackerError: the tracker refused or did not answer.
    """
    return sort_tickets(with_standings(tracker, tracker.snapshot(policy.managed_label), policy), policy)


def with_standings(
    tracker: Tracker, snapshot: Snapshot, policy: SyncPolicy, map_ids: Set[str] = frozenset()
) -> Snapshot:
    """Return a listing with the standing of authors where it decides whose a ticket is.

    :param map_ids: maps whose tickets from another source count too: they block the push of a map.
    :raises TrackerError: the tracker refused or did not answer.
    """
    if not any(_is_in_question(ticket, policy) for ticket in snapshot.tickets):
        return snapshot
    snapshot = _asked(tracker, snapshot, _leading(snapshot, policy, map_ids), policy)
    # Only now is it known which tickets the ledgers list.
    return _asked(tracker, snapshot, _unvouched(snapshot, policy), policy)


def with_standing(tracker: Tracker, ticket: Ticket, policy: SyncPolicy) -> Ticket:
    """Return one ticket with the standing of its author.

    :raises TrackerError: the tracker refused or did not answer.
    """
    (known,) = _asked(tracker, Snapshot((ticket,)), (ticket,), policy).tickets
    return known


def _is_in_question(ticket: Ticket, policy: SyncPolicy) -> bool:
    """Whether only its author's standing decides if a ticket is trusted."""
    known = ticket.standing in (Standing.SELF, Standing.GONE) or not ticket.author
    return not known and not policy.trusts(replace(ticket, standing=Standing.STRANGER))


def _leading(snapshot: Snapshot, policy: SyncPolicy, map_ids: Set[str]) -> Iterator[Ticket]:
    """Yield the tickets that have a ledger, and those of other sources that would block the push of a map."""
    for ticket, marker in _marked(snapshot):
        if marker.ledger is not None if policy.owns(marker.source, marker.map_id) else marker.map_id in map_ids:
            yield ticket


def _unvouched(snapshot: Snapshot, policy: SyncPolicy) -> Iterator[Ticket]:
    """Yield the tickets that no ledger lists, without copies of tickets that one lists."""
    maps = sort_tickets(snapshot, policy).maps.values()
    numbers = {number for held in maps for number in held.written_ledger.tickets.values()}
    settled = {key for held in maps for key in held.written_ledger.tickets.keys() & held.tickets.keys()}
    vouched = {held.ticket.number for each in maps for held in each.all} & numbers
    for ticket, marker in _marked(snapshot):
        known = marker.ledger is not None or ticket.number in vouched or marker.key in settled
        if policy.owns(marker.source, marker.map_id) and not known:
            yield ticket


def _marked(snapshot: Snapshot) -> Iterator[tuple[Ticket, Marker]]:
    """Yield the tickets with a readable marker."""
    for ticket in snapshot.tickets:
        block = read_block(ticket.body)
        if isinstance(block, Block):
            yield ticket, block.marker


def _asked(tracker: Tracker, snapshot: Snapshot, deciding: Iterable[Ticket], policy: SyncPolicy) -> Snapshot:
    """Return the listing with the standing of the authors of some tickets."""
    authors = list(dict.fromkeys(ticket.author for ticket in deciding if _is_in_question(ticket, policy)))
    if not authors:
        return snapshot
    known = {**dict.fromkeys(authors[MOST_ASKED:], Standing.STRANGER), **tracker.standings(authors[:MOST_ASKED])}
    tickets = (
        replace(ticket, standing=known[ticket.author])
        if ticket.author in known and _is_in_question(ticket, policy)
        else ticket
        for ticket in snapshot.tickets
    )
    return replace(snapshot, tickets=tuple(tickets))


def observe(
    tracker: Tracker,
    plans: Sequence[TaskPlan],
    policy: SyncPolicy,
    all_edges: bool = False,
    retired: Set[str] = frozenset(),
    texts: Mapping[str, str] | None = None,
) -> Sorted:
    """Read the tickets of some maps.

    A ticket that a ledger lists but the listing lacks is fetched by its number: its label may have been removed by
    hand, or a page may be incomplete.

    :param plans: the maps of this run; tickets of other maps are left alone.
    :param all_edges: read the edges of every open ticket, not only where plan and ledger differ.
    :param retired: ids of maps without a plan whose tickets are closed.
    :param texts: the text of each map, by id: where it shows that tickets stay in the form of an earlier release, their
        edges are not compared.
    :raises TrackerError: the tracker refused or did not answer.
    """
    ids = frozenset(plan.map_id for plan in plans)
    snapshot = with_standings(tracker, tracker.snapshot(policy.managed_label), policy, ids)
    completed, found = snapshot, sort_tickets(snapshot, policy)
    for numbers_in in (_named, _listed):
        numbers = [number for holdings in _to_complete(found, plans, retired) for number in numbers_in(holdings)]
        if missing := _fetch_missing(tracker, completed, numbers):
            completed = with_standings(tracker, _completed(completed, missing), policy, ids)
            found = sort_tickets(completed, policy)
    compared = [p for p in plans if all_edges or not _is_left(p, found, policy, (texts or {}).get(p.map_id))]
    asked = dict.fromkeys(number for plan in compared for number in _edges_of(plan, found, tracker, all_edges))
    ends = tracker.ends(asked) if asked else {}
    found = _with_ends(found, ends)
    # What is finished and has no ticket gets none, so nothing has to be certain about it.
    making = [plan for plan in plans if not plan.finished or plan.map_id in found.maps]
    own = tracker.own_tickets() if _unknown(making, found) else Snapshot(())
    doubts, unread = _doubts(snapshot, completed, own, making, found, policy), tuple(_unread(completed, ends))
    return replace(found, doubts=doubts, unread=unread)


def _unread(snapshot: Snapshot, ends: Mapping[str, Ends]) -> Iterator[str]:
    """Yield what the tracker did not show of single tickets."""
    for ticket in snapshot.tickets:
        if ticket.withheld:
            yield f"ticket {ticket.number} could not be read: {ticket.withheld}"
    for number, each in ends.items():
        if each.withheld:
            yield f"the links of ticket {number} could not be read: {each.withheld}"


def with_edges_of(found: Sorted, tracker: Tracker, keys: Set[str]) -> Sorted:
    """Return the same tickets with the edges of some tasks, which a listing may lack.

    :raises TrackerError: the tracker refused or did not answer.
    """
    held = {each.ticket.number for holdings in found.maps.values() for each in _named_tickets(holdings, keys)}
    return _with_ends(found, tracker.ends(held)) if held else found


def _with_ends(found: Sorted, ends: Mapping[str, Ends]) -> Sorted:
    """Return the same tickets with the edges that were read."""
    known = {number: each for number, each in ends.items() if not each.withheld}
    if not known:
        return found
    parents = _related_parents(found, known)

    def read(held: Held) -> Held:
        """Return a ticket with what was read about it."""
        number = held.ticket.number
        each = known.get(number)
        parent = (each.parent if each else None) or parents.get(number)
        if each is None and parent is None:
            return held
        blocked_by = each.blocked_by if each else held.ticket.blocked_by
        return Held(replace(held.ticket, parent=parent, blocked_by=blocked_by), held.block)

    return replace(
        found,
        maps={
            map_id: replace(holdings, tickets={key: read(held) for key, held in holdings.tickets.items()})
            for map_id, holdings in found.maps.items()
        },
    )


def _related_parents(found: Sorted, ends: Mapping[str, Ends]) -> dict[str, str]:
    """Return which tickets are linked with a tracking ticket, which is their parent then, whichever end was read.

    Of several the one that its marker names counts.
    """
    tracking = {each.tracking.ticket.number for each in found.maps.values() if each.tracking}
    linked = {(number, other) for number, each in ends.items() for other in each.related}
    pairs = sorted(linked | {(other, number) for number, other in linked})
    above: dict[str, list[str]] = {}
    for number, other in pairs:
        if other in tracking:
            above.setdefault(number, []).append(other)
    named = {held.ticket.number: held.marker.tracking for each in found.maps.values() for held in each.tickets.values()}
    return {
        number: named[number] if named[number] in others else others[0]
        for number, others in above.items()
        if number in named
    }


def _named_tickets(holdings: Holdings, keys: Set[str]) -> Iterable[Held]:
    names = {without_map(key) for key in keys}
    return (
        each for key, each in holdings.tickets.items() if without_map(key) in names and each.ticket.blocked_by is None
    )


def _completed(snapshot: Snapshot, reread: Iterable[Ticket]) -> Snapshot:
    tickets = {**snapshot.by_number(), **{ticket.number: ticket for ticket in reread}}
    return replace(snapshot, tickets=tuple(tickets.values()))


def _unknown(plans: Iterable[TaskPlan], found: Sorted) -> list[str]:
    """Return the ids of the maps that have no tracking ticket yet."""
    return [each.map_id for each in plans if each.map_id not in found.maps or not found.maps[each.map_id].tracking]


def _doubts(
    listed: Snapshot, known: Snapshot, own: Snapshot, plans: Sequence[TaskPlan], found: Sorted, policy: SyncPolicy
) -> dict[str, tuple[str, ...]]:
    """Cross-check the listing: the server's count, our own tickets, and markers of other sources.

    :param known: the listing with the tickets that only ledgers named.
    :param own: every ticket that our account created; read where a map has no tracking ticket yet.
    """
    short, new = short_listing(listed), _unknown(plans, found)
    doubts = {}
    for plan in plans:
        unlisted = unlisted_tickets(listed, own, plan.map_id, policy, known) if plan.map_id in new else ""
        twins = foreign_twins(found.strays, plan.map_id, policy)
        doubts[plan.map_id] = tuple(filter(None, (short, unlisted, *twins)))
    return doubts


def _to_complete(listed: Sorted, plans: Sequence[TaskPlan], retired: Set[str]) -> list[Holdings]:
    """Return the maps of this run, and others whose tickets they may get.

    A new map may be a renamed one that has lost its tracking ticket. A task without a ticket may have moved from a map
    whose ledger lists it.
    """
    wanted = {plan.map_id for plan in plans}
    renamed = not wanted.issubset(listed.maps)
    names = {without_map(key) for plan in plans for key in _without_ticket(plan, listed.maps.get(plan.map_id))}
    return [
        held
        for map_id, held in listed.maps.items()
        if map_id in wanted | retired
        or (renamed and not held.tracking)
        or not names.isdisjoint(map(without_map, held.ledger.tickets))
    ]


def _without_ticket(plan: TaskPlan, holdings: Holdings | None) -> Iterable[str]:
    known = {*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone} if holdings else ()
    return (spec.key for spec in plan.tasks if spec.key not in known)


def _named(holdings: Holdings) -> Iterable[str]:
    """Return the tracking ticket, which is read first: its ledger lists the others."""
    return holdings.named_tracking


def _listed(holdings: Holdings) -> Iterable[str]:
    return holdings.ledger.tickets.values()


def _fetch_missing(tracker: Tracker, snapshot: Snapshot, numbers: Iterable[str]) -> list[Ticket]:
    there = snapshot.by_number()
    wanted = (number for number in dict.fromkeys(numbers) if number not in there)
    return [ticket for number in wanted if (ticket := _fetched(tracker, number)) is not None]


def _fetched(tracker: Tracker, number: str) -> Ticket | None:
    """Read a ticket. One that the tracker refuses to show probably exists, so it is not gone, and the run goes on."""
    try:
        return tracker.get(number)
    except TicketRefused as error:
        return Ticket(number, "", "", withheld=error.what)


def _is_left(plan: TaskPlan, found: Sorted, policy: SyncPolicy, text: str | None) -> bool:
    """Whether the tickets of a map stay as an earlier release wrote them, as far as its text decides."""
    ledger = found.of(plan.map_id).ledger
    if policy.refresh or text is None or not ledger.tickets or ledger.edition >= plan.edition:
        return False
    return is_digest_of(ledger.text, text)


def _edges_of(plan: TaskPlan, found: Sorted, tracker: Tracker, all_edges: bool) -> Iterator[str]:
    """Yield the numbers of the tickets whose edges are read.

    Where links do not say who waits for whom, only parents can be read, and a tracking ticket shows those of a map.
    """
    holdings, able = found.maps.get(plan.map_id), tracker.capabilities
    if holdings is None or not able.blocking_links:
        return
    if plan.finished and not holdings.is_open:
        return  # nothing is done about it
    if all_edges and able.native_blocking:
        yield from (held.ticket.number for held in holdings.tickets.values() if held.ticket.blocked_by is None)
    elif all_edges and not able.parents_listed and holdings.tracking:
        yield holdings.tracking.ticket.number
    elif able.native_blocking:
        yield from (ticket.number for ticket in edges_to_read(plan, holdings))
