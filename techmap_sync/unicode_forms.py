"""Unicode: the same text in one form, and where it may be cut.

macOS and some keyboards write ``é`` as two characters (Unicode Standard Annex 15). Everything that is read, compared or
remembered uses one form.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

_PIECE = 512
"""Characters that are normalised at once: Python sorts combining marks in quadratic time."""
_JOINER = "\u200d"
_VIRAMA = 9  # canonical combining class of the signs that join two consonants, as in Devanagari


def composed(text: str) -> str:
    """Return the text with composed characters (NFC)."""
    return _in_form("NFC", text)


def compatible(text: str) -> str:
    """Return the text with composed characters, and full-width forms and the like as plain ones (NFKC)."""
    return _in_form("NFKC", text)


def with_line_feeds(text: str) -> str:
    """Return the text with a line feed at the end of each line, whatever a checkout or a server made of it."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def unified(text: str) -> str:
    """Return what a file says: without a byte-order mark, with line feeds, and in one Unicode form."""
    return composed(with_line_feeds(text.removeprefix("\ufeff")))


def place_to_cut(text: str, limit: int) -> int:
    """Return the last place up to ``limit`` where a cut parts nothing that is seen as one character.

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
    """Whether a character may become one with that before it, or change places with it."""
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
    """Whether a character that is no mark is written onto the one before it: joiners, skin tones, tags, Hangul."""
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
