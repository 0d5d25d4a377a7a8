"""Texts in one form, to be compared: Unicode, line ends, slugs and leading numbers; and where a text may be cut.

macOS and some keyboards write ``é`` as two characters (Unicode Standard Annex 15). Everything that is read, compared or
stored uses one form. Some scripts put no space between words: each of their characters counts as a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterator


HAN_AND_KANA = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
HAN_KANA_AND_HANGUL = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_BEYOND = lazy("[^\x00-\u2e7f]")


def may_be_unspaced(text: str) -> bool:
    """Whether a text may hold a character of such a script; False is certain."""
    return not text.isascii() and _BEYOND.search(text) is not None


def word_pattern(unspaced: str, letter: str = r"\w") -> Callable[[str], re.Pattern[str]]:
    """Return a function that gives, for a text, the pattern that finds its words.

    :param unspaced: the characters that are words by themselves, as in a set.
    :param letter: what other words consist of.
    """
    plain, mixed = lazy(f"{letter}+"), lazy(rf"[{unspaced}]|(?:(?![{unspaced}]){letter})+")
    return lambda text: mixed if may_be_unspaced(text) else plain


_PIECE = 512
"""Characters that are normalised at once: Python sorts combining marks in quadratic time."""
_JOINER = "\u200d"
_NOT_IN_A_SLUG = lazy(r"[^\w]+", re.UNICODE)
_VIRAMA = 9  # canonical combining class of the signs that join two consonants, as in Devanagari


def composed(text: str) -> str:
    """Return the text with composed characters (NFC)."""
    return _in_form("NFC", text)


def compatible(text: str) -> str:
    """Return the text with composed characters, and full-width forms and the like as plain ones (NFKC)."""
    return _in_form("NFKC", text)


def slug(text: str) -> str:
    """Return the stable, readable form of a name: NFKC, case folded, words joined by ``-``; any script stays."""
    folded = compatible(compatible(text).casefold())
    return _NOT_IN_A_SLUG.sub("-", folded).strip("-_") or "unnamed"


def with_line_feeds(text: str) -> str:
    """Return the text with a line feed at the end of each line, as checkouts and servers may change line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def unified(text: str) -> str:
    """Return what a file says: without a byte-order mark, with line feeds, and in one Unicode form."""
    return composed(with_line_feeds(text.removeprefix("\ufeff")))


TITLE_LIMIT = 120
"""Characters of a ticket's title: fewer than any tracker accepts, and as many as a list on a screen shows."""


def place_to_cut(text: str, limit: int) -> int:
    """Return the last place up to ``limit`` where a cut does not split what is seen as one character.

    These are the extended grapheme clusters of Unicode Standard Annex 29, without its rare prepended signs.
    """
    place = min(limit, len(text))
    while place > 0 and _continues(text, place):
        place -= 1
    return place


def _in_form(form: Literal["NFC", "NFKC"], text: str) -> str:
    if text.isascii():
        return text
    if len(text) <= _PIECE:
        return unicodedata.normalize(form, text)
    return "".join(unicodedata.normalize(form, piece) for piece in _pieces(text))


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = start + _PIECE
        while end < min(len(text), start + 2 * _PIECE) and _may_compose(text[end]):
            end += 1
        yield text[start:end]
        start = end


def _may_compose(character: str) -> bool:
    """Whether a character may combine with the one before it, or change places with it."""
    if character.isascii():
        return False
    first = unicodedata.normalize("NFKD", character)[0]  # a half-width sign becomes a plain one first
    return (
        unicodedata.category(first)[0] == "M"
        or "\u1160" <= first <= "\u11ff"  # Hangul
        or "\U00016d63" <= first <= "\U00016d6a"  # Kirat Rai: the only vowel signs that count as letters
    )


def _continues(text: str, place: int) -> bool:
    """Whether the character at a place belongs to the one before it."""
    if place >= len(text) or text[place].isascii():
        return False
    before, character = text[place - 1], text[place]
    if unicodedata.category(character).startswith("M") or _extends(character) or before == _JOINER:
        return True
    if _is_flag_letter(character) and _is_flag_letter(before):
        return _flag_letters_before(text, place) % 2 == 1
    return unicodedata.combining(before) == _VIRAMA and character.isalpha()


def _extends(character: str) -> bool:
    """Whether a character that is not a mark extends the one before it: joiners, skin tones, tags, Hangul."""
    return (
        character == _JOINER
        or "\u1160" <= character <= "\u11ff"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or "\U000e0020" <= character <= "\U000e007f"
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, place: int) -> int:
    start = place
    while start and _is_flag_letter(text[start - 1]):
        start -= 1
    return place - start


_DIGITS = r"[0-9０-９]{1,3}(?:\.[0-9]{1,3}){0,5}"
_MARK = r"(?:[.)．）、](?=[A-Z])|(?:[.)．）、]|[:：](?!\s*[0-9]))(?=\s|[^\x00-\u2e7f]))"
COUNTED = rf"[(（]?{_DIGITS}\\?{_MARK}|[(（]{_DIGITS}[:：]?[)）]"
"""``1.``, ``1.2)``, ``(1)``, ``1:``; a bare number belongs to the words: "400 reports"."""
LETTERED = r"[(（]?(?:[A-Za-z]|[ivxIVX]{2,5})[)）](?=\s)"
"""``a)``, ``(b)``, ``iv)``."""
CHINESE = r"[(（]?[一二三四五六七八九十]{1,3}[、)）．]|[\u2460-\u2473\u2474-\u2487]"
NUMBER = lazy(rf"(?:{COUNTED}|{LETTERED}|{CHINESE})\s*(?=\S)")
"""A leading number in any of these forms."""
_ANY = lazy(
    rf"(?:{COUNTED}|{LETTERED}|{CHINESE}|[^\W\d_]{{1,20}}\s*{_DIGITS}\s*(?:[:：.)]|\s[-–—])(?=\s)|{_DIGITS}(?=\s)"
    r"|第[^\W_]{1,3}[步个项][:：]?)\s*(?=\S)"
)
_EMPHASIS = lazy(r"(?:\*\*|__|~~|\*|_)*")
_LEADING_IN_SLUG = lazy(r"(?:[^\W\d_]+-)?([0-9]+(?:-[0-9]+)*)-(?=.)")
_IN_SLUG = lazy(r"[0-9]+(?:-[0-9]+)*")


def without_number(text: str) -> str:
    """Return a text without its leading number, to compare it with one that has another number or none."""
    return _cut(text, _ANY)


def without_this_number(markdown: str, number: str) -> str:
    """Return Markdown without the number that its plain text begins with; unchanged if it does not."""
    spelled = r"\s*".join(r"\\?".join(map(re.escape, word)) for word in number.split())
    return _cut(markdown, re.compile(rf"{spelled}\s*(?=\S)"))


def _cut(text: str, pattern: re.Pattern[str]) -> str:
    lead = _EMPHASIS.match(text)
    assert lead is not None
    found = pattern.match(text, lead.end())
    if found is None:
        return text
    rest = text[found.end() :]
    closing = lead[0][::-1]
    return rest[len(closing) :].lstrip() if closing and rest.startswith(closing) else lead[0] + rest


def differs_only_by_number(title: str, other: str) -> bool:
    """Whether two titles differ only by a leading number; either may have been cut."""
    places = [0, *(match.end() for match in re.finditer(": ", title))]
    return title != other and any(
        title[:place] == other[:place] and _same(without_number(title[place:]), without_number(other[place:]))
        for place in places
    )


def _same(text: str, other: str) -> bool:
    if not text.endswith("…") and not other.endswith("…"):
        return text == other
    length = min(len(text.rstrip("…")), len(other.rstrip("…")))
    return text[:length] == other[:length]


def renumbered(slug: str, name: str, earlier: str) -> bool:
    """Whether a slug is a name with a leading number.

    :param name: the slug without a number.
    :param earlier: the slug with the current number of the name; the name itself if it has none.
    """
    number, known = slug.removesuffix(f"-{name}"), earlier.removesuffix(f"-{name}")
    if number == slug:
        return False
    return _IN_SLUG.fullmatch(number) is not None or (known != earlier and _shape(number) == _shape(known))


def counted(slug: str) -> tuple[str, tuple[int, ...]]:
    """Return the name in a slug and its leading number; empty if it has none."""
    found = _LEADING_IN_SLUG.match(slug)
    return (slug[found.end() :], tuple(map(int, found[1].split("-")))) if found else (slug, ())


def _shape(number: str) -> str:
    """Return the form of a number in a slug: ``step-1-2`` and ``step-3`` have the same, as do ``a`` and ``b``."""
    return "#" if len(number) == 1 else _IN_SLUG.sub("#", number)
