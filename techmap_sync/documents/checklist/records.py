"""Boxes and headings of a checklist -> tasks in document order, each with its place, and the boxes that are none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from techmap_sync.documents.checklist.heads import Head, Outline, Place, Role
from techmap_sync.documents.units.grammar import Grammar, folded
from techmap_sync.documents.units.page import Entry, Kind, Page
from techmap_sync.documents.units.phrases import Phrases, Said


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
