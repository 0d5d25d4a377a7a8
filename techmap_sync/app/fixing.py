"""``check --fix``: what has one certain correction is corrected in the file, and nothing that is read changes by it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from techmap_sync import files
from techmap_sync.app.discovery import FoundFile, read_file
from techmap_sync.app.documents_found import MapFile, MapFiles, family_named
from techmap_sync.documents.plain_spaces import with_plain_spaces
from techmap_sync.documents.text import decode
from techmap_sync.settings import Settings


@dataclass(frozen=True, slots=True)
class Fix:
    """A file before and after."""

    path: str
    """From the root of the repository."""
    place: Path
    """Where it is, from the current folder."""
    before: bytes
    after: bytes


def fixes_of(found: MapFiles, settings: Settings) -> tuple[Fix, ...]:
    """Return the corrections of all files that have any. Writes nothing.

    :raises UnreadableMap: a file cannot be read any more.
    """
    return tuple(fix for file in found.maps for fix in _fixes(file, settings))


def write_fixes(fixes: Sequence[Fix]) -> None:
    """Write the corrections.

    :raises UnreadableFile: a file changed since it was read, leads out of the repository, or cannot be written.
    """
    for fix in fixes:
        files.rewrite(fix.place, fix.before, fix.after, files.border_of(fix.place))


def _fixes(file: MapFile, settings: Settings) -> Iterator[Fix]:
    if not any(found.rule.is_fixable for found in file.diagnostics):
        return
    family = family_named(file.family, settings)
    content = read_file(FoundFile(file.path, named=True, border=files.border_of(file.path)))
    after = with_plain_spaces(content, family.odd_spaces(file.sources))
    if content == after or decode(content, file.name) != file.text:
        return
    fixed = family.read(replace(file.sources, text=decode(after, file.name)))
    if replace(fixed, diagnostics=()) == replace(file.document, diagnostics=()):
        yield Fix(file.place, file.path, content, after)
