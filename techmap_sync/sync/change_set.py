"""The change set: what one run does, map by map, and what became of each change.

Reports render it, and ``apply`` writes exactly this.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused
from techmap_sync.sync.changes import Action, Change, Create, Link, TicketWrite, Unlink, Write, moves_ticks
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger
from techmap_sync.sync.ticket_fields import AssigneeEdit, LabelEdit
from techmap_sync.sync.tracker import Capabilities

APPROVED, APPROVED_WITH_ERRORS, NOT_APPROVED = "approved", "approved, but has errors", "not approved"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A ticket that moves to another map of the same run."""

    key: str
    """Its key there: this ledger drops it once that one lists it."""
    number: str
    """Empty for a ticket that was deleted."""

    @property
    def map_id(self) -> str:
        """The map it moves to."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class MapChanges:
    """What happens to the tickets of one map."""

    map_id: str
    path: str
    approved: bool
    """Whether its tickets follow it: its author approved it, and it has no errors."""
    reasons: tuple[str, ...] = ()
    """Why it is not approved, or was refused."""
    changes: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    """Why nothing of it is written."""
    tracking_key: str = ""
    tracking_number: str = ""
    """Number of the tracking ticket; empty when it does not exist yet."""
    base: Ledger = field(default_factory=Ledger)
    """The ledger that the changes start from."""
    ledger: Ledger | None = None
    """The ledger once everything is written; tickets that do not exist yet have an empty number."""
    commit: str = ""
    """The commit that contains the map's text; empty when it is not known."""
    shown_path: str = ""
    """Where services find the file, if not at the path in its own repository."""
    notes: tuple[str, ...] = ()
    """What a reader should know besides the changes."""
    texts: EdgeTexts = field(default_factory=EdgeTexts)
    """What texts say about edges, for tickets whose number is known only while writing."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Key -> number of tickets of other maps to which edges are removed."""
    leaving: Mapping[str, Leaving] = field(default_factory=dict)
    """What its ledger drops, by the key it has there."""
    bound: frozenset[str] = frozenset()
    """Keys of tasks that are bound to a ticket we have not written yet."""
    arriving: frozenset[str] = frozenset()
    """Keys of tickets that come from another map."""
    claimed: Mapping[str, str] = field(default_factory=dict)
    """Number -> key that the marker of each ticket had when this was decided."""
    tick_receivers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Key of a ticket that loses ticks -> keys of those that take them over, which are written before it."""
    ready: bool = False
    """Whether its author approved it, whatever else is wrong with it."""
    family: str = ""
    """The family of its document; empty where no file says it."""

    @property
    def standing(self) -> str:
        """Its approval, in words."""
        return APPROVED if self.approved else APPROVED_WITH_ERRORS if self.ready else NOT_APPROVED

    @property
    def writes(self) -> tuple[Write, ...]:
        """The changes that are written: none when a guard refuses."""
        return () if self.refusals else tuple(change for change in self.changes if isinstance(change, Write))

    @property
    def file(self) -> str:
        """Where a reader finds the file."""
        return self.shown_path or self.path

    @property
    def steps(self) -> int:
        """The number of outcomes of applying it: a new tracking ticket is written again, for its ledger."""
        return len(self.writes) + any(isinstance(change, Create) for change in self.tracking_changes)

    @property
    def tracking_last(self) -> tuple[Create | TicketWrite, ...]:
        """What is written to the tracking ticket once everything else is written."""
        return tuple(change for change in self.tracking_changes if not moves_ticks(change, self.tick_receivers))

    @property
    def tracking_changes(self) -> tuple[Create | TicketWrite, ...]:
        """What is written to the tracking ticket."""
        own = (change for change in self.writes if change.key == self.tracking_key)
        return tuple(change for change in own if isinstance(change, Create | TicketWrite))


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one run will do."""

    tracker: str
    maps: tuple[MapChanges, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes of all maps, in the order in which they are applied."""
        return tuple(change for each in self.maps for change in each.changes)

    @property
    def writes(self) -> tuple[Write, ...]:
        """All changes that are written."""
        return tuple(change for each in self.maps for change in each.writes)

    @property
    def drift(self) -> tuple[Change, ...]:
        """All changes that show that maps and tickets differ, written or not."""
        return tuple(change for change in self.changes if not change.lasting)

    def counts(self) -> dict[str, int]:
        """Return the number of changes by action, including zeros."""
        return counted(self.changes)

    def digest(self) -> str:
        """Return a fingerprint of the plan: the same changes give the same digest."""
        rows = [[c.action, c.key, c.ticket, c.target, c.reason, edit_digests(c)] for c in self.changes]
        return digest(json.dumps(rows, ensure_ascii=False))


def edit_digests(change: Change) -> list[list[str]]:
    """Return (field, digest before, digest after) of every field that a change edits."""
    return [[edit.name, digest(edit.before), digest(edit.after)] for edit in change.edits]


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """Return the number of changes by action, including zeros."""
    found = Counter(change.action for change in changes)
    return {action.value: found[action] for action in Action}


def takers_first(maps: Sequence[MapChanges]) -> list[str]:
    """Return the ids of maps so that one that a ticket moves to comes before the one it leaves.

    So a ticket is always in one ledger or in both. Maps that exchange tickets drop them from their ledgers in one more
    write.
    """
    order: list[str] = []
    left = list(maps)
    while left:
        ids = {each.map_id for each in left}
        free = [each for each in left if ids.isdisjoint(taker.map_id for taker in each.leaving.values())] or left[:1]
        order += [each.map_id for each in free]
        left = [each for each in left if each not in free]
    return order


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
    return map_id, change.action, change.key, change.target, change.ticket, *change.fields


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
