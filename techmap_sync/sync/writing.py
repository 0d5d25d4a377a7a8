"""Works out what a change writes to a ticket, from the ticket as it is just before the write. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from typing import assert_never

from techmap_sync.planning.task import Section, TaskSpec
from techmap_sync.sync import native_fields
from techmap_sync.sync.block import Block, Held, Part, write_block
from techmap_sync.sync.change_set import MapChanges
from techmap_sync.sync.changes import Change, Close, LabelOrphan, Reopen, TicketWrite, Update
from techmap_sync.sync.comparison import comparable, digest, section_digest, text_digest
from techmap_sync.sync.endings import Why, with_status
from techmap_sync.sync.marker import Ledger, Marker, WrittenField, claims
from techmap_sync.sync.merge import (
    MILESTONE,
    PENDING,
    TITLE,
    accepted_sections,
    revise,
    values_digest,
)
from techmap_sync.sync.native_fields import DUE, NATIVE, PRIORITY_FIELD, TYPE
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.ticket_fields import (
    ASSIGNEES,
    LABELS,
    PRIORITY,
    AssigneeChanges,
    Decision,
    LabelChanges,
    Revised,
    Revision,
    has_label,
    kept,
)
from techmap_sync.sync.tracker import Capabilities, CloseReason, Draft, Patch, State
from techmap_sync.text_forms import with_line_feeds


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Everything that is written to one ticket."""

    patch: Patch
    add_labels: frozenset[str] = frozenset()
    remove_labels: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.patch or self.add_labels or self.remove_labels)


def with_closing_labels(changes: Iterable[Change], policy: SyncPolicy, capabilities: Capabilities) -> Iterator[Change]:
    """Give each close a label that says why, where the tracker stores no reason."""
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


def draft(
    spec: TaskSpec, changes: MapChanges, tracking: str, parent: str, policy: SyncPolicy, capabilities: Capabilities
) -> Draft:
    """Return the ticket to create for a task.

    :param tracking: number of the tracking ticket; empty when this is the tracking ticket itself.
    :param parent: number of the ticket whose child it becomes, where a new ticket can name it; empty for none.
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
    parts = [Part(section.name, section.heading, section.text) for section in spec.sections]
    return Draft(
        title=spec.title,
        body=write_block(parts, first_marker(spec, marker)),
        labels=spec.labels,
        priority=spec.priority if capabilities.native_priority else None,
        milestone=spec.milestone or None if capabilities.milestones else None,
        assignees=assignees,
        due=spec.due or None,
        type=spec.type or None,
        parent=parent or None if capabilities.parent_at_creation else None,
        estimate_minutes=spec.estimate_minutes if capabilities.estimates else None,
        claims=claims(marker.source, spec.key),
    )


def first_marker(spec: TaskSpec, marker: Marker) -> Marker:
    """Return the marker of a ticket that is written for the first time."""
    return replace(
        marker,
        title=WrittenField(digest(spec.title), text_digest(spec.title)),
        sections={section.name: _written_section(section, section.text) for section in spec.sections},
        priority=spec.priority.value if spec.priority else "",
        milestone=spec.milestone,
        native=native_fields.written_first(spec),
    )


def without(spec: TaskSpec, field: str) -> TaskSpec:
    """Return a task without a field that the tracker refused, or the same task where the field is required."""
    match field:
        case "assignees":
            return replace(spec, assignees=())
        case "milestone":
            return replace(spec, milestone="")
        case "type":
            return replace(spec, type=None)
        case _:
            return spec


def with_former(change: TicketWrite, held: Held, field: str) -> TicketWrite:
    """Return a change that leaves a field that the tracker refused as we last wrote it; the same where it cannot."""
    if field == "milestone" and isinstance(change, Update | Reopen):
        return replace(change, spec=replace(change.spec, milestone=held.marker.milestone))
    if field == "type" and isinstance(change, Update | Reopen):
        return replace(change, spec=replace(change.spec, type=None))
    return change


def people_to_write(change: TicketWrite, held: Held, policy: SyncPolicy, fields: Set[str]) -> AssigneeChanges:
    """Return whom a change assigns and takes away.

    :param fields: the only fields that may be written.
    """
    match change:
        case Update(spec=spec) | Reopen(spec=spec):
            return _restricted(revise(spec, held, policy), fields, held.marker).people
        case LabelOrphan() | Close():
            return kept(held.marker)
        case _:
            assert_never(change)


def rewrite(
    change: TicketWrite,
    held: Held,
    changes: MapChanges,
    policy: SyncPolicy,
    capabilities: Capabilities,
    fields: Set[str],
    ledger: Ledger | None = None,
    people: AssigneeChanges | None = None,
) -> Rewrite:
    """Return what a change writes to an existing ticket.

    :param held: the ticket as it is now.
    :param fields: the only fields that may be written, though more may have changed since.
    :param ledger: the new ledger of the tracking ticket.
    :param people: what became of the people of the ticket, where they were written before.
    """
    marker = _marker(change, held, changes, policy, ledger)
    match change:
        case Update(spec=spec) | Reopen(spec=spec):
            revision = _restricted(revise(spec, held, policy), fields, held.marker)
            revision = replace(revision, people=people) if people else revision
            patch = _patch(spec, held, revision, marker, capabilities.native_priority)
            added, removed = revision.labels.add, revision.labels.remove
        case LabelOrphan(label=label) | Close(label=label):
            patch = Patch(body=with_status(held.block, marker, change.ending, changes.commit))
            missing = label and not has_label(held.ticket.labels, label)
            added, removed = frozenset({label} if missing else ()), frozenset()
        case _:
            assert_never(change)
    return Rewrite(_with_state(patch, change), added, removed)


def _restricted(revision: Revision, names: Set[str], marker: Marker) -> Revision:
    """Write only some fields, even if the ticket has changed since they were shown."""
    fields = tuple(
        replace(field, decision=Decision.NOTHING)
        if field.decision is Decision.UPDATE and field.name not in names
        else field
        for field in revision.fields
    )
    unshown = LabelChanges(declined=revision.labels.declined)
    labels = unshown if names.isdisjoint((LABELS, PRIORITY)) else revision.labels
    are_shown = ASSIGNEES in names or not revision.people.writes
    return Revision(fields, labels, revision.people if are_shown else kept(marker))


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
    marker = replace(before, tracking=changes.tracking_number or before.tracking, labels=labels, state=state)
    if before.ledger is not None and ledger is None:
        return marker  # Keys in a ledger lack the map's id, so that both change in one write.
    source = policy.source_of(changes.map_id)
    return replace(marker, source=source, map_id=changes.map_id, path=changes.path, key=change.key, ledger=ledger)


def _with_state(patch: Patch, change: TicketWrite) -> Patch:
    match change:
        case Close(close_reason=reason, ending=ending):
            original = ending.of if ending.why is Why.COPY else ""
            return replace(patch, state=State.CLOSED, reason=reason, duplicate_of=original)
        case Reopen():
            return replace(patch, state=State.OPEN)
        case Update() | LabelOrphan():
            return patch
        case _:
            assert_never(change)


def _patch(spec: TaskSpec, held: Held, revision: Revision, marker: Marker, native_priority: bool) -> Patch:
    """Return what makes the ticket say what the revision decided, and its marker record it.

    :param marker: the ticket's marker, up to date but for its written fields.
    :param native_priority: whether the tracker has a priority field.
    """
    decided = {field.name: field for field in revision.fields}
    wanted = {section.name: section for section in spec.sections}
    writes = any(map(_is_recorded, decided.values()))
    riding = _riding_along(wanted, decided, held.marker) if writes else frozenset()
    updates = {field.name: field.ours for field in revision.named(Decision.UPDATE)}
    body = write_block(
        _new_parts(wanted, held.block, decided, riding),
        replace(
            _new_marker(spec, marker, held.marker, decided, riding),
            declined=revision.labels.declined,
            assignees=revision.people.ours,
            unassigned=revision.people.unassigned,
        ),
        held.block.before,
        held.block.after,
    )
    return Patch(
        title=updates.get(TITLE),
        body=body if _as_stored(body) != _as_stored(held.ticket.body) else None,
        priority=(_priority_to_write(decided[PRIORITY]) or updates.get(PRIORITY_FIELD)) if native_priority else None,
        milestone=updates.get(MILESTONE),
        due=updates.get(DUE),
        type=updates.get(TYPE),
    )


def _as_stored(text: str) -> str:
    """Return a text without what trackers change when they store it; ticks count."""
    return with_line_feeds(text).rstrip()


def _priority_to_write(field: Revised) -> str | None:
    """Also write an adopted priority: its label may have been set, and its field not."""
    agreed = field.decision is Decision.ADOPT and field.theirs == field.ours
    return field.ours if agreed or field.decision is Decision.UPDATE else None


def _new_parts(
    wanted: Mapping[str, Section], block: Block, decided: Mapping[str, Revised], riding: Set[str]
) -> tuple[Part, ...]:
    """Return the sections in the order of the task; those that a person kept against the map come last.

    What is above the first heading stays there: a person wrote it, or an earlier release.
    """
    texts = {part.name: part for part in block.parts}
    parts = []
    for name in dict.fromkeys((*([""] if "" in texts else []), *wanted, *texts)):
        section, part, field = wanted.get(name), texts.get(name), decided.get(name)
        follows = field and (field.decision is Decision.UPDATE or name in riding)
        if field and follows and section is not None:
            parts.append(Part(name, section.heading, decided[name].ours))
        elif not follows and part is not None:
            parts.append(part)
    return tuple(parts)


def _riding_along(wanted: Mapping[str, Section], decided: Mapping[str, Revised], marker: Marker) -> frozenset[str]:
    """Return the sections without values that are written because others are."""
    without = {name for name, section in wanted.items() if not section.values}
    return frozenset(name for name in without if decided[name].decision is Decision.NOTHING) - accepted_sections(marker)


def _new_marker(
    spec: TaskSpec, marker: Marker, before: Marker, decided: Mapping[str, Revised], riding: Set[str]
) -> Marker:
    sections: dict[str, WrittenField] = {}
    wanted = {section.name: section for section in spec.sections}
    for name in dict.fromkeys((*wanted, *before.sections)):
        section, field = wanted.get(name), decided[name]
        if _is_recorded(field) or name in riding:
            text = field.theirs if field.decision is Decision.ADOPT else section.text if section else ""
            sections |= {name: _written_section(section, text)} if section else {}
        elif name in before.sections:
            sections[name] = before.sections[name]
    title, priority, milestone = decided[TITLE], decided[PRIORITY], decided[MILESTONE]
    return replace(
        marker,
        title=_written_title(spec, title) if _is_recorded(title) else before.title,
        sections=sections,
        priority=priority.ours if _is_recorded(priority) else before.priority,
        milestone=milestone.ours if _is_recorded(milestone) else before.milestone,
        native=dict(_native(before, decided)),
        accepted=dict(_accepted(before, decided)) | _accepted_texts(before, decided, sections),
    )


def _native(before: Marker, decided: Mapping[str, Revised]) -> Iterator[tuple[str, str]]:
    """Yield what the marker says of the fields that only some trackers have."""
    for name in NATIVE:
        field = decided.get(name)
        value = field.ours if field and _is_recorded(field) else before.native.get(name, "")
        if value:
            yield name, value


def _is_recorded(field: Revised) -> bool:
    """Whether the marker records the map's value of a field."""
    return field.decision in (Decision.UPDATE, Decision.ADOPT)


def _accepted(before: Marker, decided: Mapping[str, Revised]) -> Iterator[tuple[str, str]]:
    """Yield the values that people chose and that were accepted, although the map says otherwise."""
    for name in (PRIORITY, MILESTONE, *NATIVE):
        field = decided.get(name)
        if field is None:
            continue
        if field.decision is Decision.ADOPT and field.theirs != field.ours:
            yield name, field.theirs
        elif name in before.accepted and not _is_recorded(field):
            yield name, before.accepted[name]


def _accepted_texts(
    before: Marker, decided: Mapping[str, Revised], sections: Mapping[str, WrittenField]
) -> dict[str, str]:
    """Return the digests of the texts that people wrote and that were accepted, by section."""
    still = accepted_sections(before)
    return {
        name: written.text
        for name, written in sections.items()
        if (name in still and not _is_recorded(decided[name])) or _is_their_choice(decided[name])
    }


def _is_their_choice(field: Revised) -> bool:
    return field.decision is Decision.ADOPT and comparable(field.theirs) != comparable(field.ours)


def _written_section(section: Section, text: str) -> WrittenField:
    values = PENDING if section.is_pending else values_digest(section)
    return WrittenField(values, section_digest(text), section.heading)


def _written_title(spec: TaskSpec, field: Revised) -> WrittenField:
    written = field.theirs if field.decision is Decision.ADOPT else spec.title
    return WrittenField(digest(spec.title), text_digest(written))
