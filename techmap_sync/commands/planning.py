"""``plan``: what a push would do. ``push`` and ``reconcile`` compute the very same change set and apply it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cache
from os.path import lexists

from techmap_sync import __version__
from techmap_sync.checkout import Checkout
from techmap_sync.commands.exposure import exposure
from techmap_sync.commands.identities import Identity, identities_in_tree
from techmap_sync.commands.maps import MapFile, MapFiles, read_maps
from techmap_sync.commands.shards import ALL, Shard
from techmap_sync.commands.targets import connect_tracker, source_name
from techmap_sync.config import Settings, shipped
from techmap_sync.model import Lifecycle
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.syncing.changes import Action, Change, ChangeSet, MapChanges
from techmap_sync.syncing.choices import Side
from techmap_sync.syncing.decide import DesiredMap, decide
from techmap_sync.syncing.diff import Origin, retire
from techmap_sync.syncing.digest import digest
from techmap_sync.syncing.guard import Guard
from techmap_sync.syncing.matching import Holdings, Sorted
from techmap_sync.syncing.observe import observe
from techmap_sync.syncing.policy import SyncPolicy
from techmap_sync.syncing.tracker import Tracker


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one run is asked for besides the settings."""

    take: Mapping[str, Side] = field(default_factory=dict)
    """Conflicts to be settled: key -> whose text stands."""
    new: frozenset[str] = frozenset()
    """Keys whose ticket is made anew."""
    allowed: frozenset[str] = frozenset()
    """Guards that are lifted."""
    refresh: bool = False
    accept_settings: bool = False
    reconcile: bool = False
    """Read all edges, close untouched copies, and report maps whose file is missing."""
    survey: bool = False
    """Look at every ticket, also of maps that are not approved or whose file is missing."""
    retired: frozenset[str] = frozenset()
    """Ids of maps whose file is gone for good."""
    shard: Shard = ALL
    """Which maps are a matter of this run, when several share them."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One map next to its tickets."""

    changes: MapChanges
    holdings: Holdings = field(default_factory=Holdings)
    """Its tickets under the keys of today."""
    file: MapFile | None = None
    """None for a map whose file is missing."""
    plan: TaskPlan | None = None
    """What an approved map asks for, follow-ups included."""
    path_elsewhere: str = ""
    """The file of a map that the setting ``maps`` leaves out."""
    links_in_text: bool = False
    """The tracker holds no links: who waits for whom stands in the map alone."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan with everything that applying it needs."""

    files: MapFiles
    change_set: ChangeSet
    tracker: Tracker
    policy: SyncPolicy
    compared: tuple[Compared, ...] = ()
    """What each part of the change set was worked out from."""


def make_plan(paths: Sequence[str], settings: Settings, checkout: Checkout, wishes: Wishes) -> Planned:
    """Read maps and tracker, and work out what has to be done.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single maps are in the result instead.
    """
    tracker = connect_tracker(settings, checkout, wishes.shard.total)
    policy = sync_policy(settings, source_name(settings, checkout, tracker), wishes)
    files = read_maps(paths, settings, wishes.shard)
    templates, wanted = _templates(settings, checkout), [f for f in files.maps if f.approved and not _is_retired(f)]
    plans = {file: _task_plan(file, settings, checkout, templates) for file in wanted}
    whole = (wishes.reconcile or (wishes.survey and not paths)) and wishes.shard.is_first
    retired = frozenset(file.outline.map_id for file in files.maps if _is_retired(file))
    needed, going = plans or whole or wishes.survey or retired, retired | wishes.retired
    found = observe(tracker, list(plans.values()), policy, wishes.reconcile, going) if needed else Sorted({}, ())
    exposed = exposure(tracker, settings, checkout) if plans else ()
    tree = cache(lambda: identities_in_tree(checkout.root, settings))
    run = _Run(settings, checkout, tracker, policy, found, files.ids, tree, exposed)
    maps = run.compared(files.maps, plans)
    gone = run.maps_without_file(wishes, _renamed(maps)) if whole else ()
    compared = (*maps, *gone)
    changes = ChangeSet(tracker.name, tuple(each.changes for each in compared))
    return Planned(files, changes, tracker, policy, compared)


def tasks_alone(paths: Sequence[str], settings: Settings, checkout: Checkout) -> tuple[MapFiles, ChangeSet]:
    """Read maps and list their tasks, each skipped, without reading any tracker."""
    files, templates = read_maps(paths, settings), _templates(settings, checkout)
    unread = tuple(_unread(file, settings, checkout, templates) for file in files.maps)
    return files, ChangeSet("tracker not read", unread)


def sync_policy(settings: Settings, source: str, wishes: Wishes) -> SyncPolicy:
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
        adopted=frozenset(settings.adopted),
        on_conflict=settings.on_conflict,
        orphans=settings.orphans,
        limits=settings.write_limits(),
        take=wishes.take,
        new=wishes.new,
        refresh=wishes.refresh,
        accept_settings=wishes.accept_settings,
        close_copies=wishes.reconcile,
        allowed=wishes.allowed,
    )


@dataclass(frozen=True, slots=True)
class _Run:
    """What one run knows by the time it compares maps and tickets."""

    settings: Settings
    checkout: Checkout
    tracker: Tracker
    policy: SyncPolicy
    found: Sorted
    ids: frozenset[str]
    """Ids of all maps that this run and other shards are about."""
    tree: Callable[[], tuple[Identity, ...]]
    """All maps that there are in the repository; looked up only when they decide something."""
    exposed: tuple[str, ...] = ()
    """Why none of them may become tickets there."""

    def compared(self, files: Sequence[MapFile], plans: Mapping[MapFile, TaskPlan]) -> tuple[Compared, ...]:
        """Return what happens to the tickets of each map."""
        desired = [self._desired(file, plans.get(file)) for file in files]
        decided = decide(desired, self.found, self._has_file, self.tracker.capabilities, self.policy)
        in_text = not self.tracker.capabilities.native_blocking
        return tuple(
            Compared(each.changes, each.tickets.holdings, file, each.tickets.plan, links_in_text=in_text)
            for file, each in zip(files, decided, strict=True)
        )

    def _desired(self, file: MapFile, plan: TaskPlan | None) -> DesiredMap:
        map_id, path = file.outline.map_id, self.checkout.path_of(file.path)
        if _is_retired(file):
            return DesiredMap(map_id, self._origin_of_retirement(path), retired=True)
        if plan is None:
            return DesiredMap(map_id, Origin(file.name), reasons=file.reasons)
        return DesiredMap(map_id, self._origin(file), plan, doubts=self.exposed)

    def _has_file(self, map_id: str) -> bool:
        return map_id in self.ids or any(each.map_id == map_id for each in self.tree())

    def _file_of(self, map_id: str, path: str) -> str:
        """Return the path of a file that may be that of a map, empty when there is none in the whole tree.

        :param path: where the map was when its tickets were written.
        """
        found = next((each.path for each in self.tree() if each.map_id == map_id), "")
        return found or (path if lexists(self.checkout.root / path) else "")

    def maps_without_file(self, wishes: Wishes, renamed: Set[str]) -> Iterator[Compared]:
        """Report the maps that have tickets and no file, and retire those that are named.

        :param renamed: ids under which maps of this run were known before.
        """
        for map_id, holdings in self.found.maps.items():
            path = next((held.marker.path for held in holdings.all), "")
            if map_id in self.ids | renamed or not path:
                continue
            there = self._file_of(map_id, path)
            if map_id in wishes.retired:
                yield Compared(self._retired(map_id, path, holdings, there), holdings, path_elsewhere=there)
                continue
            retire_it = f"its file is missing; reconcile --retire {map_id} closes its tickets"
            add_it = f"its file {there} is not among the maps: add it to the setting maps"
            reasons = (add_it if there else retire_it,)
            changes = MapChanges(map_id, there or path, approved=False, reasons=reasons)
            yield Compared(changes, holdings, path_elsewhere=there)

    def _retired(self, map_id: str, path: str, holdings: Holdings, there: str) -> MapChanges:
        """Return what retiring a map does.

        :param there: a file that may still be the map's; then nothing is closed.
        """
        origin = self._origin_of_retirement(path)
        changes = retire(map_id, origin, holdings, self.tracker.capabilities, self.policy)
        if not there or Guard.EXISTS in self.policy.allowed:
            return changes
        why = f"{there} may still be this map's file; --allow {Guard.EXISTS} retires the map all the same"
        return replace(changes, refusals=(*changes.refusals, why))

    def _origin_of_retirement(self, path: str) -> Origin:
        return Origin(path, commit=self.checkout.commit, commit_time=self.checkout.commit_time)

    def _origin(self, file: MapFile) -> Origin:
        return Origin(
            path=self.checkout.path_of(file.path),
            text=file.text,
            text_digest=digest(file.text),
            settings=digest(f"{__version__} {self.settings.digest()}"),
            commit=self.checkout.commit,
            commit_time=self.checkout.commit_time,
        )


def _renamed(maps: Iterable[Compared]) -> Set[str]:
    """Return the ids that the tickets of these maps bear."""
    return {held.marker.map_id for each in maps for held in each.holdings.all}


def _unread(file: MapFile, settings: Settings, checkout: Checkout, templates: TicketTemplates) -> MapChanges:
    map_id, path = file.outline.map_id, checkout.path_of(file.path)
    if not file.approved or _is_retired(file):
        return MapChanges(map_id, file.name, approved=file.approved, reasons=file.reasons)
    plan = _task_plan(file, settings, checkout, templates)
    tasks = [spec for spec in (plan.tracking, *plan.tasks) if not spec.done]
    skips = (Change(Action.SKIP, spec.key, spec.title, reason="not compared", spec=spec) for spec in tasks)
    return MapChanges(map_id, path, approved=True, changes=tuple(skips))


def _is_retired(file: MapFile) -> bool:
    return file.technical_map.lifecycle is Lifecycle.RETIRED


def _templates(settings: Settings, checkout: Checkout) -> TicketTemplates:
    """Return the templates of a run; compiling them takes longer than planning a map, so all maps share them."""
    team = checkout.root / settings.templates if settings.templates else None
    return TicketTemplates(shipped(""), team, checkout.root)


def _task_plan(file: MapFile, settings: Settings, checkout: Checkout, templates: TicketTemplates) -> TaskPlan:
    texts = TicketTexts(file.technical_map, file.outline, checkout.source_of(file.path), templates)
    return plan_tasks(file.technical_map, file.outline, settings.plan_options(), texts)
