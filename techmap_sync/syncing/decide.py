"""Decides what happens to the tickets of all maps of a run. Pure; nothing is read or written here.

First every task is matched with its ticket, over all maps at once; then each map is compared with its tickets. Push,
status, tests and benchmarks call this one function.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.changes import MapChanges
from techmap_sync.syncing.diff import Origin, compare, retire
from techmap_sync.syncing.matched import Matched, matched
from techmap_sync.syncing.matching import Holdings, Sorted
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.renames import map_rename
from techmap_sync.syncing.tracker import Capabilities


@dataclass(frozen=True, slots=True)
class DesiredMap:
    """One map of a run: what its file says should be."""

    map_id: str
    origin: Origin
    plan: TaskPlan | None = None
    """What an approved map asks for."""
    retired: bool = False
    reasons: tuple[str, ...] = ()
    """Why its tickets stay as they are: it is not approved."""
    doubts: tuple[str, ...] = ()
    """Why none of its changes may be written."""


@dataclass(frozen=True, slots=True)
class DecidedMap:
    """One map of a run next to its tickets."""

    changes: MapChanges
    tickets: Matched = field(default_factory=Matched)


def decide(
    desired: Sequence[DesiredMap],
    found: Sorted,
    has_file: Callable[[str], bool],
    capabilities: Capabilities,
    policy: SyncPolicy,
) -> tuple[DecidedMap, ...]:
    """Return what has to be done so that the tracker holds what the maps say.

    :param desired: the maps of this run.
    :param found: all tickets of the tracker.
    :param has_file: whether there is a file for a map id anywhere; asked only where that decides something.
    """
    holdings = dict(_holdings(desired, found, has_file))
    return tuple(_decided(each, holdings[each.map_id], found, capabilities, policy) for each in desired)


def _holdings(
    desired: Sequence[DesiredMap], found: Sorted, has_file: Callable[[str], bool]
) -> Iterator[tuple[str, Holdings]]:
    """Yield the tickets of each map; one without tickets may have had another id."""
    ids = {each.map_id for each in desired}
    for each in desired:
        own = found.of(each.map_id)
        if each.plan is None or own.all:
            yield each.map_id, own
            continue
        others = {map_id: held for map_id, held in found.maps.items() if map_id not in ids}
        gone = {map_id: held for map_id, held in others.items() if not has_file(map_id)}
        yield each.map_id, map_rename(each.plan, gone) or own


def _decided(
    desired: DesiredMap, holdings: Holdings, found: Sorted, capabilities: Capabilities, policy: SyncPolicy
) -> DecidedMap:
    map_id, origin = desired.map_id, desired.origin
    if desired.retired:
        changes = retire(map_id, origin, holdings, capabilities, policy)
        return DecidedMap(changes, Matched(holdings=holdings))
    if desired.plan is None:
        changes = MapChanges(map_id, origin.path, approved=False, reasons=desired.reasons)
        return DecidedMap(changes, Matched(holdings=holdings))
    tickets = matched(desired.plan, holdings)
    doubts = (*desired.doubts, *found.doubts.get(map_id, ()))
    return DecidedMap(compare(tickets, origin, capabilities, policy, doubts), tickets)
