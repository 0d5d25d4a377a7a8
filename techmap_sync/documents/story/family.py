"""Families of stories: an epic is a unit, each of its stories a ticket (BMAD)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from techmap_sync.documents.base import DocumentPlace, Sources
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.story.artifacts import artifacts_in
from techmap_sync.documents.story.story_units import read_stories
from techmap_sync.documents.units.family import UnitFamily
from techmap_sync.documents.units.unit import Unit
from techmap_sync.errors import UnreadableMap
from techmap_sync.text_forms import slug


@dataclass(frozen=True)
class Stories(UnitFamily):
    """Units that are put together from files of stories, epics and statuses."""

    _read: dict[str, Mapping[str, Unit]] = field(default_factory=dict, compare=False, repr=False)
    """The epics of the files that were read last, by their ids: all of them are read at once."""
    _files: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @property
    def folders(self) -> tuple[str, ...]:
        """The places that its table names."""
        return (*self.grammar.files, *self.grammar.epic_files, *self.grammar.status_files)

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the epics; which there are is said in the files."""
        found = artifacts_in(paths, self.grammar)
        texts: dict[str, str] = {}
        for path in found.paths:
            try:
                texts[path] = read(path)
            except UnreadableMap:
                yield DocumentPlace(path)  # reading it as a document says why
        for unit in self._units(texts).values():
            own = {task.path for task in unit.tasks if task.path in found.stories} | {unit.path}
            others = tuple(path for path in texts if path not in own)
            yield DocumentPlace(unit.path, tuple(sorted(own - {unit.path})), shared=others, part=unit.unit)

    def _units(self, files: Mapping[str, str]) -> Mapping[str, Unit]:
        if self._files != files:
            self._files.clear()
            self._files.update(files)
            granularity = "task" if self.grammar.each_task else ""
            self._read["units"] = {unit.unit: unit for unit in read_stories(files, self.grammar, granularity)}
        return self._read.get("units", {})

    def looks_right(self, text: str) -> bool:
        """Return True: what is in the files was looked at to find the epics."""
        return True

    def recognises(self, sources: Sources) -> bool:
        """Return whether an epic was found at this place."""
        return bool(sources.part)

    def identity(self, sources: Sources) -> str:
        """Return the id of the epic."""
        return slug(sources.part)

    def unit_of(self, sources: Sources) -> Unit:
        """Read an epic."""
        return self._units({**sources.beside, sources.place: sources.text})[sources.part]

    def statements(self, sources: Sources) -> tuple[Statement, ...]:
        """Return nothing: a ticket links to its story, and the lines of an epic's file belong to several epics."""
        return ()
