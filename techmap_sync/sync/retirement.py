"""How the tickets of a map end that its author gave up, or whose tasks all went to other maps."""

from __future__ import annotations

from dataclasses import replace

from techmap_sync.sync import guards, ledger
from techmap_sync.sync.changes import MapChanges
from techmap_sync.sync.match import Matched
from techmap_sync.sync.orphans import copy_changes, retirement_changes
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities
from techmap_sync.sync.writing import with_closing_labels


def retire(matched: Matched, there: str, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges:
    """Return what happens to the tickets of a map that was abandoned, superseded, or taken away for good.

    :param there: the file that may be that of a map whose file was said to be gone; empty when there is none.
    """
    wanted, holdings = matched.desired, matched.holdings.sifted(matched.desired.map_id, frozenset())
    gone = (*retirement_changes(holdings, policy, matched.held), *copy_changes(holdings, policy))
    refusals = (
        *matched.doubts,
        *guards.existing_file_refusals(there, policy),
        *guards.retirement_refusals(gone, wanted.origin, holdings, policy),
    )
    tracking = holdings.tracking
    return MapChanges(
        wanted.map_id,
        wanted.origin.path,
        approved=True,
        commit=wanted.origin.commit_of_text,
        changes=tuple(with_closing_labels(gone, policy, capabilities)),
        refusals=refusals,
        tracking_key=tracking.marker.key if tracking else "",
        tracking_number=tracking.ticket.number if tracking else "",
        base=holdings.written_ledger,
        ledger=ledger.retired_ledger(holdings, wanted.origin),
        leaving=ledger.leaving(holdings),
    )


def empty(matched: Matched, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges | None:
    """Return how a map without a file ends whose tickets all went to other maps; None when some are left."""
    if not _is_empty(matched.holdings):
        return None
    changes = retire(matched, "", capabilities, policy)
    to = ", ".join(sorted({f'"{each.map_id}"' for each in matched.holdings.departed.values()}))
    said = tuple(replace(each, reason=f"all its tickets went to map {to}") for each in changes.changes if each.writes)
    return replace(changes, changes=said) if said else None


def _is_empty(holdings: Holdings) -> bool:
    """Whether nothing but a tracking ticket is left."""
    unlisted = holdings.written_ledger.tickets.keys() - holdings.departed.keys()
    left = holdings.tickets or holdings.unreadable or holdings.copies or unlisted
    return holdings.tracking is not None and not left and bool(holdings.departed)
