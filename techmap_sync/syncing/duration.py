"""How long a change set takes to apply, told before it begins."""

from __future__ import annotations

from techmap_sync.syncing.changes import Action, ChangeSet
from techmap_sync.syncing.tracker import Capabilities

HOUR = 3600.0
_CONTENT = (Action.CREATE, Action.LINK, Action.UNLINK)
"""What servers count as creating content."""


def seconds_to_apply(change_set: ChangeSet, capabilities: Capabilities) -> float:
    """Return the seconds that the server's pace asks for: so many a write, and so many creations an hour."""
    seconds = len(change_set.writes) * capabilities.seconds_per_write
    contents = sum(change.action in _CONTENT for change in change_set.writes)
    limit = capabilities.creations_per_hour
    full_hours = (contents - 1) // limit if limit and contents else 0
    return max(seconds, full_hours * HOUR + (contents - full_hours * (limit or 0)) * capabilities.seconds_per_write)
