"""The choices of a team and of one run, as the sync core needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from techmap_sync.registry import same_source
from techmap_sync.sync.tracker import Standing, Ticket


class OnConflict(StrEnum):
    """What happens to a field that the map and a human changed differently."""

    KEEP = "keep"
    OVERWRITE = "overwrite"
    FAIL = "fail"


class OrphanPolicy(StrEnum):
    """What happens to an untouched ticket whose task is gone from the map."""

    CLOSE = "close"
    LABEL = "label"
    KEEP = "keep"


class Side(StrEnum):
    """Who is right in one conflict."""

    MAP = "map"
    TRACKER = "tracker"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one run may write for one map before it refuses."""

    max_creates: int
    max_updates: int
    max_retitled_share: float
    """Of all tickets of the map."""
    max_closed_share: float
    """Of ten or more open tickets."""
    max_few: int
    """Of fewer than ten tickets, to be closed or retitled."""


@dataclass(frozen=True, slots=True)
class SyncPolicy:
    """Everything outside map and tracker that decides what is written: the settings first, then this run's own."""

    source: str
    """Canonical name of the repository that the maps come from."""
    managed_label: str
    removed_label: str
    duplicate_label: str
    priority_labels: Mapping[str, str]
    """Label by priority."""
    trusted_authors: frozenset[str]
    adopted: frozenset[str]
    """Numbers of tickets that are trusted whoever wrote them."""
    assignees: frozenset[str]
    """Whom new tickets are assigned to: what an earlier version assigned, which did not remember it."""
    on_conflict: OnConflict
    orphans: OrphanPolicy
    limits: Limits
    former_sources: frozenset[str] = frozenset()
    """Other names under which earlier releases wrote tickets of the same repository."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source by map id, where the maps of a run lie in several repositories, as submodules do."""
    resolve: Mapping[str, Side] = field(default_factory=dict)
    """Conflicts settled by hand: key -> whose text stays."""
    recreate: frozenset[str] = frozenset()
    """Keys whose deleted or released ticket is created again on purpose."""
    refresh: bool = False
    """Also write what only the templates changed."""
    accept_settings: bool = False
    """Treat tasks that are gone by settings alone as gone from the map."""
    close_copies: bool = False
    """Close untouched tickets that double another one."""
    allowed: frozenset[str] = frozenset()
    """Names of guards that are lifted for this run."""

    def source_of(self, map_id: str) -> str:
        """Return the source that the tickets of a map name."""
        return self.sources.get(map_id, self.source)

    def is_from_here(self, source: str) -> bool:
        """Whether a marker's source is the repository that the run is about, whatever name its host has there."""
        return same_source(source) in {same_source(self.source), *self.former_sources}

    def owns(self, source: str, map_id: str) -> bool:
        """Whether a ticket with this marker is one of this run's repositories.

        Earlier releases took the maps of a submodule for those of the repository around it.
        """
        if self.is_from_here(source):
            return True
        known = [self.sources[map_id]] if map_id in self.sources else self.sources.values()
        return same_source(source) in map(same_source, known)

    def trusts(self, ticket: Ticket) -> bool:
        """Whether a ticket may be one of ours, as far as its author goes.

        The case of an account's name makes no difference. The name that accounts share once they are gone counts for
        nothing.
        """
        if ticket.standing in (Standing.SELF, Standing.MEMBER) or _is_in(ticket.number, self.adopted):
            return True
        return ticket.standing is not Standing.GONE and _is_in(ticket.author, self.trusted_authors)


def _is_in(name: str, names: frozenset[str]) -> bool:
    return bool(name) and name.casefold() in map(str.casefold, names)


class Descent(StrEnum):
    """How the commit that is checked out is related to another one."""

    SAME = "same"
    AFTER = "after"
    """It has the other one in its history."""
    BEFORE = "before"
    """It is in the history of the other one."""
    UNKNOWN = "unknown"
    """Neither, or git cannot tell: the other commit, or the history between them, is not in the clone.

    Descent says nothing of two commits of which neither has the other. A squashed or rebased branch is as ordinary as a
    shallow clone, and in both the later commit is the one that counts.
    """


def not_known(_commit: str) -> Descent:
    """Outside of a clone nothing is known of any commit."""
    return Descent.UNKNOWN
