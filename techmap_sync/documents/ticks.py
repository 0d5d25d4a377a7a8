"""Ticks boxes in a document: single bytes change, and nothing else.

Coding assistants read the boxes of a document, so a finished ticket has to be able to tick its line. The document
belongs to its authors: whatever is not exactly the open box that was asked for stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from techmap_sync.patterns import lazy

_LINE = lazy(rb"\r\n|\r|\n")
_BOX = b"[ ]"
_BEFORE_A_BOX = b" \t>-*+.)0123456789"
"""Indentation, quote signs, and the bullets or numbers of the lists that a box is in."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class OpenBox(NamedTuple):
    """An open box of a document."""

    line: int
    text: bytes
    """What is written after it on its line."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A document after boxes were ticked."""

    content: bytes
    """As long as before."""
    refused: tuple[OpenBox, ...] = ()
    """Boxes that were not found as they were asked for."""


def open_boxes(content: bytes) -> dict[int, OpenBox]:
    """Return what looks like an open box on its line, by line; whether it is one, the reader of the document knows."""
    lines = ((line, content[start:end]) for line, start, end in _lines(content))
    return {line: OpenBox(line, text[place + len(_BOX) :]) for line, text in lines if (place := _box_in(text)) >= 0}


def ticked_lines(content: bytes) -> frozenset[int]:
    """Return the lines on which a box is ticked."""
    as_open = content.replace(b"[x]", _BOX).replace(b"[X]", _BOX)
    return frozenset(open_boxes(as_open).keys() - open_boxes(content).keys())


def _box_in(line: bytes) -> int:
    """Return where the open box of a line is; -1 where there is none."""
    place = line.find(_BOX)
    before, after = line[:place], line[place + len(_BOX) :]
    is_first = place > 1 and before[-1:] in (b" ", b"\t") and before.rstrip()[-1:] in (b"-", b"*", b"+", b".", b")")
    return place if is_first and not before.strip(_BEFORE_A_BOX) and after[:1] in (b" ", b"\t") else -1


def tick(content: bytes, boxes: Iterable[OpenBox]) -> Ticked:
    """Tick boxes where each is still open and has the same text on the same line.

    :param content: the document as it is on disk.
    """
    changed, refused = bytearray(content), []
    places = {line: (start, end) for line, start, end in _lines(content)}
    for box in boxes:
        start, end = places.get(box.line, (0, 0))
        place = _box_in(content[start:end])
        if place >= 0 and content[start + place + len(_BOX) : end] == box.text:
            changed[start + place + 1 : start + place + 2] = b"x"
        else:
            refused.append(box)
    return Ticked(bytes(changed), tuple(refused))


def _lines(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of each line, whatever ends it; a byte-order mark belongs to no line."""
    start = len(_BYTE_ORDER_MARK) if content.startswith(_BYTE_ORDER_MARK) else 0
    number = 1
    for end in _LINE.finditer(content):
        yield number, start, end.start()
        number, start = number + 1, end.end()
    yield number, start, len(content)
