"""Which language a text is in, as far as its letters tell."""

from __future__ import annotations

import re
from collections.abc import Iterable

_CODE = re.compile(r"`[^`\n]*`|\*\*[^*\n]*\*\*|https?://\S+")
_LETTER = re.compile(r"[^\W\d_]")
_HAN_OR_KANA = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_KANA = re.compile("[\u3040-\u30ff]")


def language_of_letters(texts: Iterable[str]) -> str:
    """Return Japanese or Chinese where half of the letters are Han or kana; otherwise nothing.

    :param texts: Markdown; code, bold words and addresses do not count.
    """
    plain = [_CODE.sub("", text) for text in texts]
    letters = sum(len(_LETTER.findall(text)) for text in plain)
    foreign = sum(len(_HAN_OR_KANA.findall(text)) for text in plain)
    if not letters or 2 * foreign < letters:
        return ""
    return "ja" if any(_KANA.search(text) for text in plain) else "zh"
