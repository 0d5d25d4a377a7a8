"""What the three-way merge of one ticket decided, field by field."""

from __future__ import annotations

from dataclasses import dataclass, field

from techmap_sync.sync.assignees import AssigneeChanges
from techmap_sync.sync.edits import AssigneeEdit, Decision, Edit, FieldEdit, LabelEdit
from techmap_sync.sync.labels import LabelChanges


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
