"""Reads the observed state: one listing, and single tickets only where they decide something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.edges import edges_to_read
from techmap_sync.syncing.matching import Holdings, Sorted, sort_tickets
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Snapshot, Ticket, Tracker


def observe(tracker: Tracker, plans: Sequence[TaskPlan], policy: SyncPolicy) -> Sorted:
    """Read the tickets of some maps.

    A ticket that a ledger lists but the listing lacks is fetched by its number, so that a label taken off by hand or a
    short page is no reason to make it again.

    :param plans: the maps of this run; tickets of other maps are left alone.
    :raises TrackerError: the tracker refused or did not answer.
    """
    snapshot = tracker.snapshot(policy.managed_label)
    found = sort_tickets(snapshot, policy)
    ours = [found.maps[plan.map_id] for plan in plans if plan.map_id in found.maps]
    missing = _fetch_missing(tracker, snapshot, ours)
    edges = [tracker.get(ticket.number) for plan in plans for ticket in _edges_of(plan, found)]
    reread = {ticket.number: ticket for ticket in (*missing, *filter(None, edges))}
    if not reread:
        return found
    return sort_tickets(replace(snapshot, tickets=tuple({**snapshot.by_number(), **reread}.values())), policy)


def _fetch_missing(tracker: Tracker, snapshot: Snapshot, maps: Sequence[Holdings]) -> list[Ticket]:
    there = snapshot.by_number()
    listed = dict.fromkeys(number for holdings in maps for number in holdings.ledger.tickets.values())
    return [ticket for number in listed if number not in there and (ticket := tracker.get(number)) is not None]


def _edges_of(plan: TaskPlan, found: Sorted) -> Sequence[Ticket]:
    return edges_to_read(plan, found.maps[plan.map_id]) if plan.map_id in found.maps else ()
