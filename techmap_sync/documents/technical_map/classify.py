"""What a text means before it is anything else: a placeholder, nothing to do, done already, or work.

Source of the rules: docs/map-format.md, "What is not an item".
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import RunKind, plain_lines, without_code
from techmap_sync.documents.technical_map.wording import fold, unnumbered, without_closing_colon
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from techmap_sync.documents.markdown import Line
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary


_IDENTITY = lazy(r"<!--\s*(id|was):(.*)-->", re.DOTALL)
_ANCHOR = lazy(r"\s*\{#([^\s{}]+)\}$")
_BOX = lazy(r"^\[([ xX])\]\s+")
_TAG = lazy(r"\(([^()]*)\)|(?:\s[-–]\s|—|\s->\s)\s*([^-–—,.;:(]+?)\s*(?=[,.;:(—]|\s[-–]\s|$)")


class Meaning(Enum):
    """Whether a text asks for something."""

    PLACEHOLDER = auto()
    NOTHING = auto()
    DONE = auto()
    WORK = auto()


class Title(NamedTuple):
    """The title of an item as plain text, with what was written into it by the way."""

    text: str
    masked: str
    """The same with code masked."""
    ticked: bool | None
    slug: str
    was: tuple[str, ...]


def title_of(lines: Sequence[Line]) -> Title:
    """Return the title that the lines hold: one line, no Markdown, no box, no closing colon, no identity."""
    text, masked = plain_lines(lines), without_code(lines)
    slug, was = identities(run.text for line in lines for run in line.runs if run.kind is RunKind.COMMENT)
    if anchor := _ANCHOR.search(masked):
        slug = slug or text[anchor.start(1) : anchor.end(1)]
        text, masked = text[: anchor.start()], masked[: anchor.start()]
    box = _BOX.match(masked)
    if box:
        text, masked = text[box.end() :], masked[box.end() :]
    ticked = box[1] != " " if box else None
    return Title(without_closing_colon(text), without_closing_colon(masked), ticked, slug, was)


def identities(comments: Iterable[str]) -> tuple[str, tuple[str, ...]]:
    """Return the identity and the earlier ones that ``<!-- id: x -->`` and ``<!-- was: y, z -->`` give."""
    slug, was = "", []
    for comment in comments:
        if match := _IDENTITY.fullmatch(comment):
            if match[1] == "id":
                slug = slug or match[2].strip()
            else:
                was += [name for part in match[2].split(",") if (name := part.strip())]
    return slug, tuple(was)


def meaning_of(
    title: Title,
    lines: Sequence[Line],
    vocabulary: Vocabulary,
    *,
    ticked: bool | None = None,
    nothing: Callable[[Title, Vocabulary], bool] | None = None,
) -> Meaning:
    """Return what the text of an item means. Ticked beats nothing to do.

    :param nothing: says whether there is nothing to do, where that is not what `says_nothing` says.
    """
    folded = fold(title.masked)
    if is_placeholder(title.text, vocabulary):
        return Meaning.PLACEHOLDER
    if ticked or title.ticked or mostly_struck(lines) or vocabulary.done.search(folded):
        return Meaning.DONE
    if (nothing or says_nothing)(title, vocabulary):
        return Meaning.NOTHING
    return Meaning.WORK


def says_nothing(title: Title, vocabulary: Vocabulary) -> bool:
    """Whether a text says that there is nothing to do."""
    return not title.text or vocabulary.nothing.is_said_by(fold(title.masked))


def says_no_step(title: Title, vocabulary: Vocabulary, *, sole: bool) -> bool:
    """Whether an item among changes or deployment steps says that there is nothing to do."""
    return says_nothing(title, vocabulary)


def says_no_test(title: Title, vocabulary: Vocabulary, *, sole: bool) -> bool:
    """Whether an item among tests says that there are none: "No account needed for /health" is a test.

    :param sole: whether its sub-section contains nothing else.
    """
    return _says_no_more(title, vocabulary, sole=sole, tests=True)


def says_no_rule(title: Title, vocabulary: Vocabulary, *, sole: bool) -> bool:
    """Whether an item among constraints says that there are none: "No personal data in logs" is one."""
    return _says_no_more(title, vocabulary, sole=sole, tests=False)


def _says_no_more(title: Title, vocabulary: Vocabulary, *, sole: bool, tests: bool) -> bool:
    folded = fold(title.masked)
    nothing = vocabulary.nothing
    return not title.text or nothing.is_word(folded) or (sole and nothing.is_all(folded, tests=tests))


def is_placeholder(text: str, vocabulary: Vocabulary) -> bool:
    """Whether a text is the blank template's own, literally; what follows a method's signature there is free."""
    return text in vocabulary.placeholders or text.partition(":")[0].rstrip() in vocabulary.placeholders


def without_placeholders(text: str, vocabulary: Vocabulary) -> str:
    """Return a text without the blank template's words, and without what only divides these from the rest."""
    if "[" not in text:
        return text
    shorter = placeholders_in(vocabulary).sub("", text)
    return text if shorter == text else " ".join(shorter.strip(" ,;|/-–—").split())


def placeholders_in(vocabulary: Vocabulary) -> re.Pattern[str]:
    """Return what matches the blank template's words anywhere in a text, but not as the text of a link."""
    return _any_of(vocabulary.placeholders)


@lru_cache(maxsize=8)
def _any_of(words: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(filter(None, words), key=len, reverse=True)
    return re.compile(rf"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})(?![(\[])")


def mostly_struck(lines: Sequence[Line]) -> bool:
    """Whether at least half of what can be read is struck through."""
    lengths = [(len(run.text), run.struck) for line in lines for run in line.runs if run.kind is not RunKind.COMMENT]
    struck = sum(length for length, is_struck in lengths if is_struck)
    return struck > 0 and 2 * struck >= sum(length for length, _ in lengths)


def status_of(masked: str, vocabulary: Vocabulary) -> str:
    """Return what a status tag says: ``new``, ``modified``, ``integration``, ``untouched``, ``done`` or nothing.

    A tag is in parentheses or after a dash. ``masked`` is plain text without code.
    """
    for match in _TAG.finditer(fold(masked)):
        if status := vocabulary.statuses.get(unnumbered(match[1] or match[2] or "").strip()):
            return status
    return ""


KIND_OF_STATUS = {"new": "new", "modified": "modified", "removed": "modified", "integration": "integration"}
"""What kind of component a status makes; what goes is a change to the code too."""


def status_of_cell(masked: str, vocabulary: Vocabulary) -> str:
    """Return what the cell of a status column says; a reason may follow after a comma or similar."""
    folded = fold(masked)
    if vocabulary.done.search(folded):
        return "done"
    return vocabulary.statuses.get(unnumbered(re.split(r"[,.;:(—/+]|\s[-–]\s", folded)[0]).strip(), "")


def status_of_action(masked: str, vocabulary: Vocabulary) -> str:
    """Return what the cell of an action column says of a component, by its first word at least: ``Create new file``."""
    if status := status_of_cell(masked, vocabulary):
        return status
    first = unnumbered(fold(masked)).partition(" ")[0]
    status = vocabulary.statuses.get(first, "")
    return status if status in KIND_OF_STATUS else ""
