"""The change set: what one run does, map by map. Reports render it, and ``apply`` writes exactly this."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from techmap_sync.sync.changes import Action, Change, Create, TicketWrite, Write
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger

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
    def tracking_changes(self) -> tuple[Create | TicketWrite, ...]:
        """What is written to the tracking ticket."""
        own = (change for change in self.writes if change.key == self.tracking_key)
        return tuple(change for change in own if isinstance(change, Create | TicketWrite))


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What one run will do."""

    tracker: str
    maps: tuple[MapChanges, ...] = field(default=())

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
