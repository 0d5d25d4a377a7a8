"""The three-way merge of one ticket: what the document says, what the ticket says, and what we wrote last.

``revise`` runs twice: for the plan, and again on the ticket as read just before the write. ``writing.py`` turns its
result into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from techmap_sync.planning.task import Section, TaskSpec
from techmap_sync.sync import native_fields
from techmap_sync.sync.block import Held
from techmap_sync.sync.comparison import carry_ticks, comparable, digest, section_digest, text_digest, ticked
from techmap_sync.sync.marker import Marker, WrittenField
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.ticket_fields import (
    PRIORITY,
    Decision,
    Revised,
    Revision,
    assignee_changes,
    former_priority_labels,
    label_changes,
)

TITLE, MILESTONE = "title", "milestone"
NOWHERE = WrittenField("", "")
PENDING = digest("the commit lacks it")
"""In a marker: the section waits for the next commit."""


def decide(*, map_changed: bool, ticket_changed: bool, agree: bool) -> Decision:
    """Return the decision for one row of the table in ``docs/how-it-decides.md``.

    :param map_changed: the map's values changed since the last write; how a template words them does not count.
    :param ticket_changed: the ticket differs from what we wrote.
    :param agree: map and ticket say the same.
    """
    match (map_changed, ticket_changed):
        case (False, False):
            return Decision.NOTHING
        case (True, False):
            return Decision.UPDATE
        case (False, True):
            return Decision.KEEP
        case _:
            return Decision.ADOPT if agree else Decision.CONFLICT


def revise(spec: TaskSpec, held: Held, policy: SyncPolicy) -> Revision:
    """Compare a task with its ticket, field by field."""
    fields = (_title(spec, held), *_scalars(spec, held, policy), *_sections(spec, held, policy))
    settled = tuple(_settled(field, spec, policy) for field in fields)
    priority = next(field.decision for field in settled if field.name == PRIORITY)
    labels = label_changes(spec, held.ticket, held.marker, priority, policy)
    return Revision(settled, labels, assignee_changes(spec, held.ticket, held.marker, policy))


def _title(spec: TaskSpec, held: Held) -> Revised:
    written = held.marker.title
    decision = decide(
        map_changed=not spec.keeps_text and digest(spec.title) != written.values,
        ticket_changed=text_digest(held.ticket.title) != written.text,
        agree=comparable(held.ticket.title) == comparable(spec.title),
    )
    return Revised(TITLE, decision, held.ticket.title, spec.title)


def _scalars(spec: TaskSpec, held: Held, policy: SyncPolicy) -> tuple[Revised, ...]:
    priority, marker = spec.priority.value if spec.priority else "", held.marker
    return (
        _scalar(PRIORITY, priority, marker.priority, _observed_priority(spec, held, policy), marker),
        _scalar(MILESTONE, spec.milestone, marker.milestone, held.ticket.milestone or "", marker),
        *(
            _scalar(name, value, marker.native.get(name, ""), native_fields.observed(held.ticket, name), marker)
            for name, value in native_fields.wanted(spec, held.ticket, marker.native)
        ),
    )


def _scalar(name: str, desired: str, written: str, observed: str, marker: Marker) -> Revised:
    ticket_changed = observed != marker.accepted.get(name, written)
    decision = decide(map_changed=desired != written, ticket_changed=ticket_changed, agree=observed == desired)
    return Revised(name, decision, observed, desired)


def _observed_priority(spec: TaskSpec, held: Held, policy: SyncPolicy) -> str:
    """Return the ticket's priority; where its field and its label differ, the one that a person changed."""
    written, former = held.marker.priority, former_priority_labels(spec, held.marker, policy)
    labels = frozenset(map(str.casefold, held.ticket.labels))
    by_label = {label.casefold(): priority for priority, label in policy.priority_labels.items()}
    found = [by_label[label] for label in sorted(labels - (former or frozenset())) if label in by_label]
    by_field = native_fields.priority_said(spec, held.ticket, held.marker)
    if by_field is not None:
        found.insert(0, by_field)
    has_former = former is not None and former <= labels
    return next((priority for priority in found if priority != written), written if found or has_former else "")


def _sections(spec: TaskSpec, held: Held, policy: SyncPolicy) -> tuple[Revised, ...]:
    wanted = {section.name: section for section in spec.sections}
    texts, written = held.block.texts(), held.marker.sections
    names = dict.fromkeys((*wanted, *written))
    refreshed = names.keys() - accepted_sections(held.marker) if policy.refresh else frozenset()
    return tuple(
        _section(name, wanted.get(name), written.get(name, NOWHERE), texts, spec, name in refreshed) for name in names
    )


def accepted_sections(marker: Marker) -> frozenset[str]:
    """Return the sections whose text a person wrote, which was accepted: it stays until the map says something new."""
    return frozenset(name for name, written in marker.sections.items() if marker.accepted.get(name) == written.text)


def _section(
    name: str,
    wanted: Section | None,
    written: WrittenField,
    texts: Mapping[str, str],
    spec: TaskSpec,
    is_refreshed: bool,
) -> Revised:
    observed = texts.get(name, "")
    desired = wanted.text if wanted else ""
    changed = (is_refreshed and section_digest(desired) != written.text) or _has_news(wanted, written)
    changed &= not spec.keeps_text
    edited = section_digest(observed) != written.text
    decision = decide(
        map_changed=changed and not (edited and wanted is not None and not wanted.values),
        ticket_changed=edited,
        agree=comparable(observed) == comparable(desired),
    )
    return Revised(name, decision, observed, carry_ticks(desired, ticked(texts.values())))


def _has_news(section: Section | None, written: WrittenField) -> bool:
    """Whether the map's values changed since the section was written; what a commit adds counts once."""
    if section is not None and section.is_pending:
        return written.values not in ("", PENDING)
    return values_digest(section) != written.values


def values_digest(section: Section | None) -> str:
    """Return the digest of the map's values in a section; empty when it has none."""
    return digest(section.values) if section and section.values else ""


def _settled(field: Revised, spec: TaskSpec, policy: SyncPolicy) -> Revised:
    """Apply the choice that a person made for this task or in the settings."""
    is_left = spec.keeps_text and field.name not in (PRIORITY, MILESTONE, *native_fields.NATIVE)
    if is_left or field.decision not in (Decision.CONFLICT, Decision.KEEP):
        return field
    side = policy.resolve.get(spec.key)
    if side is Side.MAP or (field.decision is Decision.CONFLICT and policy.on_conflict is OnConflict.OVERWRITE):
        return replace(field, decision=Decision.UPDATE)
    if side is Side.TRACKER:
        return replace(field, decision=Decision.ADOPT)
    return field
