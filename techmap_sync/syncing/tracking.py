"""The tracking ticket of a map: made first, written last in one write with its ledger, closed with the last task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from techmap_sync.planning.task import TaskPlan
from techmap_sync.syncing.as_text import TASK_LIST
from techmap_sync.syncing.changes import LEDGER, Action, Change, FieldEdit
from techmap_sync.syncing.marker import Ledger
from techmap_sync.syncing.matching import Holdings
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import Revision, revise
from techmap_sync.syncing.tickets import revision_changes
from techmap_sync.syncing.ticks import unticked
from techmap_sync.syncing.tracker import CloseReason, State


def tracking_creation(plan: TaskPlan, holdings: Holdings) -> Iterator[Change]:
    """Return its creation when there is none yet."""
    if holdings.tracking is None:
        yield Change(
            Action.CREATE, plan.tracking.key, plan.tracking.title, spec=plan.tracking, reason="tracking ticket"
        )


def tracking_update(plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, ledger: Ledger) -> Iterator[Change]:
    """Return how it follows the map, in one write with its ledger, and what of it people keep."""
    held = holdings.tracking
    if held is None:
        return
    spec, ledger_edit = plan.tracking, _ledger_edit(holdings.written_ledger, ledger)
    is_written = held.ticket.state is State.OPEN or not held.marker.key
    revision = revise(spec, held, policy) if is_written else Revision(())
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


def tracking_state(
    plan: TaskPlan, holdings: Holdings, policy: SyncPolicy, changes: tuple[Change, ...]
) -> Iterator[Change]:
    """Close the tracking ticket when everything is done, and reopen what we closed when something is not."""
    held, spec = holdings.tracking, plan.tracking
    revision = revise(spec, held, policy) if held else Revision(())
    number = held.ticket.number if held else ""
    left = unticked(revision.texts_but(TASK_LIST) if held else [section.text for section in spec.sections])
    finished = _is_finished(plan, holdings, changes)
    is_open, closed_by_us = not held or held.ticket.state is State.OPEN, held and held.marker.state == State.CLOSED
    if finished and is_open and not closed_by_us:
        yield _finishing(Change(Action.CLOSE, spec.key, spec.title, number), len(left))
    elif (left or not finished) and not is_open and closed_by_us:
        yield Change(Action.REOPEN, spec.key, spec.title, number, "there is work left", revision.edits, spec)


def _finishing(closing: Change, unticked_boxes: int) -> Change:
    if not unticked_boxes:
        reason = "all its tasks are closed and its checklist is ticked"
        return replace(closing, reason=reason, close_reason=CloseReason.COMPLETED)
    boxes = "a box of its checklist is" if unticked_boxes == 1 else f"{unticked_boxes} boxes of its checklist are"
    return replace(
        closing, action=Action.SKIP, reason=f"left open: its tasks are closed, {boxes} not ticked", lasting=True
    )


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
