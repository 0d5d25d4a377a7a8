"""What a run wants: its maps, and what it can ask about everything else. Values; nothing is decided here."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.policy import Descent, not_known


@dataclass(frozen=True, slots=True)
class Origin:
    """What the ledger remembers of the map that a plan was made from."""

    path: str
    text: str = ""
    """The map's whole text."""
    text_digest: str = ""
    settings: str = ""
    """Digest of settings and version."""
    commit: str = ""
    commit_time: str = ""
    is_committed: bool = True
    """Whether that commit holds the text."""
    descent_from: Callable[[str], Descent] = not_known
    """How that commit is related to another one."""

    @property
    def commit_of_text(self) -> str:
        """The commit that holds the text, empty when it is in none yet."""
        return self.commit if self.is_committed else ""


@dataclass(frozen=True, slots=True)
class DesiredMap:
    """One map of a run: what its file says should be."""

    map_id: str
    origin: Origin
    plan: TaskPlan | None = None
    """What an approved map asks for."""
    retired: bool = False
    lost: bool = False
    """It has no file: it is retired unless it is another map of this run under its earlier id."""
    reasons: tuple[str, ...] = ()
    """Why its tickets stay as they are: it is not approved, or has errors."""
    ready: bool = False
    """Its author says yes."""
    doubts: tuple[str, ...] = ()
    """Why none of its changes may be written."""
    shown_path: str = ""
    """Where services find the file, where that is not the path in its own repository."""
    notes: tuple[str, ...] = ()
    """What a reader has to know when its tickets are written."""
    unwritable: tuple[str, ...] = ()
    """Why nothing may be written though nothing else speaks against it: no commit holds its text."""


@dataclass(frozen=True, slots=True)
class UnwrittenMap:
    """A map that has a file and whose tickets this run does not write."""

    plan: TaskPlan
    path: str
    why: str
    """``this run does not read docs/b.md``."""


def _no_file(_map_id: str, _path: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Beside:
    """What there is besides the maps that a run writes; each is asked only where it decides something."""

    has_file: Callable[[str], bool]
    """Whether any file has a map id."""
    unwritten: Callable[[], Sequence[UnwrittenMap]] = tuple
    """The other maps that have a file, those of this run that are not approved included."""
    unreadable: Callable[[], Sequence[str]] = tuple
    """Files that may be maps, and nobody knows which."""
    file_of: Callable[[str, str], str] = _no_file
    """The path of a file that may be that of a map, from its id and its former path; empty when there is none."""
    listed_ids: Set[str] | None = None
    """Ids of all maps that this run and other shards read; None when maps without a file are not to be reported."""
