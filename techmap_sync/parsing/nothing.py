"""Texts that say that there is nothing to do: "None", "No changes required", "Änderungen sind nicht nötig"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.parsing.wording import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_LONGEST_SUBJECT = 6  # words between "no" and "needed": longer is a statement about something else
_AROUND = " .,;:!"
_MARK = "\x00"
_ASCII_STOPS = str.maketrans("。、", ";,")  # Python takes long to compile a set with characters beyond Latin


class Nothing(NamedTuple):
    """Knows the words and phrases that say so."""

    said: re.Pattern[str]
    """What says so, in a text whose conditions are marked."""
    conditions: re.Pattern[str]
    """Words that open a condition ("if", "unless"): they stand in no gap of a phrase."""
    words: frozenset[str] = frozenset()
    """Words that say it alone: "None"."""
    phrases: frozenset[str] = frozenset()
    """Phrases without a gap: "None needed"."""
    openings: frozenset[str] = frozenset()
    """Phrases that name behind them what there is none of: "No changes to"."""
    reasons: frozenset[str] = frozenset()
    """Words that say why or for what."""
    tests: tuple[str, ...] = ()
    """What a text is about that says that no tests are needed."""

    def is_said_by(self, folded: str) -> bool:
        """Whether a folded text says that there is nothing to do."""
        return self.said.match(_marked(folded, self.conditions)) is not None

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
        if (found := self.said.match(text)) is None:
            return False
        said, behind = text[: found.end()].strip(_AROUND), text[found.end() :].strip(_AROUND)
        if said in self.words:
            return True
        if said in self.openings:
            return any(word in text for word in self.tests) if tests else self._is_short(behind)
        if behind and behind[0] not in "-–—(":
            return False
        return said in self.phrases or not tests or any(word in said for word in self.tests)

    def _is_short(self, behind: str) -> bool:
        """Whether what stands behind "no changes to" names a thing, without saying for what."""
        words = behind.split()
        return len(words) <= _LONGEST_SUBJECT and self.reasons.isdisjoint(words)


def nothing_of(table: Mapping[str, Sequence[str]]) -> Nothing:
    """Return what knows the words of a table.

    A word of ``words`` counts alone or before a reason; a phrase counts when nothing but a reason follows. In a phrase,
    ``…`` stands for a few words none of which is one of ``conditions``, and in front of it or behind it for the rest.
    Phrases share their common parts, and conditions are marked, in them as in the text: with all of them written out in
    each gap, Python takes a tenth of a second to compile the pattern.
    """
    conditions = re.compile(rf"(?<!\S)(?:{alternatives(table.get('conditions', ()))})\b")

    def marked(name: str) -> list[str]:
        return [_marked(_fold_dots(phrase), conditions) for phrase in table.get(name, ())]

    reason = r"(?=\s*(?:[.,;:(—–]|-(?:\s|$)|$))"
    because = rf"(?:{reason}|(?=\s+(?:{alternatives(marked('reasons'))})(?!\w)))"
    # The group is atomic: a word that could be split in many ways would make this take exponential time.
    word = rf"(?:(?>[^\s{_MARK}.,;:]+(?:[.][^\s{_MARK}.,;:]+)*)\s+){{0,{_LONGEST_SUBJECT}}}?"
    gap = rf"(?:{word}[^\x00-\x7f\s]{{0,{_LONGEST_SUBJECT}}}?)"  # some scripts put no space between words
    phrases = marked("phrases")
    closed = _phrases((phrase for phrase in phrases if not phrase.endswith("…")), gap)
    with_rest = _phrases((phrase.removesuffix("…").rstrip() for phrase in phrases if phrase.endswith("…")), gap)
    said = re.compile(rf"[-–—]+$|(?:{alternatives(marked('words'))}|{closed}){because}|{with_rest}")
    return Nothing(
        said,
        conditions,
        frozenset(marked("words")),
        frozenset(phrase for phrase in phrases if "…" not in phrase),
        frozenset(phrase.removesuffix("…").rstrip() for phrase in phrases if phrase.endswith("…")),
        frozenset(marked("reasons")),
        longest_first(table.get("tests", ())),
    )


def _marked(text: str, conditions: re.Pattern[str]) -> str:
    """Return a folded text as it is compared: a sign stands before each word that opens a condition."""
    return conditions.sub(rf"{_MARK}\g<0>", text.translate(_ASCII_STOPS))


def longest_first(words: Iterable[str]) -> tuple[str, ...]:
    """Return some words, folded, in the order in which a pattern has to try them."""
    return tuple(sorted(frozenset(map(fold, words)), key=lambda word: (-len(word), word)))


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of the words; for none of them one that matches nothing."""
    return "|".join(re.escape(word) for word in longest_first(words)) or r"(?!)"


def _phrases(phrases: Iterable[str], gap: str) -> str:
    """Return a pattern for any of the phrases; those that begin alike up to their first ``…`` share it."""
    by_start: dict[str, list[str]] = {}
    for phrase in phrases:
        start, dots, rest = phrase.partition("…")
        by_start.setdefault(_spelled(start + dots, gap), []).append(_spelled(rest, gap))
    whole = (start + (rf"\s*(?:{'|'.join(rests)})" if any(rests) else "") for start, rests in by_start.items())
    return f"(?:{'|'.join(whole) or '(?!)'})"


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
