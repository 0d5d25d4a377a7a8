"""The title of a map (docs/map-format.md, "How a map is read" and "Headings")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.blocks import Heading
from techmap_sync.parsing.wording import heading_key, plain, unnumbered

if TYPE_CHECKING:
    from collections.abc import Sequence

    from techmap_sync.parsing.blocks import Block
    from techmap_sync.parsing.vocabulary import Vocabulary

_WORDS_AND_TITLE = re.compile(r"([^:：]*)([:：]?)(.*)", re.DOTALL)


class FoundTitle(NamedTuple):
    """A title and the heading that holds it."""

    text: str
    heading: Heading | None


def map_title(heading: str, vocabulary: Vocabulary) -> str | None:
    """Return what follows ``TECHNICAL MAP:`` in the plain text of a heading, or None where it does not start so."""
    match = _WORDS_AND_TITLE.match(unnumbered(heading))
    assert match is not None
    words, colon, title = match.groups()
    return title.strip() if colon and heading_key(words) in vocabulary.titles else None


def find_title(blocks: Sequence[Block], vocabulary: Vocabulary) -> FoundTitle:
    """Return the title of a map: behind ``TECHNICAL MAP:``, else the first heading when it is of level 1."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    for heading in headings:
        title = map_title(plain(heading.line.runs), vocabulary) if heading.level <= 2 else None
        if title is not None:
            return FoundTitle(title, heading)
    if headings and headings[0].level == 1:
        return FoundTitle(plain(headings[0].line.runs), headings[0])
    return FoundTitle("", None)
