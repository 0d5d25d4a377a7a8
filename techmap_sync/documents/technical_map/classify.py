"""What a text means before it is anything else: a placeholder, nothing to do, done already, or work.

Source of the rules: docs/map-format.md, "What is not an item".
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import RunKind, plain_lines, without_code
from techmap_sync.documents.technical_map.wording import (
    alternatives,
    fold,
    longest_first,
    unnumbered,
    without_closing_colon,
)
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from techmap_sync.documents.markdown import Line
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary


_LONGEST_SUBJECT = 6  # words between "no" and "needed": longer is a statement about something else
_AROUND = " .,;:!"
_MARK = "\x00"
_ASCII_STOPS = str.maketrans("。、", ";,")  # Python takes long to compile a set with characters beyond Latin


class Nothing(NamedTuple):
    """Knows the words and phrases that say so."""

    sayings: Mapping[str, tuple[tuple[int, str], ...]]
    """By the longest word of each what says so, with its place among all: only what may be in a text is tried, because
    Python takes long to compile a pattern of them all."""
    conditions: re.Pattern[str]
    """Words that open a condition ("if", "unless"): they cannot be in the gap of a phrase."""
    words: frozenset[str] = frozenset()
    """Words that say it alone: "None"."""
    phrases: frozenset[str] = frozenset()
    """Phrases without a gap: "None needed"."""
    openings: frozenset[str] = frozenset()
    """Phrases followed by what there is none of: "No changes to"."""
    reasons: frozenset[str] = frozenset()
    """Words that say why or for what."""
    tests: tuple[str, ...] = ()
    """What a text is about that says that no tests are needed."""

    def is_said_by(self, folded: str) -> bool:
        """Whether a folded text says that there is nothing to do."""
        return self._said(_marked(folded, self.conditions)) is not None

    def is_word(self, folded: str) -> bool:
        """Whether a folded text is nothing but such a word or a dash."""
        bare = folded.strip(_AROUND)
        return not bare.strip("-–—") or bare in self.words

    def is_all(self, folded: str, *, tests: bool) -> bool:
        """Whether a folded text says nothing else, where things are asked for that begin with "no".

        "No authentication required for /health" is a test or a rule, and so is "No orders required" among tests, where
        a gap has to be about tests.
        """
        text = _marked(folded, self.conditions)
        if (found := self._said(text)) is None:
            return False
        said, behind = text[: found.end()].strip(_AROUND), text[found.end() :].strip(_AROUND)
        if said in self.words:
            return True
        if said in self.openings:
            return any(word in text for word in self.tests) if tests else self._is_short(behind)
        if behind and behind[0] not in "-–—(":
            return False
        return said in self.phrases or not tests or any(word in said for word in self.tests)

    def _said(self, text: str) -> re.Match[str] | None:
        """Return what says so at the start of a text whose conditions are marked."""
        there = sorted(chain.from_iterable(each for word, each in self.sayings.items() if word in text))
        begun = tuple(saying for _, saying in there if text.startswith(_first_word(saying)))
        return _pattern_of(begun, self.words, self.reasons).match(text)

    def _is_short(self, behind: str) -> bool:
        """Whether what follows "no changes to" names a thing, without saying for what."""
        words = behind.split()
        return len(words) <= _LONGEST_SUBJECT and self.reasons.isdisjoint(words)


def nothing_of(table: Mapping[str, Sequence[str]]) -> Nothing:
    """Return what knows the words of a table.

    A word of ``words`` counts alone or before a reason; a phrase counts when nothing but a reason follows. In a phrase,
    ``…`` stands for a few words, none of them in ``conditions``; at the beginning or end of a phrase for the rest.
    """
    conditions = lazy(rf"(?<!\S)(?:{alternatives(table.get('conditions', ()))})\b")

    def marked(name: str) -> list[str]:
        """Return the phrases of one kind, with a sign where a condition may be."""
        return [_marked(_fold_dots(phrase), conditions) for phrase in table.get(name, ())]

    words, phrases = marked("words"), marked("phrases")
    sayings: dict[str, list[tuple[int, str]]] = {}
    for saying in enumerate(dict.fromkeys((*words, *phrases))):
        sayings.setdefault(max(re.split(r"[\s…]+", saying[1]), key=len), []).append(saying)
    return Nothing(
        {word: tuple(each) for word, each in sayings.items()},
        conditions,
        frozenset(words),
        frozenset(phrase for phrase in phrases if "…" not in phrase),
        frozenset(phrase.removesuffix("…").rstrip() for phrase in phrases if phrase.endswith("…")),
        frozenset(marked("reasons")),
        longest_first(table.get("tests", ())),
    )


@lru_cache(maxsize=256)
def _pattern_of(sayings: Sequence[str], words: frozenset[str], reasons: frozenset[str]) -> re.Pattern[str]:
    """Return what matches any of some words and phrases, or a dash.

    Phrases share their common parts, and conditions are marked, in them as in the text.

    :param words: which of them are words.
    """
    reason = r"(?=\s*(?:[.,;:(—–]|-(?:\s|$)|$))"
    because = rf"(?:{reason}|(?=\s+(?:{alternatives(reasons)})(?!\w)))"
    # The group is atomic: a word that could be split in many ways would make this take exponential time.
    word = rf"(?:(?>[^\s{_MARK}.,;:]+(?:[.][^\s{_MARK}.,;:]+)*)\s+){{0,{_LONGEST_SUBJECT}}}?"
    gap = rf"(?:{word}[^\x00-\x7f\s]{{0,{_LONGEST_SUBJECT}}}?)"  # some scripts put no space between words
    alone = alternatives(saying for saying in sayings if saying in words)
    phrases = [saying for saying in sayings if saying not in words]
    closed = _phrases((phrase for phrase in phrases if not phrase.endswith("…")), gap)
    with_rest = _phrases((phrase.removesuffix("…").rstrip() for phrase in phrases if phrase.endswith("…")), gap)
    return re.compile(rf"[-–—]+$|(?:{alone}|{closed}){because}|{with_rest}")


def _marked(text: str, conditions: re.Pattern[str]) -> str:
    """Return a folded text as it is compared: with a sign before each word that opens a condition."""
    return conditions.sub(rf"{_MARK}\g<0>", text.translate(_ASCII_STOPS))


def _phrases(phrases: Iterable[str], gap: str) -> str:
    """Return a pattern for any of the phrases; those that begin alike up to their first ``…`` share it."""
    by_start: dict[str, list[str]] = {}
    for phrase in phrases:
        start, dots, rest = phrase.partition("…")
        by_start.setdefault(_spelled(start + dots, gap), []).append(_spelled(rest, gap))
    whole = (start + (rf"\s*(?:{'|'.join(rests)})" if any(rests) else "") for start, rests in by_start.items())
    return f"(?:{'|'.join(whole) or '(?!)'})"


def _first_word(phrase: str) -> str:
    """Return the first word of a phrase; empty where it begins with ``…``."""
    return phrase.partition("…")[0].partition(" ")[0]


def _spelled(phrase: str, gap: str) -> str:
    """Return a pattern for a phrase."""
    parts = (part for part in re.split(r"\s*(…)\s*", phrase) if part.strip())
    return r"\s*".join(gap if part == "…" else _spaced(part.strip()) for part in parts)


def _fold_dots(phrase: str) -> str:
    """Fold a phrase but keep its ``…`` (which NFKC would spell as three full stops)."""
    return " … ".join(fold(part) for part in phrase.split("…")).strip()


def _spaced(part: str) -> str:
    pattern = re.escape(part).replace(r"\ ", r"\s+")
    ends = r"(?!\w)" if part[-1:].isascii() and part[-1:].isalnum() else ""
    starts = r"(?<!\w)" if part[:1].isascii() and part[:1].isalnum() else ""
    return starts + pattern + ends


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
