"""Sentences of error handling and security: each is a requirement of its own."""

from __future__ import annotations

from collections.abc import Iterator, Set

from techmap_sync.documents.work import Form, Item
from techmap_sync.patterns import lazy

_TICKS = lazy("`+")
_ENCLOSED = lazy(r"\[[^\[\]]*\](?:\([^()]*\))?|\([^()]*\)|\*\*.+?\*\*|__.+?__|~~.+?~~|https?://\S+[^\s.,;!?]")
_END = lazy(r"[.!?][\"'”’)]?\s++(?![a-zß-öø-ÿ])|[。！？](?=.)\s*")
_MARKS = lazy(r"[*_`]{1,3}")


def sentences_in(markdown: str, abbreviations: Set[str]) -> Iterator[str]:
    """Yield the sentences of a paragraph, as written: none ends within code, a link or parentheses."""
    masked = _ENCLOSED.sub(lambda found: "\x00" * len(found[0]), _without_code(markdown))
    start = 0
    for end in _END.finditer(masked):
        place = end.end() - len(end[0]) + len(end[0].rstrip())
        last = masked[max(start, *(masked.rfind(space, start, place) + 1 for space in " \t\n")) : place]
        if not _shortens(last, abbreviations):
            yield markdown[start : end.end()].strip()
            start = end.end()
    if rest := markdown[start:].strip():
        yield rest


def _code_spans(markdown: str) -> Iterator[tuple[int, int, int]]:
    """Yield (start, end, number of backticks) of each code span (CommonMark 6.1), in linear time."""
    runs = [found.span() for found in _TICKS.finditer(markdown)]
    closing: dict[int, list[int]] = {}
    for number in range(len(runs) - 1, -1, -1):
        closing.setdefault(runs[number][1] - runs[number][0], []).append(number)
    number = 0
    while number < len(runs):
        start, end = runs[number]
        same = closing[end - start]
        while same and same[-1] <= number:
            same.pop()
        if same:
            number = same.pop()
            yield start, runs[number][1], end - start
        number += 1


def _without_code(markdown: str) -> str:
    """Return a text of the same length with its code masked."""
    kept, place = [], 0
    for start, end, _ in _code_spans(markdown):
        kept += [markdown[place:start], "\x00" * (end - start)]
        place = end
    return "".join([*kept, markdown[place:]])


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
    code = tuple(sentence[start + ticks : end - ticks].strip() for start, end, ticks in _code_spans(sentence))
    return item._replace(title=_MARKS.sub("", sentence), markdown=sentence, code=code)
