"""The one certain correction of a document: a plain space where another one is read as it.

Nothing is decided anew: the reader of the document says which spaces it read as plain ones, and every other byte stays.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterable

from techmap_sync.diagnostics import Span
from techmap_sync.documents.marko_patches import ODD_SPACES
from techmap_sync.patterns import lazy

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
