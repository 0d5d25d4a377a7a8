"""Is this file a map? Decided on lines, so that thousands of other files cost next to nothing.

Source of the rule: docs/map-format.md, "How a map is read".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.parsing.frontmatter import split_front_matter
from techmap_sync.parsing.limits import ODD_SPACES
from techmap_sync.parsing.titles import map_title
from techmap_sync.parsing.wording import heading_key, without_comments
from techmap_sync.unicode_forms import unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from techmap_sync.parsing.vocabulary import Vocabulary

_FENCE = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})")
_QUOTED = r"(?: {0,3}>[ \t]?)*+ {0,3}"
_HEADING = re.compile(rf"{_QUOTED}#{{1,2}}[\s{ODD_SPACES}]+(.*)")
_UNDERLINE = re.compile(rf"{_QUOTED}(?:=+|-+)[ \t]*$")
_MARKUP = re.compile(r"[*_`]")
_BULLET = re.compile(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?")
_LABEL = re.compile(r"\*\*([^*]+)\*\*\s*([:：]?)")
_FIELD_SEPARATOR = re.compile(r"\s\|\s")
_KIND = "kind"


def looks_like_map(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether `parse` reads the text as a map.

    Parameters: the text as decoded, and the words of all languages.
    """
    text = unified(text)
    if not _may_be_map(text, vocabulary):
        return False
    front = split_front_matter(text)
    if heading_key(front.values.get(_KIND, "")) in vocabulary.titles:
        return True
    return any(_says_map(line, below, vocabulary) for line, below in _readable_lines(text[front.length :]))


def _may_be_map(text: str, vocabulary: Vocabulary) -> bool:
    return any(re.search(r"[\s-]+".join(map(re.escape, title.split())), text, re.I) for title in vocabulary.titles)


def _readable_lines(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line outside fences and comments, with the line below it."""
    fence, comment = "", False
    lines = text.split("\n")
    for line, below in zip(lines, [*lines[1:], ""], strict=True):
        found = _FENCE.match(line)
        if fence:
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        elif comment or line.lstrip("> \t").startswith("<!--"):
            comment = "-->" not in line
        elif found:
            fence = found[1]
        else:
            yield line, below


def _says_map(line: str, below: str, vocabulary: Vocabulary) -> bool:
    heading = _HEADING.match(line)
    is_heading = heading or (_UNDERLINE.match(below) and not line.startswith("    "))
    if is_heading and map_title(_without_markup(heading[1] if heading else line), vocabulary) is not None:
        return True
    return any(
        vocabulary.metadata.get(heading_key(label)) == "status" and is_map_status(value, vocabulary)
        for label, value in fields_in_line(line)
    )


def is_map_status(value: str, vocabulary: Vocabulary) -> bool:
    """Whether the value of the status field says that the file is a map."""
    return heading_key(value) in vocabulary.titles


def fields_in_line(line: str) -> list[tuple[str, str]]:
    """Return (label, value) of every ``**Label**: value`` on a line, or nothing where there is anything else."""
    parts = [_field(part) for part in _FIELD_SEPARATOR.split(_BULLET.sub("", line, count=1))]
    return [part for part in parts if part] if all(parts) else []


def _field(text: str) -> tuple[str, str] | None:
    text = text.strip()
    match = _LABEL.match(text)
    if match is None:
        return None
    label, value = match[1].strip(), text[match.end() :].removesuffix("\\")
    if not match[2] and not label.endswith((":", "：")):
        return None
    return label.rstrip(":： "), fold_spaces(_without_markup(value))


def _without_markup(text: str) -> str:
    return _MARKUP.sub("", without_comments(text))


def fold_spaces(text: str) -> str:
    """Return the text with single spaces and none at its ends."""
    return " ".join(text.split())
