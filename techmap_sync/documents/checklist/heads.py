"""Which headings of a checklist are sections, groups and tasks, and below which of them boxes are tasks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.documents.units.page import Entry, Kind
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
