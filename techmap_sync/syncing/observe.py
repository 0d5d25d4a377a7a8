"""Reads the observed state: one listing, and single tickets only where they decide something."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import replace

from techmap_sync.errors import TicketRefused
from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.edges import edges_to_read
from techmap_sync.syncing.matching import Holdings, Sorted, sort_tickets
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import Held
from techmap_sync.syncing.standings import with_standings
from techmap_sync.syncing.tracker import Snapshot, Ticket, Tracker
from techmap_sync.syncing.witness import foreign_twins, short_listing, unlisted_tickets


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
    if ends:
        edged = [replace(asked[n], parent=each.parent, blocked_by=each.blocked_by) for n, each in ends.items()]
        found = sort_tickets(_completed(completed, edged), policy)
    return replace(found, doubts=_doubts(tracker, snapshot, plans, found, policy))


def with_edges_of(found: Sorted, tracker: Tracker, keys: Set[str]) -> Sorted:
    """Return the same tickets with the edges of some tasks, which a listing may lack.

    :raises TrackerError: the tracker refused or did not answer.
    """
    held = {each.ticket.number for holdings in found.maps.values() for each in _named_tickets(holdings, keys)}
    ends = tracker.ends(held) if held else {}

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
