"""Groups our tickets by map: a ticket belongs to the tracking ticket it names, or whose ledger lists it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from techmap_sync.patterns import lazy
from techmap_sync.sync.block import Held
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import SyncPolicy

_DIGITS = lazy("(?:[1-9][0-9]*|0)(?![0-9])")
Age = tuple[tuple[int, str], ...]


def by_map(ours: Sequence[Held], policy: SyncPolicy) -> dict[str, list[Held]]:
    """Group tickets by map: that of the tracking ticket they name, or whose ledger lists them.

    After a map was renamed its closed tickets still have the old id; during the rename some have the new one. In a
    folder the number of a deleted tracking ticket is used again: then older tickets name the wrong one, except those
    that came from another map, whose marker says so.
    """
    tracking = [h for h in ours if may_be_tracking(h) and policy.trusts(h.ticket)]
    by_number = {h.ticket.number: h for h in tracking}
    listed = {
        number: h
        for h in sorted(tracking, key=age, reverse=True)
        for number in (h.marker.ledger or Ledger()).tickets.values()
    }
    found: dict[str, list[Held]] = {}
    for held in ours:
        named = by_number.get(held.marker.tracking)
        is_later = named is not None and age(held) >= age(named)
        is_its_own = named is not None and held.marker.map_id == named.marker.map_id
        by_name = named.marker.map_id if named and (is_later or is_its_own) else ""
        map_id = by_name or _listed_in(held, listed.get(held.ticket.number)) or held.marker.map_id
        found.setdefault(map_id, []).append(held)
    return found


def _listed_in(held: Held, tracking: Held | None) -> str:
    """Return the map whose ledger lists a ticket; empty where its marker knows better.

    A marker that names a later tracking ticket was written after the ticket came to another map. The ledger of the map
    it came from may still list it.
    """
    if tracking is None or _number_age(held.marker.tracking) > age(tracking):
        return ""
    return tracking.marker.map_id


def may_be_tracking(held: Held) -> bool:
    """Whether a ticket has a ledger and is not a copy: the marker names its own number."""
    return held.marker.ledger is not None and held.marker.tracking in ("", held.ticket.number)


def age(held: Held) -> Age:
    """Return how old a ticket is, by its number."""
    return _number_age(held.ticket.number)


def _number_age(number: str) -> Age:
    """Return a number as people count: 9 before 10, and TASK-1.4 before TASK-2.

    A longer number is larger, without converting it: it may have any length.
    """
    return tuple((len(digits), digits) for digits in _DIGITS.findall(number))
