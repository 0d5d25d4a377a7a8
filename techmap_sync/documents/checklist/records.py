"""Headings and boxes of a checklist -> tasks in document order, each with its place, and the boxes that are none.

A heading is a section, a group or a task, and decides whether the boxes below it are tasks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto

from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.documents.units.page import Entry, Kind, Page
from techmap_sync.documents.units.phrases import Phrases, Said
from techmap_sync.patterns import lazy


class Role(Enum):
    """What a heading is."""

    TITLE = auto()
    SECTION = auto()
    GROUP = auto()
    """``### 1.1 Format`` in OpenSpec: the parent of what is below it, and no task."""
    TASK = auto()
    OTHER = auto()


@dataclass(frozen=True, slots=True)
class Head:
    """A heading and what it is."""

    role: Role
    level: int
    said: Said
    number: str | None
    phase: str
    """The heading without what follows an emoji, without status words."""
    text: str
    line: int
    place: int
    """Its place among the entries of the page."""
    ignored: bool = False


class Outline:
    """The headings of one page."""

    def __init__(self, entries: Sequence[Entry], grammar: Grammar, phrases: Phrases) -> None:
        self.grammar, self.phrases, self.entries = grammar, phrases, entries
        words, tasks = alternatives(grammar.section_words), alternatives(grammar.task_words)
        mark = r"\s*(?:[.):：–—-]\s*|\s+)"
        self._section = lazy(rf"(?:{words})\s+(?P<number>\d+(?:\.\d+)*[a-z]?|[A-Z](?!\w)){mark}(?P<title>.+)", re.I)
        self._numbered = lazy(r"(?P<number>\d+)(?:[.):：、](?!\d)\s*|\s+[–—-]\s+)(?P<title>.+)")
        self._dotted = lazy(r"(?P<number>\d+(?:\.\d+)+)[.):：]?\s+(?P<title>.+)")
        self._task = lazy(rf"(?:(?P<word>{tasks})\s+)(?P<number>{grammar.id})\s*[.):：–—-]?\s*(?P<title>.+)", re.I)
        self._bare_id = lazy(rf"(?P<number>{grammar.id})\s*[.):：–—-]?\s+(?P<title>.+)")
        self.heads = [self._head(place, entry) for place, entry in enumerate(entries) if entry.kind is Kind.HEADING]
        self.numbered = any(head.role is Role.SECTION and head.number for head in self.heads)
        self.listed = any(head.level > 1 and self._is_list(head.said.title) for head in self.heads)

    def _head(self, place: int, entry: Entry) -> Head:
        said = self.phrases.read(entry.text, struck=entry.struck, heading=True)
        role, number, title = self._role(place, entry)
        read = self.phrases.read(title, struck=entry.struck, heading=True) if number else said
        ignored = role is Role.OTHER and not self._is_list(said.title) and bool(self.grammar.ignored.search(entry.text))
        return Head(
            role, entry.level, read, number, self._phase(entry.text, read), entry.text, entry.line, place, ignored
        )

    def _phase(self, text: str, read: Said) -> str:
        start = text.casefold().find(read.title.casefold()) if read.title else -1
        return " ".join((text[:start] + read.title).split()) if start >= 0 else " ".join(text.split())

    def _role(self, place: int, entry: Entry) -> tuple[Role, str | None, str]:
        """Return what a heading is, its number, and its title."""
        text = re.sub(r"^[^\w\[(【#]+", "", entry.text)
        tries = (
            (self._section, Role.SECTION),
            (self._task, Role.TASK),
            (self._bare_id if self.grammar.only_with_id else None, Role.TASK),
            (self._numbered, Role.SECTION),
            (self._dotted, Role.GROUP),
        )
        for pattern, role in tries:
            if found := pattern.match(text) if pattern else None:
                plain = pattern in (self._numbered, self._dotted) and self.grammar.ticket == "box"
                parent = plain and self._is_parent(place, entry, found["number"])
                return Role.TASK if parent else role, found["number"], found["title"]
        first = not any(e.kind is Kind.HEADING and e.level == 1 for e in self.entries[:place])
        return (Role.TITLE if entry.level == 1 and first else Role.OTHER), None, entry.text

    def _is_parent(self, place: int, entry: Entry, number: str) -> bool:
        """Whether a numbered heading is the parent of the boxes below it, and does not only gather tasks of level 1."""
        below = self.below(place, entry.level)
        boxes = [e for e in below if e.kind is Kind.BOX and not e.level]
        ids = [ident for e in boxes if (ident := self.phrases.read(e.text).id)]
        heads = [
            e for e in below if e.kind is Kind.HEADING and re.match(rf"(?:\w+\s+)?{re.escape(number)}\.\d", e.text)
        ]
        if any(ident.startswith(f"{number}.") for ident in ids) or heads:
            return True
        return bool(boxes) and not any(ident.isdigit() for ident in ids)

    def below(self, place: int, level: int) -> list[Entry]:
        """Return what stands below a heading, up to the next of its level."""
        found = []
        for entry in self.entries[place + 1 :]:
            if entry.kind is Kind.HEADING and entry.level <= level:
                break
            found.append(entry)
        return found

    def _is_list(self, title: str) -> bool:
        return folded(title) in set(map(folded, self.grammar.task_lists))

    def place_of(self, path: Sequence[Head]) -> Place:
        """Return what the headings above an entry say about it."""
        section, task = _last(path, Role.SECTION), _last(path, Role.TASK)
        ignored = [head for head in path if head.ignored]
        inside = bool(section and ignored and all(head.level > section.level for head in ignored))
        placed = bool(section or task)
        muted = bool(ignored) and not inside
        loose = not ignored
        if self.numbered and not placed and self.grammar.ticket == "section":
            muted = True
        if not placed and (self.numbered or self.listed):
            loose = loose and any(self._is_list(head.said.title) for head in path)
        if not self.numbered and self.grammar.ticket == "section":
            section = next((head for head in path if head.level > 1 and not self._is_list(head.said.title)), None)
        return Place(section, _last(path, Role.GROUP), task, muted, loose)


def _last(path: Sequence[Head], role: Role) -> Head | None:
    return next((head for head in reversed(path) if head.role is role), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry stands."""

    section: Head | None = None
    group: Head | None = None
    task: Head | None = None
    """The nearest heading above it that is a task."""
    muted: bool = False
    """Whether boxes here are not tasks."""
    loose: bool = True
    """Whether boxes without an id are tasks here."""


@dataclass(frozen=True, slots=True)
class Record:
    """A task as it is found, before what the whole document says about it."""

    said: Said
    entry: Entry
    place: Place
    parent: int | None = None
    heading: bool = False
    """Whether it is a heading, which has no box."""
    texts: tuple[str, ...] = ()
    """Plain texts below it, and labels on its own line."""


@dataclass(frozen=True, slots=True)
class Found:
    """The records of a page, and the boxes that are none."""

    records: tuple[Record, ...]
    others: tuple[Entry, ...]


def find_records(page: Page, outline: Outline, phrases: Phrases) -> Found:
    """Return every task of a page exactly once."""
    finder = _Finder(outline, phrases)
    for number, entry in enumerate(page.entries):
        finder.take(number, entry)
    return Found(tuple(finder.records), tuple(finder.others))


class _Finder:
    """Goes through the entries of a page in order."""

    def __init__(self, outline: Outline, phrases: Phrases) -> None:
        self.outline, self.phrases = outline, phrases
        self.grammar: Grammar = outline.grammar
        self.records: list[Record] = []
        self.others: list[Entry] = []
        self._heads = {head.place: head for head in outline.heads}
        self._path: list[Head] = []
        self._nest: list[tuple[int, int]] = []
        """Boxes that the next one may be nested in: their levels and places."""
        self._head_records: dict[int, int] = {}
        self._muted_below = ""
        self._seen: set[str] = set()

    def take(self, number: int, entry: Entry) -> None:
        """Take in the next entry of the page."""
        match entry.kind:
            case Kind.HEADING:
                self._heading(self._heads[number], entry)
            case Kind.TEXT:
                self._text(entry)
            case Kind.BOX:
                self._box(entry)

    def _heading(self, head: Head, entry: Entry) -> None:
        while self._path and self._path[-1].level >= head.level:
            self._path.pop()
        above = self.outline.place_of(self._path)
        self._path.append(head)
        self._nest, self._muted_below = [], ""
        if head.role is not Role.TASK or above.muted or self._is_in_other_section(above):
            return
        said = head.said._replace(id=head.number)
        parent = self._parent(said, above, None)
        self._head_records[head.place] = len(self.records)
        self._add(Record(said, entry, self.outline.place_of(self._path), parent, heading=True))

    def _is_in_other_section(self, above: Place) -> bool:
        return self.grammar.ticket == "section" and self.outline.numbered and above.section is None

    def _text(self, entry: Entry) -> None:
        """Remember a label such as "Acceptance criteria:", whose boxes are not tasks; and what is said below a task."""
        self._nest = []
        if entry.text.rstrip().endswith((":", "：")):
            self._muted_below = entry.text if self.grammar.ignored.search(entry.text) else ""
        place = self.outline.place_of(self._path)
        if (
            place.task
            and (number := self._head_records.get(place.task.place)) is not None
            and number == len(self.records) - 1
        ):
            record = self.records[number]
            self.records[number] = replace(record, texts=(*record.texts, entry.text))

    def _box(self, entry: Entry) -> None:
        place = self.outline.place_of(self._path)
        title, labels = self.phrases.split_label(entry.text)
        said = self.phrases.read(title, struck=entry.struck)
        while self._nest and self._nest[-1][0] >= entry.level:
            self._nest.pop()
        nested = self._nest[-1][1] if self._nest else None
        if not self._is_task(entry, said, place, nested):
            self.others.append(entry)
            return
        record = Record(said, entry, place, self._parent(said, place, nested), texts=(*labels, *entry.details))
        self._nest.append((entry.level, len(self.records)))
        self._add(record)

    def _add(self, record: Record) -> None:
        if record.said.id:
            self._seen.add(record.said.id)
        self.records.append(record)

    def _is_task(self, entry: Entry, said: Said, place: Place, nested: int | None) -> bool:
        labelled = bool(entry.label and self.grammar.ignored.search(entry.label)) or bool(self._muted_below)
        if place.muted or not said.title:
            return False
        if said.id is None:
            in_leaf = place.task is not None and self.grammar.ticket == "section" and nested is None
            return not (self.grammar.only_with_id or labelled or in_leaf) and (place.loose or nested is not None)
        return (place.loose and not labelled) or said.id not in self._seen

    def _parent(self, said: Said, place: Place, nested: int | None) -> int | None:
        if self.grammar.nested == "items":
            return nested
        if self.grammar.ticket == "box":
            return (
                self._by_number(said, None)
                if said.id and self._by_number(said, None) is not None
                else self._by_place(place, nested)
            )
        if nested is not None:
            return nested
        return self._by_number(said, place)

    def _by_number(self, said: Said, place: Place | None) -> int | None:
        """Return the nearest record above whose number is the beginning of this one's: 2.1.3 is in 2.1, else in 2."""
        number = said.id or ""
        while "." in number:
            number = number.rpartition(".")[0]
            for index in range(len(self.records) - 1, -1, -1):
                record = self.records[index]
                if record.said.id == number and (place is None or record.place.section is place.section):
                    return index
        return None

    def _by_place(self, place: Place, nested: int | None) -> int | None:
        if nested is not None:
            return nested
        return self._head_records.get(place.task.place) if place.task else None


def leaves_of(records: Sequence[Record], grammar: Grammar) -> Iterator[int]:
    """Yield the places of records that are items of some ticket."""
    parents = {record.parent for record in records}
    for number, record in enumerate(records):
        is_ticket = grammar.ticket == "box" and record.parent is None
        if grammar.nested == "items" or (number not in parents and not is_ticket):
            yield number


def is_checkpoint(title: str, grammar: Grammar) -> bool:
    """Whether a title names a point at which to stop and look, and no work."""
    words = folded(title)
    for name in map(folded, grammar.checkpoints):
        rest = words.removeprefix(name)
        if rest != words:
            rest = rest.lstrip().lstrip("0123456789").lstrip()
            if not rest or rest[0] in "-–—:：(（。":
                return True
    return False
