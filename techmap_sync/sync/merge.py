"""One ticket against its task, field by field: what the decision table says, and the text that follows from it.

``revise`` is called twice: for the plan, and again on the freshly read ticket just before it is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from techmap_sync.planning.task import Section, SectionName, TaskSpec
from techmap_sync.sync.block import Block, Part, write_block
from techmap_sync.sync.changes import Edit, FieldEdit, LabelEdit
from techmap_sync.sync.comparison import carry_ticks, comparable, digest, text_digest, ticked
from techmap_sync.sync.marker import Marker, WrittenField
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.tracker import Patch, Ticket


class Decision(StrEnum):
    """What happens to a field."""

    NOTHING = "nothing"
    UPDATE = "update"
    """Write the map's value."""
    KEEP = "keep"
    """A human changed it and the map did not: drift, shown and left."""
    ADOPT = "adopt"
    """Both changed to the same: only the marker learns of it."""
    CONFLICT = "conflict"
    """Both changed, differently: the human's value stays until somebody settles it."""


def decide(*, map_changed: bool, ticket_changed: bool, agree: bool) -> Decision:
    """Return the action of one row of the table.

    :param map_changed: D differs from B, judged by the map's values, never by how a template renders them.
    :param ticket_changed: C differs from B.
    :param agree: C equals D.
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


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """The labels of one ticket after a look at map, marker and ticket."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """The map wants them, and they are there without the marker's knowing of them."""
    taken: frozenset[str] = frozenset()
    """The map wants them, we set them, and a human took them off."""
    declined: frozenset[str] = frozenset()
    """What a human took off and was accepted, in this run or before."""
    accepted: frozenset[str] = frozenset()
    """What of it is accepted in this run."""


def label_changes(
    spec: TaskSpec, ticket: Ticket, marker: Marker, priority: Decision, policy: SyncPolicy
) -> LabelChanges:
    """Compare the labels that a map wants with those of a ticket; case makes no difference.

    :param priority: what was decided of the ticket's priority; its label follows.
    """
    held = {name.casefold(): name for name in ticket.labels}
    spelling = {name.casefold(): name for name in (*marker.labels, *policy.priority_labels.values(), *spec.labels)}
    by_priority = frozenset(policy.priority_labels.values())
    all_ours, there = _spelt(marker.labels, spelling), _spelt(ticket.labels, spelling)
    wanted, ours = spec.labels - by_priority, all_ours - by_priority
    side, declined = policy.resolve.get(spec.key), _spelt(marker.declined, spelling) & wanted
    declined = frozenset() if side is Side.MAP else declined - there
    wanted -= declined
    taken = frozenset() if side is Side.MAP else (wanted & ours) - there
    accepted = taken if side is Side.TRACKER else frozenset()
    add, remove = wanted - there - taken, (ours - wanted) & there
    if priority is Decision.UPDATE:
        add |= (spec.labels & by_priority) - there
        remove |= (by_priority - spec.labels) & there
    elif priority is Decision.ADOPT:
        written = policy.priority_labels.get(marker.priority, "")
        remove |= ({written} & there) - spec.labels
    as_held = frozenset(held[name.casefold()] for name in remove)
    return LabelChanges(add, as_held, (wanted - ours) & there, taken - accepted, declined | accepted, accepted)


def has_label(labels: Iterable[str], name: str) -> bool:
    """Return whether a label is among others. GitHub ignores case, and so do people, so case never counts."""
    return name.casefold() in {label.casefold() for label in labels}


def _spelt(labels: Iterable[str], spelling: Mapping[str, str]) -> frozenset[str]:
    """Return labels as we spell them; labels that we never set keep their spelling."""
    return frozenset(spelling.get(label.casefold(), label) for label in labels)


LEAD = "*Managed by techmap-sync. Edit the map, not this block; text below it is yours.*"
TITLE, PRIORITY, MILESTONE = "title", "priority", "milestone"
NOWHERE = WrittenField("", "")
NO_LABELS = LabelChanges()
PENDING = digest("the commit lacks it")
"""What a marker says of a section that waits for the next commit."""


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket of ours."""

    ticket: Ticket
    block: Block

    @property
    def marker(self) -> Marker:
        """What we remember of it."""
        return self.block.marker


@dataclass(frozen=True, slots=True)
class Revised:
    """One field after the decision table."""

    name: str
    decision: Decision
    theirs: str
    """What the tracker holds."""
    ours: str
    """What the map wants."""


@dataclass(frozen=True, slots=True)
class Revision:
    """All fields of one ticket after the decision table."""

    fields: tuple[Revised, ...]
    labels: LabelChanges = NO_LABELS

    def named(self, decision: Decision) -> tuple[Revised, ...]:
        """Return the fields with one decision."""
        return tuple(field for field in self.fields if field.decision is decision)

    def texts_but(self, name: str) -> tuple[str, ...]:
        """Return the text of each field but one as it will stand in the ticket."""
        return tuple(f.ours if f.decision is Decision.UPDATE else f.theirs for f in self.fields if f.name != name)

    @property
    def adopted(self) -> tuple[str, ...]:
        """Names of what the marker alone has to learn."""
        labels = sorted(self.labels.known | self.labels.accepted)
        return (*(f.name or "lead" for f in self.named(Decision.ADOPT)), *labels)

    @property
    def kept(self) -> tuple[Edit, ...]:
        """What a human changed and the map did not, from the map's text to the human's."""
        edits = tuple(FieldEdit(field.name or "lead", field.ours, field.theirs) for field in self.named(Decision.KEEP))
        return (*edits, LabelEdit(remove=self.labels.taken)) if self.labels.taken else edits

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What would be written."""
        edits = tuple(FieldEdit(f.name, f.theirs, f.ours) for f in self.named(Decision.UPDATE))
        labels = LabelEdit(self.labels.add, self.labels.remove)
        return (*edits, labels) if labels != LabelEdit() else edits


def revise(spec: TaskSpec, held: Held, policy: SyncPolicy) -> Revision:
    """Hold a task against its ticket.

    :param spec: what should exist.
    :param held: what exists, and what we wrote last.
    """
    fields = (_title(spec, held), *_scalars(spec, held, policy), *_sections(spec, held, policy))
    settled = tuple(_settled(field, spec.key, policy) for field in fields)
    priority = next(field.decision for field in settled if field.name == PRIORITY)
    return Revision(settled, label_changes(spec, held.ticket, held.marker, priority, policy))


def patch_for(spec: TaskSpec, held: Held, revision: Revision, marker: Marker, native_priority: bool) -> Patch:
    """Return what to write so that the ticket says what the revision decided, and its marker knows it.

    :param marker: the ticket's marker with everything but its written fields brought up to date.
    :param native_priority: whether the tracker has a priority field of its own.
    """
    decided = {field.name: field for field in revision.fields}
    wanted = {section.name: section for section in sections_of(spec)}
    writes = bool(revision.named(Decision.UPDATE))
    parts = _new_parts(wanted, held.block, decided, writes)
    updates = {field.name: field.ours for field in revision.named(Decision.UPDATE)}
    body = write_block(
        parts,
        replace(_new_marker(spec, marker, held.marker, decided, writes), declined=revision.labels.declined),
        held.block.before,
        held.block.after,
    )
    return Patch(
        title=updates.get(TITLE),
        body=body if comparable_with_ticks(body) != comparable_with_ticks(held.ticket.body) else None,
        priority=_priority_to_write(decided[PRIORITY]) if native_priority else None,
        milestone=updates.get(MILESTONE),
    )


def comparable_with_ticks(text: str) -> str:
    """Return a text without what trackers change in passing; ticks count."""
    return text.replace("\r\n", "\n").rstrip()


def sections_of(spec: TaskSpec) -> tuple[Section, ...]:
    """Return the sections of a ticket with the lead that says where to edit."""
    return (Section(SectionName.LEAD, "", LEAD, ""), *spec.sections)


def first_marker(spec: TaskSpec, marker: Marker) -> Marker:
    """Return the marker of a ticket that is written for the first time."""
    return replace(
        marker,
        title=WrittenField(digest(spec.title), text_digest(spec.title)),
        sections={
            section.name: WrittenField(_known_values(section), _fingerprint(section.text), section.heading)
            for section in sections_of(spec)
        },
        priority=spec.priority.value if spec.priority else "",
        milestone=spec.milestone,
    )


def _title(spec: TaskSpec, held: Held) -> Revised:
    written = held.marker.title
    decision = decide(
        map_changed=digest(spec.title) != written.values,
        ticket_changed=text_digest(held.ticket.title) != written.text,
        agree=comparable(held.ticket.title) == comparable(spec.title),
    )
    return Revised(TITLE, decision, held.ticket.title, spec.title)


def _scalars(spec: TaskSpec, held: Held, policy: SyncPolicy) -> tuple[Revised, ...]:
    priority = spec.priority.value if spec.priority else ""
    return (
        _scalar(PRIORITY, priority, held.marker.priority, _observed_priority(held, policy), held.marker),
        _scalar(MILESTONE, spec.milestone, held.marker.milestone, held.ticket.milestone or "", held.marker),
    )


def _scalar(name: str, desired: str, written: str, observed: str, marker: Marker) -> Revised:
    ticket_changed = observed != marker.accepted.get(name, written)
    decision = decide(map_changed=desired != written, ticket_changed=ticket_changed, agree=observed == desired)
    return Revised(name, decision, observed, desired)


def _priority_to_write(field: Revised) -> str | None:
    """An adopted priority is written too: its label may have got there and its field not."""
    agreed = field.decision is Decision.ADOPT and field.theirs == field.ours
    return field.ours if agreed or field.decision is Decision.UPDATE else None


def _observed_priority(held: Held, policy: SyncPolicy) -> str:
    """Return what the ticket says of its priority; of field and label the one that a human changed."""
    by_label = {label.casefold(): priority for priority, label in policy.priority_labels.items()}
    said = [by_label[label] for label in sorted(map(str.casefold, held.ticket.labels)) if label in by_label]
    if held.ticket.priority is not None:
        said.insert(0, held.ticket.priority)
    return next((priority for priority in said if priority != held.marker.priority), said[0] if said else "")


def _sections(spec: TaskSpec, held: Held, policy: SyncPolicy) -> tuple[Revised, ...]:
    wanted = {section.name: section for section in sections_of(spec)}
    texts = held.block.texts()
    names = dict.fromkeys((*wanted, *held.marker.sections))
    return tuple(
        _section(name, wanted.get(name), held.marker.sections.get(name, NOWHERE), texts, policy) for name in names
    )


def _section(
    name: str, wanted: Section | None, written: WrittenField, texts: Mapping[str, str], policy: SyncPolicy
) -> Revised:
    observed = texts.get(name, "")
    desired = wanted.text if wanted else ""
    changed = _has_news(wanted, written) if not policy.refresh else _fingerprint(desired) != written.text
    edited = _fingerprint(observed) != written.text
    decision = decide(
        map_changed=changed and not (edited and wanted is not None and not wanted.values),
        ticket_changed=edited,
        agree=comparable(observed) == comparable(desired),
    )
    carried = carry_ticks(desired, ticked(texts.values()))
    return Revised(name, decision, observed, carried)


def _settled(field: Revised, key: str, policy: SyncPolicy) -> Revised:
    """Settle a conflict that somebody has decided."""
    if field.decision not in (Decision.CONFLICT, Decision.KEEP):
        return field
    side = policy.resolve.get(key)
    if side is Side.MAP or (field.decision is Decision.CONFLICT and policy.on_conflict is OnConflict.OVERWRITE):
        return replace(field, decision=Decision.UPDATE)
    if side is Side.TRACKER:
        return replace(field, decision=Decision.ADOPT)
    return field


def _new_parts(
    wanted: Mapping[str, Section], block: Block, decided: Mapping[str, Revised], writes: bool
) -> tuple[Part, ...]:
    """Return the sections in the order of the task; what a human kept against the map comes last."""
    texts = {part.name: part for part in block.parts}
    parts = []
    for name in dict.fromkeys((*wanted, *texts)):
        section, part = wanted.get(name), texts.get(name)
        follows = decided[name].decision is Decision.UPDATE or (writes and _rides_along(section, decided[name]))
        if follows and section is not None:
            parts.append(Part(name, section.heading, decided[name].ours))
        elif not follows and part is not None:
            parts.append(part)
    return tuple(parts)


def _rides_along(section: Section | None, field: Revised) -> bool:
    return section is not None and not section.values and field.decision is Decision.NOTHING


def _new_marker(spec: TaskSpec, marker: Marker, before: Marker, decided: Mapping[str, Revised], writes: bool) -> Marker:
    sections: dict[str, WrittenField] = {}
    wanted = {section.name: section for section in sections_of(spec)}
    for name in dict.fromkeys((*wanted, *before.sections)):
        section, field = wanted.get(name), decided[name]
        if _learns(field) or (writes and _rides_along(section, field)):
            sections |= {name: _written_section(section, field)} if section else {}
        elif name in before.sections:
            sections[name] = before.sections[name]
    return replace(
        marker,
        title=_written_title(spec, decided[TITLE]) if _learns(decided[TITLE]) else before.title,
        sections=sections,
        priority=decided[PRIORITY].ours if _learns(decided[PRIORITY]) else before.priority,
        milestone=decided[MILESTONE].ours if _learns(decided[MILESTONE]) else before.milestone,
        accepted=dict(_accepted(before, decided)),
    )


def _accepted(before: Marker, decided: Mapping[str, Revised]) -> Iterator[tuple[str, str]]:
    """Yield what people chose and was accepted: it is no edit any more, though the map says something else."""
    for name in (PRIORITY, MILESTONE):
        field = decided[name]
        if field.decision is Decision.ADOPT and field.theirs != field.ours:
            yield name, field.theirs
        elif name in before.accepted and not _learns(field):
            yield name, before.accepted[name]


def _learns(field: Revised) -> bool:
    return field.decision in (Decision.UPDATE, Decision.ADOPT)


def _has_news(section: Section | None, written: WrittenField) -> bool:
    """Whether the map says something else than when the section was written; what a commit brings is news once."""
    if section is not None and section.is_pending:
        return written.values not in ("", PENDING)
    return _values(section) != written.values


def _known_values(section: Section) -> str:
    """Return what the marker remembers of a section that is written now."""
    return PENDING if section.is_pending else _values(section)


def _values(section: Section | None) -> str:
    return digest(section.values) if section and section.values else ""


def _fingerprint(text: str) -> str:
    """A section that is not there has no digest."""
    return text_digest(text) if text.strip() else ""


def _written_section(section: Section, field: Revised) -> WrittenField:
    text = field.theirs if field.decision is Decision.ADOPT else section.text
    return WrittenField(_known_values(section), _fingerprint(text), section.heading)


def _written_title(spec: TaskSpec, field: Revised) -> WrittenField:
    return WrittenField(
        digest(spec.title), text_digest(field.theirs if field.decision is Decision.ADOPT else spec.title)
    )
