"""Labels of one ticket: a set that people may change. What the map wants is added once; only what we added goes."""

from __future__ import annotations

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

    @property
    def said(self) -> str:
        """What is written, as a report shows it: ``-old +new``."""
        return " ".join((*(f"-{name}" for name in sorted(self.remove)), *(f"+{name}" for name in sorted(self.add))))


def label_changes(
    spec: TaskSpec, ticket: Ticket, marker: Marker, priority: Decision, policy: SyncPolicy
) -> LabelChanges:
    """Hold the labels that a map wants against those of a ticket.

    :param priority: what was decided of the ticket's priority; its label follows.
    """
    by_priority = frozenset(policy.priority_labels.values())
    wanted, ours, there = spec.labels - by_priority, marker.labels - by_priority, ticket.labels
    taken = frozenset() if policy.take.get(spec.key) is Side.MAP else (wanted & ours) - there
    add, remove = wanted - there - taken, (ours - wanted) & there
    if priority is Decision.UPDATE:
        add |= (spec.labels & by_priority) - there
        remove |= (by_priority - spec.labels) & there
    elif priority is Decision.ADOPT:
        written = policy.priority_labels.get(marker.priority, "")
        remove |= ({written} & there) - spec.labels
    return LabelChanges(add, remove, (wanted - ours) & there, taken)
