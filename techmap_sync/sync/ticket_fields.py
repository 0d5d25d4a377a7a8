"""The three-way merge of what a ticket has beside its text, and what was decided, field by field.

People add labels of their own, and those that they remove stay away. Whom the document wants is compared with who is
there and whom we assigned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import ClassVar

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import OnConflict, Side, SyncPolicy
from techmap_sync.sync.tracker import Capabilities, Ticket

ASSIGNEES = "assignees"
_NOBODY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AssigneeChanges:
    """What happens to the people of one ticket; names are those of accounts, without ``@``."""

    add: frozenset[str] = _NOBODY
    remove: frozenset[str] = _NOBODY
    taken: frozenset[str] = _NOBODY
    """The document wants them, we assigned them, and a person took them away."""
    contested: frozenset[str] = _NOBODY
    """The document wants them now, and a person took away those whom it wanted before."""
    settled: frozenset[str] = _NOBODY
    """What only the marker needs to learn."""
    ours: frozenset[str] | None = None
    """Those whom we have assigned, once this is written; None in markers of earlier versions."""
    unassigned: frozenset[str] = _NOBODY
    """Those whom the document wants and who are left out: a person decided so, or the tracker did not take them."""

    @property
    def writes(self) -> bool:
        """Whether anybody is assigned or taken away."""
        return bool(self.add or self.remove)

    def after(self, there: Iterable[str]) -> AssigneeChanges:
        """Return what the marker has to say after the write.

        :param there: those whom the tracker then shows: it drops silently whom it does not take.
        """
        known = {_account(name) for name in there}
        missing = frozenset(name for name in self.add if _account(name) not in known)
        return replace(self, ours=(self.ours or _NOBODY) - missing, unassigned=self.unassigned | missing)


def kept(marker: Marker) -> AssigneeChanges:
    """Return that nothing happens."""
    return AssigneeChanges(ours=marker.assignees, unassigned=marker.unassigned)


def assignee_changes(spec: TaskSpec, ticket: Ticket, marker: Marker, policy: SyncPolicy) -> AssigneeChanges:
    """Merge the people of a document, a marker and a ticket."""
    if not spec.follows_assignees:
        return kept(marker)
    there, ours, left_out = map(_by_account, (ticket.assignees, marker.assignees or _NOBODY, marker.unassigned))
    wanted, side = _by_account(spec.assignees), policy.resolve.get(spec.key)
    if side is Side.MAP:
        left_out = {}
    left_out = {name: as_written for name, as_written in left_out.items() if name in wanted and name not in there}
    wanted = {name: as_written for name, as_written in wanted.items() if name not in left_out}
    taken_away = ours.keys() - there.keys()
    new = wanted.keys() - ours.keys() - there.keys()
    gone = (ours.keys() - wanted.keys()) & there.keys()
    return _Merge(wanted, ours, there, taken_away, new, gone, frozenset(left_out.values())).decided(side, policy)


@dataclass(frozen=True, slots=True)
class _Merge:
    """The people of one ticket by their accounts."""

    wanted: Mapping[str, str]
    ours: Mapping[str, str]
    there: Mapping[str, str]
    taken_away: Set[str]
    """We assigned them, and they are gone."""
    new: Set[str]
    gone: Set[str]
    left_out: frozenset[str]

    def decided(self, side: Side | None, policy: SyncPolicy) -> AssigneeChanges:
        """Return what happens, by the decision table."""
        taken = self.taken_away & self.wanted.keys()
        if side is Side.MAP:
            return self._changes(add=self.new | taken, remove=self.gone)
        if side is Side.TRACKER and self.taken_away:
            return self._accepted(self.new | taken)
        if self.taken_away and self.new and policy.on_conflict is not OnConflict.OVERWRITE:
            return AssigneeChanges(
                taken=self._names(taken),
                contested=self._names(self.new),
                ours=frozenset(self.ours.values()),
                unassigned=self.left_out,
            )
        return self._changes(add=self.new, remove=self.gone, taken=taken)

    def _changes(self, add: Set[str], remove: Set[str], taken: Set[str] = _NOBODY) -> AssigneeChanges:
        ours = ((self.ours.keys() & self.there.keys()) - remove) | add | taken
        agreed = self.taken_away - taken - add
        return AssigneeChanges(
            add=self._names(add),
            remove=frozenset(self.there[name] for name in remove),
            taken=self._names(taken),
            settled=self._names(agreed),
            ours=self._names(ours),
            unassigned=self.left_out,
        )

    def _accepted(self, declined: Set[str]) -> AssigneeChanges:
        """A person accepted the choice of people: nobody is assigned or taken away."""
        return AssigneeChanges(
            settled=self._names(self.taken_away | declined),
            ours=self._names(self.ours.keys() & self.there.keys()),
            unassigned=self.left_out | self._names(declined),
        )

    def _names(self, accounts: Iterable[str]) -> frozenset[str]:
        return frozenset(self.wanted.get(name) or self.ours[name] for name in accounts)


def within_people(tasks: Sequence[TaskSpec], capabilities: Capabilities) -> Iterator[TaskSpec]:
    """Yield tasks of which none wants more people than the tracker takes."""
    most = capabilities.most_assignees if capabilities.assignees else 0
    for spec in tasks:
        too_many = most is not None and spec.follows_assignees and len(spec.assignees) > most
        yield replace(spec, assignees=spec.assignees[:most]) if too_many else spec


def missing_people(spec: TaskSpec, there: Iterable[str]) -> tuple[str, ...]:
    """Return those whom a task wants and a ticket lacks."""
    known = {_account(name) for name in there}
    return tuple(name for name in spec.assignees if _account(name) not in known)


def _by_account(names: Iterable[str]) -> dict[str, str]:
    return {_account(name): name.removeprefix("@") for name in names}


def _account(name: str) -> str:
    return name.removeprefix("@").casefold()


LABELS, LEDGER, MARKER = "labels", "ledger", "marker"
PRIORITY = "priority"
KEY = "key"
"""The field that a renamed task's ticket gets."""


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


@dataclass(frozen=True, slots=True)
class FieldEdit:
    """One field of a ticket before and after."""

    name: str
    """``title``, ``priority``, ``milestone``, ``key``, or the name of a section."""
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SetEdit:
    """What is added to a set, and removed from it."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()

    name: ClassVar[str]
    before: ClassVar[str] = ""

    @property
    def after(self) -> str:
        """As shown in reports: ``-old +new``."""
        return " ".join((*(f"-{name}" for name in sorted(self.remove)), *(f"+{name}" for name in sorted(self.add))))


@dataclass(frozen=True, slots=True)
class LabelEdit(SetEdit):
    """The labels to add and remove."""

    name: ClassVar[str] = LABELS


@dataclass(frozen=True, slots=True)
class AssigneeEdit(SetEdit):
    """The people to assign and to take away."""

    name: ClassVar[str] = ASSIGNEES


Edit = FieldEdit | SetEdit


@dataclass(frozen=True, slots=True)
class LabelChanges:
    """What happens to the labels of one ticket."""

    add: frozenset[str] = frozenset()
    remove: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    """The map wants them, and they were already set, but not by us."""
    taken: frozenset[str] = frozenset()
    """The map wants them, we set them, and a person removed them."""
    declined: frozenset[str] = frozenset()
    """A person removed them, which was accepted, in this run or earlier."""
    accepted: frozenset[str] = frozenset()
    """Those accepted in this run."""


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
    former = former_priority_labels(spec, marker, policy)
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


def former_priority_labels(spec: TaskSpec, marker: Marker, policy: SyncPolicy) -> frozenset[str] | None:
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
