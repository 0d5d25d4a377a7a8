"""Desired against observed: the change set of one map. Pure; nothing is read or written here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.syncing.as_text import TASK_LIST, edge_texts
from techmap_sync.syncing.changes import Action, Change, FieldEdit, MapChanges
from techmap_sync.syncing.decision import Decision
from techmap_sync.syncing.edges import Wanted, applied_children, applied_edges
from techmap_sync.syncing.fitting import fitted_plan
from techmap_sync.syncing.followups import with_follow_ups
from techmap_sync.syncing.guard import refusals
from techmap_sync.syncing.marker import Ledger
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.orphans import map_text, orphan_changes, retirement_changes, untouched
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.renames import Renames, find_renames
from techmap_sync.syncing.revise import Held, Revision, revise
from techmap_sync.syncing.ticks import unticked
from techmap_sync.syncing.tracker import Capabilities, CloseReason, Standing, State
from techmap_sync.syncing.writing import with_closing_labels

LEDGER = "ledger"
MARKER = "marker"
KEY = "key"
DONE_IN_MAP = "done in the map"


@dataclass(frozen=True, slots=True)
class Origin:
    """What the ledger remembers of the map that a plan was made from."""

    path: str
    text: str
    """The map's whole text."""
    text_digest: str
    settings: str = ""
    """Digest of settings and version."""
    commit: str = ""
    commit_time: str = ""


def diff(
    plan: TaskPlan,
    origin: Origin,
    holdings: Holdings,
    capabilities: Capabilities,
    policy: SyncPolicy,
    doubts: tuple[str, ...] = (),
) -> MapChanges:
    """Return what has to be done so that the tracker holds what the plan says.

    :param holdings: the tickets of this map.
    :param capabilities: what the tracker can hold; what it cannot is left out and said.
    :param doubts: why the listing cannot be believed for this map.
    """
    renames = find_renames(plan, holdings)
    holdings = holdings.renamed(renames.keys)
    plan = with_follow_ups(plan, holdings)
    numbers = {key: held.ticket.number for key, held in holdings.tickets.items()}
    texts = edge_texts(plan, capabilities)
    plan = replace(plan, tasks=tuple(texts.of_task(spec, numbers) for spec in plan.tasks))
    plan = fitted_plan(plan, holdings, capabilities)
    tasks = tuple(change for spec in plan.tasks for change in _task_changes(spec, holdings, renames, policy))
    holdings = replace(holdings, renewed=frozenset(c.key for c in tasks if c.action is Action.CREATE))
    text = map_text(origin.text, changed=origin.text_digest != holdings.ledger.text)
    orphans = tuple(orphan_changes(plan, text, holdings, policy, renames.held))
    wanted = Wanted(plan, holdings, capabilities, _without_ticket(plan, tasks, holdings), _refused(holdings, policy))
    edges, texts = wanted.changes(), replace(texts, listed=wanted.task_list())
    full = replace(plan, tracking=texts.of_tracking(plan.tracking, numbers))
    ledger = _ledger(plan, origin, holdings, capabilities, (*tasks, *edges))
    changes = (
        *_tracking_creation(plan, holdings),
        *tasks,
        *with_closing_labels((*orphans, *_copies(holdings, policy)), policy, capabilities),
        *edges,
        *_tracking_update(full, holdings, policy, ledger),
        *_tracking_state(full, holdings, policy, (*tasks, *orphans)),
    )
    return MapChanges(
        plan.map_id,
        origin.path,
        approved=True,
        commit=origin.commit,
        changes=changes,
        refusals=(*doubts, *refusals(changes, origin.commit_time, holdings, policy)),
        tracking_key=plan.tracking.key,
        tracking_number=holdings.tracking.ticket.number if holdings.tracking else "",
        base=holdings.written_ledger,
        ledger=ledger,
        texts=texts,
    )


def _refused(holdings: Holdings, policy: SyncPolicy) -> frozenset[tuple[str, str]]:
    """Edges that are not tried again: the tracker would not take them."""
    return frozenset() if policy.refresh else holdings.ledger.refused


def _tracking_creation(plan: TaskPlan, holdings: Holdings) -> Iterator[Change]:
    if holdings.tracking is None:
        yield Change(
            Action.CREATE, plan.tracking.key, plan.tracking.title, spec=plan.tracking, reason="tracking ticket"
        )


def _task_changes(spec: TaskSpec, holdings: Holdings, renames: Renames, policy: SyncPolicy) -> Iterator[Change]:
    held = holdings.tickets.get(spec.key)
    if held is not None and spec.key not in renames.held:
        yield from _ticket_changes(spec, held, policy)
    elif not spec.done:
        reason = renames.held.get(spec.key) or _why_not_created(spec.key, holdings, policy)
        if reason:
            yield Change(Action.SKIP, spec.key, spec.title, reason=reason)
        else:
            yield Change(Action.CREATE, spec.key, spec.title, spec=spec)


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    if key in holdings.claimed:
        stray = holdings.claimed[key]
        return f"{stray.reason}; if {stray.ticket.author} may write tickets, add the name to trusted_authors"
    if key in policy.new:
        return ""
    if key in holdings.unreadable:
        stray = holdings.unreadable[key]
        return f"ticket {stray.ticket.number} was released: {stray.reason}; push --new {key} makes a new one"
    if key in holdings.ledger.gone or key in holdings.ledger.tickets:
        return f"its ticket was deleted; push --new {key} makes a new one"
    return ""


def _ticket_changes(spec: TaskSpec, held: Held, policy: SyncPolicy) -> Iterator[Change]:
    number, closed_by_us = held.ticket.number, held.marker.state == State.CLOSED
    if held.ticket.state is State.CLOSED:
        if closed_by_us and not spec.done:
            edits, reason = revise(spec, held, policy).edits, "its task is back in the map"
            yield Change(Action.REOPEN, spec.key, spec.title, number, reason, edits, spec)
        return
    if spec.done and not closed_by_us:
        title, reason = held.ticket.title, CloseReason.COMPLETED
        yield Change(Action.CLOSE, spec.key, title, number, DONE_IN_MAP, spec=spec, close_reason=reason)
        return
    if spec.sections:
        yield from revision_changes(spec, held, revise(spec, held, policy))


def revision_changes(spec: TaskSpec, held: Held, revision: Revision) -> Iterator[Change]:
    """Turn a revision into an update, the conflicts it leaves and the drift it keeps."""
    number = held.ticket.number
    edits = revision.edits
    if held.marker.key != spec.key:
        edits = (*edits, FieldEdit(KEY, held.marker.key, spec.key))
    if not edits and revision.adopted:
        edits = (FieldEdit(MARKER, "", ", ".join(revision.adopted)),)
    if edits:
        yield Change(Action.UPDATE, spec.key, spec.title, number, edits=edits, spec=spec)
    for field in revision.named(Decision.CONFLICT):
        reason = (
            f"both the map and a human changed it; settle with push --take map {spec.key} or --take tracker {spec.key}"
        )
        edit = FieldEdit(field.name or "lead", field.theirs, field.ours)
        yield Change(Action.CONFLICT, spec.key, spec.title, number, reason, (edit,), spec)
    if revision.kept:
        names = ", ".join(edit.name for edit in revision.kept)
        reason = f"changed by a human, kept: {names}; push --take map {spec.key} writes the map's text"
        yield Change(Action.SKIP, spec.key, spec.title, number, reason, kept=revision.kept)


def _copies(holdings: Holdings, policy: SyncPolicy) -> Iterator[Change]:
    """Report tickets that double another one; close those that our account wrote and no human touched."""
    for held, original in holdings.copies:
        key, title, number = held.marker.key, held.ticket.title, held.ticket.number
        reason = f"a copy of ticket {original}"
        if held.ticket.state is not State.OPEN:
            continue
        if policy.close_copies and held.ticket.standing is Standing.SELF and untouched(held):
            yield Change(Action.CLOSE, key, title, number, reason, close_reason=CloseReason.DUPLICATE)
        else:
            yield Change(Action.SKIP, key, title, number, reason)


def retire(
    map_id: str, path: str, holdings: Holdings, capabilities: Capabilities, policy: SyncPolicy, commit: str = ""
) -> MapChanges:
    """Return what happens to the tickets of a map that was abandoned, superseded, or taken away for good."""
    tracking = holdings.tracking
    return MapChanges(
        map_id,
        path,
        approved=True,
        commit=commit,
        changes=tuple(with_closing_labels(retirement_changes(holdings, policy), policy, capabilities)),
        tracking_key=tracking.marker.key if tracking else "",
        tracking_number=tracking.ticket.number if tracking else "",
        base=holdings.written_ledger,
        ledger=holdings.written_ledger,
    )


def _tracking_update(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, ledger: Ledger) -> Iterator[Change]:
    """The tracking ticket comes last, in one write with its ledger."""
    held = holdings.tracking
    if held is None:
        return
    spec, ledger_edit = plan.tracking, _ledger_edit(holdings.written_ledger, ledger)
    revision = revise(spec, held, policy) if held.ticket.state is State.OPEN else Revision(())
    update = Change(Action.UPDATE, spec.key, spec.title, held.ticket.number, spec=spec)
    left = []
    for change in revision_changes(spec, held, revision):
        if change.action is Action.UPDATE:
            update = change
        else:
            left.append(change)
    if update.edits or ledger_edit:
        yield replace(update, edits=(*update.edits, *ledger_edit))
    yield from left


def _tracking_state(
    plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, changes: tuple[Change, ...]
) -> Iterator[Change]:
    """Close the tracking ticket when everything is done, and reopen what we closed when something is not."""
    held, spec = holdings.tracking, plan.tracking
    revision = revise(spec, held, policy) if held else Revision(())
    number = held.ticket.number if held else ""
    texts = revision.texts_but(TASK_LIST) if held else [section.text for section in spec.sections]
    finished = _is_finished(plan, holdings, changes) and not unticked(texts)
    is_open, closed_by_us = not held or held.ticket.state is State.OPEN, held and held.marker.state == State.CLOSED
    if finished and is_open and not closed_by_us:
        reason = "all its tasks are closed and its checklist is ticked"
        yield Change(Action.CLOSE, spec.key, spec.title, number, reason, close_reason=CloseReason.COMPLETED)
    elif not finished and not is_open and closed_by_us:
        yield Change(Action.REOPEN, spec.key, spec.title, number, "there is work left", revision.edits, spec)


def _is_finished(plan: TaskPlan, holdings: Holdings, changes: tuple[Change, ...]) -> bool:
    """Whether every ticket of the plan is closed once the changes are done; a map without tickets is not finished."""
    closing = {change.ticket for change in changes if change.action is Action.CLOSE}
    mine = [holdings.tickets[spec.key] for spec in plan.tasks if spec.key in holdings.tickets]
    lacking = any(not spec.done and spec.key not in holdings.tickets for spec in plan.tasks)
    opening = lacking or any(change.action is Action.REOPEN for change in changes)
    tickets = mine or list(holdings.tickets.values())
    closed = all(h.ticket.state is State.CLOSED or h.ticket.number in closing for h in tickets)
    return bool(tickets) and closed and not opening


def _ledger_edit(before: Ledger, after: Ledger) -> tuple[FieldEdit, ...]:
    """Commits and settings ride along; they are no news by themselves."""
    still = replace(after, commit=before.commit, commit_time=before.commit_time, settings=before.settings)
    return () if still == before else (FieldEdit(LEDGER, before.text, after.text),)


def _without_ticket(plan: TaskPlan, changes: Iterable[Change], holdings: Holdings) -> frozenset[str]:
    created = {change.key for change in changes if change.action is Action.CREATE}
    return frozenset(spec.key for spec in plan.tasks if spec.key not in created and spec.key not in holdings.tickets)


def _ledger(
    plan: TaskPlan, origin: Origin, holdings: Holdings, capabilities: Capabilities, changes: tuple[Change, ...]
) -> Ledger:
    """Return the ledger as it shall be; a ticket that does not exist yet has an empty number."""
    before = holdings.ledger
    created = {c.key: "" for c in changes if c.action is Action.CREATE and c.key != plan.tracking.key}
    held = {key: held.ticket.number for key, held in holdings.tickets.items()}
    released = {key: number for key, number in before.tickets.items() if key in holdings.unreadable}
    return Ledger(
        tickets={**released, **held, **created},
        edges=applied_edges(plan, holdings, changes),
        children=applied_children(holdings, changes, capabilities.parent_at_creation) - {plan.tracking.key},
        gone=frozenset((holdings.missing | before.gone) - held.keys() - created.keys()),
        refused=before.refused - {(c.key, c.target) for c in changes if c.action is Action.LINK},
        text=origin.text_digest,
        settings=origin.settings,
        commit=origin.commit,
        commit_time=origin.commit_time,
    )
