"""The choices of a team and of one run, as the sync core needs them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from techmap_sync.registry import same_source

if TYPE_CHECKING:
    from techmap_sync.sync.tracker import Ticket


class OnConflict(StrEnum):
    """What happens to a field that the map and a person changed differently."""

    KEEP = "keep"
    OVERWRITE = "overwrite"
    FAIL = "fail"


class OrphanPolicy(StrEnum):
    """What happens to an untouched ticket whose task is gone from the map."""

    CLOSE = "close"
    LABEL = "label"
    KEEP = "keep"


class Side(StrEnum):
    """Which side wins a conflict."""

    MAP = "map"
    TRACKER = "tracker"


class Guard(StrEnum):
    """What ``--allow`` can lift for one run."""

    CREATES = "creates"
    UPDATES = "updates"
    RETITLES = "retitles"
    CLOSES = "closes"
    OLDER = "older"
    GONE = "gone"
    EXISTS = "exists"
    """Retiring a map whose file may still exist."""
    BRANCH = "branch"
    """Writing to a server from a branch other than the default one."""
    REGENERATED = "regenerated"
    """Writing a unit of specs of which more than half of the tasks are gone."""
    UNCOMMITTED = "uncommitted"
    """Writing in CI what no commit contains; see ``app/other_documents.py``."""


NOT_YET_MERGED = frozenset({Guard.UNCOMMITTED, Guard.BRANCH})
"""The guards to lift for seeing what merging will do."""


@dataclass(frozen=True, slots=True)
class SideBranch:
    """What is checked out instead of the default branch."""

    what: str
    """``the branch idea``, ``pull request 12``, ``a detached HEAD``."""
    default_branch: str = ""
    """Empty when it is not known."""


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
    """Everything outside map and tracker that decides what is written: settings and options of the run."""

    source: str
    """Canonical name of the repository that the maps come from."""
    managed_label: str
    removed_label: str
    duplicate_label: str
    priority_labels: Mapping[str, str]
    """Label by priority."""
    trusted_authors: frozenset[str]
    adopted: frozenset[str]
    """Numbers of tickets that are trusted whatever their author."""
    assignees: frozenset[str]
    """People to whom new tickets are assigned; earlier versions assigned them without recording it."""
    on_conflict: OnConflict
    orphans: OrphanPolicy
    limits: Limits
    former_sources: frozenset[str] = frozenset()
    """Other names under which earlier releases wrote tickets of the same repository."""
    sources: Mapping[str, str] = field(default_factory=dict)
    """Source by map id, where the maps of a run are in several repositories, as with submodules."""
    resolve: Mapping[str, Side] = field(default_factory=dict)
    """Conflicts resolved by hand: key -> winning side."""
    recreate: frozenset[str] = frozenset()
    """Keys whose deleted or released ticket is created again on purpose."""
    refresh: bool = False
    """Also write what only the templates changed."""
    accept_settings: bool = False
    """Treat tasks that only settings removed as gone from the map."""
    close_copies: bool = False
    """Close untouched copies of other tickets."""
    allowed: frozenset[str] = frozenset()
    """Names of guards that are lifted for this run."""

    def source_of(self, map_id: str) -> str:
        """Return the source that the tickets of a map name."""
        return self.sources.get(map_id, self.source)

    def is_from_here(self, source: str) -> bool:
        """Whether a marker's source is the repository of this run, under any name of its host."""
        return source == self.source or same_source(source) in {same_source(self.source), *self.former_sources}

    def owns(self, source: str, map_id: str) -> bool:
        """Whether a ticket with this marker belongs to a repository of this run.

        Earlier releases attributed the maps of a submodule to the repository around it.
        """
        if self.is_from_here(source):
            return True
        known = [self.sources[map_id]] if map_id in self.sources else self.sources.values()
        return same_source(source) in map(same_source, known)

    def trusts(self, ticket: Ticket) -> bool:
        """Whether a ticket's author is trusted.

        The case of an account's name makes no difference. The name that deleted accounts share is never trusted.
        """
        if ticket.standing.is_trusted or _is_in(ticket.number, self.adopted):
            return True
        return ticket.standing.may_be_named and _is_in(ticket.author, self.trusted_authors)


def _is_in(name: str, names: frozenset[str]) -> bool:
    return bool(name) and name.casefold() in map(str.casefold, names)


class Descent(StrEnum):
    """How the commit that is checked out is related to another one."""

    SAME = "same"
    AFTER = "after"
    """The other one is in its history."""
    BEFORE = "before"
    """It is in the history of the other one."""
    UNKNOWN = "unknown"
    """Neither, or git cannot tell: the other commit, or the history between them, is not in the clone.

    Neither is common: after a squash or rebase, and in shallow clones. Then the later commit counts.
    """


def not_known(_commit: str) -> Descent:
    """Return unknown: outside of a clone nothing is known about commits."""
    return Descent.UNKNOWN
