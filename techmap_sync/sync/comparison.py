"""Compares texts: ticked boxes, and digests that ignore what trackers change."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache

from techmap_sync.documents.words import languages, words_in
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import composed, with_line_feeds, without_number

_BOX = lazy(r"^(?P<lead>\s*(?:[-*+]|\d+[.)])\s+\[)(?P<tick>[ xX])(?P<rest>\]\s+(?P<text>.*?)\s*)$")

_TASK_ID = lazy(r"^\*\*(?P<number>[\w./-]+)\*\*\s+(?=\S)")
"""The number in front of a task of a unit of specs."""


def ticked(texts: Iterable[str]) -> frozenset[str]:
    """Return the text of every ticked box."""
    return frozenset(_named(match["text"]) for match in _boxes(texts) if match["tick"] != " ")


def unticked(texts: Iterable[str]) -> frozenset[str]:
    """Return the text of every open box."""
    return frozenset(_named(match["text"]) for match in _boxes(texts) if match["tick"] == " ")


def boxes(text: str) -> Iterator[tuple[str, str, bool]]:
    """Yield (whole line, its text, whether it is ticked) of every box of a text."""
    for match in _boxes([text]):
        yield match[0], _named(match["text"]), match["tick"] != " "


def carry_ticks(text: str, done: frozenset[str]) -> str:
    """Tick every box of a text whose line was ticked before.

    :param done: as ``ticked`` returned it.
    """
    return "\n".join(_carried(line, done) for line in text.split("\n"))


def _named(text: str) -> str:
    """Return what a line says whatever its number, its state and its Unicode form."""
    return without_number(task_line(composed(text))[1])


def task_line(text: str) -> tuple[str, str]:
    """Return the number that a unit of specs gives a task, empty where it has none, and what the task is."""
    number = _TASK_ID.match(text)
    return number["number"] if number else "", _states().sub("", text[number.end() :] if number else text)


@lru_cache(maxsize=1)
def _states() -> re.Pattern[str]:
    """Return what matches the status words after a task of specs, in every language."""
    known = {re.escape(word) for language in languages() for word in words_in(language).states.values()}
    return re.compile(rf"\s\*\((?:{'|'.join(sorted(known))}|, )+\)\*$")


def _boxes(texts: Iterable[str]) -> Iterator[re.Match[str]]:
    for text in texts:
        if "[" in text:
            yield from filter(None, map(_BOX.match, text.split("\n")))


def _carried(line: str, done: frozenset[str]) -> str:
    match = _BOX.match(line)
    return f"{match['lead']}x{match['rest']}" if match and _named(match["text"]) in done else line


_TICK = lazy(r"^(\s*(?:[-*+]|\d+[.)])\s+\[)[xX](\])", re.MULTILINE)


def digest(text: str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a text: line ends and Unicode form do not count."""
    return _sha(composed(with_line_feeds(text)))


def text_digest(markdown: str) -> str:
    """Return the digest of a text as a tracker may return it: line ends and ticks do not count."""
    return digest(comparable(markdown))


def section_digest(markdown: str) -> str:
    """Return the digest of a section's text; empty for a section that is missing."""
    return text_digest(markdown) if markdown.strip() else ""


def comparable(markdown: str) -> str:
    """Return a text without what trackers and readers change: line ends, outer blank lines, ticks, Unicode forms."""
    text = composed(with_line_feeds(markdown)).strip()
    return _TICK.sub(r"\1 \2", text) if "x]" in text or "X]" in text else text


def is_digest_of(fingerprint: str, text: str) -> bool:
    """Whether a fingerprint is that of a text, even one that an earlier release took of it as checked out."""
    return fingerprint == digest(text) or any(fingerprint == _sha(form) for form in _forms(text))


def _forms(text: str) -> Iterator[str]:
    """Yield a text as it may be checked out: with each line end, in each Unicode form."""
    plain = with_line_feeds(text)
    for form in dict.fromkeys((plain, composed(plain), unicodedata.normalize("NFD", plain))):
        yield from (form.replace("\n", end) for end in ("\n", "\r\n", "\r"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
