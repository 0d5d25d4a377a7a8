"""Scripts that put no space between words: each of their characters counts as a word.

Python takes milliseconds to compile a set of so many characters, and the lookahead that it needs is slow. Most texts
hold none of them, which a cheap set tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from techmap_sync.patterns import lazy

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
