"""Whose maps there are besides those that a run reads: just enough of each file to know its identity."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.commands.discovery import FoundFile, find_files, find_own_files, read_file
from techmap_sync.config import Settings
from techmap_sync.errors import UnreadableMap, UsageProblem
from techmap_sync.parsing.identity import identity_at_sight
from techmap_sync.parsing.parser import decode, looks_like_map, parse
from techmap_sync.parsing.vocabulary import Vocabulary
from techmap_sync.planning.keys import map_id_of, slug


@dataclass(frozen=True, slots=True)
class Identity:
    """A map of which only the identity is known."""

    path: str
    """As the user knows it, with ``/``."""
    map_id: str


def identities_of(files: Iterable[FoundFile], vocabulary: Vocabulary) -> Iterator[Identity]:
    """Yield the identity of every map among some files that has one; a map is read only where a look does not tell."""
    for file in files:
        map_id = _identity(file, vocabulary)
        if map_id:
            yield Identity(file.path.as_posix(), map_id)


def places_in_tree(settings: Settings) -> list[str]:
    """Return the entries of the setting ``maps`` that there is something to be found at."""
    return [place for place in settings.maps if _is_there(place, settings)]


def _is_there(place: str, settings: Settings) -> bool:
    try:
        return bool(find_own_files([place], settings.exclude))
    except UsageProblem:
        return False


def identities_in_tree(root: Path, settings: Settings) -> tuple[Identity, ...]:
    """Return the identities of all maps below a folder, paths from there.

    Neither the setting ``maps`` nor ``exclude`` counts: a map that they leave out is not gone.
    """
    vocabulary = Vocabulary.from_tables(settings.vocabulary)
    found = identities_of(find_files([str(root)]), vocabulary)
    return tuple(Identity(Path(each.path).relative_to(root).as_posix(), each.map_id) for each in found)


def _identity(file: FoundFile, vocabulary: Vocabulary) -> str:
    """Return the identity of a file; empty for what is no map, cannot be decoded, or is unnamed yet."""
    try:
        text = decode(read_file(file), file.path.as_posix())
    except UnreadableMap:
        return ""
    if not looks_like_map(text, vocabulary):
        return ""
    seen = identity_at_sight(text, vocabulary)
    if seen is not None:
        return slug(seen)
    found = parse(text, vocabulary).map
    is_named = found is not None and (found.map_id or found.title not in vocabulary.placeholders)
    return map_id_of(found) if found is not None and is_named else ""
