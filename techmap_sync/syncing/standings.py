"""Asks what the authors of tickets are to the project, where that decides something.

A listing does not tell: on GitHub the association says what the reader may see of an author, not what the author may
do; on GitLab there is only a name. An answer may cost a request for each author, so nobody is asked about in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import replace

from techmap_sync.syncing.block import Block, read_block
from techmap_sync.syncing.marker import Marker
from techmap_sync.syncing.matching import Sorted, sort_tickets
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Snapshot, Standing, Ticket, Tracker

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
