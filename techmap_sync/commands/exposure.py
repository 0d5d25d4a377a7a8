"""Whether more people could read the tickets than the maps that they are made from."""

from __future__ import annotations

from techmap_sync.commands.targets import is_embedded
from techmap_sync.config import Settings
from techmap_sync.remotes import Remote
from techmap_sync.syncing.tracker import Tracker, Visibility


def exposure(tracker: Tracker, settings: Settings, remote: Remote | None) -> tuple[str, ...]:
    """Return why a map must not become tickets there, empty when it may.

    Only a tracker that is not the maps' own repository is asked.

    :param remote: where the maps' own repository lives.
    :raises TrackerError: it did not answer.
    """
    kind, _, target = tracker.name.partition(":")
    if settings.allow_public or remote is None or is_embedded(tracker) or remote.path.casefold() == target.casefold():
        return ()
    theirs = tracker.visibility()
    ours = tracker.visibility(remote.path) if remote.kind == kind else None
    if theirs in (None, Visibility.PRIVATE) or (ours is not None and theirs <= ours):
        return ()
    of_maps = f"is {ours.name.lower()}" if ours is not None else "cannot be seen there"
    what = f"{tracker.name} is {theirs.name.lower()}, and {remote.canonical}, which holds the maps, {of_maps}"
    return (f"{what}; allow_public = true in the settings lets its tickets be read",)
