"""What happens to the ticket of each task: created, brought up to date, closed or left, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from techmap_sync.planning.task import TaskSpec
from techmap_sync.syncing import claims
from techmap_sync.syncing.changes import KEY, MARKER, Action, Change, FieldEdit
from techmap_sync.syncing.decision import Decision
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import Held, Revision, revise
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
        yield from _ticket_changes(spec, held, policy)
    elif not spec.done:
        reason = doubtful.get(spec.key) or _why_not_created(spec.key, holdings, policy)
        if reason:
            yield Change(Action.SKIP, spec.key, spec.title, reason=reason)
        else:
            yield Change(Action.CREATE, spec.key, spec.title, spec=spec)


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    if claiming := holdings.claims.by_key.get(key):
        return claims.reason(claiming, policy)
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
