"""Notes for the author of a map: words that cannot be understood, so that tickets get less than the author meant.

They are found in the lines of the text, and need what was read of it only to know which lines belong to what.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from techmap_sync.diagnostics import Diagnostic, Span
from techmap_sync.documents.technical_map.checks import RULES
from techmap_sync.documents.technical_map.classify import is_placeholder, status_of_action, status_of_cell
from techmap_sync.documents.technical_map.names import is_path
from techmap_sync.documents.technical_map.vocabulary import look_up
from techmap_sync.documents.technical_map.wording import fold, heading_key
from techmap_sync.documents.work import Kind
from techmap_sync.nearest import NearNames, squeezed
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from techmap_sync.documents.base import Document
    from techmap_sync.documents.statements import Statement
    from techmap_sync.documents.technical_map.vocabulary import VagueWords, Vocabulary

_MOST_PARTS = 5
"""Words of a name, and one more."""
_MOST_NAMES = 100
"""As many are looked for in texts of scripts that put no space between words."""
_MOST_WORDS = 3
_LABEL = lazy(r"[\s>*+-]*(?:\d+[.)]\s+)?(\*\*|__)?([^\W\d_][^:：*_`|]{0,40}?)(?:\*\*|__)?\s*[:：]\s*(?:\*\*|__)?(.+)")
_TAG = lazy(r"[(\[（]([^()\[\]（）`]{2,30})[)\]）]")
_WORDS = lazy(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,2}")
_CELL_END = lazy(r"(?<!\\)\|")
_BETWEEN_NAMES = lazy(r"[,;，；、&+]|\s(?:and|und|et|y)\s")
_MARKUP = "*_` "
_OF_COMPONENTS = frozenset({"overview", "new", "modified", "integration", "specifications"})


class _Subject(NamedTuple):
    """Lines that belong together: an item, or a component with everything below its heading."""

    first: int
    last: int
    own: frozenset[str] = frozenset()
    """The names of the component itself; empty for an item."""


class _Table(NamedTuple):
    """A table as lines."""

    head: Statement
    heads: tuple[str, ...]
    rows: tuple[tuple[Statement, tuple[str, ...]], ...]

    def column(self, number: int) -> list[str]:
        """Return the cells below one heading that hold anything."""
        return [cells[number] for _, cells in self.rows if number < len(cells) and cells[number]]


def advice_on(document: Document, lines: Sequence[Statement], vocabulary: Vocabulary) -> tuple[Diagnostic, ...]:
    """Return the notes about one map.

    :param lines: what its lines say.
    """
    looked_at = _Lines(document, [line for line in lines if not line.is_code and not line.excuse], vocabulary)
    tables = tuple(_tables(lines))
    return (
        *looked_at.vague_references(),
        *looked_at.unknown_statuses(),
        *looked_at.unknown_directions(),
        *(note for table in tables for note in _of_table(table, document, vocabulary)),
    )


def _note(document: Document, rule: str, message: str, line: Statement) -> Diagnostic:
    return Diagnostic(RULES[rule], RULES[rule].severity, message, Span(line.line), document.path)


class _Lines:
    """The lines of a map that say something, and whose they are."""

    def __init__(self, document: Document, lines: Sequence[Statement], vocabulary: Vocabulary) -> None:
        self.document, self.lines, self.vocabulary = document, lines, vocabulary
        components = [work for work in document.works if work.kind is Kind.COMPONENT]
        self.names = frozenset(squeezed(name) for work in components for name in work.names)
        self.without_spaces = [name for work in components for name in work.names if not name.isascii()][:_MOST_NAMES]
        self.methods = frozenset(name for work in components for name in work.method_names)
        context = document.context
        items = [
            *(item for work in document.works for item in work.items),
            *context.tests,
            *context.requirements,
        ]
        open_items = (_Subject(item.span.line, item.span.end_line) for item in items if not item.done)
        subjects = (_Subject(w.span.line, w.span.end_line, frozenset(map(squeezed, w.names))) for w in components)
        self.items, self.components = _by_line(open_items), _by_line(subjects)
        self.text_of = {line.line: line.text for line in lines}
        self.named: dict[_Subject, bool] = {}
        """Whether an item names anything, for those that were asked about."""

    def vague_references(self) -> Iterator[Diagnostic]:
        """Yield a note for each item, and each line of a component, that refers to something without a name."""
        folded = [fold(line.text) for line in self.lines]
        pattern = _pattern_of(self.vocabulary.vague.among("\n".join(folded)))
        noted = set()
        for line, text in zip(self.lines, folded, strict=True):
            found = pattern.search(text)
            if not found or line.is_heading:
                continue
            subject = self.items.get(line.line) or self.components.get(line.line)
            if subject is None or (not subject.own and subject in noted) or self._names_anything(subject, line):
                continue
            noted.add(subject)
            message = f'"{found[0]}" names nothing: which ones are meant?'
            yield _note(self.document, "vague-reference", message, line)

    def _names_anything(self, subject: _Subject, line: Statement) -> bool:
        """Whether an item, or a line of a component, also names a component or contains code."""
        if subject.own:
            return self._names_other(line.text, subject.own)
        if subject not in self.named:
            texts = (self.text_of.get(number, "") for number in range(subject.first, subject.last + 1))
            self.named[subject] = any(self._names_other(text, subject.own) for text in texts)
        return self.named[subject]

    def _names_other(self, text: str, own: frozenset[str]) -> bool:
        """Whether a text contains code or the name of a component, as one word or as several."""
        words = [squeezed(word) for word in text.split()]
        runs = ("".join(words[start : start + size]) for start in range(len(words)) for size in range(1, _MOST_PARTS))
        named = any(run in self.names and run not in own for run in runs)
        return named or "`" in text or any(name in text and squeezed(name) not in own for name in self.without_spaces)

    def unknown_statuses(self) -> Iterator[Diagnostic]:
        """Yield a note for each status of a component, in a field or after its name, that no language knows."""
        near = NearNames(self.vocabulary.statuses)
        assumed = {found.span.line for found in self.document.diagnostics if found.rule.id == "kind-assumed"}
        starts = {subject.first for subject in self.components.values()}
        for line in self.lines:
            is_entry = look_up(self.vocabulary.sections, line.heading) in _OF_COMPONENTS and not line.head
            status = ""
            if line.line in starts or is_entry:
                status = self._unknown_tag(line.text, near, anything=line.line in assumed)
            elif line.line in self.components:
                status = self._unknown_value(line.text)
            if status:
                meant = near.nearest(status)
                hint = f": did you mean {meant}?" if meant else ""
                yield _note(self.document, "unknown-status", f'the status "{status}" is not known{hint}', line)

    def _unknown_tag(self, text: str, near: NearNames, *, anything: bool) -> str:
        """Return the words in parentheses that look like a status and are not known.

        :param anything: nothing else says whether the component is new or modified.
        """
        for found in _TAG.finditer(text):
            tag = fold(found[1])
            if _WORDS.fullmatch(tag) and not self._is_status(tag) and (anything or near.nearest(tag)):
                return found[1]
        return ""

    def _unknown_value(self, text: str) -> str:
        found = _LABEL.match(text)
        if not found or heading_key(found[2]) not in self.vocabulary.status_labels or "`" in text:
            return ""
        value = found[3].strip(_MARKUP)
        short = 0 < len(value.split()) <= _MOST_WORDS and not is_placeholder(value, self.vocabulary)
        return value if short and not self._is_status(value) else ""

    def _is_status(self, text: str) -> bool:
        nothing = self.vocabulary.nothing.is_word(fold(text))
        return nothing or bool(status_of_cell(text, self.vocabulary) or status_of_action(text, self.vocabulary))

    def unknown_directions(self) -> Iterator[Diagnostic]:
        """Yield a note for each unknown label of a component whose value only names other components."""
        for line in self.lines:
            found = _LABEL.match(line.text)
            subject = self.components.get(line.line) if found and not line.is_heading else None
            if not found or subject is None or self._is_known_label(found[2]):
                continue
            named = [squeezed(part.strip(_MARKUP)) for part in _BETWEEN_NAMES.split(found[3].strip(" ."))]
            if all(name in self.names and name not in subject.own for name in named):
                message = f'"{found[2].strip()}" is followed by components, but is not known as a dependency'
                yield _note(self.document, "unknown-direction", message, line)

    def _is_known_label(self, label: str) -> bool:
        """Whether a label is known, names something itself, or is an identifier rather than a word."""
        key, words = heading_key(label), self.vocabulary
        known = key in words.fields or key in words.metadata or key in words.sections
        is_word = not label[:1].islower() and label.strip() not in self.methods
        return known or squeezed(label) in self.names or not is_word


def _by_line(subjects: Iterable[_Subject]) -> Mapping[int, _Subject]:
    """Return the first subject of each line."""
    found: dict[int, _Subject] = {}
    for subject in dict.fromkeys(subjects):
        for line in range(subject.first, subject.last + 1):
            found.setdefault(line, subject)
    return found


# --- tables ---


def _tables(lines: Sequence[Statement]) -> Iterator[_Table]:
    """Yield the tables that can be recognised from their lines."""
    heads: dict[int, Statement] = {}
    for line in lines:
        if "|" in line.text and not line.is_code and not line.head:
            heads.setdefault(line.block, line)
    rows: dict[int, list[Statement]] = {}
    for line in lines:
        if line.head in heads and line.block != line.head and "|" in line.text and not line.is_code:
            rows.setdefault(line.head, []).append(line)
    for block, below in rows.items():
        head = heads[block]
        yield _Table(head, _cells(head.text), tuple((row, _cells(row.text)) for row in below))


def _cells(text: str) -> tuple[str, ...]:
    bare = text.strip()
    inner = bare.removeprefix("|").removesuffix("|")
    return tuple(cell.strip(_MARKUP) for cell in _CELL_END.split(inner))


def _of_table(table: _Table, document: Document, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """Yield what is not known of a table about components: its columns, or an action in one of them."""
    meanings = [vocabulary.fields.get(heading_key(head), "") for head in table.heads]
    lists = look_up(vocabulary.sections, table.head.heading) in _OF_COMPONENTS
    if "status" in meanings and (lists or "location" in meanings):
        yield from _unknown_actions(table, meanings.index("status"), document, vocabulary)
    known = [
        meaning or heading_key(head) in vocabulary.component_words
        for head, meaning in zip(table.heads, meanings, strict=True)
    ]
    if lists and not any(known):
        message = f"no column of this table is known: {', '.join(filter(None, table.heads))}"
        yield _note(document, "unknown-table", message, table.head)
    elif head := _misnamed_column(table, meanings, vocabulary):
        yield _note(document, "unknown-table", f'the column "{head}" is not known', table.head)


def _unknown_actions(table: _Table, column: int, document: Document, vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    for row, cells in table.rows:
        said = cells[column] if column < len(cells) else ""
        is_tag = said.strip("-–—") and len(said.split()) <= _MOST_WORDS
        if is_tag and not vocabulary.nothing.is_word(fold(said)) and not status_of_action(said, vocabulary):
            yield _note(document, "unknown-status", f'the status "{said}" is not known', row)


def _misnamed_column(table: _Table, meanings: Sequence[str], vocabulary: Vocabulary) -> str:
    """Return the unknown heading of a column of paths or actions, where another column has the other of these."""
    for number, (head, meaning) in enumerate(zip(table.heads, meanings, strict=True)):
        cells = table.column(number)
        if meaning or not cells:
            continue
        if "status" in meanings and "location" not in meanings and all(is_path(cell) and "/" in cell for cell in cells):
            return head
        if "location" in meanings and "status" not in meanings and all(_is_action(cell, vocabulary) for cell in cells):
            return head
    return ""


def _is_action(cell: str, vocabulary: Vocabulary) -> bool:
    return len(cell.split()) <= _MOST_WORDS and bool(status_of_action(cell, vocabulary))


# --- words that refer to something without naming it ---

_NO_LETTER_BEFORE, _NO_LETTER_BEHIND = r"(?<![a-z0-9_\u00df-\u024f])", r"(?![a-z0-9_\u00df-\u024f])"


@lru_cache(maxsize=64)
def _pattern_of(words: VagueWords) -> re.Pattern[str]:
    """Return what matches a vague reference in a folded text: "as above", "the four new classes", "these modules"."""
    some = {name: "|".join(map(re.escape, listed)) or r"(?!)" for name, listed in words._asdict().items()}
    number = rf"(?:{some['numbers']}|\d{{1,2}}(?:\s*个)?)\s*"
    which, things = rf"(?:{some['which']})\s*", rf"(?:{some['things']})"
    counted = rf"(?:{some['before']})\s*(?:{number}(?:{which}){{0,2}}|(?:{which}){{1,2}})"
    pointed = rf"(?:{some['pointing']})\s*(?:{number})?(?:{which}){{0,2}}"
    new = rf"{number}(?:{which}){{1,2}}"
    behind = rf"(?:{some['before']})\s*(?:{number})?{things}\s+{which.removesuffix(chr(92) + 's*')}"
    texts = rf"{some['phrases']}|(?:{counted}|{pointed}|{new}){things}|{behind}"
    return re.compile(rf"{_NO_LETTER_BEFORE}(?:{texts}){_NO_LETTER_BEHIND}")
