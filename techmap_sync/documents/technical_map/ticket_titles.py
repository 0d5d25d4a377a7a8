"""Titles of tickets: a verb, a name, and what it is (docs/how-it-decides.md, "Keys and titles").

Each sentence of error handling and security is a requirement of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from techmap_sync.documents.technical_map.names import is_path
from techmap_sync.documents.technical_map.wording import code_spans
from techmap_sync.documents.words import Words
from techmap_sync.documents.work import Form, Item
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import TITLE_LIMIT

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


_CLAUSE = lazy(r"[.;:,](?=\s)|\s?—|[。、]")
_VERB = lazy(r"(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+/\S*")
_SQL = lazy(
    r"(?im)^[^\S\n]*(?:CREATE\s+TABLE(?:\s+IF\s+NOT\s+EXISTS)?|ALTER\s+TABLE(?:\s+(?:IF\s+EXISTS|ONLY))*|DROP\s+TABLE"
    r"(?:\s+IF\s+EXISTS)?)\s+([\w.\"`\[\]]+)(?:\s+ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?"
    r"(?!CONSTRAINT|PRIMARY|FOREIGN|UNIQUE|CHECK|INDEX|KEY)([\w\"`\[\]]+))?"
)
_NO_PROSE = lazy(r"(?:[-+|#>]|\*(?!\*)|\d{1,9}[.)])\s|>|\||`{3}|~{3}|!?\[|<|\*\*[^*]*(?::\*\*|\*\*\s*:)")
_TARGET = lazy(r"\[([^\[\]]*)\]\([^()\s]*\)")
_QUOTES = lazy(r"[\"`\[\]]")


class Titled(NamedTuple):
    """A title, and the line about the thing where it had no room for all of it."""

    title: str
    left: str = ""


def with_tagline(start: str, tagline: str) -> Titled:
    """Return a title with what the thing is; too long, it ends at the end of a clause, else of a word.

    :param start: verb and name.
    :param tagline: the overview's line, as Markdown.
    """
    line = _without_stop(" ".join(tagline.split()))
    if not line:
        return Titled(start)
    whole = f"{start}: {line}"
    if len(whole) <= TITLE_LIMIT:
        return Titled(whole)
    least = len(start) + 2
    ends = [found.start() for found in _CLAUSE.finditer(whole, least + 1, TITLE_LIMIT + 1)]
    if ends and not _cuts_code(whole[: ends[-1]]):
        return Titled(whole[: ends[-1]], tagline)
    word = whole.rfind(" ", least + 1, TITLE_LIMIT)
    while word > 0 and _cuts_code(whole[:word]):
        word = whole.rfind(" ", least + 1, word)
    if word > 0:
        return Titled(f"{whole[:word].rstrip(' ,;:-–—')}…", tagline)
    return Titled(whole, tagline) if least < TITLE_LIMIT // 2 else Titled(start, tagline)


def first_said(prose: str, name: str, abbreviations: Set[str]) -> str:
    """Return the first sentence of a text, as a line about the thing; empty where it begins with anything but prose.

    :param name: of the thing; a sentence that begins with it goes on without it.
    :param abbreviations: words whose full stop ends no sentence.
    """
    paragraph = " ".join(prose.strip().partition("\n\n")[0].split())
    if _NO_PROSE.match(paragraph):
        return ""
    sentence = next(sentences_in(paragraph, abbreviations), "")
    if sentence.endswith((":", "：")):
        return ""
    marks, bare = sentence[: len(sentence) - len(sentence.lstrip("`*"))], sentence.lstrip("`*")
    rest = bare.removeprefix(name).removeprefix(marks[::-1])
    said = rest.lstrip() if bare.startswith(name) and rest[:1].isspace() else sentence
    return _TARGET.sub(r"\1", said)


def _without_stop(line: str) -> str:
    return line[:-1] if line.endswith(("。", ".")) and not line.endswith("..") else line


def _cuts_code(text: str) -> bool:
    return text.count("`") % 2 == 1


def shown_name(name: str) -> str:
    """Return the name of a component in its title: a path is called like its file or its folder, "Import/Export" is not
    a path.
    """
    bare = name.replace("`", "")
    last = bare.rstrip("/").rpartition("/")[2]
    return last if is_path(bare) and ("." in last or bare.endswith("/")) else bare


def listed(names: Sequence[str], pattern: str, words: Words) -> str:
    """Return a title of several names: those that do not fit are left out from the end, and counted."""
    for count in range(min(len(names), TITLE_LIMIT), 0, -1):  # more never fit
        some = ", ".join(names[:count])
        title = words.titled(pattern, some if count == len(names) else words.and_more(some, len(names) - count))
        if len(title) <= TITLE_LIMIT:
            return title
    return words.titled(pattern, ", ".join(names))


def names_in_changes(items: Iterable[Item], words: Words) -> tuple[str, ...]:
    """Return what the items of a change name in code, each once: tables, columns, endpoints, keys.

    What is struck out is not work, so the title does not name it.
    """
    asked = (item for item in items if item.form is not Form.LINE)
    return tuple(dict.fromkeys(f"`{name}`" for item in asked for name in _names_in(item, words)))


def _names_in(item: Item, words: Words) -> Iterator[str]:
    if item.below:
        for one in item.below:
            if one.form is not Form.LINE:
                yield from _names_in(one, words)
        return
    spans = list(code_spans(item.markdown))
    named = False
    if not item.markdown and item.code:
        yield item.code[0]
        return
    for number, span in enumerate(spans):
        if number and not _joins(item.markdown[spans[number - 1].end : span.start], words):
            break
        if name := _identifier(span.code):
            named = True
            yield name
    if not named:
        yield from _in_sql(item.detail)


def _joins(between: str, words: Words) -> bool:
    return between.strip() in {",", "、", "，", *words.signs["and"], *(f", {word}" for word in words.signs["and"])}


def _identifier(code: str) -> str:
    """Return what a code span names: no type of a column, no value of a setting."""
    text = code.strip()
    if _VERB.match(text):
        return text
    name = re.split(r"[\s=(]|:(?=\s)", text, maxsplit=1)[0]
    return name.rstrip(":,;")


def _in_sql(markdown: str) -> Iterator[str]:
    if "sql" not in markdown.casefold() and "TABLE" not in markdown.upper():
        return
    for found in _SQL.finditer(markdown):
        table, column = (_QUOTES.sub("", part or "") for part in found.groups())
        yield f"{table}.{column}" if column else table
