"""What speaks against a listing: a reason to refuse rather than to make tickets a second time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from techmap_sync.syncing.block import Block, read_block
from techmap_sync.syncing.matching import Holdings, Stray
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Snapshot, Ticket

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


def lost_tracking(holdings: Holdings, key: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why a map must not be pushed: its tickets name a tracking ticket that is no longer to be had.

    :param key: key of the tracking ticket.
    """
    numbers = holdings.named_tracking
    if not numbers or key in policy.recreate:
        return ()
    why = f"was released: {holdings.released_tracking}" if holdings.released_tracking else "was deleted"
    bind = f"push --rebind {key}={numbers[0]} binds it again, " if holdings.released_tracking else "push "
    forgotten = "what people deleted and unlinked is forgotten then"
    return (f"the tracking ticket {numbers[0]} {why}; {bind}--recreate {key} makes a new one ({forgotten})",)


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
