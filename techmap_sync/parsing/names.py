"""What a component is called, and what its heading says beside the name (docs/map-format.md, "Components")."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from techmap_sync.parsing.blocks import Line, Run, RunKind
from techmap_sync.parsing.locations import without_path_in_parentheses
from techmap_sync.parsing.meaning import status_of, title_of
from techmap_sync.parsing.wording import fold, plain, plain_lines, unnumbered, without_closing_colon, without_code

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from techmap_sync.parsing.document import Document
    from techmap_sync.parsing.vocabulary import Vocabulary

_LONGEST = 300  # characters: a longer text is no name, and nothing is stripped from it
_STATUS_BEHIND = re.compile(r"\s*(?:[(\[（]([^()\[\]（）]*)[)\]）]|\s[-–—]\s*([^-–—]+)|—([^—]+))$")
_STATUS_BEFORE = re.compile(r"^(?:[(\[（]([^()\[\]（）]*)[)\]）]\s*[:：]?|([^:：]+)[:：]\s)\s*(?=\S)")
_TICK_BEHIND = re.compile(r"\s*[-–—:：(]?\s*[✅☑✔]")
_DIVIDERS = " \t\n:-–—,：，"
_COMMA = re.compile(r",\s|，|,$")
_LONGEST_BEFORE_COMMA, _MOST_WORDS_BEFORE_COMMA = 60, 4
_IDENTIFIER = re.compile(r"[a-z][A-Z]|[_/`(\d]|\w\.\w")
_NAME_END = re.compile(r"\s[-–—]\s|—|:(?=\s|$)|：|\s\(|（")
_COMPONENT_WORD = re.compile(r"([^:：.–—-]*)([:：.–—-]?)\s*(.*)", re.DOTALL)
_COMPONENT_WORD_WITHOUT_SPACE = re.compile(r"([^\d\s]+)\s*\d+\s*[:：]\s*(.+)")  # 组件1：…


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
    behind = _STATUS_BEHIND.search(name)
    if behind and _is_status(behind[1] or behind[2] or behind[3] or "", vocabulary):
        return name[: behind.start()]
    before = _STATUS_BEFORE.match(name)
    if before and _is_status(before[1] or before[2] or "", vocabulary):
        return name[before.end() :]
    return name


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
    """Return the name that an entry starts with, and the runs behind it.

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
    return component_name(text[:end], vocabulary), tuple(_runs_behind(runs, behind))


def describes(text: str, name: str, vocabulary: Vocabulary) -> bool:
    """Whether a text behind a name and a comma says something of it, and is no list of further names."""
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
    """Return how many characters of a text are no spaces."""
    return sum(len(word) for word in text.split())


def _runs_behind(runs: Iterable[Run], count: int) -> Iterator[Run]:
    """Yield what is left of the runs behind so many characters that are no spaces."""
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


def _opening(start: int, document: Document) -> int:
    """Return where the markup begins that opens directly before a text, if any does."""
    before = document.before_markup(start)
    return before if document.text[before - 1 : before].isspace() else start


def markdown_behind(runs: Sequence[Run], lines: Sequence[Line], document: Document) -> str:
    """Return the Markdown of an entry behind its name and what divides it from that, on one line.

    :param runs: what stands behind the name.
    :param lines: all lines of the entry.
    """
    for run in runs:
        text = run.text if run.kind is RunKind.CODE else run.text.lstrip(_DIVIDERS)
        if text:
            if not document.text.startswith(run.text[:1], run.start) and run.kind is not RunKind.CODE:
                return plain(runs).lstrip(_DIVIDERS)  # an entity or the like: where it stands is not known
            start = _opening(run.start, document) if text == run.text else run.start + len(run.text) - len(text)
            return " ".join(document.written(start, lines[-1].end).split())
    return ""
