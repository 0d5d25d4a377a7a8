"""Read the documents, compare them with the tracker, and work out the change set.

``plan`` shows it; ``push`` and ``reconcile`` compute the same one and apply it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from pathlib import Path

from techmap_sync import __version__
from techmap_sync.app.documents_found import MapFile, MapFiles, read_maps, statements_of
from techmap_sync.app.named_tasks import NamedTasks, Names
from techmap_sync.app.other_documents import Place, RestOfTree, is_retired, places_of, task_plan
from techmap_sync.app.parallel import ALL, Shard
from techmap_sync.app.run_guards import exposure
from techmap_sync.app.targets import connect_tracker, remarks_of, source_name
from techmap_sync.checkout import Checkout, Remote
from techmap_sync.config import shipped
from techmap_sync.errors import UsageProblem
from techmap_sync.planning.lines import LineHome, ledger_of_lines
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.settings import Settings
from techmap_sync.sync import missing_names
from techmap_sync.sync.arrivals import Bindings
from techmap_sync.sync.changes import ChangeSet, MapChanges, Skip
from techmap_sync.sync.comparison import digest
from techmap_sync.sync.decide import Decided, DecidedMap, decide
from techmap_sync.sync.desired import Beside, DesiredMap, Origin
from techmap_sync.sync.observe import observe, with_edges_of, with_standing
from techmap_sync.sync.policy import SyncPolicy
from techmap_sync.sync.tickets import Holdings, Sorted
from techmap_sync.sync.tracker import Ticket, Tracker


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for, in addition to the settings."""

    named: NamedTasks = field(default_factory=NamedTasks)
    """Tasks to resolve, recreate or rebind, as a person named them."""
    allowed: frozenset[str] = frozenset()
    """Guards that are lifted."""
    refresh: bool = False
    accept_settings: bool = False
    reconcile: bool = False
    """Read all links, close untouched copies, and report maps whose file is missing."""
    read_all: bool = False
    """Read every ticket, including those of maps that are not approved or whose file is missing."""
    retired: frozenset[str] = frozenset()
    """Ids of maps whose file is gone for good."""
    shard: Shard = ALL
    """Which maps this run handles, when several runs share them."""


@dataclass(frozen=True, slots=True)
class MapComparison:
    """A map and its tickets."""

    changes: MapChanges
    holdings: Holdings = field(default_factory=Holdings)
    """Its tickets under their current keys."""
    file: MapFile | None = None
    """None for a map whose file is missing."""
    plan: TaskPlan | None = None
    """What an approved map asks for, follow-ups included."""
    path_elsewhere: str = ""
    """The file of a map that the setting ``maps`` leaves out."""
    links_in_text: bool = False
    """The tracker has no links: dependencies are in the map alone."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and everything that is needed to apply it."""

    files: MapFiles
    change_set: ChangeSet
    tracker: Tracker
    policy: SyncPolicy
    compared: tuple[MapComparison, ...] = ()
    """The maps and tickets behind each part of the change set."""
    remarks: tuple[str, ...] = ()
    """Remarks for readers of the plan."""
    unread: tuple[str, ...] = ()
    """What the tracker did not show of single tickets, and why."""


def make_plan(paths: Sequence[str], settings: Settings, checkout: Checkout, run_options: RunOptions) -> Planned:
    """Read maps and tracker, and work out what to do.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single maps are in the result instead.
    """
    tracker = connect_tracker(settings, checkout, run_options.shard.total)
    files = read_maps(paths, settings, run_options.shard)
    places = places_of(files.maps, checkout, settings)
    policy = sync_policy(settings, source_name(settings, checkout, tracker), run_options)
    policy = policy if settings.source else _with_sources(policy, files.maps, places)
    templates, wanted = _templates(settings, checkout), [f for f in files.maps if f.approved and not is_retired(f)]
    plans = {file: task_plan(file, settings, places[file.path].source, templates) for file in wanted}
    whole = (run_options.reconcile or (run_options.read_all and not paths)) and run_options.shard.is_first
    retired = frozenset(file.document.id for file in files.maps if is_retired(file))
    needed, going = plans or whole or run_options.read_all or retired, retired | run_options.retired
    found = observe(tracker, list(plans.values()), policy, run_options.reconcile, going) if needed else Sorted({}, ())
    remotes = dict.fromkeys(places[file.path].checkout.remote for file in plans)
    exposed = {remote: exposure(tracker, settings, remote) for remote in remotes}
    rest = RestOfTree(settings, checkout, templates, files, bool(paths) or not run_options.shard.is_all)
    run = _Run(settings, checkout, tracker, policy, found, rest, places, exposed)
    retiring = run_options.retired if whole else frozenset()
    if run_options.named:
        run, plans = with_named(run, files.maps, plans, retiring, run_options.named)
    compared = run.compared(files.maps, plans, retiring, whole)
    compared = _with_known_people(tracker, compared)
    changes = ChangeSet(tracker.name, tuple(each.changes for each in compared))
    return Planned(files, changes, tracker, run.policy, compared, remarks_of(settings), found.unread)


def _with_known_people(tracker: Tracker, compared: tuple[MapComparison, ...]) -> tuple[MapComparison, ...]:
    """Leave out people the tracker does not know; it is asked only when tickets will be created."""
    names, titles = missing_names.asked_for([each.changes for each in compared])
    people, milestones = missing_names.unknown_people(tracker, names), missing_names.missing_milestones(tracker, titles)
    if not people and not milestones:
        return compared
    return tuple(replace(c, changes=missing_names.without_absent(c.changes, people, milestones)) for c in compared)


def tasks_alone(paths: Sequence[str], settings: Settings, checkout: Checkout) -> tuple[MapFiles, ChangeSet]:
    """Read maps and list their tasks, each skipped, without reading any tracker."""
    files, templates = read_maps(paths, settings), _templates(settings, checkout)
    places = places_of(files.maps, checkout, settings)
    unread = tuple(_unread(file, settings, places[file.path], templates) for file in files.maps)
    return files, ChangeSet("tracker not read", unread)


def homes_of_lines(file: MapFile, settings: Settings, checkout: Checkout) -> tuple[LineHome, ...]:
    """Return in which ticket each line of a map is found, without reading any tracker."""
    source = places_of([file], checkout, settings)[file.path].source
    plan = task_plan(file, settings, source, _templates(settings, checkout))
    return ledger_of_lines(statements_of(file, settings), plan)


def _with_sources(policy: SyncPolicy, files: Sequence[MapFile], places: Mapping[Path, Place]) -> SyncPolicy:
    """Return the policy with the source of each map that is in another repository."""
    remotes = {file.document.id: places[file.path].checkout.remote for file in files}
    sources = {map_id: remote.canonical for map_id, remote in remotes.items() if remote is not None}
    former = frozenset(remote.former for remote in remotes.values() if remote is not None and remote.former)
    return replace(policy, sources=sources, former_sources=former)


def sync_policy(settings: Settings, source: str, run_options: RunOptions) -> SyncPolicy:
    """Return the policy of the sync core: from the settings, and from what this run is asked for.

    :param source: canonical name of the repository that the maps belong to.
    """
    return replace(
        settings.sync_policy(source),
        refresh=run_options.refresh,
        accept_settings=run_options.accept_settings,
        close_copies=run_options.reconcile,
        allowed=run_options.allowed,
    )


def with_named(
    run: _Run, files: Sequence[MapFile], plans: Mapping[MapFile, TaskPlan], retired: Set[str], named: NamedTasks
) -> tuple[_Run, dict[MapFile, TaskPlan]]:
    """Return the same run with the tasks that a person named, under their current keys, known only after a comparison.

    :raises UsageProblem: a name is that of no task or ticket, or a ticket cannot be bound.
    """
    decided = run.decided(files, plans, retired)
    names = Names.of((*decided.maps, *decided.emptied))
    policy = replace(
        run.policy,
        resolve={names.to_resolve(name): side for side, name in named.resolve},
        recreate=frozenset(names.to_recreate(name) for name in named.recreate),
    )
    found = with_edges_of(run.found, run.tracker, policy.resolve.keys())
    bindings = Bindings({names.to_rebind(name): _ticket(run, number) for name, number in named.rebind})
    bound = {file: bindings.plan(plan) for file, plan in plans.items()}
    return replace(run, policy=policy, found=bindings.found(found, bound.values(), policy)), bound


def _ticket(run: _Run, number: str) -> Ticket:
    ticket = run.tracker.get(number)
    if ticket is None:
        raise UsageProblem(
            f"there is no ticket {number}", "name one that exists; pull and merge requests are not tickets"
        )
    return with_standing(run.tracker, ticket, run.policy)


@dataclass(frozen=True, slots=True)
class _Run:
    """What a run knows when it compares maps and tickets."""

    settings: Settings
    checkout: Checkout
    tracker: Tracker
    policy: SyncPolicy
    found: Sorted
    rest: RestOfTree
    places: Mapping[Path, Place]
    exposed: Mapping[Remote | None, tuple[str, ...]]
    """Why maps of a repository must not be published in this tracker."""

    def compared(
        self, files: Sequence[MapFile], plans: Mapping[MapFile, TaskPlan], retired: Set[str], whole: bool
    ) -> tuple[MapComparison, ...]:
        """Return what happens to the tickets of each map.

        :param retired: ids of maps whose file is gone for good.
        :param whole: also report the maps that have tickets and no file.
        """
        decided = self.decided(files, plans, retired, whole)
        return tuple(self._compared(each, file) for file, each in zip_longest(files, decided.every))

    def decided(
        self, files: Sequence[MapFile], plans: Mapping[MapFile, TaskPlan], retired: Set[str], whole: bool = False
    ) -> Decided:
        """Return the decision about the maps of this run."""
        desired = [self._desired(file, plans.get(file)) for file in files]
        lost = [self._retired(map_id) for map_id in self.found.maps if map_id in retired - self.rest.ids]
        rest, ids = self.rest, self.rest.ids if whole else None
        beside = Beside(rest.has_file, rest.unwritten, rest.unreadable, rest.file_of, ids)
        return decide((*desired, *lost), self.found, beside, self.tracker.capabilities, self.policy)

    def _compared(self, decided: DecidedMap, file: MapFile | None) -> MapComparison:
        tickets, in_text = decided.tickets, not self.tracker.capabilities.native_blocking
        return MapComparison(decided.changes, tickets.holdings, file, tickets.plan, decided.file_elsewhere, in_text)

    def _desired(self, file: MapFile, plan: TaskPlan | None) -> DesiredMap:
        place = self.places[file.path]
        return replace(
            self._asked_for(file, plan),
            shown_path=place.shown_path,
            notes=place.notes,
            unwritable=place.refusals(self.policy.allowed),
        )

    def _asked_for(self, file: MapFile, plan: TaskPlan | None) -> DesiredMap:
        map_id, place = file.document.id, self.places[file.path]
        if is_retired(file):
            said_in = _origin_of_retirement(place.path, place.checkout, place.is_committed)
            return DesiredMap(map_id, said_in, retired=True)
        if plan is None:
            return DesiredMap(map_id, Origin(place.path), reasons=file.reasons, ready=file.ready)
        return DesiredMap(map_id, self._origin(file), plan, doubts=self.exposed[place.checkout.remote])

    def _retired(self, map_id: str) -> DesiredMap:
        path = next((held.marker.path for held in self.found.maps[map_id].all), "")
        return DesiredMap(map_id, _origin_of_retirement(path, self.checkout), retired=True, lost=True)

    def _origin(self, file: MapFile) -> Origin:
        place = self.places[file.path]
        return replace(
            _origin_of_retirement(place.path, place.checkout, place.is_committed),
            text=file.text,
            text_digest=digest(file.text),
            settings=digest(f"{__version__} {self.settings.digest()}"),
        )


def _origin_of_retirement(path: str, checkout: Checkout, is_committed: bool = True) -> Origin:
    return Origin(
        path,
        commit=checkout.commit,
        commit_time=checkout.commit_time,
        is_committed=is_committed,
        descent_from=checkout.descent_from,
    )


def _unread(file: MapFile, settings: Settings, place: Place, templates: TicketTemplates) -> MapChanges:
    map_id = file.document.id
    if not file.approved or is_retired(file):
        shown = place.shown_path
        return MapChanges(map_id, place.path, file.approved, file.reasons, ready=file.ready, shown_path=shown)
    plan = task_plan(file, settings, place.source, templates)
    tasks = [spec for spec in (plan.tracking, *plan.tasks) if not spec.done]
    skips = (Skip(spec.key, spec.title, reason="not compared") for spec in tasks)
    return MapChanges(map_id, place.path, approved=True, changes=tuple(skips), shown_path=place.shown_path)


def _templates(settings: Settings, checkout: Checkout) -> TicketTemplates:
    """Return the templates of a run; compiling them takes longer than planning a map, so all maps share them."""
    team = checkout.root / settings.templates if settings.templates else None
    return TicketTemplates(shipped(""), team, checkout.root)
