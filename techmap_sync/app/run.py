"""Read the documents, compare them with the tracker, and work out the change set.

``plan`` shows it; ``push`` and ``reconcile`` compute the same one and apply it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from itertools import zip_longest
from pathlib import Path

from techmap_sync import __version__
from techmap_sync.app.documents_found import MapFile, MapFiles, read_maps, read_whole
from techmap_sync.app.other_documents import (
    Place,
    RestOfTree,
    is_retired,
    origin_in,
    places_of,
    task_plan,
    templates_of,
    with_sources,
)
from techmap_sync.app.owners_found import remarks_on
from techmap_sync.app.results import MapComparison, Planned
from techmap_sync.app.run_guards import audience_of, board_remark
from techmap_sync.app.run_options import RunOptions, in_effect, sync_policy
from techmap_sync.app.targets import connect_tracker, kind_of, source_name
from techmap_sync.checkout import Checkout, Remote
from techmap_sync.config import remarks_of
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.settings import Settings
from techmap_sync.sync import task_changes
from techmap_sync.sync.change_set import ChangeSet, MapChanges
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.decide import Decided, decide
from techmap_sync.sync.match import Audience, DesiredMap, Origin, OtherMaps
from techmap_sync.sync.observe import observe
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Sorted
from techmap_sync.sync.tracker import Tracker


def make_plan(paths: Sequence[str], settings: Settings, checkout: Checkout, run_options: RunOptions) -> Planned:
    """Read maps and tracker, and work out what to do.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single maps are in the result instead.
    """
    tracker = connect_tracker(settings, checkout, run_options.shard.total)
    at_sight = not (run_options.named or run_options.refresh)
    files = read_maps(paths, settings, run_options.shard, at_sight=at_sight, allowed=run_options.allowed)
    places = places_of(files.maps, checkout, settings, kind_of(tracker))
    policy = sync_policy(settings, source_name(settings, checkout, tracker), run_options)
    policy = policy if settings.source else with_sources(policy, files.maps, places)
    templates = templates_of(settings, checkout)
    plans = _plans(files, settings, places, templates)
    whole = (run_options.reconcile or (run_options.read_all and not paths)) and run_options.shard.is_first
    retired = frozenset(file.document.id for file in files.maps if is_retired(file))
    needed, going = plans or whole or run_options.read_all or retired, retired | run_options.retired
    texts = {file.document.id: file.sources.whole for file in plans}
    observed = partial(observe, tracker, policy=policy, all_edges=run_options.reconcile, retired=going, texts=texts)
    found = observed(list(plans.values())) if needed else Sorted({}, ())
    glanced = {file.path: found.of(file.document.id) for file in files.maps if file.at_sight}
    if wanted := {path for path, held in glanced.items() if held.is_open or (run_options.read_works and held.all)}:
        files = read_whole(files, wanted, settings)
        places = places_of(files.maps, checkout, settings, kind_of(tracker))
        plans = _plans(files, settings, places, templates)
        found = observed(list(plans.values()))
    remotes = dict.fromkeys(places[file.path].checkout.remote for file in plans)
    audiences = {remote: audience_of(tracker, settings, remote) for remote in remotes}
    rest = RestOfTree(settings, checkout, templates, files, bool(paths) or not run_options.shard.is_all)
    run = _Run(settings, checkout, tracker, policy, found, rest, places, audiences)
    retiring = run_options.retired if whole else frozenset()
    if named := run_options.named:
        policy, found, plans = in_effect(named, run.decided(plans, retiring), found, plans, tracker, policy)
        run = replace(run, policy=policy, found=found)
    decided = run.decided(plans, retiring, whole)
    compared = run.compared(decided, task_changes.with_known_names([each.changes for each in decided.every], tracker))
    changes = ChangeSet(tracker.name, tuple(each.changes for each in compared))
    about_board = board_remark(changes, tracker.capabilities)
    remarks = (*remarks_of(settings), *remarks_on(place.owners for place in places.values()), *about_board)
    return Planned(files, changes, tracker, policy, compared, remarks, found.unread, not found.maps)


def _plans(
    files: MapFiles, settings: Settings, places: Mapping[Path, Place], templates: TicketTemplates
) -> dict[MapFile, TaskPlan]:
    wanted = [file for file in files.maps if file.approved and not is_retired(file)]
    return {file: task_plan(file, settings, places[file.path], templates) for file in wanted}


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run knows when it compares maps and tickets."""

    settings: Settings
    checkout: Checkout
    tracker: Tracker
    policy: SyncPolicy
    found: Sorted
    rest: RestOfTree
    """The maps of this run and all others."""
    places: Mapping[Path, Place]
    audiences: Mapping[Remote | None, Audience | None]
    """Who can read tickets and maps, by the repository of the maps."""

    def decided(self, plans: Mapping[MapFile, TaskPlan], retired: Set[str], whole: bool = False) -> Decided:
        """Return the decision about the maps of this run.

        :param retired: ids of maps whose file was deleted for good.
        :param whole: also report the maps that have tickets but no file.
        """
        rest = self.rest
        desired = [self._desired(file, plans.get(file)) for file in rest.files.maps]
        lost = [self._lost(map_id) for map_id in self.found.maps if map_id in retired - rest.ids]
        ids = rest.ids if whole else None
        others = OtherMaps(rest.has_file, rest.unwritten, rest.unreadable, rest.file_of, rest.way_back, ids)
        return decide((*desired, *lost), self.found, others, self.tracker.capabilities, self.policy)

    def compared(self, decided: Decided, changes: Sequence[MapChanges]) -> tuple[MapComparison, ...]:
        """Return each map of the decision with its tickets.

        :param changes: of each map, to be shown and written.
        """
        in_text = not self.tracker.capabilities.native_blocking
        return tuple(
            MapComparison(
                replace(of_map, family=file.family if file else ""),
                each.tickets.holdings,
                file,
                each.tickets.plan,
                each.file_elsewhere,
                in_text,
            )
            for each, of_map, file in zip_longest(decided.every, changes, self.rest.files.maps)
        )

    def _desired(self, file: MapFile, plan: TaskPlan | None) -> DesiredMap:
        place = self.places[file.path]
        return replace(
            self._asked_for(file, plan),
            shown_path=place.shown_path,
            notes=(*place.notes, *([f"approved: {approved_by}"] if (approved_by := file.document.approved_by) else [])),
            unwritable=place.refusals(self.policy.allowed),
        )

    def _asked_for(self, file: MapFile, plan: TaskPlan | None) -> DesiredMap:
        map_id, place = file.document.id, self.places[file.path]
        if is_retired(file):
            return DesiredMap(map_id, place.origin, retired=True)
        if plan is None:
            return DesiredMap(map_id, Origin(place.path), reasons=file.reasons, ready=file.ready)
        settings = digest(f"{__version__} {self.settings.digest()}")
        whole = file.sources.whole
        origin = replace(place.origin, text=whole, text_digest=digest(whole), settings=settings)
        return DesiredMap(map_id, origin, plan, audience=self.audiences[place.checkout.remote])

    def _lost(self, map_id: str) -> DesiredMap:
        path = next((held.marker.path for held in self.found.maps[map_id].all), "")
        return DesiredMap(map_id, origin_in(self.checkout, path), retired=True, lost=True)
