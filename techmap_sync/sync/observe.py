"""Reads the observed state: one listing, and single tickets only where they decide something."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

from techmap_sync.errors import TicketRefused
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.block import Block, Held, read_block
from techmap_sync.sync.links import edges_to_read
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings, Sorted, Stray, sort_tickets
from techmap_sync.sync.tracker import Ends, Snapshot, Standing, Ticket, Tracker

_LONGEST_NAME = 200


def short_listing(snapshot: Snapshot) -> str:
    """Return why a listing must not be believed, empty when nothing speaks against it."""
    if snapshot.total is None or len(snapshot.tickets) >= snapshot.total:
        return ""
    return f"the listing holds {len(snapshot.tickets)} tickets, the server counts {snapshot.total}; run again"


def unlisted_tickets(listed: Snapshot, own: Snapshot, map_id: str, policy: SyncPolicy) -> str:
    """Return why a map without a ledger must not be pushed: tickets that the listing does not show.

    Those of this map; or, when the listing shows none of our account's, those of any: this map may have had another id.

    :param own: every ticket that our account created.
    """
    there, ours = listed.by_number(), own.by_number()
    maps = {number: _map_of(ticket, policy) for number, ticket in ours.items() if number not in there}
    all_lost = there.keys().isdisjoint(ours)
    missing = [number for number, its_map in maps.items() if its_map == map_id or (its_map and all_lost)]
    if not missing:
        return ""
    whose, some = "of ours" if all_lost else "of this map", ", ".join(missing[:3])
    what = f"{len(missing)} tickets {whose} exist without the label {policy.managed_label} ({some})"
    return f"{what}; was the label renamed? give it back, or set managed_label"


def foreign_twins(strays: Iterable[Stray], map_id: str, policy: SyncPolicy) -> Iterator[str]:
    """Yield why a map must not be pushed: tickets of a map with the same id that came from another source.

    Only authors who are trusted are heard; whatever anybody else's marker says, it is no advice.
    """
    told = (s.source for s in strays if s.map_id == map_id and policy.trusts(s.ticket))
    for source in sorted({source for source in told if source and not policy.owns(source, map_id)}):
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
"""Authors, those of the oldest tickets first; beyond them nobody is trusted but by name. A team is smaller: without a
limit, strangers with a ticket each could spend what the server allows us."""


def listed(tracker: Tracker, policy: SyncPolicy) -> Sorted:
    """Return all tickets of a fresh listing.

    :raises TrackerError: the tracker refused or did not answer.
    """
    return sort_tickets(with_standings(tracker, tracker.snapshot(policy.managed_label), policy), policy)


def with_standings(
    tracker: Tracker, snapshot: Snapshot, policy: SyncPolicy, map_ids: Set[str] = frozenset()
) -> Snapshot:
    """Return a listing that tells what authors are to the project, as far as that decides whose a ticket is.

    :param map_ids: maps of which tickets of another source count, too: they keep a map from being pushed.
    :raises TrackerError: the tracker refused or did not answer.
    """
    if not any(_is_in_question(ticket, policy) for ticket in snapshot.tickets):
        return snapshot
    snapshot = _asked(tracker, snapshot, _leading(snapshot, policy, map_ids), policy)
    # Only now is known what the ledgers vouch for.
    return _asked(tracker, snapshot, _unvouched(snapshot, policy), policy)


def with_standing(tracker: Tracker, ticket: Ticket, policy: SyncPolicy) -> Ticket:
    """Return one ticket with what its author is to the project.

    :raises TrackerError: the tracker refused or did not answer.
    """
    (told,) = _asked(tracker, Snapshot((ticket,)), (ticket,), policy).tickets
    return told


def _is_in_question(ticket: Ticket, policy: SyncPolicy) -> bool:
    """Whether nothing but the author's role says if a ticket is trusted."""
    known = ticket.standing in (Standing.SELF, Standing.GONE) or not ticket.author
    return not known and not policy.trusts(replace(ticket, standing=Standing.STRANGER))


def _leading(snapshot: Snapshot, policy: SyncPolicy, map_ids: Set[str]) -> Iterator[Ticket]:
    """Yield the tickets that have a ledger, and those of other sources that would keep a map from being pushed."""
    for ticket, marker in _marked(snapshot):
        if marker.ledger is not None if policy.owns(marker.source, marker.map_id) else marker.map_id in map_ids:
            yield ticket


def _unvouched(snapshot: Snapshot, policy: SyncPolicy) -> Iterator[Ticket]:
    """Yield the tickets that no ledger vouches for; where the ledger gives their key to another they are but copies."""
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
    """Return the listing with what the tracker tells of the authors of some tickets."""
    authors = list(dict.fromkeys(ticket.author for ticket in deciding if _is_in_question(ticket, policy)))
    if not authors:
        return snapshot
    told = {**dict.fromkeys(authors[MOST_ASKED:], Standing.STRANGER), **tracker.standings(authors[:MOST_ASKED])}
    tickets = (
        replace(ticket, standing=told[ticket.author])
        if ticket.author in told and _is_in_question(ticket, policy)
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
) -> Sorted:
    """Read the tickets of some maps.

    A ticket that a ledger lists but the listing lacks is fetched by its number, so that a label taken off by hand or a
    short page is no reason to make it again.

    :param plans: the maps of this run; tickets of other maps are left alone.
    :param all_edges: read the edges of every open ticket, not only where plan and ledger differ.
    :param retired: ids of maps without plan whose tickets are let go.
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
    asked = {ticket.number: ticket for plan in plans for ticket in _edges_of(plan, found, tracker, all_edges)}
    ends = tracker.ends(asked) if asked else {}
    known = {number: each for number, each in ends.items() if not each.withheld}
    if known:
        edged = [replace(asked[n], parent=each.parent, blocked_by=each.blocked_by) for n, each in known.items()]
        found = sort_tickets(_completed(completed, edged), policy)
    doubts, unread = _doubts(tracker, snapshot, plans, found, policy), tuple(_unread(completed, ends))
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
    ends = {n: each for n, each in tracker.ends(held).items() if not each.withheld} if held else {}

    def read(each: Held) -> Held:
        known = ends.get(each.ticket.number)
        return (
            Held(replace(each.ticket, parent=known.parent, blocked_by=known.blocked_by), each.block) if known else each
        )

    return replace(
        found,
        maps={
            map_id: replace(holdings, tickets={key: read(each) for key, each in holdings.tickets.items()})
            for map_id, holdings in found.maps.items()
        },
    )


def _named_tickets(holdings: Holdings, keys: Set[str]) -> Iterable[Held]:
    names = {_name(key) for key in keys}
    return (each for key, each in holdings.tickets.items() if _name(key) in names and each.ticket.blocked_by is None)


def _completed(snapshot: Snapshot, reread: Iterable[Ticket]) -> Snapshot:
    tickets = {**snapshot.by_number(), **{ticket.number: ticket for ticket in reread}}
    return replace(snapshot, tickets=tuple(tickets.values()))


def _doubts(
    tracker: Tracker, snapshot: Snapshot, plans: Sequence[TaskPlan], found: Sorted, policy: SyncPolicy
) -> dict[str, tuple[str, ...]]:
    """Hear the second witness: the server's count, our own tickets, and markers of other sources."""
    short = short_listing(snapshot)
    new = [plan.map_id for plan in plans if plan.map_id not in found.maps or not found.maps[plan.map_id].tracking]
    own = tracker.own_tickets() if new else Snapshot(())
    doubts = {}
    for plan in plans:
        unlisted = unlisted_tickets(snapshot, own, plan.map_id, policy) if plan.map_id in new else ""
        twins = foreign_twins(found.strays, plan.map_id, policy)
        doubts[plan.map_id] = tuple(filter(None, (short, unlisted, *twins)))
    return doubts


def _to_complete(listed: Sorted, plans: Sequence[TaskPlan], retired: Set[str]) -> list[Holdings]:
    """Return the maps of this run; with a new one, those without tracking ticket too: it may be one of them renamed.

    And those whose ledger lists what a map of this run has no ticket for: it may have come from there.
    """
    wanted = {plan.map_id for plan in plans}
    renamed = not wanted.issubset(listed.maps)
    names = {_name(key) for plan in plans for key in _without_ticket(plan, listed.maps.get(plan.map_id))}
    return [
        held
        for map_id, held in listed.maps.items()
        if map_id in wanted | retired
        or (renamed and not held.tracking)
        or not names.isdisjoint(map(_name, held.ledger.tickets))
    ]


def _without_ticket(plan: TaskPlan, holdings: Holdings | None) -> Iterable[str]:
    known = {*holdings.tickets, *holdings.ledger.tickets, *holdings.ledger.gone} if holdings else ()
    return (spec.key for spec in plan.tasks if spec.key not in known)


def _name(key: str) -> str:
    return key.partition("/")[2]


def _named(holdings: Holdings) -> Iterable[str]:
    """Return the tracking ticket, which comes first: only then is known what its ledger lists."""
    return holdings.named_tracking


def _listed(holdings: Holdings) -> Iterable[str]:
    return holdings.ledger.tickets.values()


def _fetch_missing(tracker: Tracker, snapshot: Snapshot, numbers: Iterable[str]) -> list[Ticket]:
    there = snapshot.by_number()
    wanted = (number for number in dict.fromkeys(numbers) if number not in there)
    return [ticket for number in wanted if (ticket := _fetched(tracker, number)) is not None]


def _fetched(tracker: Tracker, number: str) -> Ticket | None:
    """Read a ticket; one that is refused exists, as far as we know, so it is neither gone nor the end of the run."""
    try:
        return tracker.get(number)
    except TicketRefused as error:
        return Ticket(number, "", "", withheld=error.what)


def _edges_of(plan: TaskPlan, found: Sorted, tracker: Tracker, all_edges: bool) -> Sequence[Ticket]:
    holdings = found.maps.get(plan.map_id)
    if holdings is None or not tracker.capabilities.blocking_links:
        return ()
    if all_edges:
        return [held.ticket for held in holdings.tickets.values() if held.ticket.blocked_by is None]
    return edges_to_read(plan, holdings) if tracker.capabilities.native_blocking else ()
