"""The three-way merge of one ticket: what the document says, what the ticket says, and what we wrote last.

``revise`` runs twice: for the plan, and again on the ticket as read just before the write. ``writing.py`` turns its
result into text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from techmap_sync.planning.task import Section, TaskSpec
from techmap_sync.sync import native_fields
from techmap_sync.sync.assignees import AssigneeChanges, assignee_changes
from techmap_sync.sync.block import Held
from techmap_sync.sync.comparison import carry_ticks, comparable, digest, section_digest, text_digest, ticked
from techmap_sync.sync.edits import AssigneeEdit, Edit, FieldEdit, LabelChanges, LabelEdit
from techmap_sync.sync.marker import Marker, WrittenField
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.tracker import Ticket

TITLE, PRIORITY, MILESTONE = "title", "priority", "milestone"
NOWHERE = WrittenField("", "")
PENDING = digest("the commit lacks it")
"""In a marker: the section waits for the next commit."""


class Decision(StrEnum):
    """What happens to a field."""

    NOTHING = "nothing"
    UPDATE = "update"
    """Write the map's value."""
    KEEP = "keep"
    """Only a person changed it: drift, reported and left alone."""
    ADOPT = "adopt"
    """Both sides made the same change; only the marker needs updating."""
    CONFLICT = "conflict"
    """Both sides changed it, differently: the person's value stays until the conflict is resolved."""


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


def label_changes(
    spec: TaskSpec, ticket: Ticket, marker: Marker, priority: Decision, policy: SyncPolicy
) -> LabelChanges:
    """Merge the labels of a map, a marker and a ticket, ignoring case.

    :param priority: the decision about the ticket's priority; its label follows.
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
    former = _former_priority_labels(spec, marker, policy)
    renamed = _spelt(former or (), spelling) & there
    add, remove, known = wanted - there - taken, (ours - wanted | renamed) & there, (wanted - ours) & there
    if priority is Decision.NOTHING and former is not None and PRIORITY not in marker.accepted:
        add |= (spec.labels & by_priority) - there
        known |= spec.labels & by_priority & there
    if priority is Decision.UPDATE:
        add |= (spec.labels & by_priority) - there
        remove |= (by_priority - spec.labels) & there
    elif priority is Decision.ADOPT:
        written = policy.priority_labels.get(marker.priority, "")
        remove |= ({written} & there) - spec.labels
    as_held = frozenset(held[name.casefold()] for name in remove)
    return LabelChanges(add, as_held, known, taken - accepted, declined | accepted, accepted)


def _former_priority_labels(spec: TaskSpec, marker: Marker, policy: SyncPolicy) -> frozenset[str] | None:
    """Return the labels, in lower case, that were set while the settings called the priority's label otherwise.

    One of them was that label, if it had one. None where the settings still call it the same.
    """
    label = policy.priority_labels.get(marker.priority, "")
    if not marker.priority or has_label(marker.labels, label):
        return None
    return frozenset(map(str.casefold, marker.labels)) - frozenset(map(str.casefold, spec.labels))


def has_label(labels: Iterable[str], name: str) -> bool:
    """Return whether a label is among others, ignoring case as GitHub does."""
    return name.casefold() in {label.casefold() for label in labels}


def _spelt(labels: Iterable[str], spelling: Mapping[str, str]) -> frozenset[str]:
    """Return labels in our spelling; labels we never set keep theirs."""
    return frozenset(spelling.get(label.casefold(), label) for label in labels)


@dataclass(frozen=True, slots=True)
class Revised:
    """The decision about one field."""

    name: str
    decision: Decision
    theirs: str
    """What the tracker has."""
    ours: str
    """What the map wants."""


@dataclass(frozen=True, slots=True)
class Revision:
    """The decisions about all fields of one ticket."""

    fields: tuple[Revised, ...]
    labels: LabelChanges = field(default_factory=LabelChanges)
    people: AssigneeChanges = field(default_factory=AssigneeChanges)

    def named(self, decision: Decision) -> tuple[Revised, ...]:
        """Return the fields with one decision."""
        return tuple(field for field in self.fields if field.decision is decision)

    def texts_but(self, name: str) -> tuple[str, ...]:
        """Return the text that each field but one will have."""
        return tuple(f.ours if f.decision is Decision.UPDATE else f.theirs for f in self.fields if f.name != name)

    @property
    def adopted(self) -> tuple[str, ...]:
        """Names of the fields, labels and people that only the marker needs to record."""
        labels = sorted(self.labels.known | self.labels.accepted | self.people.settled)
        return (*(f.name or "lead" for f in self.named(Decision.ADOPT)), *labels)

    @property
    def kept(self) -> tuple[Edit, ...]:
        """What only a person changed, from the map's text to theirs."""
        edits = tuple(FieldEdit(field.name or "lead", field.ours, field.theirs) for field in self.named(Decision.KEEP))
        labels = (LabelEdit(remove=self.labels.taken),) if self.labels.taken else ()
        # Where others are wanted by now, that is a conflict and says it all.
        people = (AssigneeEdit(remove=self.people.taken),) if self.people.taken and not self.people.contested else ()
        return (*edits, *labels, *people)

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What will be written."""
        edits = tuple(FieldEdit(f.name, f.theirs, f.ours) for f in self.named(Decision.UPDATE))
        labels = LabelEdit(self.labels.add, self.labels.remove)
        people = AssigneeEdit(self.people.add, self.people.remove)
        sets = (each for each in (labels, people) if each.add or each.remove)
        return (*edits, *sets)


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
    written, former = held.marker.priority, _former_priority_labels(spec, held.marker, policy)
    labels = frozenset(map(str.casefold, held.ticket.labels))
    by_label = {label.casefold(): priority for priority, label in policy.priority_labels.items()}
    found = [by_label[label] for label in sorted(labels - (former or frozenset())) if label in by_label]
    if held.ticket.priority is not None:
        found.insert(0, held.ticket.priority)
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
