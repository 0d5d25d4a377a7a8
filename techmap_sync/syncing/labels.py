"""Labels of one ticket: a set that people may change. What the map wants is added once; only what we added goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from techmap_sync.planning.task import TaskSpec
from techmap_sync.syncing.choices import Side
from techmap_sync.syncing.decision import Decision
from techmap_sync.syncing.marker import Marker
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Ticket


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

    @property
    def said(self) -> str:
        """What is written, as a report shows it: ``-old +new``."""
        return " ".join((*(f"-{name}" for name in sorted(self.remove)), *(f"+{name}" for name in sorted(self.add))))


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
