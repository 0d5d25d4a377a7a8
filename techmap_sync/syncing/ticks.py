"""Ticked boxes: a human's progress, carried from text to text by what each line says."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from techmap_sync.numbering import without_number
from techmap_sync.unicode_forms import composed

_BOX = re.compile(r"^(?P<lead>\s*(?:[-*+]|\d+[.)])\s+\[)(?P<tick>[ xX])(?P<rest>\]\s+(?P<text>.*?)\s*)$")


def ticked(texts: Iterable[str]) -> frozenset[str]:
    """Return what stands behind every ticked box in some texts."""
    return frozenset(_named(match["text"]) for match in _boxes(texts) if match["tick"] != " ")


def unticked(texts: Iterable[str]) -> frozenset[str]:
    """Return what stands behind every open box in some texts."""
    return frozenset(_named(match["text"]) for match in _boxes(texts) if match["tick"] == " ")


def boxes(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (whole line, what stands behind the box, whether it is ticked) of every box of a text."""
    for match in _boxes([text]):
        yield match[0], _named(match["text"]), match["tick"] != " "


def carry_ticks(text: str, done: frozenset[str]) -> str:
    """Tick every box of a text whose line was ticked before.

    :param done: as ``ticked`` returned it.
    """
    return "\n".join(_carried(line, done) for line in text.split("\n"))


def _named(text: str) -> str:
    """Return what a line says whatever its number and its Unicode form."""
    return without_number(composed(text))


def _boxes(texts: Iterable[str]) -> Iterator[re.Match[str]]:
    for text in texts:
        yield from filter(None, map(_BOX.match, text.split("\n")))


def _carried(line: str, done: frozenset[str]) -> str:
    match = _BOX.match(line)
    return f"{match['lead']}x{match['rest']}" if match and _named(match["text"]) in done else line
