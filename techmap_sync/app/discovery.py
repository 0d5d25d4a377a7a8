"""Find the files of a run: turn paths, folders and globs into files, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from techmap_sync import files
from techmap_sync.documents.base import IS_MERGED, DocumentFamily, DocumentPlace, Merge, Sources, family_of
from techmap_sync.documents.families import endings
from techmap_sync.documents.text import decode
from techmap_sync.errors import UnreadableFile, UnreadableMap, UsageProblem
from techmap_sync.settings import Settings

LARGEST = 16 * files.MIB
"""Bytes of a file that may be a map."""
_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv"})
_GLOB_SIGNS = frozenset("*?[")
_LOCK = ".#"
"""Emacs marks a file under edit with a dangling link whose name starts so."""


class FoundFile(NamedTuple):
    """A file that may be a map."""

    path: Path
    named: bool
    """The user named this very file, so it has to be a map."""
    border: Path | None = None
    """The folder that must contain it after links are resolved; None when the user named a file elsewhere."""
    unit: DocumentPlace | None = None
    """The unit whose tasks it holds, where its place says so; paths are from the root of the repository."""
    merge: Merge = IS_MERGED
    """What git says about the unit (``merge_gate.py``)."""

    @property
    def is_archived(self) -> bool:
        """Whether its place says that its authors have put it aside."""
        return self.unit is not None and self.unit.archived


def find_documents(paths: Sequence[str], settings: Settings) -> tuple[FoundFile, ...]:
    """Return the documents that paths, folders and globs name, and without any those that the settings name.

    A unit of several files is found by each of them, and stands for all of them.

    :raises UsageProblem: as with ``find_files`` and ``find_own_files``.
    """
    families, exclude = settings.document_families, settings.exclude
    units = find_units(files.repository_around(Path.cwd()), families, exclude)
    if not units:
        return find_files(paths, exclude) if paths else find_own_files(settings.maps, exclude)
    anywhere = any(family.anywhere for family in families)
    own = find_own_files(settings.maps, exclude) if anywhere else ()
    found = find_files(paths, exclude) if paths else own
    named = {os.path.realpath(file.path): file.named for file in found}
    parts: dict[str, list[int]] = {}
    for number, unit in enumerate(units):
        for place in _real_paths(unit):
            parts.setdefault(place, []).append(number)
    chosen = {} if paths else dict.fromkeys(range(len(units)), False)
    for is_named in (False, True):
        chosen |= {n: is_named for place, said in named.items() if said is is_named for n in parts.get(place, ())}
    chosen |= {n: False for n, unit in enumerate(units) if paths and n not in chosen and _is_below(unit, paths)}
    rest = [f for f in found if os.path.realpath(f.path) not in parts and (anywhere or f.named)]
    mine = [units[number]._replace(named=named_itself) for number, named_itself in chosen.items()]
    return tuple(sorted((*rest, *mine), key=lambda file: file.path.as_posix()))


def find_units(root: Path, families: Sequence[DocumentFamily], exclude: Sequence[str] = ()) -> tuple[FoundFile, ...]:
    """Return what is at the places of units in a repository, in the order of its path; nothing is read yet."""
    here = Path(os.path.relpath(root)) if root.is_relative_to(Path.cwd()) or Path.cwd().is_relative_to(root) else root
    found: dict[tuple[str, str], FoundFile] = {}
    for family in families:
        listing = _listed(root, family.folders) if family.folders else []
        for place in family.units_in(listing, lambda path: _text_at(here / path, root)):
            path, key = here / place.path, (place.path, place.part)
            if key not in found and not _excluded(path, exclude):
                found[key] = FoundFile(path, False, root, place)
    return tuple(found[key] for key in sorted(found))


def holds_any(root: Path, patterns: Sequence[str]) -> bool:
    """Return whether a repository has a file below some places.

    :raises UsageProblem: a folder cannot be read.
    """
    return bool(_listed(root, patterns))


def _listed(root: Path, patterns: Sequence[str]) -> list[str]:
    """Return the files at some places of a repository, links to folders not followed."""
    found: set[str] = set()
    for pattern in patterns:
        parts = PurePosixPath(pattern).parts
        fixed = next((n for n, part in enumerate(parts) if _GLOB_SIGNS & set(part)), len(parts) - 1)
        start = root.joinpath(*parts[:fixed])
        if not os.path.isdir(start) or not files.is_within(start, root):  # noqa: PTH112 - never raises
            continue
        for folder, folders, names in os.walk(start, onerror=_unreadable):
            below = PurePosixPath(Path(folder).relative_to(root).as_posix())
            deep = len(below.parts) if below.parts != (".",) else 0
            folders[:] = sorted(name for name in folders if name not in _LEFT_OUT) if deep < len(parts) else []
            found.update((below / name).as_posix() for name in names)
    return sorted(found)


def _real_paths(unit: FoundFile) -> Iterator[str]:
    """Yield the real paths of all files of a unit."""
    assert unit.unit is not None
    root = str(unit.border)
    for place in (unit.unit.path, *unit.unit.beside, *unit.unit.linked):
        yield os.path.realpath(os.path.join(root, place))  # noqa: PTH118 - never raises


def _is_below(unit: FoundFile, paths: Sequence[str]) -> bool:
    """Whether a unit is in one of some folders, hidden ones between them included."""
    place = Path(os.path.realpath(unit.path))
    return any(place.is_relative_to(os.path.realpath(path)) for path in paths if os.path.isdir(path))  # noqa: PTH112


def find_files(patterns: Sequence[str], exclude: Sequence[str] = ()) -> tuple[FoundFile, ...]:
    """Return the files that paths, folders and globs name, each once, sorted by name.

    A pipe or a folder with the name of a map is among them; reading it reports that.

    :param patterns: what the user typed. They may point outside the repository when written so.
    :param exclude: globs over whole paths; they do not hold for a file that is named.
    :raises UsageProblem: a path does not exist, a folder cannot be read, or a glob matches nothing.
    """
    found: dict[str, FoundFile] = {}
    for pattern in patterns:
        for file in _matches(pattern):
            if file.named or not _excluded(file.path, exclude):
                earlier = found.get(place := _place(file))
                found[place] = file._replace(named=file.named or (earlier is not None and earlier.named))
    return tuple(sorted(found.values(), key=lambda file: file.path.as_posix()))


def find_own_files(patterns: Sequence[str], exclude: Sequence[str] = ()) -> tuple[FoundFile, ...]:
    """Return the files that the setting ``maps`` names; it may name none outside its repository.

    :raises UsageProblem: an entry is written as outside, or as with ``find_files``.
    """
    for pattern in patterns:
        if files.border_of(_fixed_part(pattern)) is None:
            hint = f"name it on the command line: techmap-sync check {pattern}"
            raise UsageProblem(f"the setting maps names {pattern}, which is outside the repository", hint)
    return find_files(patterns, exclude)


def read_file(file: FoundFile) -> bytes:
    """Return what a file holds.

    :raises UnreadableMap: it may not be read, or cannot.
    """
    try:
        return files.read(file.path, LARGEST, file.border)
    except UnreadableFile as problem:
        raise UnreadableMap(file.path.as_posix(), problem.what, problem.hint) from problem


def sources_of(file: FoundFile) -> Sources:
    """Return the texts of a document, or of a file that may be one.

    :raises UnreadableMap: one of its files may not be read, or cannot.
    """
    name = file.path.as_posix()
    text = decode(read_file(file), name)
    if file.unit is None or file.border is None:
        return Sources(text, name)
    unit = file.unit
    beside = {place: _text_beside(file, place) for place in (*unit.beside, *unit.shared)}
    return Sources(text, name, unit.path, beside, unit.linked, unit.part, file.merge)


def texts_at_sight(file: FoundFile) -> Sources:
    """Return the text of the file that holds the tasks, and which other files there are, without their texts.

    :raises UnreadableMap: it may not be read, or cannot.
    """
    sources, unit = main_text(file), file.unit
    return replace(sources, beside=dict.fromkeys(unit.beside, ""), merge=file.merge) if unit else sources


def main_text(file: FoundFile) -> Sources:
    """Return the text of the file that holds the tasks alone: what a document is called, and whether it is one.

    :raises UnreadableMap: it may not be read, or cannot.
    """
    name = file.path.as_posix()
    text, unit = decode(read_file(file), name), file.unit
    return Sources(text, name, unit.path, part=unit.part) if unit else Sources(text, name)


def _text_beside(file: FoundFile, place: str) -> str:
    """Return the text of another file of a unit, named as the user knows the first one."""
    assert file.border is not None
    assert file.unit is not None
    above = len(PurePosixPath(file.unit.path).parts)
    return _text_at(file.path.parents[above - 1] / place, file.border)


def _text_at(path: Path, border: Path) -> str:
    return decode(read_file(FoundFile(path, False, border)), path.as_posix())


def _place(file: FoundFile) -> str:
    """Return the same text for all names of one file; unreadable files are listed under each name."""
    real = os.path.realpath(file.path)
    is_readable = os.path.isfile(real) and (file.border is None or files.is_within(file.path, file.border))  # noqa: PTH113
    return real if is_readable else os.path.abspath(file.path)  # noqa: PTH100 - links as they are


def _matches(pattern: str) -> Iterator[FoundFile]:
    path = Path(pattern)
    border = files.border_of(_fixed_part(pattern))
    if os.path.isdir(path):  # noqa: PTH112 - never raises, as lexists
        inner = border or Path(os.path.realpath(path))
        if _is_called_like_a_map(path) or not files.is_within(path, inner):
            yield FoundFile(path, True, inner)
        else:
            yield from (FoundFile(file, False, inner) for file in _below(path))
    elif os.path.lexists(path):
        yield FoundFile(path, True, border)
    elif _GLOB_SIGNS & set(pattern):
        yield from _globbed(pattern, border or Path(os.path.realpath(_fixed_part(pattern))))
    else:
        raise UsageProblem(f"no such file or folder: {pattern}", "name a document, a folder that holds some, or a glob")


def _fixed_part(pattern: str) -> Path:
    """Return a path, or the part of a glob before its first special character."""
    parts = Path(pattern).parts
    free = next((place for place, part in enumerate(parts) if _GLOB_SIGNS & set(part)), len(parts))
    return Path(pattern) if os.path.lexists(pattern) else Path(*parts[:free])


def _globbed(pattern: str, border: Path) -> Iterator[FoundFile]:
    path = Path(pattern)
    start = Path(path.anchor) if path.is_absolute() else Path()
    try:
        matches = list(start.glob(str(path.relative_to(path.anchor))))
    except (ValueError, OSError) as error:
        raise UsageProblem(
            f"not a glob: {pattern}: {error}", "use ** only as a whole part of a path, as in docs/**/*.md"
        ) from error
    found = [file for file in matches if ".git" not in file.parts and _may_be_a_map(file)]
    if not found:
        raise UsageProblem(f"no file matches {pattern}", "in a shell, quote the glob so that ** is not expanded there")
    yield from (FoundFile(file, False, border) for file in sorted(found))


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
        yield from (path for name in sorted([*names, *folders]) if _is_called_like_a_map(path := Path(root, name)))


def _may_be_a_map(path: Path) -> bool:
    return _is_called_like_a_map(path) or os.path.isfile(path)  # noqa: PTH113 - never raises


def _is_called_like_a_map(path: Path) -> bool:
    return path.name.lower().endswith(endings()) and not path.name.startswith(_LOCK)


def _excluded(path: Path, exclude: Iterable[str]) -> bool:
    return any(fnmatch(path.as_posix(), glob) or fnmatch(path.name, glob) for glob in exclude)


def _unreadable(error: OSError) -> None:
    raise UsageProblem(f"cannot read the folder {error.filename}: {error.strerror}", "check its permissions") from error


@dataclass(frozen=True, slots=True)
class Identity:
    """A document of which only the id is known."""

    path: str
    """As the user typed it, with ``/``."""
    map_id: str
    archived: bool = False
    is_unit: bool = False
    """Its place says what it is."""


def identities_of(files: Iterable[FoundFile], families: Sequence[DocumentFamily]) -> Iterator[Identity]:
    """Yield the ids of the documents among some files; one is parsed only when a quick look does not give its id."""
    for file in files:
        map_id = _identity(file, families)
        if map_id:
            yield Identity(file.path.as_posix(), map_id, file.is_archived, file.unit is not None)


def places_in_tree(settings: Settings) -> list[str]:
    """Return the entries of the setting ``maps`` that match any file."""
    return [place for place in settings.maps if _is_there(place, settings)]


def _is_there(place: str, settings: Settings) -> bool:
    try:
        return bool(find_own_files([place], settings.exclude))
    except UsageProblem:
        return False


def identities_in_tree(root: Path, settings: Settings) -> tuple[Identity, ...]:
    """Return the ids of all documents below a folder, with paths from there.

    Neither the setting ``maps`` nor ``exclude`` counts: a map that they leave out is not gone.
    """
    families = settings.document_families
    units = find_units(root, families)
    anywhere = find_files([str(root)]) if any(family.anywhere for family in families) else ()
    parts = {place for unit in units for place in _real_paths(unit)}
    singles = (file for file in anywhere if not units or os.path.realpath(file.path) not in parts)
    found = identities_of((*singles, *units), families)
    return tuple(replace(each, path=_from_root(each.path, root)) for each in found)


def _from_root(path: str, root: Path) -> str:
    return Path(os.path.normpath(Path.cwd() / path)).relative_to(root).as_posix()


def _identity(file: FoundFile, families: Sequence[DocumentFamily]) -> str:
    """Return the id of a document; empty when the file is not one, cannot be decoded, or has no name yet."""
    try:
        sources = main_text(file)
    except UnreadableMap:
        return ""
    family = family_of(sources, families)
    return family.identity(sources) if family else ""
