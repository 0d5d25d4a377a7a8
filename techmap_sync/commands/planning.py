"""``plan``: what a push would do. ``push`` computes the very same change set and applies it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from techmap_sync import __version__
from techmap_sync.checkout import Checkout
from techmap_sync.commands.maps import MapFile, MapFiles, read_maps
from techmap_sync.commands.targets import connect_tracker, source_name
from techmap_sync.config import Settings, shipped
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.syncing.changes import ChangeSet, MapChanges
from techmap_sync.syncing.diff import Origin, diff
from techmap_sync.syncing.digest import digest
from techmap_sync.syncing.matching import Holdings, Sorted
from techmap_sync.syncing.observe import observe
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with everything that applying it needs."""

    files: MapFiles
    change_set: ChangeSet
    tracker: Tracker
    policy: SyncPolicy


def make_plan(paths: Sequence[str], settings: Settings, checkout: Checkout) -> Planned:
    """Read maps and tracker, and work out what has to be done.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single maps are in the result instead.
    """
    tracker = connect_tracker(settings, checkout)
    policy = sync_policy(settings, source_name(settings, checkout, tracker))
    files = read_maps(paths, settings)
    plans = {file: _task_plan(file, settings, checkout) for file in files.maps if file.approved}
    found = observe(tracker, list(plans.values()), policy) if plans else Sorted({}, ())
    maps = []
    for file in files.maps:
        plan = plans.get(file)
        if plan is None:
            maps.append(MapChanges(file.outline.map_id, file.name, False, file.reasons))
        else:
            holdings, doubts = found.maps.get(plan.map_id, Holdings()), found.doubts.get(plan.map_id, ())
            maps.append(diff(plan, _origin(file, settings, checkout), holdings, tracker.capabilities, policy, doubts))
    return Planned(files, ChangeSet(tracker.name, tuple(maps)), tracker, policy)


def sync_policy(settings: Settings, source: str) -> SyncPolicy:
    """Return what the sync core has to know.

    :param source: canonical name of the repository that the maps belong to.
    """
    return SyncPolicy(
        source=source,
        managed_label=settings.managed_label,
        removed_label=settings.removed_label,
        duplicate_label=settings.duplicate_label,
        priority_labels={priority: label for priority, label in settings.labels.priority.items() if label},
        trusted_authors=frozenset(settings.trusted_authors),
        on_conflict=settings.on_conflict,
        orphans=settings.orphans,
        limits=settings.write_limits(),
    )


def _task_plan(file: MapFile, settings: Settings, checkout: Checkout) -> TaskPlan:
    templates = TicketTemplates(shipped(""), checkout.root / settings.templates if settings.templates else None)
    texts = TicketTexts(file.technical_map, file.outline, checkout.source_of(file.path), templates)
    return plan_tasks(file.technical_map, file.outline, settings.plan_options(), texts)


def _origin(file: MapFile, settings: Settings, checkout: Checkout) -> Origin:
    return Origin(
        path=checkout.path_of(file.path),
        text=file.text,
        text_digest=digest(file.text),
        settings=digest(f"{__version__} {settings.digest()}"),
        commit=checkout.commit,
        commit_time=checkout.commit_time,
    )
