"""The three-way merge of the labels of one ticket: people add their own, and those that they remove stay away."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from techmap_sync.planning.task import TaskSpec
from techmap_sync.sync.edits import PRIORITY, Decision
from techmap_sync.sync.marker import Marker
from techmap_sync.sync.policy import Side, SyncPolicy
from techmap_sync.sync.tracker import Ticket


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
