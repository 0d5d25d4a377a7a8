"""The maps of a run: read, checked, and approved or not."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from pkgutil import resolve_name
from typing import NamedTuple

from techmap_sync.app.discovery import (
    FoundFile,
    Identity,
    find_documents,
    identities_of,
    places_in_tree,
    sources_of,
    texts_at_sight,
)
from techmap_sync.app.parallel import ALL, Shard, map_in_order
from techmap_sync.app.specs_found import said_of, specs_left_out
from techmap_sync.diagnostics import CheckedFile, Diagnostic, Severity, Span, apply_severities
from techmap_sync.documents.base import Description, Document, DocumentFamily, Sources, family_of
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.units.unit_notices import RULES as UNIT_RULES
from techmap_sync.errors import UnreadableMap, UsageProblem
from techmap_sync.files import border_of, path_in_repository, repository_around
from techmap_sync.planning.task_graph import TaskGraph, duplicate_ids, task_graph
from techmap_sync.settings import Settings
from techmap_sync.text_forms import unified

_WITH_MERGES = "techmap_sync.app.merge_gate:with_merges"
NO_MAP = "not a technical map: no heading starts with TECHNICAL MAP:"
NO_MAP_HINT = 'techmap-sync new "Feature name" writes one; docs/map-format.md says what makes a file a map'


@dataclass(frozen=True, slots=True)
class MapFile:
    """One document that was read."""

    path: Path
    """The file that holds its tasks, as the user knows it."""
    sources: Sources
    family: str
    """The name of its family."""
    graph: TaskGraph
    """What it asks for."""
    diagnostics: tuple[Diagnostic, ...]
    unread: FoundFile | None = None
    """What is left to read where only a glance told that it is finished: its works and its other files."""

    def __hash__(self) -> int:
        """Return the hash of its path: the texts are in a mapping."""
        return hash(self.path)

    @property
    def at_sight(self) -> bool:
        """Whether only a glance told that it is finished."""
        return self.unread is not None

    @property
    def text(self) -> str:
        """The text of the file that holds its tasks."""
        return self.sources.text

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
    def texts(self) -> Mapping[Path, str]:
        """The texts of all files that it was read from, its own first."""
        above = len(PurePosixPath(self.sources.place).parts)
        beside = self.sources.beside
        return {self.path: self.text, **{self.path.parents[above - 1] / place: beside[place] for place in beside}}

    @property
    def checked(self) -> CheckedFile:
        """The file with everything that was found in it."""
        return CheckedFile(self.name, unified(self.text), self.diagnostics, self.family)

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
    set_aside: tuple[MapFile, ...] = ()
    """Archived documents whose id another one has."""

    @property
    def ids(self) -> frozenset[str]:
        """The ids of all of them, including those of other shards."""
        return frozenset((*(file.document.id for file in self.maps), *(other.map_id for other in self.elsewhere)))

    @property
    def real_paths(self) -> frozenset[str]:
        """The real paths of all files that were read, maps or not."""
        unreadable = (Path(problem.path) for problem in self.unreadable)
        return frozenset(
            map(os.path.realpath, (*(f.path for f in (*self.maps, *self.set_aside)), *unreadable, *self.passed_over))
        )

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


Then = Callable[[MapFile], MapFile]
"""What is done with each document where it is read, in a worker process too."""


class _DocumentReader(NamedTuple):
    """Everything a worker process needs to read documents; must be picklable."""

    families: tuple[DocumentFamily, ...]
    severities: Mapping[str, str]
    then: Then | None = None

    def read(self, file: FoundFile) -> MapFile | UnreadableMap | None:
        """Read one file; None for one that is not a document and was not named as one."""
        try:
            return self._read(file)
        except UnreadableMap as problem:
            return problem

    def _read(self, file: FoundFile) -> MapFile | None:
        sources = sources_of(file)
        family = family_of(sources, self.families)
        if family is None and file.named:
            raise UnreadableMap(sources.path, NO_MAP, NO_MAP_HINT)
        if family is None:
            return None
        document = family.read(sources)
        graph = task_graph(document)
        of_tasks = (found._replace(path=sources.path) for found in graph.diagnostics)
        judged = apply_severities((*document.diagnostics, *of_tasks), self.severities, document.ignores)
        read = MapFile(file.path, sources, family.name, graph, judged)
        return self.then(read) if self.then else read

    def glanced(self, file: FoundFile) -> MapFile | None:
        """Return a finished unit of which no more has to be known; None where it has to be read."""
        try:
            sources = texts_at_sight(file)
        except UnreadableMap:
            return None
        family = family_of(sources, self.families)
        document = family.finished_at_sight(sources) if family else None
        if family is None or document is None:
            return None
        return MapFile(file.path, sources, family.name, task_graph(document), (), unread=file)


def description_of(file: MapFile, settings: Settings) -> Description:
    """Return what was understood of a document."""
    return family_named(file.family, settings).describe(file.sources)


def statements_of(file: MapFile, settings: Settings) -> tuple[Statement, ...]:
    """Return what each line of a document says."""
    return family_named(file.family, settings).statements(file.sources)


def family_named(name: str, settings: Settings) -> DocumentFamily:
    """Return the family of a document that was read."""
    return next(family for family in settings.document_families if family.name == name)


def read_maps(
    paths: Sequence[str],
    settings: Settings,
    shard: Shard = ALL,
    *,
    at_sight: bool = False,
    allowed: frozenset[str] = frozenset(),
    then: Then | None = None,
) -> MapFiles:
    """Read the documents at some paths; a problem with one does not stop the others.

    :param paths: files, folders and globs; what the settings name when there are none.
    :param shard: which of them this run handles; of the others only the id is read.
    :param at_sight: take no more than a glance at finished units.
    :param allowed: guards that are lifted, for units that are not merged yet.
    :param then: done with each document that is read whole; must be picklable.
    :raises UsageProblem: a path does not exist or cannot be read.
    """
    found = find_documents(paths, settings)
    if any(file.unit for file in found):  # maps say themselves whether they are approved
        found = resolve_name(_WITH_MERGES)(found, allowed)
    return _read(found, settings, shard, tuple(paths or settings.maps), at_sight=at_sight, then=then)


def read_whole(files: MapFiles, wanted: Set[Path], settings: Settings) -> MapFiles:
    """Return the documents with the works of those of which only a glance was taken; one may turn out unreadable.

    :param wanted: the paths of these.
    """
    maps, unreadable = [], list(files.unreadable)
    for file in files.maps:
        try:
            maps.append(_whole(file, file.unread, settings) if file.unread and file.path in wanted else file)
        except UnreadableMap as problem:
            unreadable.append(problem)
    return replace(files, maps=tuple(maps), unreadable=tuple(unreadable))


def _whole(file: MapFile, unread: FoundFile, settings: Settings) -> MapFile:
    sources = sources_of(unread)
    document = family_named(file.family, settings).read(sources)
    judged = apply_severities(document.diagnostics, settings.severity, document.ignores)
    return replace(file, sources=sources, graph=task_graph(document), diagnostics=judged, unread=None)


def read_rest(settings: Settings, known: Set[str]) -> MapFiles:
    """Read the documents that the settings name, as far as there are any.

    :param known: real paths of files that were read before, which are left out.
    """
    there = settings.model_copy(update={"maps": places_in_tree(settings)})
    files = (file for file in find_documents((), there) if os.path.realpath(file.path) not in known)
    return _read(tuple(files), settings, ALL, tuple(there.maps))


def _read(
    files: Sequence[FoundFile],
    settings: Settings,
    shard: Shard,
    places: tuple[str, ...],
    *,
    at_sight: bool = False,
    then: Then | None = None,
) -> MapFiles:
    families = settings.document_families
    maps, unreadable, passed_over = [], [], []
    ours = [file for file in files if shard.holds(file.path)]
    reader = _DocumentReader(families, settings.severity, then)
    glances = {file: seen for file in ours if at_sight and file.unit and (seen := reader.glanced(file))}
    rest = [file for file in ours if file not in glances]
    results = {**glances, **dict(zip(rest, map_in_order(reader.read, rest, settings.jobs), strict=True))}
    for file in ours:
        read = results[file]
        if isinstance(read, UnreadableMap):
            unreadable.append(read)
        elif read is None:
            passed_over.append(file.path)
        else:
            maps.append(read)
    elsewhere = () if shard.is_all else _elsewhere(files, shard, families)
    counting, aside = _without_archived_namesakes(maps, elsewhere, settings)
    named = _with_namesakes(counting, [other for other in elsewhere if not other.archived], settings)
    return MapFiles(named, tuple(unreadable), tuple(passed_over), elsewhere, places, tuple(aside))


def _without_archived_namesakes(
    maps: Sequence[MapFile], elsewhere: Sequence[Identity], settings: Settings
) -> tuple[list[MapFile], list[MapFile]]:
    """Set archived documents aside whose id a document in use has, or one that was archived later."""
    best: dict[str, tuple[bool, str]] = {}
    here = [(file.document.id, not file.document.archived, file.place) for file in maps]
    others = [(other.map_id, not other.archived, path_in_repository(Path(other.path))) for other in elsewhere]
    for map_id, in_use, place in (*here, *others):
        best[map_id] = max(best.get(map_id, (False, "")), (in_use, place))
    counting = [f for f in maps if not f.document.archived or best[f.document.id] == (False, f.place)]
    kept = set(map(id, counting))
    aside = [file for file in maps if id(file) not in kept]
    paths: dict[str, list[str]] = {}
    for file in aside:
        paths.setdefault(file.document.id, []).append(file.place)
    noted = [_with_note(f, paths[f.document.id], settings) if f.document.id in paths else f for f in counting]
    return noted, aside


def _with_note(file: MapFile, archived: Sequence[str], settings: Settings) -> MapFile:
    rule = UNIT_RULES["archived-namesake"]
    message = f"{rule.summary}: {', '.join(archived)}"
    return _with(file, Diagnostic(rule, rule.severity, message, file.document.span, file.name), settings)


def read_one(path: str, settings: Settings) -> MapFile:
    """Read one map.

    :raises UsageProblem: there is no map at the path, or more than one.
    :raises UnreadableMap: the file is not a map.
    """
    files = read_maps([path], settings)
    for problem in files.unreadable:
        raise problem
    if len(files.maps) != 1:
        left_out = specs_left_out(repository_around(Path.cwd()), settings) if not files.maps else ()
        hint = said_of(left_out, settings) or "show takes the path of one document"
        raise UsageProblem(f"{path} holds {len(files.maps)} documents", hint)
    return files.maps[0]


def _elsewhere(files: Sequence[FoundFile], shard: Shard, families: Sequence[DocumentFamily]) -> tuple[Identity, ...]:
    """Return the maps that other shards handle."""
    return tuple(identities_of((file for file in files if not shard.holds(file.path)), families))


def _with_namesakes(maps: Sequence[MapFile], elsewhere: Sequence[Identity], settings: Settings) -> tuple[MapFile, ...]:
    """Return the maps, with an error in each whose id another one has too; a map without a name has no id yet."""
    named = [file.document for file in maps if file.document.has_identity]
    here = [(path_in_repository(Path(document.path)), document.id, document.span) for document in named]
    others = [(path_in_repository(Path(other.path)), other.map_id, Span(1, 1)) for other in elsewhere]
    of_file = {namesake.path: namesake for namesake in duplicate_ids([*here, *others])}
    if not of_file:
        return tuple(maps)
    times = Counter(map_id for _, map_id, _ in (*here, *others))
    return tuple(
        _with(file, of_file[file.place], settings) if times[file.document.id] > 1 and file.place in of_file else file
        for file in maps
    )


def _with(file: MapFile, namesake: Diagnostic, settings: Settings) -> MapFile:
    found = (*file.diagnostics, namesake)
    return replace(file, diagnostics=apply_severities(found, settings.severity, file.document.ignores))
