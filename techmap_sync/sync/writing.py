"""What a change writes, worked out on the ticket as it is just before the write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from techmap_sync.planning.task import SectionName, TaskSpec
from techmap_sync.sync.block import Block, Part, write_block
from techmap_sync.sync.changes import Action, Change, FieldEdit, MapChanges
from techmap_sync.sync.comparison import digest, text_digest
from techmap_sync.sync.marker import Ledger, Marker, WrittenField, claims
from techmap_sync.sync.merge import (
    LABELS,
    PRIORITY,
    Decision,
    Held,
    LabelChanges,
    Revision,
    first_marker,
    has_label,
    patch_for,
    revise,
    sections_of,
)
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tracker import Capabilities, CloseReason, Draft, Patch, State, Ticket


@dataclass(frozen=True, slots=True)
class Rewrite:
    """All that is written to one ticket."""

    patch: Patch
    add_labels: frozenset[str] = frozenset()
    remove_labels: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.patch or self.add_labels or self.remove_labels)


def with_closing_labels(changes: Iterable[Change], policy: SyncPolicy, capabilities: Capabilities) -> Iterator[Change]:
    """Give a closing the label that says why, where the tracker keeps no reason for it."""
    for change in changes:
        label = "" if capabilities.close_reasons else _closing_label(change.close_reason, policy)
        yield replace(change, edits=(FieldEdit(LABELS, "", f"+{label}"),)) if label else change


def _closing_label(reason: CloseReason | None, policy: SyncPolicy) -> str:
    match reason:
        case CloseReason.NOT_PLANNED:
            return policy.removed_label
        case CloseReason.DUPLICATE:
            return policy.duplicate_label
        case _:
            return ""


def _added_labels(change: Change, policy: SyncPolicy) -> frozenset[str]:
    """Return the label that an orphan or a copy gets, as its change shows it."""
    return frozenset({_closing_label(change.close_reason, policy) or policy.removed_label} if change.edits else ())


def required(change: Change) -> TaskSpec:
    """Return the task of a change that cannot be without one."""
    assert change.spec is not None, f"{change.action} of {change.key} has no task"
    return change.spec


def draft(spec: TaskSpec, changes: MapChanges, tracking: str, policy: SyncPolicy, capabilities: Capabilities) -> Draft:
    """Return the ticket to create for a task.

    :param tracking: number of the tracking ticket; empty when this is the tracking ticket itself.
    """
    is_tracking = spec.key == changes.tracking_key
    assignees = spec.assignees if capabilities.assignees else ()
    marker = Marker(
        source=policy.source_of(changes.map_id),
        map_id=changes.map_id,
        path=changes.path,
        key=spec.key,
        tracking="" if is_tracking else tracking,
        labels=spec.labels,
        assignees=frozenset(assignees),
        ledger=Ledger() if is_tracking else None,
    )
    parts = [Part(section.name, section.heading, section.text) for section in sections_of(spec)]
    return Draft(
        title=spec.title,
        body=write_block(parts, first_marker(spec, marker)),
        labels=spec.labels,
        priority=spec.priority if capabilities.native_priority else None,
        milestone=spec.milestone or None if capabilities.milestones else None,
        assignees=assignees,
        parent=tracking or None if capabilities.parent_at_creation else None,
        estimate_minutes=spec.estimate_minutes if capabilities.estimates else None,
        claims=claims(policy.source, spec.key),
    )


def without(spec: TaskSpec, field: str) -> TaskSpec:
    """Return a task that asks for less, so that its ticket can be made; the same one where the field is needed.

    :param field: what the tracker refused.
    """
    match field:
        case "assignees":
            return replace(spec, assignees=())
        case "milestone":
            return replace(spec, milestone="")
        case _:
            return spec


def with_former(change: Change, held: Held, field: str) -> Change:
    """Return a change that leaves a field as we wrote it last; the same one where it asks for nothing else there.

    :param field: what the tracker refused.
    """
    if field != "milestone" or change.spec is None:
        return change
    return replace(change, spec=replace(change.spec, milestone=held.marker.milestone))


def lacking(spec: TaskSpec, ticket: Ticket, capabilities: Capabilities) -> Iterator[str]:
    """Yield what a new ticket was to have and has not: servers drop silently whom they cannot assign."""
    there = {name.casefold() for name in ticket.assignees}
    for name in spec.assignees if capabilities.assignees else ():
        if name.removeprefix("@").casefold() not in there:
            yield f"the assignee {name}"
    if capabilities.milestones and spec.milestone and ticket.milestone is None:
        yield f"the milestone {spec.milestone}"


def rewrite(
    change: Change,
    held: Held,
    changes: MapChanges,
    policy: SyncPolicy,
    capabilities: Capabilities,
    ledger: Ledger | None = None,
) -> Rewrite:
    """Return what an update, a closing or a reopening writes.

    :param held: the ticket as it is now.
    :param ledger: for the tracking ticket: what its ledger shall say.
    """
    revision = _as_shown(revise(change.spec, held, policy), change) if _revises(change) and change.spec else None
    marker = _marker(change, held, changes, policy, ledger or held.marker.ledger)
    if revision is not None and change.spec is not None:
        patch = patch_for(change.spec, held, revision, marker, capabilities.native_priority)
        add, remove = revision.labels.add, revision.labels.remove
    else:
        patch = Patch(body=_with_reason(held.block, marker, change, changes.commit))
        there, remove = held.ticket.labels, frozenset()
        add = frozenset(label for label in _added_labels(change, policy) if not has_label(there, label))
    return Rewrite(_with_state(patch, change), add, remove)


def _revises(change: Change) -> bool:
    return change.action in (Action.UPDATE, Action.REOPEN) and change.spec is not None


def _as_shown(revision: Revision, change: Change) -> Revision:
    """Write nothing that the plan did not show, even if the ticket has changed since."""
    shown = set(change.fields)
    fields = tuple(
        replace(field, decision=Decision.NOTHING)
        if field.decision is Decision.UPDATE and field.name not in shown
        else field
        for field in revision.fields
    )
    labels_shown = LABELS in shown or PRIORITY in shown
    unshown = LabelChanges(declined=revision.labels.declined)
    return Revision(fields, revision.labels if labels_shown else unshown)


def _marker(change: Change, held: Held, changes: MapChanges, policy: SyncPolicy, ledger: Ledger | None) -> Marker:
    labels = change.spec.labels if _revises(change) and change.spec else None
    state = {Action.CLOSE: State.CLOSED, Action.REOPEN: State.OPEN}.get(change.action)
    return replace(
        held.marker,
        source=policy.source_of(changes.map_id),
        map_id=changes.map_id,
        path=changes.path,
        key=change.key,
        tracking=changes.tracking_number or held.marker.tracking,
        labels=held.marker.labels | _added_labels(change, policy) if labels is None else labels,
        state=state or held.marker.state,
        ledger=ledger,
    )


def _with_reason(block: Block, marker: Marker, change: Change, commit: str) -> str:
    """Say in the block why the ticket is closed or orphaned, and since which commit."""
    since = f" (commit {commit[:12]})" if commit else ""
    status = Part(SectionName.STATUS, "Status", f"{change.reason[:1].upper()}{change.reason[1:]}{since}.")
    parts = (*(part for part in block.parts if part.name != SectionName.STATUS), status)
    written = WrittenField(digest(SectionName.STATUS), text_digest(status.text), status.heading)
    known = replace(marker, sections={**marker.sections, SectionName.STATUS: written})
    return write_block(parts, known, block.before, block.after)


def _with_state(patch: Patch, change: Change) -> Patch:
    if change.action is Action.CLOSE:
        return replace(patch, state=State.CLOSED, reason=change.close_reason)
    if change.action is Action.REOPEN:
        return replace(patch, state=State.OPEN)
    return patch
