"""What a change writes, worked out on the ticket as it is just before the write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from typing import assert_never

from techmap_sync.planning.task import SectionName, TaskSpec
from techmap_sync.sync.block import Block, Part, write_block
from techmap_sync.sync.changes import LABELS, Change, Close, LabelOrphan, MapChanges, Reopen, TicketWrite, Update
from techmap_sync.sync.comparison import digest, text_digest
from techmap_sync.sync.marker import Ledger, Marker, WrittenField, claims
from techmap_sync.sync.merge import (
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
        if isinstance(change, Close) and not capabilities.close_reasons:
            yield replace(change, label=_closing_label(change.close_reason, policy))
        else:
            yield change


def _closing_label(reason: CloseReason, policy: SyncPolicy) -> str:
    match reason:
        case CloseReason.NOT_PLANNED:
            return policy.removed_label
        case CloseReason.DUPLICATE:
            return policy.duplicate_label
        case CloseReason.COMPLETED:
            return ""
        case _:
            assert_never(reason)


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


def with_former(change: TicketWrite, held: Held, field: str) -> TicketWrite:
    """Return a change that leaves a field as we wrote it last; the same one where it asks for nothing else there.

    :param field: what the tracker refused.
    """
    if field == "milestone" and isinstance(change, Update | Reopen):
        return replace(change, spec=replace(change.spec, milestone=held.marker.milestone))
    return change


def lacking(spec: TaskSpec, ticket: Ticket, capabilities: Capabilities) -> Iterator[str]:
    """Yield what a new ticket was to have and has not: servers drop silently whom they cannot assign."""
    there = {name.casefold() for name in ticket.assignees}
    for name in spec.assignees if capabilities.assignees else ():
        if name.removeprefix("@").casefold() not in there:
            yield f"the assignee {name}"
    if capabilities.milestones and spec.milestone and ticket.milestone is None:
        yield f"the milestone {spec.milestone}"


def rewrite(
    change: TicketWrite,
    held: Held,
    changes: MapChanges,
    policy: SyncPolicy,
    capabilities: Capabilities,
    fields: Set[str],
    ledger: Ledger | None = None,
) -> Rewrite:
    """Return what a change writes to a ticket that there is.

    :param held: the ticket as it is now.
    :param fields: all that may be written of it, though more may have changed since.
    :param ledger: for the tracking ticket: what its ledger shall say.
    """
    marker = _marker(change, held, changes, policy, ledger or held.marker.ledger)
    match change:
        case Update(spec=spec) | Reopen(spec=spec):
            revision = _restricted(revise(spec, held, policy), fields)
            patch = patch_for(spec, held, revision, marker, capabilities.native_priority)
            added, removed = revision.labels.add, revision.labels.remove
        case LabelOrphan(label=label) | Close(label=label):
            patch = Patch(body=_with_reason(held.block, marker, change, changes.commit))
            missing = label and not has_label(held.ticket.labels, label)
            added, removed = frozenset({label} if missing else ()), frozenset()
        case _:
            assert_never(change)
    return Rewrite(_with_state(patch, change), added, removed)


def _restricted(revision: Revision, names: Set[str]) -> Revision:
    """Write nothing but some fields, even if the ticket has changed since they were shown."""
    fields = tuple(
        replace(field, decision=Decision.NOTHING)
        if field.decision is Decision.UPDATE and field.name not in names
        else field
        for field in revision.fields
    )
    unshown = LabelChanges(declined=revision.labels.declined)
    return Revision(fields, unshown if names.isdisjoint((LABELS, PRIORITY)) else revision.labels)


def _marker(change: TicketWrite, held: Held, changes: MapChanges, policy: SyncPolicy, ledger: Ledger | None) -> Marker:
    before = held.marker
    match change:
        case Update(spec=spec):
            labels, state = spec.labels, before.state
        case Reopen(spec=spec):
            labels, state = spec.labels, str(State.OPEN)
        case LabelOrphan(label=label):
            labels, state = before.labels | {label}, before.state
        case Close(label=label):
            labels, state = before.labels | ({label} if label else set()), str(State.CLOSED)
        case _:
            assert_never(change)
    return replace(
        before,
        source=policy.source_of(changes.map_id),
        map_id=changes.map_id,
        path=changes.path,
        key=change.key,
        tracking=changes.tracking_number or before.tracking,
        labels=labels,
        state=state,
        ledger=ledger,
    )


def _with_reason(block: Block, marker: Marker, change: LabelOrphan | Close, commit: str) -> str:
    """Say in the block why the ticket is closed or orphaned, and since which commit."""
    since = f" (commit {commit[:12]})" if commit else ""
    status = Part(SectionName.STATUS, "Status", f"{change.reason[:1].upper()}{change.reason[1:]}{since}.")
    parts = (*(part for part in block.parts if part.name != SectionName.STATUS), status)
    written = WrittenField(digest(SectionName.STATUS), text_digest(status.text), status.heading)
    known = replace(marker, sections={**marker.sections, SectionName.STATUS: written})
    return write_block(parts, known, block.before, block.after)


def _with_state(patch: Patch, change: TicketWrite) -> Patch:
    match change:
        case Close(close_reason=reason):
            return replace(patch, state=State.CLOSED, reason=reason)
        case Reopen():
            return replace(patch, state=State.OPEN)
        case Update() | LabelOrphan():
            return patch
        case _:
            assert_never(change)
