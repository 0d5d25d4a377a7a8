"""Specs of families that a team has not named: nothing is read of them, but a team should know."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from techmap_sync.app.discovery import FoundFile, find_units, holds_any, main_text
from techmap_sync.documents.families import family_named, known_families, places_of
from techmap_sync.errors import UnreadableMap, UsageProblem
from techmap_sync.settings import Settings


class SpecsFound(NamedTuple):
    """The units of one family that the setting ``families`` leaves out."""

    family: str
    number: int
    folder: str
    """The folder that holds all of them, from the root of the repository."""


def specs_left_out(root: Path, settings: Settings) -> tuple[SpecsFound, ...]:
    """Return the units that a repository holds of families that the settings do not name."""
    found = ((name, tuple(_units(root, name, settings))) for name in _left_out(settings))
    return tuple(SpecsFound(name, len(places), _folder_of(places)) for name, places in found if places)


def line_for(root: Path, path: str, settings: Settings) -> str:
    """Return the setting that reads a document too whose family is not named; empty where no known family reads it.

    :param path: its file from the root of the repository.
    """
    name = next((name for name in _left_out(settings) if _is_of(name, root, path, settings)), "")
    return line_to_add((SpecsFound(name, 1, ""),), settings) if name else ""


def _left_out(settings: Settings) -> Iterator[str]:
    """Yield the names of the families that the settings do not name."""
    yield from (name for name in known_families(settings.reading_options()) if name not in settings.families)


def _is_of(name: str, root: Path, path: str, settings: Settings) -> bool:
    family = family_named(name, settings.reading_options())
    if not family.anywhere:
        return path in _units(root, name, settings)
    try:
        return family.recognises(main_text(FoundFile(root / path, True, root)))
    except UnreadableMap:
        return False


def _folder_of(places: tuple[str, ...]) -> str:
    folder = posixpath.commonpath([posixpath.dirname(place) for place in places])
    return folder if len(places) > 1 else posixpath.dirname(folder) or folder


def _units(root: Path, name: str, settings: Settings) -> Iterator[str]:
    """Yield the units of a family; its reader is loaded only where a file may be one."""
    options = settings.reading_options()
    try:
        if not holds_any(root, places_of(name, options)):
            return
        family = family_named(name, options)
        files = find_units(root, [family], settings.exclude)
    except UsageProblem:  # a folder that nobody asked for may be unreadable
        return
    for file in files:
        try:
            if file.unit and family.recognises(main_text(file)):
                yield file.unit.path
        except UnreadableMap:
            continue


def line_to_add(found: tuple[SpecsFound, ...], settings: Settings) -> str:
    """Return the setting that reads what was found as well."""
    return f"families = {json.dumps([*settings.families, *(each.family for each in found)])}"


def said_of(found: tuple[SpecsFound, ...], settings: Settings) -> str:
    """Return what was found and what to do about it, in one sentence; empty where nothing was."""
    if not found:
        return ""
    listed = ", ".join(
        f"{each.number} {each.family} {'unit' if each.number == 1 else 'units'} in {each.folder}" for each in found
    )
    them = "it" if sum(each.number for each in found) == 1 else "them"
    return f"{listed}: {line_to_add(found, settings)} in techmap-sync.toml reads {them}"
