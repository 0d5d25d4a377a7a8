"""Is this file a map? Decided on lines, so that thousands of other files cost next to nothing.

Source of the rule: docs/map-format.md, "How a map is read".
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.documents.frontmatter import split_front_matter
from techmap_sync.documents.marko_patches import ODD_SPACES, too_long
from techmap_sync.documents.technical_map.classify import is_placeholder
from techmap_sync.documents.technical_map.names import map_title
from techmap_sync.documents.technical_map.wording import heading_key
from techmap_sync.documents.text import without_comments
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import compatible, unified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from techmap_sync.documents.technical_map.vocabulary import Vocabulary


_FENCE = lazy(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?(`{3,}|~{3,})")
_QUOTED = r"(?: {0,3}>[ \t]?)*+ {0,3}"
_HEADING = lazy(rf"{_QUOTED}#{{1,2}}[\s{ODD_SPACES}]+(.*)")
_UNDERLINE = lazy(rf"{_QUOTED}(?:=+|-+)[ \t]*$")
_MARKUP = lazy(r"[*_`]")
_BULLET = lazy(r"[\s>]*(?:(?:[-*+]|\d+[.)])\s+)?")
_LABEL = lazy(r"\*\*([^*]+)\*\*\s*([:：]?)")
_FIELD_SEPARATOR = lazy(r"\s\|\s")
_KIND = "kind"


def looks_like_map(text: str, vocabulary: Vocabulary) -> bool:
    """Return whether `parse` reads the text as a map.

    :param text: as decoded.
    :param vocabulary: the words of all languages.
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


_HEAD = lazy(r"\n*# (?P<title>[^\n]+)\n(?:\n+(?P<header>(?:\*\*[^*\n]+\*\*[^\n]*\n)+)(?=\n|\Z))?")
_SIGHT_MARKUP = lazy(r"[*_`~\\&<>\[\]{}!#$|^\u200b]")
_SIGHT_LABEL = lazy(r"[\w -]*\w")
_MAP_ID = "map id"


def identity_at_sight(text: str, vocabulary: Vocabulary) -> str | None:
    """Return what the identity of a map is made from, its ``Map ID`` or title; None where that takes a full read.

    :param text: the text as decoded.
    """
    text = unified(text)
    front = split_front_matter(text)
    body = text[front.length :]
    head = _HEAD.match(body)
    if head is None or too_long(body) or not looks_like_map(text, vocabulary):
        return None
    title = map_title(" ".join(head["title"].split()), vocabulary) if _is_plain(head["title"]) else None
    mentions = _mentions(body, vocabulary)
    if not title or mentions > 1:
        return None
    return _written(head["header"] or "", vocabulary) if mentions else front.values.get("id", "") or title


def _mentions(body: str, vocabulary: Vocabulary) -> int:
    """Return how often the label of a ``Map ID`` appears, in any language."""
    folded = compatible(body).casefold()
    labels = [key.split() for key, name in vocabulary.metadata.items() if name == _MAP_ID]
    words = "|".join(r"[\s\u2010-\u2015-]+".join(map(re.escape, label)) for label in labels)
    return len(re.findall(rf"\*\*[^*\n]*?(?:{words})[^*\n]*\*\*", folded)) if labels else 0


def _written(header: str, vocabulary: Vocabulary) -> str | None:
    """Return the ``Map ID`` of a header whose every line is one plain field: a value ends where its line does."""
    lines = [fields_in_line(line) for line in header.splitlines()]
    if not all(len(pairs) == 1 and _SIGHT_LABEL.fullmatch(pairs[0][0]) for pairs in lines):
        return None
    for ((label, value),) in lines:
        if vocabulary.metadata.get(label.casefold()) == _MAP_ID:
            return value if value and _is_plain(value) and not is_placeholder(value, vocabulary) else None
    return None


def _is_plain(text: str) -> bool:
    """Whether Markdown would take every character for itself."""
    return text.isprintable() and not _SIGHT_MARKUP.search(text)
