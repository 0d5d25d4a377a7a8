"""The maps that a run does not write; they are looked up only when a decision depends on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from os.path import lexists
from pathlib import Path

from techmap_sync.app.ci_event import is_ci
from techmap_sync.app.discovery import Identity, identities_in_tree
from techmap_sync.app.documents_found import MapFile, MapFiles, read_rest, statements_of
from techmap_sync.app.owners_found import OwnersFound, owners_in
from techmap_sync.app.specs_found import line_for
from techmap_sync.app.targets import recognised
from techmap_sync.checkout import Checkout, checkout_around
from techmap_sync.config import FILE_NAME, shipped
from techmap_sync.documents.work import Kind
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.planning.titles import former_keys, tracking_key
from techmap_sync.programs import environment
from techmap_sync.settings import Settings
from techmap_sync.sync.match import Origin, UnwrittenMap
from techmap_sync.sync.policy import Guard, SyncPolicy


@dataclass(frozen=True)
class RestOfTree:
    """The other maps that the setting ``maps`` names."""

    settings: Settings
    checkout: Checkout
    templates: TicketTemplates
    files: MapFiles
    """The maps of the run."""
    partial: bool
    """There may be maps that the run does not read."""

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all maps that this run and other shards are about."""
        return self.files.ids

    def has_file(self, map_id: str) -> bool:
        """Whether any readable file has a map id."""
        return map_id in self.ids or any(each.map_id == map_id for each in self._identities) or bool(self.unreadable())

    def file_of(self, map_id: str, path: str) -> str:
        """Return the path of a file that may belong to a map; empty when the repository has none.

        :param path: where the map was when its tickets were written.
        """
        found = next((each.path for each in self._identities if each.map_id == map_id), "")
        return found or (path if lexists(self.checkout.root / path) else "")

    def way_back(self, map_id: str, path: str) -> str:
        """Return why the run does not read the file of a map, and which setting reads it.

        :param path: of that file, from the root of the repository.
        """
        found = next((each for each in self._identities if each.map_id == map_id), None)
        if found:
            add_it = f"its file {path} is not among the maps: add it to the setting maps"
            return f"its file {path} is not read: the setting exclude names it" if found.is_unit else add_it
        if other := next((each.map_id for each in self._identities if each.path == path), ""):
            return f'its file {path} is the map "{other}" now; reconcile --retire {map_id} closes its tickets'
        if line := line_for(self.checkout.root, path, self.settings):
            return f"its file {path} is not read: {line} in {FILE_NAME} reads it"
        return f"its file {path} is there, and no family that the settings name reads it"

    def unwritten(self) -> tuple[UnwrittenMap, ...]:
        """Return the maps whose tickets the run does not write."""
        here = (self._unwritten(file) for file in self.files.maps if not file.approved and not is_retired(file))
        return (*here, *(self._unread(file) for file in self._tree.maps if self.partial))

    def unreadable(self) -> tuple[str, ...]:
        """Return the files that may be maps and cannot be read."""
        there = self._tree.unreadable if self.partial else ()
        return tuple(dict.fromkeys(problem.path for problem in (*self.files.unreadable, *there)))

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return identities_in_tree(self.checkout.root, self.settings)

    @cached_property
    def _tree(self) -> MapFiles:
        """The maps that the run did not read."""
        return read_rest(self.settings, self.files.real_paths)

    def _unread(self, file: MapFile) -> UnwrittenMap:
        why = f"this run does not write {file.name}: push both maps together"
        return UnwrittenMap(self._named_tasks(file), file.name, why)

    def _unwritten(self, file: MapFile) -> UnwrittenMap:
        return UnwrittenMap(self._named_tasks(file), file.name, f"{file.name} is not approved or has errors")

    def _named_tasks(self, file: MapFile) -> TaskPlan:
        """Return the tasks of a map, in no particular order, because it may have errors."""
        graph = file.graph
        texts = TicketTexts(graph, self.checkout.source_of(file.path), self.templates)
        tasks = [
            TaskSpec(
                key,
                work.kind,
                graph.titles[position],
                texts.sections(position),
                done=work.done,
                was=former_keys(graph.map_id, work),
            )
            for position, (work, key) in enumerate(zip(graph.works, graph.keys, strict=True))
        ]
        tracking = TaskSpec(tracking_key(graph.map_id), Kind.TRACKING, graph.document.title, ())
        return TaskPlan(graph.map_id, tracking, () if is_retired(file) else tuple(tasks))


def is_retired(file: MapFile) -> bool:
    """Whether the author abandoned or superseded a map."""
    return file.document.is_retired


def task_plan(file: MapFile, settings: Settings, place: Place, templates: TicketTemplates) -> TaskPlan:
    """Return the tasks of an approved map; of one that is finished at sight it is only known that it is."""
    if file.at_sight:
        key = tracking_key(file.document.id)
        return TaskPlan(file.document.id, TaskSpec(key, Kind.TRACKING, file.document.title, ()), (), finished=True)
    texts = TicketTexts(file.graph, place.source, templates, statements_of(file, settings), place.owners.ownership)
    return plan_tasks(file.graph, settings.plan_options(), texts)


def templates_of(settings: Settings, checkout: Checkout) -> TicketTemplates:
    """Return the templates of a run. Compiling them takes longer than planning a map, so all maps share them."""
    team = checkout.root / settings.templates if settings.templates else None
    return TicketTemplates(shipped(""), team, checkout.root)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a map is."""

    checkout: Checkout
    path: str
    """From the root of the repository that it is in."""
    shown_path: str
    """From the root of the repository whose services show it."""
    source: MapSource
    uncommitted: tuple[str, ...] = ()
    """Its files whose text is in no commit, from the root of the repository; none outside of repositories."""
    of_several: bool = False
    """Whether it is read from several files."""
    owners: OwnersFound = field(default_factory=OwnersFound)
    """Whose the files of its repository are."""

    @property
    def is_committed(self) -> bool:
        """Whether all that it says is committed; true outside of repositories."""
        return not self.uncommitted

    @property
    def origin(self) -> Origin:
        """Where the map was read from, without its text."""
        return origin_in(self.checkout, self.path, is_committed=self.is_committed)

    @property
    def notes(self) -> tuple[str, ...]:
        """Notes for readers of a plan."""
        wait = "; its tickets link to it after the commit, with the next push" if self.source.is_pending else ""
        named = f": {', '.join(self.uncommitted)}" if self.of_several else ""
        return () if self.is_committed else (f"not committed{named}{wait}",)

    def refusals(self, allowed: frozenset[str]) -> tuple[str, ...]:
        """Return why nothing of it may be written: a CI job writes only committed text.

        :param allowed: guards that are lifted.
        """
        if self.is_committed or Guard.UNCOMMITTED in allowed or not is_ci(environment()):
            return ()
        what = f"the text of {', '.join(self.uncommitted)}" if self.of_several else "the text of this map"
        return (f"{what} is in no commit; push --allow {Guard.UNCOMMITTED} goes ahead anyway",)


def origin_in(checkout: Checkout, path: str, *, is_committed: bool = True) -> Origin:
    """Return where a map was read from, without its text."""
    return Origin(
        path,
        commit=checkout.commit,
        commit_time=checkout.commit_time,
        is_committed=is_committed,
        descent_from=checkout.descent_from,
    )


def places_of(files: Sequence[MapFile], base: Checkout, settings: Settings, tracker: str = "") -> Mapping[Path, Place]:
    """Return where each map is.

    :param base: the checkout that the run is about; also for a file that lies in none.
    :param tracker: name of the kind of tracker that its tickets go to; empty while none is chosen.
    """
    found: dict[Path, Place] = {}
    by_root: dict[Path, list[MapFile]] = {}
    checkouts: dict[Path, Checkout] = {}
    for file in files:
        checkout = checkout_around(file.path, base)
        checkouts.setdefault(checkout.root, recognised(checkout, settings))
        by_root.setdefault(checkout.root, []).append(file)
    for root, inside in by_root.items():
        texts = {path: text for file in inside if not file.at_sight for path, text in file.texts.items()}
        stored = checkouts[root].committed({path: text.encode("utf-8") for path, text in texts.items()})
        owners = owners_in(checkouts[root], settings, tracker)
        found |= {file.path: replace(_place(file, checkouts[root], stored), owners=owners) for file in inside}
    return found


def _place(file: MapFile, checkout: Checkout, stored: Mapping[Path, str]) -> Place:
    """Return where one map is.

    :param stored: the files whose text is committed, and the path of each in the commit.
    """
    is_asked = checkout.is_repository and not file.at_sight  # of what is only glanced at nothing is written
    pending = [checkout.path_of(path) for path in file.texts if path not in stored] if is_asked else []
    source = checkout.source_of(file.path, stored.get(file.path, ""))
    of_several = bool(file.sources.beside)
    return Place(checkout, checkout.path_of(file.path), file.place, source, tuple(pending), of_several)


def with_sources(policy: SyncPolicy, files: Sequence[MapFile], places: Mapping[Path, Place]) -> SyncPolicy:
    """Return the policy with the source of each map that is in another repository."""
    remotes = {file.document.id: places[file.path].checkout.remote for file in files}
    sources = {map_id: remote.canonical for map_id, remote in remotes.items() if remote is not None}
    former = frozenset(remote.former for remote in remotes.values() if remote is not None and remote.former)
    return replace(policy, sources=sources, former_sources=former)
