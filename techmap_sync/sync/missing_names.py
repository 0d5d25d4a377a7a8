"""Assignees and milestones that creations ask for and the tracker does not have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from techmap_sync.sync.changes import Change, Create, MapChanges, Skip
from techmap_sync.sync.tracker import Tracker


def asked_for(maps: Collection[MapChanges]) -> tuple[frozenset[str], frozenset[str]]:
    """Return the assignees and milestones that creations of some maps ask for."""
    specs = [c.spec for each in maps for c in each.writes if isinstance(c, Create)]
    return frozenset(name for spec in specs for name in spec.assignees), frozenset(s.milestone for s in specs) - {""}


def unknown_people(tracker: Tracker, names: Collection[str]) -> frozenset[str]:
    """Return the accounts to which the tracker can assign no ticket.

    :raises TrackerError: it refused or did not answer.
    """
    return tracker.unassignable(names) if names and tracker.capabilities.assignees else frozenset()


def missing_milestones(tracker: Tracker, titles: Collection[str]) -> frozenset[str]:
    """Return the milestones that the first ticket would create.

    :raises TrackerError: the tracker refused or did not answer.
    """
    if not tracker.capabilities.milestones:
        return frozenset()
    return frozenset(title for title in titles if not tracker.has_milestone(title))


def without_absent(changes: MapChanges, people: Collection[str], milestones: Collection[str]) -> MapChanges:
    """Leave unknown assignees out of the creations of a map, and say that, and which milestone will be made.

    :param people: unknown accounts.
    :param milestones: titles of missing milestones.
    """
    names, titles = asked_for([changes])
    said = [*_about_people(names & set(people)), *_about_milestones(titles & set(milestones))]
    if not said:
        return changes
    known = tuple(_without(change, people) for change in changes.changes)
    tracking = next((c for c in changes.changes if c.key == changes.tracking_key), None)
    title = tracking.title if tracking else changes.map_id
    notes = (Skip(changes.tracking_key, title, changes.tracking_number, reason, lasting=True) for reason in said)
    return replace(changes, changes=(*known, *notes))


def _about_people(names: Collection[str]) -> list[str]:
    reason = (
        f"no ticket can be assigned to {', '.join(sorted(names))} here: made without; see assignees in the settings"
    )
    return [reason] if names else []


def _about_milestones(titles: Collection[str]) -> list[str]:
    return [f'there is no milestone "{title}" yet: the first ticket creates it' for title in sorted(titles)]


def _without(change: Change, people: Collection[str]) -> Change:
    if not isinstance(change, Create):
        return change
    kept = tuple(name for name in change.spec.assignees if name not in people)
    return replace(change, spec=replace(change.spec, assignees=kept))
