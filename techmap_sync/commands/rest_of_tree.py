"""The maps that a run does not write: which there are is looked up only where it decides something."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from os.path import lexists

from techmap_sync.checkout import Checkout
from techmap_sync.commands.identities import Identity, identities_in_tree, places_in_tree
from techmap_sync.commands.maps import MapFile, MapFiles, read_maps
from techmap_sync.config import Settings
from techmap_sync.model import Lifecycle
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.keys import former_keys, tracking_key
from techmap_sync.planning.kinds import Kind
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.source import MapSource
from techmap_sync.planning.task import TaskPlan, TaskSpec
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.syncing.decide import UnwrittenMap


@dataclass(frozen=True)
class RestOfTree:
    """What stands below the setting ``maps`` besides the maps of a run."""

    settings: Settings
    checkout: Checkout
    templates: TicketTemplates
    files: MapFiles
    """The maps of the run."""
    partial: bool
    """Other maps may stand there that the run does not read."""

    @property
    def ids(self) -> frozenset[str]:
        """Ids of all maps that this run and other shards are about."""
        return self.files.ids

    def has_file(self, map_id: str) -> bool:
        """Whether any file has a map id, as far as the files can be read."""
        return map_id in self.ids or any(each.map_id == map_id for each in self._identities) or bool(self.unreadable())

    def file_of(self, map_id: str, path: str) -> str:
        """Return the path of a file that may be that of a map, empty when there is none in the whole repository.

        :param path: where the map was when its tickets were written.
        """
        found = next((each.path for each in self._identities if each.map_id == map_id), "")
        return found or (path if lexists(self.checkout.root / path) else "")

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
        places = places_in_tree(self.settings)
        return read_maps(places, self.settings, known=self.files.real_paths) if places else MapFiles((), (), ())

    def _unread(self, file: MapFile) -> UnwrittenMap:
        why = f"this run does not write {file.name}: push both maps together"
        return UnwrittenMap(self._named_tasks(file), file.name, why)

    def _unwritten(self, file: MapFile) -> UnwrittenMap:
        return UnwrittenMap(self._named_tasks(file), file.name, f"{file.name} is not approved or has errors")

    def _named_tasks(self, file: MapFile) -> TaskPlan:
        """Return what a map names, in no order: it may have errors."""
        outline = file.outline
        texts = TicketTexts(file.technical_map, outline, self.checkout.source_of(file.path), self.templates)
        tasks = [
            TaskSpec(
                key,
                work.kind,
                outline.titles[position],
                texts.sections(position),
                done=work.done,
                was=former_keys(outline.map_id, work),
            )
            for position, (work, key) in enumerate(zip(outline.works, outline.keys, strict=True))
        ]
        tracking = TaskSpec(tracking_key(outline.map_id), Kind.TRACKING, outline.map_title, ())
        return TaskPlan(outline.map_id, tracking, () if is_retired(file) else tuple(tasks))


def is_retired(file: MapFile) -> bool:
    """Whether the author abandoned or superseded a map."""
    return file.technical_map.lifecycle is Lifecycle.RETIRED


def task_plan(file: MapFile, settings: Settings, source: MapSource, templates: TicketTemplates) -> TaskPlan:
    """Return the tasks of an approved map."""
    texts = TicketTexts(file.technical_map, file.outline, source, templates)
    return plan_tasks(file.technical_map, file.outline, settings.plan_options(), texts)
