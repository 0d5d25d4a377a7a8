"""What the lines of a document say, in a form that can be looked for in the texts of tickets."""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import NamedTuple

from techmap_sync.patterns import lazy
from techmap_sync.text_forms import HAN_KANA_AND_HANGUL, compatible, unified, word_pattern

# Invisible characters, which no ticket gets: controls, half characters, signs that turn the direction of text.
_HIDDEN = lazy(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u200b-\u200d\u202a-\u202e\u2060\u2066-\u206f\ufe0e\ufe0f\ufeff\ud800-\udfff]"
)
_word = word_pattern(HAN_KANA_AND_HANGUL, letter=r"[^\W_]")
_HUMP = lazy(r"(?<=[a-z0-9])(?=[A-Z])")

STRUCTURE, PLACEHOLDER, NOTHING, COMMENT = "structure", "placeholder", "nothing", "comment"


class Statement(NamedTuple):
    """One line of a document that is not blank."""

    line: int
    """Its number in the file, counted from 1."""
    text: str
    """The line as written, without the signs of quotes and without comments."""
    pieces: tuple[tuple[str, ...], ...] = ()
    """The words of each piece. A piece is found in a ticket whole; between two of them a ticket may say more."""
    excuse: str = ""
    """Why no ticket has to say it: it is structure, a placeholder, a "nothing" that stands alone, or a comment."""
    heading: str = ""
    """The heading above it as plain text; of a heading its own."""
    block: int = 0
    """Lines of one paragraph, bullet or fence have the same number: they make sense together."""
    section: int = 0
    """The same number for everything below one heading, and for the heading."""
    head: int = 0
    """The block that it makes no sense without: of a row the head of its table."""
    is_heading: bool = False
    is_code: bool = False
    """Within a fence, or one of its two ends."""
    part: str = ""
    """The heading of the section that this belongs to, as plain text; ``heading`` may be one below it."""
    is_whole: bool = False
    """Within a table no row of which means anything alone."""
    sentences: tuple[tuple[tuple[str, ...], ...], ...] = ()
    """The pieces of each sentence, where there are several: each may be in another ticket."""


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of a text without case, markup and invisible signs; CJK characters one by one.

    The words in a name such as ``TokenStore`` count by themselves: a title may spell it as "Token Store".
    """
    plain = compatible(_HIDDEN.sub("", html.unescape(text)))
    apart = _HUMP.sub(" ", plain).casefold()
    return tuple(_word(apart).findall(apart))


def with_excused_headings(statements: Sequence[Statement]) -> list[Statement]:
    """Return the same statements; a heading above something that says something says no more than where that is.

    One above nothing at all may be all that its author wrote, so it still has to be found.
    """
    kept = list(statements)
    says = [False] * (_DEEPEST + 1)
    for place in range(len(kept) - 1, -1, -1):
        said = kept[place]
        if not said.is_heading:
            says = [True] * len(says) if not said.excuse else says
            continue
        level = _level(said.text)
        has_words = says[level] or not said.excuse
        if says[level] and not said.excuse:
            kept[place] = said._replace(excuse=STRUCTURE)
        says = [each or has_words for each in says[:level]] + [False] * (len(says) - level)
    return kept


_DEEPEST = 7
"""Of the levels of headings: a label that opens a section is below all of them."""


def _level(heading: str) -> int:
    bare = heading.lstrip()
    signs = len(bare) - len(bare.lstrip("#"))
    return min(signs, _DEEPEST - 1) if signs else _DEEPEST


def plain_statements(text: str) -> tuple[Statement, ...]:
    """Return the statements of a text in which each line that has words says something."""
    lines = ((number, line, words_of(line)) for number, line in enumerate(unified(text).split("\n"), 1))
    return tuple(
        Statement(number, line, (words,) if words else (), "" if words else STRUCTURE, block=number)
        for number, line, words in lines
        if line.strip()
    )
