"""What a component is called, and what else its heading says (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.documents.markdown import Heading, Line, Run, RunKind, plain, plain_lines, without_code
from techmap_sync.documents.technical_map.classify import is_placeholder, says_nothing, status_of, title_of
from techmap_sync.documents.technical_map.wording import fold, heading_key, unnumbered, without_closing_colon
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.documents.markdown import Block, Line
    from techmap_sync.documents.technical_map.vocabulary import Vocabulary
    from techmap_sync.documents.text import SourceText


_WORDS_AND_TITLE = lazy(r"([^:：]*)([:：]?)(.*)", re.DOTALL)


class FoundTitle(NamedTuple):
    """A title and the heading that holds it."""

    text: str
    heading: Heading | None


def map_title(heading: str, vocabulary: Vocabulary) -> str | None:
    """Return what follows ``TECHNICAL MAP:`` in the plain text of a heading, or None where it does not start so."""
    match = _WORDS_AND_TITLE.match(unnumbered(heading))
    assert match is not None
    words, colon, title = match.groups()
    return title.strip() if colon and heading_key(words) in vocabulary.titles else None


def find_title(blocks: Sequence[Block], vocabulary: Vocabulary) -> FoundTitle:
    """Return the title of a map: after ``TECHNICAL MAP:``, else the first heading when it is of level 1."""
    headings = [block for block in blocks if isinstance(block, Heading)]
    for heading in headings:
        title = map_title(plain(heading.line.runs), vocabulary) if heading.level <= 2 else None
        if title is not None:
            return FoundTitle(title, heading)
    if headings and headings[0].level == 1:
        return FoundTitle(plain(headings[0].line.runs), headings[0])
    return FoundTitle("", None)


_PATH = lazy(r"(?!\d+(?:\.\d+)*$)(?!\w+://)[^\s,;]*(?:[/\\][^\s,;]*[\w*\])}]|[\w\])]/|\.[A-Za-z][A-Za-z0-9]{0,7})")
_LONGEST_PATH = 300
_BARE_FILE = lazy(r"[A-Z]\w{0,40}file|https?://\S+")  # Makefile, Dockerfile
_LINES = lazy(r"(?::\d+(?:-\d+)?)$")
_BETWEEN_PATHS = lazy(r"[\s,;]+")
_PARENTHESES = lazy(r"[(（]([^()（）]*(?:[(（][^()（）]*[)）][^()（）]*)*)[)）]")
_AND = lazy(r"\s*(?:,|;|\+|&|\s)\s*")


def is_path(text: str) -> bool:
    """Whether a text without context looks like the path of a file or folder."""
    return len(text) <= _LONGEST_PATH and _PATH.fullmatch(_LINES.sub("", text)) is not None


def paths_of_field(line: Line, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return the paths of a line of a location field: its code spans, else what looks like a path."""
    title = title_of((line,))
    if is_placeholder(title.text, vocabulary) or says_nothing(title, vocabulary):
        return ()
    codes = [run.text.strip() for run in line.runs if run.kind is RunKind.CODE]
    if codes:
        return tuple(filter(is_path, codes)) or tuple(codes)
    words = [_bare(word) for word in _BETWEEN_PATHS.split(title.text)]
    if paths := tuple(filter(is_path, words)):
        return paths
    only = _PARENTHESES.sub("", title.text).split()
    return (only[0],) if len(only) == 1 and _BARE_FILE.fullmatch(only[0]) else ()


def _bare(word: str) -> str:
    """Strip what belongs to the sentence around a path."""
    word = word.rstrip(".,;:")
    return word.strip("()") if word.count("(") != word.count(")") or word.startswith("(") else word


def paths_in_parentheses(lines: Sequence[Line]) -> tuple[str, ...]:
    """Return the paths of the first parentheses that hold nothing but paths."""
    text, masked = plain_lines(lines), without_code(lines)
    for start, end in _parentheses(text, masked):
        parts = [part for part in _AND.split(text[start:end]) if part]
        if parts and all(is_path(part) for part in parts):
            return tuple(parts)
    return ()


def _parentheses(text: str, masked: str) -> Iterator[tuple[int, int]]:
    """Yield the place of the text in each pair of parentheses that is not code."""
    for match in _PARENTHESES.finditer(masked if len(masked) == len(text) else text):
        yield match.span(1)


def without_path_in_parentheses(text: str) -> str:
    """Return a heading without the parentheses that hold its path."""
    for match in _PARENTHESES.finditer(text):
        parts = [part for part in _AND.split(match[1].replace("`", "")) if part]
        if parts and all(is_path(part) for part in parts):
            return (text[: match.start()].rstrip() + text[match.end() :]).strip()
    return text


_LONGEST = 300  # characters: a longer text is not a name, and nothing is stripped from it
_STATUS_AFTER = lazy(r"\s*(?:[(\[（]([^()\[\]（）]*)[)\]）]|\s[-–—]\s*([^-–—]+)|—([^—]+))$")
_STATUS_BEFORE = lazy(r"^(?:[(\[（]([^()\[\]（）]*)[)\]）]\s*[:：]?|([^:：]+)[:：]\s)\s*(?=\S)")
_TICK_BEHIND = lazy(r"\s*[-–—:：(]?\s*[✅☑✔]")
_DIVIDERS = " \t\n:-–—,：，"
_COMMA = lazy(r",\s|，|,$")
_LONGEST_BEFORE_COMMA, _MOST_WORDS_BEFORE_COMMA = 60, 4
_IDENTIFIER = lazy(r"[a-z][A-Z]|[_/`(\d]|\w\.\w")
_NAME_END = lazy(r"\s[-–—]\s|—|:(?=\s|$)|：|\s\(|（")
_COMPONENT_WORD = lazy(r"([^:：.–—-]*)([:：.–—-]?)\s*(.*)", re.DOTALL)
_COMPONENT_WORD_WITHOUT_SPACE = lazy(r"([^\d\s]+)\s*\d+\s*[:：]\s*(.+)")  # 组件1：…


def component_name(text: str, vocabulary: Vocabulary) -> str:
    """Return a name without numbering, ``Component N:``, status words, and a path in parentheses."""
    name = without_closing_colon(unnumbered(text.replace("`", "")))
    while len(name) <= _LONGEST:
        stripped = _strip_status(_strip_component_word(name, vocabulary), vocabulary)
        stripped = without_closing_colon(unnumbered(without_path_in_parentheses(stripped)))
        if stripped == name or not stripped:
            break
        name = stripped
    return name


def is_numbered_component(heading: str, vocabulary: Vocabulary) -> bool:
    """Whether a heading reads ``Component 3: Name``."""
    words = fold(unnumbered(heading)).partition(":")[0].split()
    return len(words) == 2 and words[0] in vocabulary.component_words and words[1].isdigit()


def _strip_component_word(name: str, vocabulary: Vocabulary) -> str:
    """Strip ``Component 3:``; the number may be missing, or the colon a dash or full stop."""
    match = _COMPONENT_WORD.match(name)
    assert match is not None
    words, mark, rest = fold(match[1]).split(), match[2], match[3]
    numbered = len(words) == 2 and len(words[1]) <= 3
    if mark and rest and words and words[0] in vocabulary.component_words and (numbered or len(words) == 1):
        return rest if numbered or mark in ":：" else name
    glued = _COMPONENT_WORD_WITHOUT_SPACE.match(name)
    return glued[2] if glued and fold(glued[1]) in vocabulary.component_words else name


def _strip_status(name: str, vocabulary: Vocabulary) -> str:
    tick = _TICK_BEHIND.search(name)
    if tick and tick.start() and vocabulary.done.search(fold(name[tick.start() :])):
        return name[: tick.start()]
    behind = _STATUS_AFTER.search(name)
    if behind and _is_status(behind[1] or behind[2] or behind[3] or "", vocabulary):
        return name[: behind.start()]
    before = _STATUS_BEFORE.match(name)
    if before and _is_status(before[1] or before[2] or "", vocabulary):
        return name[before.end() :]
    return name


class BareStatus(NamedTuple):
    """A name without the status word directly before or after it, and what the word says."""

    name: str
    status: str


def bare_status(name: str, vocabulary: Vocabulary) -> BareStatus | None:
    """Return what ``Updated Gateway`` or ``Passerelle existante`` says, or None.

    A word before a name counts only where the name is a proper one: "Current account" is a name as it is.
    """
    if len(name) > _LONGEST:
        return None
    if before := vocabulary.before_name.match(name):
        rest = name[before.end() :]
        return BareStatus(rest, vocabulary.statuses_before[fold(before[1])]) if is_proper_name(rest) else None
    if after := vocabulary.after_name.search(name):
        return BareStatus(name[: after.start()], vocabulary.statuses_after[fold(after[1])])
    return None


def is_proper_name(text: str) -> bool:
    """Whether a text starts like a name: with a capital, an identifier or a letter that has no case."""
    return not text[:1].islower() or is_identifier(text.partition(" ")[0])


def is_identifier(text: str) -> bool:
    """Whether a text is spelled as code is."""
    return _IDENTIFIER.search(text) is not None or is_path(text)


def _is_status(text: str, vocabulary: Vocabulary) -> bool:
    return fold(unnumbered(text)) in vocabulary.statuses


def status_of_heading(line: Line, vocabulary: Vocabulary) -> str:
    """Return the status word in a component's heading: ``New: X``, ``X (modified)``, ``X - EXISTING``."""
    masked = unnumbered(without_code((line,)))[:_LONGEST]
    if status := status_of(masked.replace("[", "(").replace("]", ")"), vocabulary):
        return status
    head, colon, _ = fold(unnumbered(_strip_component_word(masked, vocabulary))).partition(":")
    return vocabulary.statuses.get(head.strip(" ()[]"), "") if colon else ""


def lead_name(
    lines: Sequence[Line], vocabulary: Vocabulary, *, before_comma: bool = False
) -> tuple[str, tuple[Run, ...]]:
    """Return the name that an entry starts with, and the runs after it.

    The name is the bold lead, else the leading code span, else the text before a dash, colon or parenthesis.

    :param before_comma: a comma ends it too, where what follows describes it.
    """
    runs = [run for line in lines for run in line.runs if run.kind is not RunKind.COMMENT and run.text.strip()]
    while runs and runs[0].kind is RunKind.TEXT and not runs[0].strong and not unnumbered(runs[0].text):
        runs.pop(0)
    count = 0
    while count < len(runs) and runs[count].strong:
        count += 1
    if not count and runs and runs[0].kind is RunKind.CODE:
        count = 1
    if count:
        return component_name(plain(runs[:count]), vocabulary), tuple(runs[count:])
    text = unnumbered(title_of(lines).text)
    found = _NAME_END.search(text)
    end = found.start() if found else len(text)
    comma = _COMMA.search(text, 0, end) if before_comma else None
    if comma and describes(text[comma.end() :], text[: comma.start()], vocabulary):
        end = comma.start()
    if not end or end == len(text):
        return component_name(text, vocabulary), ()
    read = plain_lines(lines)
    behind = _visible(read[: max(read.find(text), 0) + end])
    return component_name(text[:end], vocabulary), tuple(_runs_after(runs, behind))


def describes(text: str, name: str, vocabulary: Vocabulary) -> bool:
    """Whether a text after a name and a comma describes it, and is not a list of further names."""
    text = text.strip()
    first = text.partition(" ")[0]
    if not text or len(name) > _LONGEST_BEFORE_COMMA or len(name.split()) > _MOST_WORDS_BEFORE_COMMA:
        return False
    if not first[:1].isascii():
        return "、" not in text and (first[:1].islower() or not first[:1].isupper())
    if not first[:1].islower() or _IDENTIFIER.search(first):
        return fold(text) in vocabulary.statuses
    lists = all(len(part.split()) == 1 for part in names_in(text, vocabulary))
    return not lists or (name[:1].isupper() and " " in text)


def names_in(text: str, vocabulary: Vocabulary) -> list[str]:
    """Return the parts of ``A, B and C``."""
    return [part.strip() for part in vocabulary.between_names.split(text) if part.strip()]


def _visible(text: str) -> int:
    """Return how many characters of a text are not spaces."""
    return sum(len(word) for word in text.split())


def _runs_after(runs: Iterable[Run], count: int) -> Iterator[Run]:
    """Yield what is left of the runs after this many characters that are not spaces."""
    for run in runs:
        here = _visible(run.text.replace("\u200b", ""))
        if count >= here:
            count -= here
            continue
        place = 0
        while count:
            count -= not run.text[place].isspace() and run.text[place] != "\u200b"
            place += 1
        yield run._replace(text=run.text[place:], start=run.start + place)


def _opening(start: int, document: SourceText) -> int:
    """Return where the markup begins that opens directly before a text, if any does."""
    before = document.before_markup(start)
    return before if document.text[before - 1 : before].isspace() else start


def markdown_after(runs: Sequence[Run], lines: Sequence[Line], document: SourceText) -> str:
    """Return the Markdown of an entry after its name and the separator, on one line.

    :param runs: what follows the name.
    :param lines: all lines of the entry.
    """
    for run in runs:
        text = run.text if run.kind is RunKind.CODE else run.text.lstrip(_DIVIDERS)
        if text:
            if not document.text.startswith(run.text[:1], run.start) and run.kind is not RunKind.CODE:
                return plain(runs).lstrip(_DIVIDERS)  # an entity or similar, whose place is not known
            start = _opening(run.start, document) if text == run.text else run.start + len(run.text) - len(text)
            return " ".join(document.written(start, lines[-1].end).split())
    return ""
