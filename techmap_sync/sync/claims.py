"""Whose tickets are: by the tracking ticket that they name, or whose ledger lists them; and those whose markers claim
to be ours but whose authors are not trusted: what they block, and why. Pure.

Such a ticket is never written. No other ticket is created for its key either, since it may be ours: created by an
account that has left, or by one we do not know. It affects nothing else, and none of its text is repeated.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from techmap_sync.patterns import lazy
from techmap_sync.planning.titles import tracking_key
from techmap_sync.sync.block import Held
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Standing, Ticket

_DIGITS = lazy("(?:[1-9][0-9]*|0)(?![0-9])")
Age = tuple[tuple[int, str], ...]


def by_map(ours: Sequence[Held], policy: SyncPolicy) -> dict[str, list[Held]]:
    """Group tickets by map: that of the tracking ticket they name, or whose ledger lists them.

    After a map was renamed its closed tickets still have the old id; during the rename some have the new one. In a
    folder the number of a deleted tracking ticket is used again: then older tickets name the wrong one, except those
    that came from another map, whose marker says so, or its ledger if the map got another id since.
    """
    tracking = [h for h in ours if may_be_tracking(h) and policy.trusts(h.ticket)]
    by_number = {h.ticket.number: h for h in tracking}
    lists = {h.ticket.number: frozenset((h.marker.ledger or Ledger()).tickets.values()) for h in tracking}
    listed = {number: h for h in sorted(tracking, key=age, reverse=True) for number in lists[h.ticket.number]}
    found: dict[str, list[Held]] = {}
    for held in ours:
        named = by_number.get(held.marker.tracking)
        is_later = named is not None and age(held) >= age(named)
        is_its_own = named is not None and (
            held.marker.map_id == named.marker.map_id or held.ticket.number in lists[named.ticket.number]
        )
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


_NAME = lazy(r"[\w.-]+(?:\[bot\])?", re.ASCII)
"""A name that can be written in settings."""
_FEW = 3
"""How many tickets are named one by one."""


@dataclass(frozen=True, slots=True)
class Claims:
    """All such tickets of a listing."""

    by_key: Mapping[str, Sequence[Ticket]] = field(default_factory=dict)
    """Those that claim a key of this source."""
    twins: Mapping[str, Sequence[Ticket]] = field(default_factory=dict)
    """Those whose marker names another source, by its map id."""

    def of_map(self, map_id: str, reported: Set[str]) -> Iterator[Ticket]:
        """Yield those whose markers name a map.

        :param reported: keys whose claims have been reported.
        """
        for key, tickets in self.by_key.items():
            if key.startswith(f"{map_id}/") and key not in reported:
                yield from tickets
        yield from self.twins.get(map_id, ())


def refusals(claims: Claims, tracking_key: str, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why a map without a tracking ticket must not get one, with the setting that allows it."""
    claiming = claims.by_key.get(tracking_key, ())
    found = [
        f"{author(each)} wrote ticket {each.number}, which claims to be this map's tracking ticket; "
        f"{way_out(each, policy)}"
        for each in claiming[:_FEW]
    ]
    more = len(claiming) - len(found)
    return (*found, *([f"{more} more tickets claim that too; doctor names them"] if more > 0 else []))


def reason(claims: Claims, key: str, policy: SyncPolicy, *, is_tracked: bool) -> str:
    """Return why a task gets no ticket; empty when nothing claims its key.

    :param is_tracked: the map has a tracking ticket. While that key is claimed too, the way out is named there, once.
    """
    claiming = claims.by_key.get(key, ())
    if not claiming:
        return ""
    first = claiming[0]
    others = f" (so do {named(claiming[1:])})" if claiming[1:] else ""
    what = f"{author(first)} wrote ticket {first.number}, which claims this task{others}"
    is_said = not is_tracked and tracking_key(key.partition("/")[0]) in claims.by_key
    return what if is_said else f"{what}; {way_out(first, policy)}"


def remark(tickets: Iterable[Ticket]) -> str:
    """Say which tickets were left alone; empty when there are none."""
    found = list(tickets)
    return f"left alone because their authors are not trusted: {named(found)}" if found else ""


def named(tickets: Sequence[Ticket]) -> str:
    """Return tickets with their authors, the first few of many."""
    some = ", ".join(f"{ticket.number} by {author(ticket)}" for ticket in tickets[:_FEW])
    more = len(tickets) - _FEW
    return f"{some} and {more} more" if more > 0 else some


def author(ticket: Ticket) -> str:
    """Return who wrote a ticket."""
    return "a deleted account" if ticket.standing is Standing.GONE or not ticket.author else ticket.author


def way_out(ticket: Ticket, policy: SyncPolicy) -> str:
    """Return what to set when a ticket is the user's own, and what to do when it is not.

    A list in the settings replaces the one in force, so what it already contains is repeated.
    """
    adopt = f"adopted = {_listed(ticket.number, policy.adopted)}"
    trust = f"trusted_authors = {_listed(ticket.author, policy.trusted_authors)}"
    if ticket.standing is Standing.GONE or not ticket.author:
        ours = f"if it is yours, its token having been replaced or its account removed, set {adopt}"
    elif _NAME.fullmatch(ticket.author):
        ours = f"if it is yours, set {trust} or {adopt}"
    else:
        ours = f"if it is yours, set {adopt}"
    return f"{ours}; else take the label {policy.managed_label} off it"


def _listed(first: str, others: Iterable[str]) -> str:
    """Return names as a TOML list, numbers without quotes."""
    names = dict.fromkeys((first, *sorted(others)))
    return f"[{', '.join(name if name.isdecimal() else json.dumps(name, ensure_ascii=False) for name in names)}]"
