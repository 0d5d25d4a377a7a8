"""The front matter that Backlog.md itself writes, read line by line, a hundred times faster than by the YAML library.

Whatever is not certainly of this form is left to the library: an unusual sign, a comment, a key that comes twice. What
is read here the library reads as the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Value = str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A key with its value, and the lines that hold them."""

    name: str
    value: Value | None
    """None where it is neither text nor a list."""
    start: int
    end: int


_KEY = r"(?P<name>[a-z][a-z_]{0,40}):"
_SCALAR = r"(?:(?P<plain>[A-Za-z](?:[A-Za-z0-9_ ./()-]*[A-Za-z0-9_)])?|[0-9]{1,18})|'(?P<quoted>(?:[^']|'')*)')"
_LINE = re.compile(rf"{_KEY}(?: (?:{_SCALAR}|(?P<empty>\[\])))?")
_ITEM = re.compile(rf"  - {_SCALAR}")
_NO_TEXT = frozenset({"null"})
"""What reads as no value, however it is capitalized."""


def entries(text: str) -> tuple[Entry, ...] | None:
    """Return the keys with their values in their order, or None where the text is not of the plain form."""
    found: list[Entry] = []
    lines = text.split("\n") if text else []
    place = 0
    while place < len(lines):
        entry = _entry(lines, place)
        if entry is None:
            return None
        found.append(entry)
        place = entry.end
    return tuple(found) if len({entry.name for entry in found}) == len(found) else None


def _entry(lines: list[str], start: int) -> Entry | None:
    """Return the key in a line with what is below it, or None where it is not of the plain form."""
    line = _matched(_LINE, lines[start])
    if line is None or line["name"] in _NO_TEXT:
        return None
    if line["empty"]:
        return Entry(line["name"], (), start, start + 1)
    if line[0].endswith(":"):
        items = _items(lines, start + 1)
        return Entry(line["name"], tuple(items), start, start + 1 + len(items)) if items else None
    return Entry(line["name"], _text(line), start, start + 1)


def _items(lines: list[str], start: int) -> list[str]:
    items: list[str] = []
    for line in lines[start:]:
        item = _matched(_ITEM, line)
        if item is None:
            break
        items.append(_text(item))
    return items


def _matched(form: re.Pattern[str], line: str) -> re.Match[str] | None:
    """Return what a line holds; what reads as no value, and signs that nobody sees, are the library's."""
    found = form.fullmatch(line) if line.isprintable() else None
    return None if found and (found["plain"] or "").lower() in _NO_TEXT else found


def _text(found: re.Match[str]) -> str:
    return found["plain"] or (found["quoted"] or "").replace("''", "'")
