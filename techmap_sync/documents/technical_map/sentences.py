"""Sentences of error handling and security: each is a requirement of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Set

from techmap_sync.documents.work import Form, Item

_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_ENCLOSED = re.compile(r"\[[^\[\]]*\](?:\([^()]*\))?|\([^()]*\)|\*\*.+?\*\*|__.+?__|~~.+?~~|https?://\S+[^\s.,;!?]")
_END = re.compile(r"[.!?][\"'”’)]?\s+(?![a-zß-öø-ÿ])|[。！？](?=.)\s*")
_LAST_WORD = re.compile(r"\S+$")
_MARKS = re.compile(r"[*_`]{1,3}")


def sentences_in(markdown: str, abbreviations: Set[str]) -> Iterator[str]:
    """Yield the sentences of a paragraph, as written: none ends within code, a link or parentheses."""
    masked = _CODE.sub(lambda found: "\x00" * len(found[0]), markdown)
    masked = _ENCLOSED.sub(lambda found: "\x00" * len(found[0]), masked)
    start = 0
    for end in _END.finditer(masked):
        said = masked[start : end.end()].rstrip()
        last = _LAST_WORD.search(said)
        if said and not (last and _shortens(last[0], abbreviations)):
            yield markdown[start : end.end()].strip()
            start = end.end()
    if rest := markdown[start:].strip():
        yield rest


def _shortens(word: str, abbreviations: Set[str]) -> bool:
    bare = word.casefold().lstrip("(\"'“‘")
    return bare in abbreviations or (bare.count(".") > 1 and bare.endswith("."))


def requirements_in(item: Item, abbreviations: Set[str]) -> Iterator[Item]:
    """Yield an item sentence by sentence; a row of a table, and what groups others, stays whole."""
    if item.below:
        yield item._replace(below=tuple(part for one in item.below for part in requirements_in(one, abbreviations)))
        return
    sentences = list(sentences_in(item.markdown, abbreviations))
    if len(sentences) < 2 or item.column or item.form is not Form.BOX:
        yield item
        return
    for sentence in sentences[:-1]:
        yield _one(item, sentence)._replace(detail="")
    yield _one(item, sentences[-1])


def _one(item: Item, sentence: str) -> Item:
    code = tuple(found[2].strip() for found in _CODE.finditer(sentence))
    return item._replace(title=_MARKS.sub("", sentence), markdown=sentence, code=code)
