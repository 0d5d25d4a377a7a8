"""How long a change set takes to apply, told before it begins."""

from __future__ import annotations

from techmap_sync.syncing.changes import Action, Change, ChangeSet, MapChanges
from techmap_sync.syncing.revise import LABELS
from techmap_sync.syncing.tracker import Capabilities

HOUR = 3600.0
_CONTENT = (Action.CREATE, Action.LINK, Action.UNLINK)
"""What servers count as creating content."""


def seconds_to_apply(change_set: ChangeSet, capabilities: Capabilities) -> float:
    """Return the seconds that the server's pace asks for: so many a write, and so many creations an hour."""
    seconds = sum(_requests(each, capabilities) for each in change_set.maps) * capabilities.seconds_per_write
    contents = sum(change.action in _CONTENT for change in change_set.writes)
    limit = capabilities.creations_per_hour
    full_hours = (contents - 1) // limit if limit and contents else 0
    return max(seconds, full_hours * HOUR + (contents - full_hours * (limit or 0)) * capabilities.seconds_per_write)


def _requests(changes: MapChanges, capabilities: Capabilities) -> int:
    """Return how many writes a map takes: labels are set by requests of their own, and made before a first ticket."""
    creations = [change for change in changes.writes if change.action is Action.CREATE]
    is_new = any(change.key == changes.tracking_key for change in creations)
    labels = {label for change in creations if change.spec for label in change.spec.labels} if is_new else ()
    bookkeeping = changes.steps - len(changes.writes)
    return len(labels) + bookkeeping + sum(_requests_of(change, capabilities) for change in changes.writes)


def _requests_of(change: Change, capabilities: Capabilities) -> int:
    if change.action is Action.CREATE:
        return 1 + bool(capabilities.estimates and change.spec and change.spec.estimate_minutes)
    set_labels = [word for edit in change.edits if edit.name == LABELS for word in edit.after.split()]
    added, removed = (sum(word.startswith(sign) for word in set_labels) for sign in "+-")
    return 1 + bool(added) + removed
