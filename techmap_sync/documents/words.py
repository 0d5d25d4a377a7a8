"""The fixed words of tickets in the language of a document, and which language its letters show."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import tomli

from techmap_sync.files import shipped
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import HAN_AND_KANA, may_be_unspaced

ENGLISH = "en"
"""The language of a document that shows no other."""
_UNSPACED = lazy(f"[{HAN_AND_KANA}]")
_STATES = lazy(r"(?<=\s)\*\(((?:optional|in progress|queued)(?:, (?:optional|in progress|queued))*)\)\*$")
_SENTENCE_END = lazy(r"[\s.!。！]*$")


@dataclass(frozen=True)
class Words:
    """The words of one language, from ``config/words.toml``."""

    language: str
    titles: Mapping[str, str]
    headings: Mapping[str, str]
    phrases: Mapping[str, str]
    endings: Mapping[str, str]
    """Why a ticket is closed or labelled."""
    states: Mapping[str, str]
    """How far a task of specs is, by the English words."""
    signs: Mapping[str, Sequence[str]]

    def titled(self, pattern: str, name: str) -> str:
        """Return a title: the name in a pattern of ``titles``.

        :param pattern: ``new``, ``test unit``; a title that is none of these is the heading that stands for the verb.
        """
        return filled(self.titles.get(pattern) or f"{pattern}: {{}}", name)

    def knows_title(self, pattern: str) -> bool:
        """Whether there is a pattern of this name."""
        return pattern in self.titles

    def phrase(self, name: str, *, text: str = "", a: int = 0, b: int = 0) -> str:
        """Return a fixed phrase with what is filled in."""
        return self.phrases[name].replace("{a}", str(a)).replace("{b}", str(b)).replace("{}", text)

    def with_states(self, line: str) -> str:
        """Return a line of specs whose English words at the end, ``*(optional)*``, are those of this language."""
        return _STATES.sub(lambda found: f"*({', '.join(self.states[word] for word in found[1].split(', '))})*", line)

    def and_more(self, names: str, count: int) -> str:
        """Return a list of names that leaves some out."""
        return filled(self.titles["more"].replace("{n}", str(count)), names)

    def is_negative(self, sentence: str) -> bool:
        """Whether a sentence says that there is none of something, or that something stays as it is."""
        return bool(self._negative.search(sentence)) or self.says_it_stays(sentence)

    def says_it_stays(self, sentence: str) -> bool:
        """Whether a sentence says that something stays as it is."""
        folded = sentence.casefold()
        return any(found in folded for found in self._staying) and bool(self._stays.search(sentence))

    def opens_entry_point(self, purpose: str) -> bool:
        """Whether the purpose of a component says that it is where a program is entered."""
        return purpose.lstrip("*_ ").casefold().startswith(tuple(map(str.casefold, self.signs["entry point"])))

    @cached_property
    def _negative(self) -> re.Pattern[str]:
        opening = "|".join(_bounded(word) for word in self.signs["negative"])
        ending = "|".join(re.escape(word) for word in self.signs["negative end"])
        parts = [rf"^\W*(?:{opening})"] * bool(opening) + [rf"(?:{ending}){_SENTENCE_END.pattern}"] * bool(ending)
        return re.compile("|".join(parts) or r"(?!)")

    @cached_property
    def _staying(self) -> tuple[str, ...]:
        return tuple(word.casefold() for word in self.signs["stays"])

    @cached_property
    def _stays(self) -> re.Pattern[str]:
        return re.compile("|".join(_bounded(word, before=True) for word in self.signs["stays"]) or r"(?!)", re.I)


def _bounded(word: str, *, before: bool = False) -> str:
    """Return what matches a word that is no part of another one, in scripts that put spaces between words."""
    if _is_unspaced(word):
        return re.escape(word)
    return (r"(?<!\w)" if before else "") + re.escape(word).replace(r"\ ", r"\s+") + r"(?!\w)"


def _is_unspaced(text: str) -> bool:
    """Whether a text holds a letter of a script that puts no spaces between words."""
    return may_be_unspaced(text) and _UNSPACED.search(text) is not None


def filled(pattern: str, name: str) -> str:
    """Put a name into a pattern; a space beside a letter of a script that uses none is dropped."""
    before, _, after = pattern.partition("{}")
    first, last = name[:1], name[-1:]
    if before.endswith(" ") and not before.endswith(": ") and _is_unspaced(first):
        before = before[:-1]
    if after.startswith(" ") and _is_unspaced(last):
        after = after[1:]
    return f"{before}{name}{after}"


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    return tomli.loads(shipped("words.toml").read_text("utf-8"))


def languages() -> tuple[str, ...]:
    """Return the languages whose words are known."""
    return tuple(_tables())


@lru_cache
def words_in(language: str) -> Words:
    """Return the words of a language; the English ones where it is not known."""
    tables = _tables()
    known = language if language in tables else ENGLISH
    return Words(known, **tables[known])


_CODE = lazy(r"`[^`\n]*`|\*\*[^*\n]*\*\*|https?://\S+")
_LETTER = lazy(r"[^\W\d_]")
_HAN_OR_KANA = lazy("[\u3040-\u30ff\u3400-\u9fff]")
_KANA = lazy("[\u3040-\u30ff]")


def language_of_letters(texts: Iterable[str]) -> str:
    """Return Japanese or Chinese where half of the letters are Han or kana; otherwise nothing.

    :param texts: Markdown; code, bold words and addresses do not count.
    """
    plain = [_CODE.sub("", text) for text in texts]
    if not any(map(may_be_unspaced, plain)):
        return ""
    letters = sum(len(_LETTER.findall(text)) for text in plain)
    foreign = sum(len(_HAN_OR_KANA.findall(text)) for text in plain)
    if not letters or 2 * foreign < letters:
        return ""
    return "ja" if any(_KANA.search(text) for text in plain) else "zh"
