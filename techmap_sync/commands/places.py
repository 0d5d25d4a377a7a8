"""Where the maps of a run lie: each in the checkout around it, which a submodule or a worktree has of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.checkout import Checkout, checkout_around
from techmap_sync.commands.hosting import recognised
from techmap_sync.commands.maps import MapFile
from techmap_sync.commands.occasions import is_ci
from techmap_sync.config import Settings, environment
from techmap_sync.planning.source import MapSource
from techmap_sync.syncing.guard import Guard


@dataclass(frozen=True, slots=True)
class Place:
    """Where one map lies."""

    checkout: Checkout
    path: str
    """From the root of its own repository."""
    shown_path: str
    """From the root of the repository whose services show it."""
    source: MapSource
    is_committed: bool
    """Whether a commit holds its text; also where there are no commits to ask for."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader of a plan has to know."""
        wait = "; its tickets link to it after the commit, with the next push" if self.source.is_pending else ""
        return () if self.is_committed else (f"not committed{wait}",)

    def refusals(self, allowed: frozenset[str]) -> tuple[str, ...]:
        """Return why nothing of it may be written: a CI writes what somebody committed.

        :param allowed: guards that are lifted.
        """
        if self.is_committed or Guard.UNCOMMITTED in allowed or not is_ci(environment()):
            return ()
        return (f"the text of this map is in no commit; --allow {Guard.UNCOMMITTED} lets this run pass",)


def places_of(files: Sequence[MapFile], base: Checkout, settings: Settings) -> Mapping[Path, Place]:
    """Return where each map lies.

    :param base: the checkout that the run is about; also for a file that lies in none.
    """
    found: dict[Path, Place] = {}
    by_root: dict[Path, list[MapFile]] = {}
    checkouts: dict[Path, Checkout] = {}
    for file in files:
        checkout = checkout_around(file.path, base)
        checkouts.setdefault(checkout.root, recognised(checkout, settings))
        by_root.setdefault(checkout.root, []).append(file)
    for root, inside in by_root.items():
        stored = checkouts[root].committed({file.path: file.text.encode("utf-8") for file in inside})
        found |= {file.path: _place(file, checkouts[root], stored.get(file.path, "")) for file in inside}
    return found


def _place(file: MapFile, checkout: Checkout, path_in_commit: str) -> Place:
    is_committed = bool(path_in_commit) or not checkout.is_repository
    source = checkout.source_of(file.path, path_in_commit)
    return Place(checkout, checkout.path_of(file.path), file.place, source, is_committed)
