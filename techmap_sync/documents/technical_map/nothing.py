"""What a map says where there is nothing to do: words and phrases, with gaps and reasons."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.technical_map.wording import alternatives, fold, longest_first
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

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
