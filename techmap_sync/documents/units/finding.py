"""Which paths of a repository are units: by their place first, then by one test of their content.

Paths decide without opening a file, so that thousands of other files cost next to nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.text_forms import with_line_feeds

_BOX_OR_HEADING = re.compile(r"^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+\[(?P<sign>[ xX~-])\]|#{1,6}[ \t])(?P<text>.*)$", re.M)


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A folder that may be a unit."""

    folder: str
    files: tuple[str, ...]
    """Names of its files, the one with the tasks among them."""


def places_of_units(paths: Iterable[str], grammar: Grammar) -> Iterator[UnitPlace]:
    """Yield the folders of a family that hold its file, in the order of their paths.

    :param paths: files from the root of the repository, with ``/``; hidden folders included.
    """
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if _is_folder_of(folder, grammar):
            folders.setdefault(folder, []).append(name)
    yield from (
        UnitPlace(folder, tuple(sorted(names))) for folder, names in sorted(folders.items()) if grammar.file in names
    )


def _is_folder_of(folder: str, grammar: Grammar) -> bool:
    """Whether a folder is where the family keeps its units; globs do not reach into folders below."""
    parts = PurePosixPath(folder).parts
    archives = {PurePosixPath(pattern).parent for pattern in grammar.archives}
    if PurePosixPath(folder) in archives:
        return False
    return any(
        len(wanted := PurePosixPath(pattern).parts) == len(parts) and all(map(fnmatchcase, parts, wanted))
        for pattern in (*grammar.folders, *grammar.archives)
    )


def looks_like_unit(text: str, grammar: Grammar) -> bool:
    """Return whether a file may hold tasks: a box or heading with an id, or a box where that is enough."""
    ident = re.compile(rf"[\s*_~`]*(?:\w+\s+)?(?:\w+:\s*)?[*_~`]*{grammar.id}(?!\w)")
    for found in _BOX_OR_HEADING.finditer(with_line_feeds(text)):
        if ident.match(found["text"]) or (found["sign"] and not grammar.only_with_id):
            return True
    return False
