"""What became of each change."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused
from techmap_sync.sync.change_set import ChangeSet, MapChanges
from techmap_sync.sync.changes import Change, Create, Link, Unlink, Write
from techmap_sync.sync.edits import AssigneeEdit, LabelEdit
from techmap_sync.sync.tracker import Capabilities


class Status(StrEnum):
    """How a change ended."""

    APPLIED = "applied"
    ALREADY = "already"
    """The tracker already had it by the time it was to be written."""
    SKIPPED = "skipped"
    """It was not written; the detail says why."""
    FAILED = "failed"
    """The tracker refused it; the detail quotes it, and the next run tries again."""
    LEFT = "left"
    """It depends on a failed change; the next run tries again."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One change after it was tried."""

    change: Change
    map_id: str
    status: Status
    ticket: str = ""
    """Number of the ticket that was written."""
    detail: str = ""
    hint: str = ""
    """For a failure: what to do."""
    before: str = ""
    """Digest of the ticket's text before; empty for a new one."""
    after: str = ""
    """Digest of the ticket's text after."""
    url: str = ""

    @property
    def is_open(self) -> bool:
        """Whether the next run has to try it again."""
        return self.status in (Status.FAILED, Status.LEFT)


def left_of(change_set: ChangeSet, outcomes: Iterable[Outcome]) -> tuple[Change, ...]:
    """Return the changes that were not tried, without bookkeeping: what the next run still has to do."""
    tried = {_identity(o.map_id, o.change) for o in outcomes if o.status is not Status.LEFT}
    writes = ((each.map_id, change) for each in change_set.maps for change in each.writes)
    return tuple(c for map_id, c in writes if not c.is_bookkeeping and _identity(map_id, c) not in tried)


def _identity(map_id: str, change: Change) -> tuple[str, ...]:
    return map_id, change.action, change.key, change.target, change.ticket


_MOST = 3
"""After this many failures in a row without a success, the cause is not a single ticket."""


@dataclass
class Tolerance:
    """What one run has experienced so far."""

    written: bool = False
    """Something was written: the token has rights here, even if it lacks some for single tickets."""
    denied: int = 0
    unclear: int = 0
    """Writes in a row without a clear answer."""

    def passed(self) -> None:
        """Note a write that succeeded."""
        self.written, self.unclear = True, 0

    def failed(self, error: TicketRefused | OutcomeUnclear, *, creates: bool) -> None:
        """Note a write that failed.

        :param creates: it would have created a ticket, whose permissions nobody can have changed yet.
        :raises NotAllowed: the token has no rights here at all.
        :raises OutcomeUnclear: the server has stopped answering.
        """
        if isinstance(error, OutcomeUnclear):
            self.unclear += 1
            if self.unclear >= _MOST:
                raise error
            return
        self.unclear = 0
        if error.denied and not self.written:
            self.denied += 1
            if creates or self.denied >= _MOST:
                raise NotAllowed(error.tracker, error.what, error.hint) from error


HOUR = 3600.0


def seconds_to_apply(change_set: ChangeSet, capabilities: Capabilities) -> float:
    """Return how many seconds the server's rate limits require, per write and by creations per hour."""
    requests = sum(_requests(each, capabilities) for each in change_set.maps) - _saved(change_set, capabilities)
    seconds = requests * capabilities.seconds_per_write
    # What servers count as creating content.
    contents = sum(isinstance(change, Create | Link | Unlink) for change in change_set.writes)
    limit = capabilities.creations_per_hour
    full_hours = (contents - 1) // limit if limit and contents else 0
    if not full_hours:
        return seconds
    return max(seconds, full_hours * HOUR + (contents - full_hours * (limit or 0)) * capabilities.seconds_per_write)


def _requests(changes: MapChanges, capabilities: Capabilities) -> int:
    """Return how many writes a map takes: labels have requests of their own and are created before the first ticket."""
    creations = [change for change in changes.writes if isinstance(change, Create)]
    is_new = any(change.key == changes.tracking_key for change in creations)
    labels = {label for change in creations for label in change.spec.labels} if is_new else ()
    bookkeeping = changes.steps - len(changes.writes)
    return len(labels) + bookkeeping + sum(_requests_of(change, capabilities) for change in changes.writes)


def _saved(change_set: ChangeSet, capabilities: Capabilities) -> int:
    """Return how many requests are saved because links of one kind, of whichever map, share them."""
    added = Counter(change.edge for change in change_set.writes if isinstance(change, Link))
    return sum(links - math.ceil(links / capabilities.links_at_once) for links in added.values())


def _requests_of(change: Write, capabilities: Capabilities) -> int:
    if isinstance(change, Create):
        return 1 + bool(capabilities.estimates and change.spec.estimate_minutes)
    labels = sum(bool(edit.add) + len(edit.remove) for edit in change.edits if isinstance(edit, LabelEdit))
    return 1 + labels + sum(bool(e.add) + bool(e.remove) for e in change.edits if isinstance(e, AssigneeEdit))
