"""``check --fix``: what has one certain correction is corrected in the file, and nothing that is read changes by it.

The only one so far is a plain space where another one is read as it: the reader of the document says which, and every
other byte stays.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from techmap_sync import files
from techmap_sync.app.discovery import FoundFile, read_file
from techmap_sync.app.documents_found import MapFile, MapFiles, family_named
from techmap_sync.diagnostics import Span
from techmap_sync.documents.marko_patches import ODD_SPACES
from techmap_sync.documents.text import decode
from techmap_sync.patterns import lazy
from techmap_sync.settings import Settings

_LINE_END = lazy(r"(\r\n|\r|\n)")
_ODD = lazy(f"[{ODD_SPACES}]")


def with_plain_spaces(content: bytes, places: Iterable[Span]) -> bytes:
    """Return a file with plain spaces at some places; a place that holds no odd space stays as it is.

    :param content: UTF-8, as it is on disk.
    :param places: lines and columns of single characters.
    """
    mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
    pieces = _LINE_END.split(content.removeprefix(mark).decode("utf-8"))
    for place in places:
        number, column = 2 * (place.line - 1), place.column - 1
        line = pieces[number] if number < len(pieces) else ""
        if _ODD.fullmatch(line[column : column + 1]):
            pieces[number] = f"{line[:column]} {line[column + 1 :]}"
    return mark + "".join(pieces).encode("utf-8")


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
