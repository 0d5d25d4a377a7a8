"""The description section of a task file: found as Backlog.md 1.52 finds it, and replaced without touching the rest.

The section starts with the heading ``## Description`` and two marker lines enclose its text. A line of the text that
looks like one of Backlog.md's own markers is written one space deeper, which is how its CLI wants such lines escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from techmap_sync.unicode_forms import with_line_feeds

_BEGIN = "<!-- SECTION:DESCRIPTION:BEGIN -->"
_END = "<!-- SECTION:DESCRIPTION:END -->"
_HEADING = "## Description"
_NEXT_HEADING = re.compile(
    r"## (?:Acceptance Criteria|Definition of Done|Implementation (?:Plan|Notes)|Notes|Comments|Final Summary)\b", re.I
)
# JavaScript, in which Backlog.md is written, starts a new line at U+2028 and U+2029 too.
_MARKER = r"<!-- (?:SECTION:[A-Z][A-Z0-9_]*|COMMENTS?|AC|DOD):(?:BEGIN|END) -->[^\S\n]*(?=[\n\u2028\u2029\ufeff]|\Z)"
_MARKER_LINE = re.compile(rf"(?:(?<=[\n\u2028\u2029])|\A)( *)({_MARKER})")
_COMMENTS_END = "<!-- COMMENTS:END -->"
_COMMENTS = re.compile(r"^## Comments\s*\n<!-- COMMENTS:BEGIN -->\n(.*?)<!-- COMMENTS:END -->", re.S | re.M)


class BrokenMarkers(Exception):
    """One marker line of the section stands without the other."""


def settled(text: str) -> str:
    """Return a text as a file can hold it: lines end with a line feed, and all of it is Unicode."""
    return with_line_feeds(text).encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class _Section:
    """Where the section starts and ends in a content, heading and markers included, and where its text does."""

    start: int
    text_start: int
    text_end: int
    end: int
    marked: bool


def read(content: str) -> str:
    """Return the text of the section, empty when there is none."""
    if not (section := _found(content)):
        return ""
    text = content[section.text_start : section.text_end]
    return _unescaped(text.removesuffix("\n")) if section.marked else text.strip()


def replaced(content: str, text: str) -> str:
    """Return the content with another description; the section is added at the top when it is missing.

    Raises:
        BrokenMarkers: nobody can tell where the section ends.

    """
    inner = f"{_escaped(text)}\n" if text else ""
    section = _found(content)
    if section and section.marked:
        return content[: section.text_start] + inner + content[section.text_end :]
    if any(line.rstrip() in (_BEGIN, _END) for line in content.split("\n")):
        raise BrokenMarkers
    marked = f"{_HEADING}\n\n{_BEGIN}\n{inner}{_END}"
    if section:
        return content[: section.start] + marked + content[section.end :]
    below = content.lstrip("\n")
    return f"\n{marked}\n" + (f"\n{below}" if below else "")


def count_comments(content: str) -> int:
    """Return how many comments Backlog.md shows; each stands between two ``---`` lines."""
    found = _COMMENTS.search(_with_comments(_without_description(content))[0])
    return sum(line.strip() == "---" for line in found[1].split("\n")) // 2 if found else 0


def has_other_text(content: str) -> bool:
    """Return whether people or agents have written plans, notes or criteria beside the description."""
    comments, rest = _with_comments(_without_description(content))
    return bool(_COMMENTS.sub("", comments).strip() or rest.strip())


def _with_comments(content: str) -> tuple[str, str]:
    """Return a content up to the last end of comments, and the rest, where no search for an end can succeed."""
    end = content.rfind(_COMMENTS_END)
    end = 0 if end < 0 else end + len(_COMMENTS_END)
    return content[:end], content[end:]


def _without_description(content: str) -> str:
    section = _found(content)
    return content[: section.start] + content[section.end :] if section else content


def _found(content: str) -> _Section | None:
    """Return the section with markers, else one that was written by hand without them."""
    lines = content.split("\n")
    headings = [number for number, line in enumerate(lines) if line.rstrip().lower() == _HEADING.lower()]
    ends = _matching_ends(lines)
    marked = (section for heading in headings if (section := _marked(lines, heading, ends)))
    return next(marked, None) or (_unmarked(lines, headings[0]) if headings else None)


def _marked(lines: list[str], heading: int, ends: Mapping[int, int]) -> _Section | None:
    begin = next((number for number in range(heading + 1, len(lines)) if lines[number].strip()), None)
    if begin is None or lines[begin].rstrip() != _BEGIN or not (end := ends.get(begin)):
        return None
    return _Section(
        _offset(lines, heading), _offset(lines, begin + 1), _offset(lines, end), _end_of(lines, end), marked=True
    )


def _unmarked(lines: list[str], heading: int) -> _Section:
    """Return the section up to the next heading of Backlog.md's own."""
    last = next((n for n in range(heading + 1, len(lines)) if _NEXT_HEADING.match(lines[n])), len(lines)) - 1
    while not lines[last].strip():
        last -= 1
    end = _end_of(lines, last)
    return _Section(_offset(lines, heading), min(_offset(lines, heading + 1), end), end, end, marked=False)


def _matching_ends(lines: list[str]) -> dict[int, int]:
    """Return the line that ends what each first marker line begins."""
    ends, begun = {}, []
    for number, line in enumerate(map(str.rstrip, lines)):
        if line == _BEGIN:
            begun.append(number)
        elif line == _END and begun:
            ends[begun.pop()] = number
    return ends


def _offset(lines: list[str], number: int) -> int:
    return sum(len(line) + 1 for line in lines[:number])


def _end_of(lines: list[str], number: int) -> int:
    return _offset(lines, number) + len(lines[number])


def _escaped(text: str) -> str:
    return _MARKER_LINE.sub(r" \1\2", text)


def _unescaped(text: str) -> str:
    return _MARKER_LINE.sub(lambda found: found[1][1:] + found[2], text)
