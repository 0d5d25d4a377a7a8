"""What concerns many tickets alike is said once: one line of a report instead of one line a ticket."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from techmap_sync.syncing.changes import Action, Change, FieldEdit, MapChanges
from techmap_sync.syncing.choices import OnConflict
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.revise import MILESTONE
from techmap_sync.syncing.tickets import kept_reason

MANY = 2
"""From as many tickets on a milestone was renamed, and not chosen for a ticket."""


def said_once(maps: Sequence[MapChanges]) -> tuple[MapChanges, ...]:
    """Return the same maps with one line for a milestone that was renamed in the tracker."""
    there = Counter(edit for each in maps for change in each.changes for edit in change.kept if edit.name == MILESTONE)
    renamed = {edit: number for edit, number in there.items() if number >= MANY and edit.before and edit.after}
    said: set[FieldEdit] = set()
    return tuple(_without(each, renamed, said) for each in maps) if renamed else tuple(maps)


def _without(changes: MapChanges, renamed: dict[FieldEdit, int], said: set[FieldEdit]) -> MapChanges:
    kept: list[Change] = []
    for change in changes.changes:
        left = tuple(edit for edit in change.kept if edit not in renamed)
        if left == change.kept:
            kept.append(change)
            continue
        if left:
            kept.append(replace(change, kept=left, reason=kept_reason(change.key, left)))
        for edit in change.kept:
            if edit in renamed and edit not in said:
                said.add(edit)
                kept.append(_line(edit, renamed[edit], changes))
    return replace(changes, changes=tuple(kept))


def _line(edit: FieldEdit, number: int, changes: MapChanges) -> Change:
    what = f'{number} tickets have the milestone "{edit.after}" instead of "{edit.before}", kept'
    reason = f'{what}; if it was renamed, set milestone = "{edit.after}"'
    return Change(Action.SKIP, changes.tracking_key, edit.after, changes.tracking_number, reason, kept=(edit,))


def refused_for_conflicts(maps: Sequence[MapChanges], policy: SyncPolicy) -> tuple[MapChanges, ...]:
    """Return the same maps, all refused when a conflict is open and the team lets conflicts fail."""
    number = sum(change.action is Action.CONFLICT for each in maps for change in each.changes)
    if policy.on_conflict is not OnConflict.FAIL or not number:
        return tuple(maps)
    fields = "1 field was" if number == 1 else f"{number} fields were"
    what = f'{fields} changed by the map and by a human, and on_conflict is "fail"'
    why = f"{what}; settle with push --resolve map KEY or --resolve tracker KEY"
    return tuple(replace(each, refusals=(*each.refusals, why)) if each.changes else each for each in maps)
