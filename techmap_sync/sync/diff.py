"""Desired against observed: the change set of one map. Pure; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync import claims
from techmap_sync.sync.changes import Action, Change, Leaving, MapChanges
from techmap_sync.sync.comparison import is_digest_of
from techmap_sync.sync.guards import refusals, retirement_refusals
from techmap_sync.sync.link_fallback import KeyEdge, edge_texts
from techmap_sync.sync.links import Wanted, without_room
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.observe import lost_tracking
from techmap_sync.sync.orphans import (
    map_text,
    orphan_changes,
    retirement_changes,
    task_changes,
    untouched,
    with_follow_ups,
)
from techmap_sync.sync.policy import Descent, Side, SyncPolicy, not_known
from techmap_sync.sync.renames import find_renames
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities, CloseReason, Standing, State
from techmap_sync.sync.tracking_ticket import (
    assumed_numbers,
    fitted_plan,
    ledger_refusals,
    tracking_creation,
    tracking_state,
    tracking_update,
)
from techmap_sync.sync.writing import with_closing_labels


@dataclass(frozen=True, slots=True)
class Matched:
    """One map whose tickets have the keys of today."""

    plan: TaskPlan | None = None
    """What an approved map asks for, follow-ups included."""
    holdings: Holdings = field(default_factory=Holdings)
    held: Mapping[str, str] = field(default_factory=dict)
    """Key of a task or ticket that is neither created nor closed -> why."""


def matched(plan: TaskPlan, holdings: Holdings, held: Mapping[str, str] | None = None) -> Matched:
    """Match the tasks of a map with its own tickets.

    :param held: keys of tasks and tickets that may belong to another map, and why; they are left alone.
    """
    held = held or {}
    free = replace(plan, tasks=tuple(spec for spec in plan.tasks if spec.key not in held))
    kept = {key: ticket for key, ticket in holdings.tickets.items() if key not in held}
    renames = find_renames(free, replace(holdings, tickets=kept) if held else holdings)
    today = holdings.renamed(renames.keys).sifted(plan.map_id, {spec.key for spec in plan.tasks})
    return Matched(with_follow_ups(plan, today), today, {**renames.held, **held})


@dataclass(frozen=True, slots=True)
class Origin:
    """What the ledger remembers of the map that a plan was made from."""

    path: str
    text: str = ""
    """The map's whole text."""
    text_digest: str = ""
    settings: str = ""
    """Digest of settings and version."""
    commit: str = ""
    commit_time: str = ""
    is_committed: bool = True
    """Whether that commit holds the text."""
    descent_from: Callable[[str], Descent] = not_known
    """How that commit is related to another one."""

    @property
    def commit_of_text(self) -> str:
        """The commit that holds the text, empty when it is in none yet."""
        return self.commit if self.is_committed else ""


def diff(
    plan: TaskPlan,
    origin: Origin,
    holdings: Holdings,
    capabilities: Capabilities,
    policy: SyncPolicy,
    doubts: tuple[str, ...] = (),
) -> MapChanges:
    """Return what has to be done for one map alone; see ``compare``.

    :param holdings: the tickets of this map.
    """
    return compare(matched(plan, holdings), origin, capabilities, policy, doubts)


def compare(
    tickets: Matched, origin: Origin, capabilities: Capabilities, policy: SyncPolicy, doubts: tuple[str, ...] = ()
) -> MapChanges:
    """Return what has to be done so that the tracker holds what the plan of a map says.

    :param tickets: the map's tasks and their tickets.
    :param capabilities: what the tracker can hold; what it cannot is left out and said.
    :param doubts: why the listing cannot be believed for this map.
    """
    assert tickets.plan is not None
    plan, holdings = tickets.plan, tickets.holdings
    numbers = {key: held.ticket.number for key, held in holdings.tickets.items()}
    refused = frozenset() if policy.refresh else holdings.ledger.refused
    no_room = without_room(plan, holdings, capabilities)
    texts = edge_texts(plan, capabilities, no_room | refused)
    plan = fitted_plan(texts.of_tasks(plan, numbers), holdings, capabilities)
    tasks = tuple(change for spec in plan.tasks for change in task_changes(spec, holdings, tickets.held, policy))
    renewed = {c.key for c in tasks if c.action is Action.CREATE} | _bound_anew(holdings)
    holdings = replace(holdings, renewed=holdings.renewed | renewed)
    text = map_text(origin.text, changed=_is_another_text(origin, holdings.ledger))
    orphans = tuple(orphan_changes(plan, text, holdings, policy, tickets.held))
    wanted = _wanted(plan, holdings, capabilities, refused, no_room, (*tasks, *orphans), policy.resolve)
    edges, texts = wanted.changes(), replace(texts, listed=wanted.task_list())
    full = replace(plan, tracking=texts.of_tracking(plan.tracking, numbers))
    longest = replace(plan, tracking=texts.of_tracking(plan.tracking, assumed_numbers(plan, numbers)))
    ledger = _ledger(wanted, origin, (*tasks, *edges))
    doubts = (*doubts, *lost_tracking(holdings, plan.tracking.key, policy), *_claimed_tracking(plan, holdings, policy))
    changes = (
        *tracking_creation(plan, holdings),
        *tasks,
        *with_closing_labels((*orphans, *_copies(holdings, policy)), policy, capabilities),
        *edges,
        *tracking_update(full, holdings, policy, ledger),
        *tracking_state(full, holdings, policy, (*tasks, *orphans)),
        *_left_alone(plan, holdings, tasks),
    )
    whole = MapChanges(
        plan.map_id,
        origin.path,
        approved=True,
        commit=origin.commit_of_text,
        changes=changes,
        refusals=(*doubts, *_refusals(changes, longest, origin, ledger, holdings, capabilities, policy)),
        tracking_key=plan.tracking.key,
        tracking_number=holdings.tracking.ticket.number if holdings.tracking else "",
        base=holdings.written_ledger,
        ledger=ledger,
        texts=texts,
    )
    return _with_moves(whole, holdings)


def _with_moves(changes: MapChanges, holdings: Holdings) -> MapChanges:
    """Return the same changes with what writing them has to know of tickets that come, go, or are bound."""
    return replace(
        changes,
        elsewhere=_elsewhere(holdings),
        bound=holdings.bound,
        arriving=frozenset(holdings.arrived),
        leaving=_leaving(holdings),
    )


def _refusals(
    changes: tuple[Change, ...],
    plan: TaskPlan,
    origin: Origin,
    ledger: Ledger,
    holdings: Holdings,
    capabilities: Capabilities,
    policy: SyncPolicy,
) -> tuple[str, ...]:
    """Return why the changes must not be written; one that writes nothing needs no room.

    :param plan: with the tracking ticket as long as it will be.
    """
    room = (
        ledger_refusals(plan, origin.path, ledger, holdings, capabilities, policy)
        if any(change.writes for change in changes)
        else ()
    )
    return (*room, *refusals(changes, origin.commit_time, origin.descent_from, holdings, policy))


def emptied(map_id: str, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy) -> MapChanges | None:
    """Return how a map without a file ends whose tickets all went to other maps; None when it is not such a map."""
    ledger, tracking = holdings.written_ledger, holdings.tracking
    left = (
        holdings.tickets or holdings.unreadable or holdings.copies or ledger.tickets.keys() - holdings.departed.keys()
    )
    if tracking is None or left or not holdings.departed:
        return None
    changes = retire(map_id, Origin(tracking.marker.path), holdings, capabilities, policy)
    to = ", ".join(sorted({f'"{each.map_id}"' for each in holdings.departed.values()}))
    said = tuple(replace(each, reason=f"all its tickets went to map {to}") for each in changes.changes if each.writes)
    return replace(changes, changes=said) if said else None


def _bound_anew(holdings: Holdings) -> set[str]:
    """Return the keys of tasks that are bound to another ticket than they had, to which no link was applied."""
    listed = holdings.written_ledger.tickets
    return {
        key
        for key in holdings.bound
        if key in holdings.tickets and listed.get(key) != holdings.tickets[key].ticket.number
    }


def _elsewhere(holdings: Holdings) -> dict[str, str]:
    parents = {former.tracking_key: former.tracking for former in holdings.arrived.values()}
    return parents | {key: each.number for key, each in holdings.departed.items()}


def _leaving(holdings: Holdings) -> dict[str, Leaving]:
    going = {key: each for key, each in holdings.departed.items() if each.written_there and not each.listed_there}
    return {key: Leaving(each.key, each.number) for key, each in going.items()}


def _is_another_text(origin: Origin, ledger: Ledger) -> bool:
    return origin.text_digest != ledger.text and not is_digest_of(ledger.text, origin.text)


def _wanted(
    plan: TaskPlan,
    holdings: Holdings,
    capabilities: Capabilities,
    refused: frozenset[KeyEdge],
    no_room: frozenset[KeyEdge],
    changes: tuple[Change, ...],
    resolved: Mapping[str, Side],
) -> Wanted:
    """Return the edges to be had.

    :param refused: edges that the tracker would not take.
    :param no_room: edges that the tickets have no room for.
    :param changes: of tasks and orphans.
    :param resolved: whose word about the edges of a task counts in this run, by key.
    """
    created = {change.key for change in changes if change.action is Action.CREATE}
    tasks = {spec.key for spec in plan.tasks}
    kept = {change.key for change in changes if change.action is Action.SKIP} - tasks
    skipped = frozenset(tasks - created - holdings.tickets.keys())
    return Wanted(plan, holdings, capabilities, skipped, refused, no_room, frozenset(kept), resolved)


def _claimed_tracking(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy) -> tuple[str, ...]:
    """Return why nothing of a map is made: its tracking ticket may be one whose author is not trusted."""
    return () if holdings.tracking else claims.refusals(holdings.claims, plan.tracking.key, policy)


def _left_alone(plan: TaskPlan, holdings: Holdings, tasks: tuple[Change, ...]) -> Iterator[Change]:
    """Name the tickets of authors who are not trusted that claim to be of this map and keep nothing from being done."""
    skipped = {change.key for change in tasks if change.action is Action.SKIP}
    reported = skipped if holdings.tracking else {*skipped, plan.tracking.key}
    reason = claims.remark(holdings.claims.of_map(plan.map_id, reported))
    if reason:
        yield Change(Action.SKIP, plan.tracking.key, plan.tracking.title, reason=reason, lasting=True)


def _copies(holdings: Holdings, policy: SyncPolicy) -> Iterator[Change]:
    """Report tickets that double another one; close those that our account wrote and no human touched."""
    for held, original in holdings.copies:
        key, title, number = held.marker.key, held.ticket.title, held.ticket.number
        reason = f"a copy of ticket {original}" if original else "a copy of a ticket that was renamed since"
        if held.ticket.state is not State.OPEN:
            continue
        if policy.close_copies and held.ticket.standing is Standing.SELF and untouched(held, policy):
            yield Change(Action.CLOSE, key, title, number, reason, close_reason=CloseReason.DUPLICATE)
        else:
            hint = "close it, or take the marker out of its text"
            yield Change(Action.SKIP, key, title, number, f"{reason}; {hint}")


def retire(
    map_id: str,
    origin: Origin,
    holdings: Holdings,
    capabilities: Capabilities,
    policy: SyncPolicy,
    doubtful: Mapping[str, str] | None = None,
) -> MapChanges:
    """Return what happens to the tickets of a map that was abandoned, superseded, or taken away for good.

    :param origin: where that was said; its text does not matter.
    :param doubtful: keys of tickets that another map may have, and why; they are left alone.
    """
    holdings, tracking = holdings.sifted(map_id, frozenset()), holdings.tracking
    written = holdings.written_ledger
    gone = holdings.departed.keys() - _waiting(holdings).keys()
    ledger = replace(written.without(gone), commit=origin.commit, commit_time=origin.commit_time)
    changes = (*retirement_changes(holdings, policy, doubtful or {}), *_copies(holdings, policy))
    return MapChanges(
        map_id,
        origin.path,
        approved=True,
        commit=origin.commit_of_text,
        changes=tuple(with_closing_labels(changes, policy, capabilities)),
        refusals=retirement_refusals(changes, origin.commit_time, origin.descent_from, holdings, policy),
        tracking_key=tracking.marker.key if tracking else "",
        tracking_number=tracking.ticket.number if tracking else "",
        base=holdings.written_ledger,
        ledger=ledger,
        leaving=_leaving(holdings),
    )


def _ledger(wanted: Wanted, origin: Origin, changes: tuple[Change, ...]) -> Ledger:
    """Return the ledger as it shall be; a ticket that does not exist yet has an empty number.

    :param changes: of tasks and edges.
    """
    holdings, tracking, before = wanted.holdings, wanted.plan.tracking.key, wanted.holdings.ledger
    created = {c.key: "" for c in changes if c.action is Action.CREATE and c.key != tracking}
    held = {key: held.ticket.number for key, held in holdings.tickets.items()}
    released = {key: number for key, number in before.tickets.items() if key in holdings.unreadable}
    waiting = _waiting(holdings)
    return Ledger(
        tickets={**released, **held, **created, **{key: number for key, number in waiting.items() if number}},
        edges=wanted.applied_blocking(changes),
        children=wanted.applied_children(changes) - {tracking},
        gone=frozenset((holdings.missing | before.gone) - held.keys() - created.keys())
        | frozenset(key for key, number in waiting.items() if not number),
        refused=before.refused - {(c.key, c.target) for c in changes if c.action is Action.LINK},
        declined=wanted.declined,
        accepted=wanted.accepted,
        text=origin.text_digest,
        settings=origin.settings,
        commit=origin.commit,
        commit_time=origin.commit_time,
    )


def _waiting(holdings: Holdings) -> dict[str, str]:
    """Return what went to a map that this run does not write, and whose ledger does not list it yet."""
    left = {key: each for key, each in holdings.departed.items() if not (each.written_there or each.listed_there)}
    return {key: each.number for key, each in left.items()}
