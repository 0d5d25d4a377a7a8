"""The three-way merge of the people of one ticket: whom the document wants, who is there, and whom we assigned.

People are a set, as labels are. Whoever was assigned by a person stays, and nobody comes back whom a person took away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

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
        return frozenset(self.wanted.get(name) or self.ours.get(name) or self.there[name] for name in accounts)


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
