"""What happens to the ticket of each task: created, brought up to date, closed or left, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from techmap_sync.planning.task import TaskSpec
from techmap_sync.syncing import claims
from techmap_sync.syncing.changes import KEY, MARKER, Action, Change, FieldEdit
from techmap_sync.syncing.decision import Decision
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import LABELS, Held, Revision, revise
from techmap_sync.syncing.tracker import CloseReason, State

DONE_IN_MAP = "done in the map"


def task_changes(
    spec: TaskSpec, holdings: Holdings, doubtful: Mapping[str, str], policy: SyncPolicy
) -> Iterator[Change]:
    """Return what happens to the ticket of one task, or why it has none.

    :param doubtful: keys of tasks whose ticket is not certain, and why; they are left alone.
    """
    held = holdings.tickets.get(spec.key)
    if held is not None and spec.key not in doubtful:
        yield from _ticket_changes(spec, held, policy, _origin(spec.key, held, holdings))
    elif not spec.done:
        reason = doubtful.get(spec.key) or _why_not_created(spec.key, holdings, policy)
        if reason:
            yield Change(Action.SKIP, spec.key, spec.title, reason=reason)
        else:
            yield Change(Action.CREATE, spec.key, spec.title, spec=spec)


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    if claimed := claims.reason(holdings.claims, key, policy, is_tracked=holdings.tracking is not None):
        return claimed
    if key in policy.new:
        return ""
    if key in holdings.unreadable:
        stray = holdings.unreadable[key]
        return f"ticket {stray.ticket.number} was released: {stray.reason}; push --new {key} makes a new one"
    if key in holdings.ledger.gone or key in holdings.ledger.tickets:
        return f"its ticket was deleted; push --new {key} makes a new one"
    return ""


def _origin(key: str, held: Held, holdings: Holdings) -> str:
    """Return which map a ticket comes from that still has the key it had there; empty for any other."""
    former = holdings.arrived.get(key)
    return f'moved from map "{former.map_id}"' if former and held.marker.key != key else ""


def _ticket_changes(spec: TaskSpec, held: Held, policy: SyncPolicy, moved: str) -> Iterator[Change]:
    """Return what happens to a ticket that there is.

    :param moved: where it comes from; a closed ticket changes its key alone then.
    """
    number, closed_by_us = held.ticket.number, held.marker.state == State.CLOSED
    rekeyed = Change(Action.UPDATE, spec.key, held.ticket.title, number, moved, _key_edit(spec, held), spec)
    if held.ticket.state is State.CLOSED:
        if closed_by_us and not spec.done:
            edits, reason = revise(spec, held, policy).edits, "its task is back in the map"
            yield Change(Action.REOPEN, spec.key, spec.title, number, moved or reason, edits, spec)
        elif moved:
            yield rekeyed
        return
    if spec.done and not closed_by_us:
        title, reason = held.ticket.title, CloseReason.COMPLETED
        yield Change(Action.CLOSE, spec.key, title, number, DONE_IN_MAP, spec=spec, close_reason=reason)
    elif spec.sections:
        for change in revision_changes(spec, held, revise(spec, held, policy)):
            yield replace(change, reason=moved) if moved and change.action is Action.UPDATE else change
    elif moved:
        yield rekeyed


def _key_edit(spec: TaskSpec, held: Held) -> tuple[FieldEdit, ...]:
    return (FieldEdit(KEY, held.marker.key, spec.key),) if held.marker.key != spec.key else ()


def revision_changes(spec: TaskSpec, held: Held, revision: Revision) -> Iterator[Change]:
    """Turn a revision into an update, the conflicts it leaves and the drift it keeps."""
    number = held.ticket.number
    edits = (*revision.edits, *_key_edit(spec, held))
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
        reason = kept_reason(spec.key, revision.kept)
        yield Change(Action.SKIP, spec.key, spec.title, number, reason, kept=revision.kept)


def kept_reason(key: str, kept: Iterable[FieldEdit]) -> str:
    """Return what a human changed and keeps, removed labels by their names."""
    names = ", ".join(f"{edit.name} {edit.after}" if edit.name == LABELS else edit.name for edit in kept)
    return f"changed by a human, kept: {names}; push --take map {key} writes the map's text"
