"""The maps of a run: read, checked, and approved or not."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from techmap_sync.app.discovery import FoundFile, Identity, find_files, find_own_files, identities_of, read_file
from techmap_sync.app.parallel import ALL, Shard, map_in_order
from techmap_sync.diagnostics import CheckedFile, Diagnostic, Severity, Span, apply_severities
from techmap_sync.documents.base import Description, Document, DocumentFamily, family_of
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.text import decode
from techmap_sync.errors import UnreadableMap, UsageProblem
from techmap_sync.files import border_of, path_in_repository
from techmap_sync.planning.task_graph import TaskGraph, duplicate_ids, task_graph
from techmap_sync.settings import Settings
from techmap_sync.text_forms import unified

NO_MAP = "not a technical map: no heading starts with TECHNICAL MAP:"
NO_MAP_HINT = 'techmap-sync new "Feature name" writes one; docs/map-format.md says what makes a file a map'


@dataclass(frozen=True, slots=True)
class MapFile:
    """One map that was read."""

    path: Path
    text: str
    graph: TaskGraph
    """What it asks for."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def document(self) -> Document:
        """What it says."""
        return self.graph.document

    @property
    def name(self) -> str:
        """The path as the user typed it, with ``/``."""
        return self.path.as_posix()

    @property
    def place(self) -> str:
        """The path from the root of the repository, whatever the current folder."""
        return path_in_repository(self.path)

    @property
    def checked(self) -> CheckedFile:
        """The file with everything that was found in it."""
        return CheckedFile(self.name, unified(self.text), self.diagnostics)

    @property
    def checked_in_repository(self) -> CheckedFile:
        """The same with the path from the root of the repository, as services know it."""
        return self.checked._replace(path=self.place)

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The errors that keep it from being pushed."""
        return tuple(d for d in self.diagnostics if d.severity is Severity.ERROR)

    @property
    def approved(self) -> bool:
        """Whether its author approves it and it has no errors."""
        return self.ready and not self.errors

    @property
    def ready(self) -> bool:
        """Whether its author approves it."""
        return self.document.is_ready

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it is not approved, each with its line."""
        place = self.place if border_of(self.path) else self.name
        said = ((reason.line, reason.text) for reason in self.document.not_ready)
        wrong = ((error.span.line, error.message) for error in self.errors)
        return tuple(f"{place}:{line}: {text}" if line else f"{place}: {text}" for line, text in (*said, *wrong))


@dataclass(frozen=True, slots=True)
class MapFiles:
    """What was found at some paths."""

    maps: tuple[MapFile, ...]
    unreadable: tuple[UnreadableMap, ...]
    """Files that were named as maps and cannot be read as such."""
    passed_over: tuple[Path, ...]
    """Files in a folder or glob that are not maps."""
    elsewhere: tuple[Identity, ...] = ()
    """Maps that another shard handles."""
    places: tuple[str, ...] = ()
    """The files, folders and globs that were searched."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of them, including those of other shards."""
        return frozenset((*(file.document.id for file in self.maps), *(other.map_id for other in self.elsewhere)))

    @property
    def real_paths(self) -> frozenset[str]:
        """The real paths of all files that were read, maps or not."""
        unreadable = (Path(problem.path) for problem in self.unreadable)
        return frozenset(map(os.path.realpath, (*(f.path for f in self.maps), *unreadable, *self.passed_over)))

    @property
    def checked(self) -> tuple[CheckedFile, ...]:
        """The maps with everything that was found in them."""
        return tuple(file.checked for file in self.maps)

    @property
    def checked_in_repository(self) -> tuple[CheckedFile, ...]:
        """The same with paths from the root of the repository, as services know them."""
        return tuple(file.checked_in_repository for file in self.maps)

    @property
    def unreadable_in_repository(self) -> tuple[UnreadableMap, ...]:
        """What could not be read, with paths from the root of the repository."""
        return tuple(
            UnreadableMap(path_in_repository(Path(problem.path)), problem.what, problem.hint)
            for problem in self.unreadable
        )


class _DocumentReader(NamedTuple):
    """Everything a worker process needs to read documents; must be picklable."""

    families: tuple[DocumentFamily, ...]
    severities: Mapping[str, str]

    def read(self, file: FoundFile) -> MapFile | UnreadableMap | None:
        """Read one file; None for one that is not a document and was not named as one."""
        try:
            return self._read(file)
        except UnreadableMap as problem:
            return problem

    def _read(self, file: FoundFile) -> MapFile | None:
        name = file.path.as_posix()
        text = decode(read_file(file), name)
        family = family_of(text, name, self.families)
        if family is None and file.named:
            raise UnreadableMap(name, NO_MAP, NO_MAP_HINT)
        if family is None:
            return None
        document = family.read(text, name)
        graph = task_graph(document)
        of_tasks = (found._replace(path=name) for found in graph.diagnostics)
        judged = apply_severities((*document.diagnostics, *of_tasks), self.severities, document.ignores)
        return MapFile(file.path, text, graph, judged)


def description_of(file: MapFile, settings: Settings) -> Description:
    """Return what was understood of a document."""
    return _family_of(file, settings).describe(file.text, file.name)


def statements_of(file: MapFile, settings: Settings) -> tuple[Statement, ...]:
    """Return what each line of a document says."""
    return _family_of(file, settings).statements(file.text, file.name)


def _family_of(file: MapFile, settings: Settings) -> DocumentFamily:
    family = family_of(file.text, file.name, settings.families)
    assert family is not None, "it was read by one of them"
    return family


def read_maps(paths: Sequence[str], settings: Settings, shard: Shard = ALL, known: Set[str] = frozenset()) -> MapFiles:
    """Read the maps at some paths; a problem with one file does not stop the others.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :param shard: which of them this run handles; of the others only the id is read.
    :param known: real paths of files that were read before, which are left out.
    :raises UsageProblem: a path does not exist or cannot be read.
    """
    known_families = settings.families
    maps, unreadable, passed_over = [], [], []
    files = find_files(paths, settings.exclude) if paths else find_own_files(settings.maps, settings.exclude)
    files = tuple(file for file in files if os.path.realpath(file.path) not in known) if known else files
    ours = [file for file in files if shard.holds(file.path)]
    reader = _DocumentReader(known_families, settings.severity)
    for file, read in zip(ours, map_in_order(reader.read, ours, settings.jobs), strict=True):
        if isinstance(read, UnreadableMap):
            unreadable.append(read)
        elif read is None:
            passed_over.append(file.path)
        else:
            maps.append(read)
    elsewhere = () if shard.is_all else _elsewhere(files, shard, known_families)
    named = _with_namesakes(maps, elsewhere, settings)
    return MapFiles(named, tuple(unreadable), tuple(passed_over), elsewhere, tuple(paths or settings.maps))


def read_one(path: str, settings: Settings) -> MapFile:
    """Read one map.

    :raises UsageProblem: there is no map at the path, or more than one.
    :raises UnreadableMap: the file is not a map.
    """
    files = read_maps([path], settings)
    for problem in files.unreadable:
        raise problem
    if len(files.maps) != 1:
        raise UsageProblem(f"{path} holds {len(files.maps)} maps", "show takes the path of one map")
    return files.maps[0]


def _elsewhere(files: Sequence[FoundFile], shard: Shard, families: Sequence[DocumentFamily]) -> tuple[Identity, ...]:
    """Return the maps that other shards handle."""
    return tuple(identities_of((file for file in files if not shard.holds(file.path)), families))


def _with_namesakes(maps: Sequence[MapFile], elsewhere: Sequence[Identity], settings: Settings) -> tuple[MapFile, ...]:
    """Return the maps, with an error in each whose id another one has too; a map without a name has no id yet."""
    named = [file.document for file in maps if file.document.has_identity]
    here = [(path_in_repository(Path(document.path)), document.id, document.span) for document in named]
    others = ((path_in_repository(Path(other.path)), other.map_id, Span(1, 1)) for other in elsewhere)
    of_file = {namesake.path: namesake for namesake in duplicate_ids([*here, *others])}
    if not of_file:
        return tuple(maps)
    return tuple(_with(file, of_file[file.place], settings) if file.place in of_file else file for file in maps)


def _with(file: MapFile, namesake: Diagnostic, settings: Settings) -> MapFile:
    found = (*file.diagnostics, namesake)
    return replace(file, diagnostics=apply_severities(found, settings.severity, file.document.ignores))
