"""The identity of a map at sight, for those who need no more of a file than whose namesake it is.

Reading a map takes fifty times as long. So this looks at the plain case alone, in which there is no doubt: the title on
the first line, and a ``Map ID`` nowhere or in the header below it. Everything else has to be read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.parsing.frontmatter import split_front_matter
from techmap_sync.parsing.limits import too_long
from techmap_sync.parsing.meaning import is_placeholder
from techmap_sync.parsing.recognition import fields_in_line, looks_like_map
from techmap_sync.parsing.titles import map_title
from techmap_sync.unicode_forms import compatible, unified

if TYPE_CHECKING:
    from techmap_sync.parsing.vocabulary import Vocabulary

_HEAD = re.compile(r"\n*# (?P<title>[^\n]+)\n(?:\n+(?P<header>(?:\*\*[^*\n]+\*\*[^\n]*\n)+)(?=\n|\Z))?")
_MARKUP = re.compile(r"[*_`~\\&<>\[\]{}!#$|^\u200b]")
_LABEL = re.compile(r"[\w -]*\w")
_MAP_ID = "map id"


def identity_at_sight(text: str, vocabulary: Vocabulary) -> str | None:
    """Return what the identity of a map is made from, its ``Map ID`` or title; None where only reading it tells.

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
    """Return how often the label of a ``Map ID`` stands anywhere, in any language."""
    folded = compatible(body).casefold()
    labels = [key.split() for key, name in vocabulary.metadata.items() if name == _MAP_ID]
    words = "|".join(r"[\s\u2010-\u2015-]+".join(map(re.escape, label)) for label in labels)
    return len(re.findall(rf"\*\*[^*\n]*?(?:{words})[^*\n]*\*\*", folded)) if labels else 0


def _written(header: str, vocabulary: Vocabulary) -> str | None:
    """Return the ``Map ID`` of a header whose every line is one plain field: a value ends where its line does."""
    lines = [fields_in_line(line) for line in header.splitlines()]
    if not all(len(pairs) == 1 and _LABEL.fullmatch(pairs[0][0]) for pairs in lines):
        return None
    for ((label, value),) in lines:
        if vocabulary.metadata.get(label.casefold()) == _MAP_ID:
            return value if value and _is_plain(value) and not is_placeholder(value, vocabulary) else None
    return None


def _is_plain(text: str) -> bool:
    """Whether Markdown would take every character for itself."""
    return text.isprintable() and not _MARKUP.search(text)
