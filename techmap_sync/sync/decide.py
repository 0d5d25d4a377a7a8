"""Decides what happens to the tickets of all maps of a run. Pure: it reads and writes nothing.

Five steps, each working on the values of the earlier ones:

1. ``match``: which ticket belongs to which task, over all maps at once.
2. ``desire``: what each ticket should say, within what the tracker can hold.
3. ``merge``: what is written, what people keep, what is closed.
4. ``link``: parents and blocked-by edges, then the tracking ticket, whose ledger records them.
5. ``guard``: why none of it may be written after all.

Push, status, tests and benchmarks all call ``decide``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from techmap_sync.planning.task import Section, SectionName, TaskPlan
from techmap_sync.sync import editions, fallback, guards, native_fields, orphans, task_changes, tracking_ticket
from techmap_sync.sync.arrivals import claimed_keys
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Create, Skip, moves_ticks
from techmap_sync.sync.fallback import EdgeTexts, KeyEdge
from techmap_sync.sync.links import Wanted, without_room
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.match import DesiredMap, Matched, OtherMaps, match
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings, Sorted
from techmap_sync.sync.tracker import Capabilities
from techmap_sync.sync.writing import with_closing_labels

FINISHED = "everything in it was done before it had tickets, so it gets none"


@dataclass(frozen=True, slots=True)
class DecidedMap:
    """One map of a run and its tickets."""

    changes: MapChanges
    tickets: Matched
    file_elsewhere: str
    """For a map without a file in this run: a file that may still be its own."""


@dataclass(frozen=True, slots=True)
class Decided:
    """All maps of a run and their tickets."""

    maps: tuple[DecidedMap, ...]
    """In the order asked for, without lost maps that another map of this run has a new id for."""
    emptied: tuple[DecidedMap, ...] = ()
    """Maps without a file whose last tickets moved to other maps."""
    missing: tuple[DecidedMap, ...] = ()
    """The other maps without a file; their tickets stay as they are."""

    @property
    def every(self) -> tuple[DecidedMap, ...]:
        """All of them."""
        return (*self.maps, *self.emptied, *self.missing)


def decide(
    desired: Sequence[DesiredMap], found: Sorted, other_maps: OtherMaps, capabilities: Capabilities, policy: SyncPolicy
) -> Decided:
    """Return what to do so that the tracker has what the maps ask for.

    A move needs both maps: where a guard refuses one of them, everything is decided again without moves of that map.

    :param desired: the maps of this run; ids are unique, except among maps that are not approved.
    :param found: all tickets of the tracker.
    """
    refused: dict[str, tuple[str, ...]] = {}
    while True:
        matches = match(desired, found, other_maps, policy, refused.keys())
        maps = [_decided(each, other_maps, capabilities, policy) for each in matches.maps]
        refusing = {each.changes.map_id: each.changes.refusals for each in maps if each.changes.refusals}
        more = {map_id: why for map_id, why in refusing.items() if map_id in matches.moving - refused.keys()}
        if not more:
            break
        refused |= more
    ends = ((each, orphans.empty(each, capabilities, policy)) for each in matches.without_file)
    emptied = [DecidedMap(end, each, other_maps.file_of(end.map_id, end.path)) for each, end in ends if end]
    decided = _as_one_run([_still_refused(each, refused) for each in maps], emptied, policy)
    known = matches.renamed | {each.changes.map_id for each in decided.every}
    missing = orphans.missing(known, found, other_maps, policy)
    return replace(decided, missing=tuple(DecidedMap(each, left, there) for each, left, there in missing))


def _decided(matched: Matched, other_maps: OtherMaps, capabilities: Capabilities, policy: SyncPolicy) -> DecidedMap:
    wanted = matched.desired
    there = other_maps.file_of(wanted.map_id, wanted.origin.path) if wanted.lost else ""
    changes = _changes(matched, there, capabilities, policy)
    return DecidedMap(replace(changes, shown_path=wanted.shown_path), matched, there)


def _changes(matched: Matched, there: str, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges:
    """Return what happens to the tickets of one map.

    :param there: a file that may still be that of a lost map.
    """
    wanted = matched.desired
    if wanted.retired:
        return orphans.retire(matched, there, capabilities, policy)
    if matched.plan is None:
        return MapChanges(wanted.map_id, wanted.origin.path, False, wanted.reasons, ready=wanted.ready)
    if matched.plan.finished and not matched.holdings.is_open:
        notes = () if matched.holdings.all else (FINISHED,)
        return MapChanges(matched.plan.map_id, matched.desired.origin.path, approved=True, notes=notes)
    matched = editions.in_form(matched, matched.plan, policy)
    assert matched.plan is not None
    desired = desire(matched.plan, matched.holdings, capabilities, policy)
    merged = merge(matched, desired, capabilities, policy)
    linked = link(matched, desired, merged, capabilities, policy)
    return guard(matched, desired, merged, linked, capabilities, policy)


@dataclass(frozen=True, slots=True)
class Desired:
    """What the tickets of one map should say."""

    plan: TaskPlan
    """With texts that fit; the tracking ticket still lacks its task list."""
    numbers: Mapping[str, str]
    """Number of every existing ticket, by key; those that people released are named like the others."""
    texts: EdgeTexts
    refused: frozenset[KeyEdge]
    """Edges that the tracker refused earlier; they are not tried again."""
    no_room: frozenset[KeyEdge]
    """Edges that exceed what the tracker allows one ticket."""


def desire(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy) -> Desired:
    """Return what the tickets of a map should say, including what the tracker cannot hold as a link."""
    numbers = {key: stray.ticket.number for key, stray in holdings.unreadable.items()}
    numbers |= {key: held.ticket.number for key, held in holdings.tickets.items()}
    refused = frozenset() if policy.refresh else holdings.ledger.refused
    no_room = without_room(plan, holdings, capabilities)
    texts = fallback.edge_texts(plan, capabilities, no_room | refused)
    fitted = fallback.fitted_plan(
        texts.of_tasks(native_fields.able(plan, capabilities), numbers), holdings, capabilities
    )
    return Desired(fitted, numbers, texts, refused, no_room)


@dataclass(frozen=True, slots=True)
class Merged:
    """What happens to the tickets of one map, apart from their links."""

    holdings: Holdings
    """With the keys that get a new ticket, which has no links yet."""
    tasks: tuple[Change, ...]
    orphans: tuple[Change, ...]
    copies: tuple[Change, ...]
    tick_receivers: Mapping[str, frozenset[str]]

    @property
    def created(self) -> frozenset[str]:
        """Keys of the tasks that get a new ticket."""
        return frozenset(change.key for change in self.tasks if isinstance(change, Create))


def merge(matched: Matched, desired: Desired, capabilities: Capabilities, policy: SyncPolicy) -> Merged:
    """Compare each task with its ticket, and judge the tickets that no task asks for."""
    plan, holdings, origin, held = desired.plan, matched.holdings, matched.desired.origin, matched.held
    tasks = tuple(c for spec in plan.tasks for c in task_changes.task_changes(spec, holdings, held, policy))
    created = {change.key for change in tasks if isinstance(change, Create)}
    renewed = replace(holdings, renewed=holdings.renewed | created | tracking_ticket.bound_again(holdings))
    text = orphans.map_text(origin.text, origin.text_digest, holdings.ledger)
    gone = orphans.orphan_changes(plan, text, renewed, policy, held)
    return Merged(
        renewed,
        tuple(replace(c, reason=matched.remarks.get(c.key, "")) if c.key in created else c for c in tasks),
        tuple(with_closing_labels(() if plan.is_left else gone, policy, capabilities)),
        tuple(with_closing_labels(orphans.copy_changes(renewed, policy, matched.plan), policy, capabilities)),
        editions.tick_receivers(plan, holdings),
    )


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of one map's tickets, and its tracking ticket."""

    edges: tuple[Change, ...]
    tracking: tuple[Change, ...]
    ledger: Ledger
    texts: EdgeTexts


def link(matched: Matched, desired: Desired, merged: Merged, capabilities: Capabilities, policy: SyncPolicy) -> Linked:
    """Return the links to add and remove, and the changes to an existing tracking ticket."""
    plan, holdings, changes = desired.plan, merged.holdings, (*merged.tasks, *merged.orphans)
    tasks = {spec.key for spec in plan.tasks}
    kept = frozenset(change.key for change in changes if isinstance(change, Skip)) - tasks
    kept -= orphans.let_go_earlier(kept, holdings, policy) - matched.held.keys()
    kept |= holdings.tickets.keys() - tasks if plan.is_left else set()
    skipped = frozenset(tasks - merged.created - holdings.tickets.keys())
    wanted = Wanted(plan, holdings, capabilities, skipped, desired.refused, desired.no_room, kept, policy.resolve)
    edges, texts = wanted.changes(), replace(desired.texts, listed=wanted.task_list(), chart=_chart_of(plan))
    ledger = tracking_ticket.planned_ledger(wanted, matched.desired.origin, (*merged.tasks, *edges))
    listing = replace(plan, tracking=texts.of_tracking(plan.tracking, desired.numbers))
    tracking = (
        *tracking_ticket.tracking_update(listing, holdings, policy, ledger, merged.tick_receivers),
        *tracking_ticket.tracking_state(listing, holdings, policy, changes),
    )
    return Linked(edges, tracking, ledger, texts)


def _chart_of(plan: TaskPlan) -> Section | None:
    return next((section for section in plan.tracking.sections if section.name == SectionName.GRAPH), None)


def guard(
    matched: Matched, desired: Desired, merged: Merged, linked: Linked, capabilities: Capabilities, policy: SyncPolicy
) -> MapChanges:
    """Return all changes of a map in the order in which they are written, and why they must not be."""
    plan, holdings, origin = desired.plan, merged.holdings, matched.desired.origin
    early = tuple(change for change in linked.tracking if moves_ticks(change, merged.tick_receivers))
    changes = (
        *(editions.notes(plan, holdings, policy) if plan.is_left else ()),
        *tracking_ticket.tracking_creation(plan, holdings),
        *editions.receivers_first((*early, *merged.tasks), merged.tick_receivers),
        *merged.orphans,
        *merged.copies,
        *linked.edges,
        *(change for change in linked.tracking if change not in early),
        *task_changes.strangers(plan, holdings, merged.tasks),
    )
    changes = (*changes, *guards.titles_of_this_release(changes, plan, holdings, policy))
    longest = linked.texts.of_tracking(plan.tracking, tracking_ticket.assumed_numbers(plan, desired.numbers))
    room = tracking_ticket.ledger_refusals(
        replace(plan, tracking=longest), origin.path, linked.ledger, holdings, capabilities, policy
    )
    refusals = (
        *guards.audience_refusals(matched.desired.audience),
        *matched.doubts,
        *guards.tracking_refusals(plan.tracking.key, holdings, policy),
        *(room if any(change.writes for change in changes) else ()),
        *guards.refusals(changes, origin, plan, holdings, policy),
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
        elsewhere=tracking_ticket.elsewhere(holdings),
        leaving=tracking_ticket.leaving(holdings),
        bound=holdings.bound,
        arriving=frozenset(holdings.arrived),
        claimed=claimed_keys(holdings),
        tick_receivers=merged.tick_receivers,
    )


def _still_refused(decided: DecidedMap, refused: Mapping[str, tuple[str, ...]]) -> DecidedMap:
    """Keep a refusal although the guard is satisfied now that nothing moves."""
    changes = decided.changes
    return replace(decided, changes=replace(changes, refusals=changes.refusals or refused.get(changes.map_id, ())))


def _as_one_run(maps: Sequence[DecidedMap], emptied: Sequence[DecidedMap], policy: SyncPolicy) -> Decided:
    """Report once what concerns many tickets, and refuse everything for a conflict where the settings say so."""
    every = [*maps, *emptied]
    changes = guards.refused_for_conflicts(task_changes.said_once([each.changes for each in every]), policy)
    decided = [
        replace(each, changes=guards.refused_at_last(of_map, each.tickets.desired))
        for each, of_map in zip(every, changes, strict=True)
    ]
    return Decided(tuple(decided[: len(maps)]), tuple(decided[len(maps) :]))
