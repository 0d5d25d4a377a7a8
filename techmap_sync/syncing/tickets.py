"""What happens to the ticket of each task: created, brought up to date, closed or left, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from techmap_sync.planning.task import TaskSpec
from techmap_sync.syncing import claims
from techmap_sync.syncing.changes import KEY, MARKER, Action, Change, FieldEdit
from techmap_sync.syncing.choices import Side
from techmap_sync.syncing.decision import Decision
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import LABELS, Held, Revision, revise
from techmap_sync.syncing.tracker import CloseReason, State

DONE_IN_MAP = "done in the map"
BOUND = "bound again, the text that people wrote stays below"


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
        if reason and _is_accepted(spec.key, holdings, policy):
            return
        if reason:
            yield Change(Action.SKIP, spec.key, spec.title, reason=reason)
        else:
            yield Change(Action.CREATE, spec.key, spec.title, spec=spec)


def _is_accepted(key: str, holdings: Holdings, policy: SyncPolicy) -> bool:
    """Whether it is settled that a task has no ticket: people took it away, and that was accepted."""
    is_settled = key in holdings.ledger.accepted or policy.resolve.get(key) is Side.TRACKER
    return is_settled and key in holdings.without_ticket


def _why_not_created(key: str, holdings: Holdings, policy: SyncPolicy) -> str:
    if claimed := claims.reason(holdings.claims, key, policy, is_tracked=holdings.tracking is not None):
        return claimed
    if key in policy.recreate:
        return ""
    if key in holdings.unreadable:
        stray = holdings.unreadable[key]
        number = stray.ticket.number
        if stray.ticket.withheld:
            return f"ticket {number}: {stray.reason}; push --recreate {key} makes a new one"
        ways = f"push --rebind {key}={number} binds it again, --recreate {key} makes a new one"
        return f"ticket {number} was released: {stray.reason}; {ways}"
    if key in holdings.ledger.gone or key in holdings.ledger.tickets:
        return f"its ticket was deleted; push --recreate {key} makes a new one"
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
    if held.ticket.state is State.CLOSED and held.marker.key:
        if closed_by_us and not spec.done:
            edits, reason = revise(spec, held, policy).edits, "its task is back in the map"
            yield Change(Action.REOPEN, spec.key, spec.title, number, moved or reason, edits, spec)
        elif moved:
            yield rekeyed
        return
    if spec.done and not closed_by_us and held.marker.key:
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
        reason = "" if held.marker.key else BOUND
        yield Change(Action.UPDATE, spec.key, spec.title, number, reason, edits, spec)
    for field in revision.named(Decision.CONFLICT):
        ways = f"push --resolve map {spec.key} or --resolve tracker {spec.key}"
        reason = f"both the map and a human changed it; settle with {ways}"
        edit = FieldEdit(field.name or "lead", field.theirs, field.ours)
        yield Change(Action.CONFLICT, spec.key, spec.title, number, reason, (edit,), spec)
    if revision.kept:
        reason = kept_reason(spec.key, revision.kept)
        yield Change(Action.SKIP, spec.key, spec.title, number, reason, kept=revision.kept)


def kept_reason(key: str, kept: Iterable[FieldEdit]) -> str:
    """Return what a human changed and keeps, removed labels by their names."""
    names = ", ".join(f"{edit.name} {edit.after}" if edit.name == LABELS else edit.name for edit in kept)
    ways = f"push --resolve map {key} writes the map's text, --resolve tracker {key} accepts it"
    return f"changed by a human, kept: {names}; {ways}"
