"""The change set: what one run does, map by map. Reports render it, and ``apply`` writes exactly this."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from techmap_sync.sync.changes import Action, Change, Create, TicketWrite, Write
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.fallback import EdgeTexts
from techmap_sync.sync.marker import Ledger

APPROVED, APPROVED_WITH_ERRORS, NOT_APPROVED = "approved", "approved, but has errors", "not approved"


@dataclass(frozen=True, slots=True)
class Leaving:
    """A ticket that goes to another map of the same run."""

    key: str
    """Its key there: this ledger lets go of it once that one lists it."""
    number: str
    """Empty for one that a human deleted."""

    @property
    def map_id(self) -> str:
        """The map that it goes to."""
        return self.key.partition("/")[0]


@dataclass(frozen=True, slots=True)
class MapChanges:
    """Everything about one map."""

    map_id: str
    path: str
    approved: bool
    """Whether tickets follow it: its author says yes, and it has no errors."""
    reasons: tuple[str, ...] = ()
    """Why it is not approved, or was refused."""
    changes: tuple[Change, ...] = ()
    refusals: tuple[str, ...] = ()
    """Guards that keep all of it from being written."""
    tracking_key: str = ""
    tracking_number: str = ""
    """Number of the tracking ticket; empty when it does not exist yet."""
    base: Ledger = field(default_factory=Ledger)
    """The ledger that the changes were worked out against."""
    ledger: Ledger | None = None
    """What the ledger shall say once all is done; a ticket that does not exist yet has an empty number there."""
    commit: str = ""
    """The commit that holds the map's text, empty when it is not known."""
    shown_path: str = ""
    """Where services find the file, where that is not the path in its own repository."""
    notes: tuple[str, ...] = ()
    """What a reader has to know of the map besides what happens to its tickets."""
    texts: EdgeTexts = field(default_factory=EdgeTexts)
    """What texts say of edges, for tickets whose number is known only while writing."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Key -> number of tickets of other maps at which edges end that are taken away."""
    leaving: Mapping[str, Leaving] = field(default_factory=dict)
    """What its ledger lets go of, by the key that it has there."""
    bound: frozenset[str] = frozenset()
    """Keys of tasks that are bound to a ticket whose text is not ours yet."""
    arriving: frozenset[str] = frozenset()
    """Keys of tickets that come from another map."""
    ready: bool = False
    """Whether its author says yes, whatever else is wrong with it."""

    @property
    def standing(self) -> str:
        """Whether it is approved, in words."""
        return APPROVED if self.approved else APPROVED_WITH_ERRORS if self.ready else NOT_APPROVED

    @property
    def writes(self) -> tuple[Write, ...]:
        """The changes that are written; none when a guard refuses."""
        return () if self.refusals else tuple(change for change in self.changes if isinstance(change, Write))

    @property
    def file(self) -> str:
        """Where a reader finds the file."""
        return self.shown_path or self.path

    @property
    def steps(self) -> int:
        """How many outcomes applying it has: a new tracking ticket is written once more, for its ledger."""
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
        """All changes that show that maps and tickets have come apart, written or not."""
        return tuple(change for change in self.changes if not change.lasting)

    def counts(self) -> dict[str, int]:
        """Return the number of changes by action, every action named."""
        return counted(self.changes)

    def digest(self) -> str:
        """Return a fingerprint of what will be written: the same plan has the same digest."""
        said = [
            [
                c.action,
                c.key,
                c.ticket,
                c.target,
                c.reason,
                [[e.name, digest(e.before), digest(e.after)] for e in c.edits],
            ]
            for c in self.changes
        ]
        return digest(json.dumps(said, ensure_ascii=False))


def counted(changes: Iterable[Change]) -> dict[str, int]:
    """Return the number of changes by action, every action named."""
    found = Counter(change.action for change in changes)
    return {action.value: found[action] for action in Action}
