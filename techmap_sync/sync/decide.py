"""Decides what happens to the tickets of all maps of a run. Pure; nothing is read or written here.

Five steps, in this order, each from the values of those before it:

1. ``match``: which ticket belongs to which task, over all maps at once.
2. ``desire``: what each ticket should say, cut to what the tracker takes.
3. ``merge``: what of that is written, what people keep, what is closed.
4. ``link``: parents and blocked-by edges, then the tracking ticket, whose ledger remembers them.
5. ``guard``: why nothing of it may be written after all.

Push, status, tests and benchmarks call ``decide`` and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync import guards, ledger, orphans, task_changes, tracking_ticket
from techmap_sync.sync.changes import Change, Create, MapChanges, Skip
from techmap_sync.sync.desired import Beside, DesiredMap, Origin
from techmap_sync.sync.link_fallback import EdgeTexts, KeyEdge, edge_texts
from techmap_sync.sync.links import Wanted, without_room
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import Matched, match
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.retirement import empty, retire
from techmap_sync.sync.tickets import Holdings, Sorted
from techmap_sync.sync.tracker import Capabilities
from techmap_sync.sync.writing import with_closing_labels


@dataclass(frozen=True, slots=True)
class DecidedMap:
    """One map of a run next to its tickets."""

    changes: MapChanges
    tickets: Matched
    file_elsewhere: str = ""
    """For a map without a file in this run: the file that may still be its own."""


@dataclass(frozen=True, slots=True)
class Decided:
    """All maps of a run next to their tickets."""

    maps: tuple[DecidedMap, ...]
    """In the order in which they were asked for; a lost one that is another map under its earlier id is left out."""
    emptied: tuple[DecidedMap, ...] = ()
    """Maps without a file whose last tickets went to other maps."""
    missing: tuple[DecidedMap, ...] = ()
    """The other maps without a file; their tickets stay as they are."""

    @property
    def every(self) -> tuple[DecidedMap, ...]:
        """All of them."""
        return (*self.maps, *self.emptied, *self.missing)


def decide(
    desired: Sequence[DesiredMap], found: Sorted, beside: Beside, capabilities: Capabilities, policy: SyncPolicy
) -> Decided:
    """Return what has to be done so that the tracker holds what the maps say.

    A move needs both maps: where a guard refuses one of them, the other is decided again without it.

    :param desired: the maps of this run, each id once, but for maps that are not approved.
    :param found: all tickets of the tracker.
    """
    refused: dict[str, tuple[str, ...]] = {}
    while True:
        matches = match(desired, found, beside, policy, refused.keys())
        maps = [_decided(each, beside, capabilities, policy) for each in matches.maps]
        refusing = {each.changes.map_id: each.changes.refusals for each in maps if each.changes.refusals}
        more = {map_id: why for map_id, why in refusing.items() if map_id in matches.moving - refused.keys()}
        if not more:
            emptied = _emptied(matches.without_file, beside, capabilities, policy)
            said = _said(_still_refused(maps, refused), emptied, policy)
            return replace(said, missing=_missing(said, matches.renamed, found, beside, policy))
        refused |= more


def _decided(matched: Matched, beside: Beside, capabilities: Capabilities, policy: SyncPolicy) -> DecidedMap:
    wanted = matched.desired
    there = beside.file_of(wanted.map_id, wanted.origin.path) if wanted.lost else ""
    changes = _changes(matched, there, capabilities, policy)
    return DecidedMap(replace(changes, shown_path=wanted.shown_path), matched, there)


def _changes(matched: Matched, there: str, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges:
    """Return what happens to the tickets of one map.

    :param there: the file that may be that of a map whose file was said to be gone.
    """
    if matched.desired.retired:
        return retire(matched, there, capabilities, policy)
    if matched.plan is None:
        wanted = matched.desired
        return MapChanges(wanted.map_id, wanted.origin.path, False, wanted.reasons, ready=wanted.ready)
    desired = desire(matched.plan, matched.holdings, capabilities, policy)
    merged = merge(matched, desired, capabilities, policy)
    linked = link(matched, desired, merged, capabilities, policy)
    return guard(matched, desired, merged, linked, capabilities, policy)


@dataclass(frozen=True, slots=True)
class Desired:
    """What the tickets of one map should say."""

    plan: TaskPlan
    """Texts no longer than their tickets take; the tracking ticket still without its task list."""
    numbers: Mapping[str, str]
    """Number of every ticket that there is, by key."""
    texts: EdgeTexts
    refused: frozenset[KeyEdge]
    """Edges that the tracker would not take, which are not tried again."""
    no_room: frozenset[KeyEdge]
    """Edges that the tickets have no room for."""


def desire(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy) -> Desired:
    """Return what the tickets of a map should say; what the tracker cannot hold as a link, the texts say."""
    numbers = {key: held.ticket.number for key, held in holdings.tickets.items()}
    refused = frozenset() if policy.refresh else holdings.ledger.refused
    no_room = without_room(plan, holdings, capabilities)
    texts = edge_texts(plan, capabilities, no_room | refused)
    fitted = tracking_ticket.fitted_plan(texts.of_tasks(plan, numbers), holdings, capabilities)
    return Desired(fitted, numbers, texts, refused, no_room)


@dataclass(frozen=True, slots=True)
class Merged:
    """What happens to the tickets of one map but for their links."""

    holdings: Holdings
    """With the keys that get another ticket, to which no link was applied."""
    tasks: tuple[Change, ...]
    orphans: tuple[Change, ...]
    copies: tuple[Change, ...]


def merge(matched: Matched, desired: Desired, capabilities: Capabilities, policy: SyncPolicy) -> Merged:
    """Compare each task with its ticket, and look at the tickets that no task asks for."""
    plan, holdings, origin, held = desired.plan, matched.holdings, matched.desired.origin, matched.held
    tasks = tuple(c for spec in plan.tasks for c in task_changes.task_changes(spec, holdings, held, policy))
    created = {change.key for change in tasks if isinstance(change, Create)}
    renewed = replace(holdings, renewed=holdings.renewed | created | ledger.bound_again(holdings))
    text = orphans.map_text(origin.text, origin.text_digest, holdings.ledger)
    gone = orphans.orphan_changes(plan, text, renewed, policy, held)
    return Merged(
        renewed,
        tuple(replace(c, reason=matched.remarks.get(c.key, "")) if c.key in created else c for c in tasks),
        tuple(with_closing_labels(gone, policy, capabilities)),
        tuple(with_closing_labels(orphans.copy_changes(renewed, policy), policy, capabilities)),
    )


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of one map's tickets, and its tracking ticket."""

    edges: tuple[Change, ...]
    tracking: tuple[Change, ...]
    ledger: Ledger
    texts: EdgeTexts


def link(matched: Matched, desired: Desired, merged: Merged, capabilities: Capabilities, policy: SyncPolicy) -> Linked:
    """Return the links to make and to take away, and what becomes of the tracking ticket."""
    plan, holdings, changes = desired.plan, merged.holdings, (*merged.tasks, *merged.orphans)
    tasks = {spec.key for spec in plan.tasks}
    created = {change.key for change in merged.tasks if isinstance(change, Create)}
    kept = frozenset(change.key for change in changes if isinstance(change, Skip)) - tasks
    skipped = frozenset(tasks - created - holdings.tickets.keys())
    wanted = Wanted(plan, holdings, capabilities, skipped, desired.refused, desired.no_room, kept, policy.resolve)
    edges, texts = wanted.changes(), replace(desired.texts, listed=wanted.task_list())
    planned = ledger.planned_ledger(wanted, matched.desired.origin, (*merged.tasks, *edges))
    listing = replace(plan, tracking=texts.of_tracking(plan.tracking, desired.numbers))
    tracking = (
        *tracking_ticket.tracking_update(listing, holdings, policy, planned),
        *tracking_ticket.tracking_state(listing, holdings, policy, changes),
    )
    return Linked(edges, tracking, planned, texts)


def guard(
    matched: Matched,
    desired: Desired,
    merged: Merged,
    linked: Linked,
    capabilities: Capabilities,
    policy: SyncPolicy,
) -> MapChanges:
    """Return all changes of a map, in the order in which they are written, with why they must not be."""
    plan, holdings, origin = desired.plan, merged.holdings, matched.desired.origin
    changes = (
        *tracking_ticket.tracking_creation(plan, holdings),
        *merged.tasks,
        *merged.orphans,
        *merged.copies,
        *linked.edges,
        *linked.tracking,
        *task_changes.strangers(plan, holdings, merged.tasks),
    )
    longest = linked.texts.of_tracking(plan.tracking, tracking_ticket.assumed_numbers(plan, desired.numbers))
    room = tracking_ticket.ledger_refusals(
        replace(plan, tracking=longest), origin.path, linked.ledger, holdings, capabilities, policy
    )
    refusals = (
        *matched.doubts,
        *guards.tracking_refusals(plan.tracking.key, holdings, policy),
        *(room if any(change.writes for change in changes) else ()),
        *guards.refusals(changes, origin, holdings, policy),
    )
    return MapChanges(
        plan.map_id,
        origin.path,
        approved=True,
        commit=origin.commit_of_text,
        changes=changes,
        refusals=refusals,
        tracking_key=plan.tracking.key,
        tracking_number=holdings.tracking.ticket.number if holdings.tracking else "",
        base=holdings.written_ledger,
        ledger=linked.ledger,
        texts=linked.texts,
        elsewhere=ledger.elsewhere(holdings),
        leaving=ledger.leaving(holdings),
        bound=holdings.bound,
        arriving=frozenset(holdings.arrived),
    )


def _still_refused(maps: Sequence[DecidedMap], refused: Mapping[str, tuple[str, ...]]) -> list[DecidedMap]:
    """Keep refusing the maps that a guard refused, though nothing speaks against them once nothing moves."""
    return [
        replace(
            each, changes=replace(each.changes, refusals=each.changes.refusals or refused.get(each.changes.map_id, ()))
        )
        for each in maps
    ]


def _emptied(
    without_file: Sequence[Matched], beside: Beside, capabilities: Capabilities, policy: SyncPolicy
) -> list[DecidedMap]:
    """Return how maps without a file end whose tickets all went to other maps."""
    ends = [(matched, empty(matched, capabilities, policy)) for matched in without_file]
    return [DecidedMap(end, matched, beside.file_of(end.map_id, end.path)) for matched, end in ends if end]


def _said(maps: Sequence[DecidedMap], emptied: Sequence[DecidedMap], policy: SyncPolicy) -> Decided:
    """Say once what concerns many tickets, and refuse all of it when the team lets conflicts fail."""
    every = [*maps, *emptied]
    changes = guards.refused_for_conflicts(task_changes.said_once([each.changes for each in every]), policy)
    said = [
        replace(each, changes=guards.refused_at_last(of_map, each.tickets.desired))
        for each, of_map in zip(every, changes, strict=True)
    ]
    return Decided(tuple(said[: len(maps)]), tuple(said[len(maps) :]))


def _missing(
    decided: Decided, renamed: Set[str], found: Sorted, beside: Beside, policy: SyncPolicy
) -> tuple[DecidedMap, ...]:
    """Report the other maps that have tickets and no file; of other repositories nobody knows which maps there are."""
    if beside.listed_ids is None:
        return ()
    known = beside.listed_ids | renamed | {each.changes.map_id for each in decided.every}
    return tuple(
        _without_file(map_id, path, holdings, beside)
        for map_id, holdings in found.maps.items()
        if map_id not in known and any(policy.is_from_here(held.marker.source) for held in holdings.all)
        for path in [next((held.marker.path for held in holdings.all), "")]
        if path
    )


def _without_file(map_id: str, path: str, holdings: Holdings, beside: Beside) -> DecidedMap:
    there = beside.file_of(map_id, path)
    retire_it = f"its file is missing; reconcile --retire {map_id} closes its tickets"
    add_it = f"its file {there} is not among the maps: add it to the setting maps"
    reasons = (add_it if there else retire_it,)
    desired = DesiredMap(map_id, Origin(there or path), reasons=reasons, lost=True)
    changes = MapChanges(map_id, there or path, approved=False, reasons=reasons)
    return DecidedMap(changes, Matched(desired, holdings=holdings), there)
