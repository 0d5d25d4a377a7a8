"""Tickets whose markers claim to be ours but whose authors are not trusted: what they block, and why.

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
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Standing, Ticket

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
