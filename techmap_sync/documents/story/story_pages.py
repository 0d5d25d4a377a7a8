"""The files of epics and stories: what ``epics.md`` names, with what each waits for; and of a story its number, status,
criteria and tasks, and the boxes that are none.

Tasks are only in the section "Tasks / Subtasks" with its sub-headings: most of the boxes elsewhere in public stories
belong to quality gates, definitions of done and reviews.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import PurePosixPath

from techmap_sync.documents.story.story_words import StoryWords
from techmap_sync.documents.units.grammar import folded
from techmap_sync.documents.units.page import Entry, Kind, Page
from techmap_sync.documents.units.phrases import Phrases, Said
from techmap_sync.patterns import lazy

_ID = lazy(r"<!--\s*id:\s*(?P<id>[^\s>]+)\s*-->")


@dataclass
class PlannedStory:
    """A story as ``epics.md`` plans it."""

    id: str
    title: str
    path: str
    line: int
    optional: bool = False
    state: str | None = None
    depends_on: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


@dataclass
class Epic:
    """An epic: its number, the first title that it is given, and its stories in order."""

    number: str
    title: str
    path: str
    line: int
    id: str = ""
    """The id that the file gives it."""
    stories: list[PlannedStory] = field(default_factory=list)


class EpicReader:
    """Goes through the files of epics in order."""

    def __init__(self, words: StoryWords, phrases: Phrases) -> None:
        self.words, self.phrases = words, phrases
        self.epics: dict[str, Epic] = {}
        self._epic: Epic | None = None
        self._story: PlannedStory | None = None
        self._level = 0
        """Of the story's heading."""
        self._seen: set[str] = set()

    def read(self, page: Page, text: str) -> None:
        """Take a file in.

        :param text: the file, for the comments that give its epics their ids.
        """
        self._epic, self._story = None, None
        for entry in page.entries:
            if entry.kind is Kind.HEADING:
                self._heading(page, entry)
            elif self._story and entry.kind in (Kind.TEXT, Kind.BOX):
                self._below(self._story, entry)
        if page.id:
            self._take_ids(page, text)

    def _heading(self, page: Page, entry: Entry) -> None:
        if found := self.words.story_heading(entry.text):
            self._planned(page, entry, *found)
        elif found := self.words.epic_heading(entry.text):
            number, said = found[0], self.phrases.read(found[1], heading=True)
            epic = self.epics.setdefault(number, Epic(number, "", page.path, entry.line))
            epic.title = epic.title or said.title
            self._epic, self._story = epic, None
        elif found := self.words.story_heading(entry.text, self._epic.number if self._epic else ""):
            self._planned(page, entry, *found)
        elif self._story and entry.level <= self._level:
            self._story = None

    def _planned(self, page: Page, entry: Entry, number: str, title: str) -> None:
        said = self.phrases.read(title, struck=entry.struck, heading=True)
        self._level = entry.level
        self._story = PlannedStory(number, said.title, page.path, entry.line, said.optional, said.state)
        if number in self._seen:
            return  # a list of stories before or after the stories themselves
        self._seen.add(number)
        name = number.partition(".")[0]
        self.epics.setdefault(name, Epic(name, "", page.path, entry.line)).stories.append(self._story)

    def _below(self, story: PlannedStory, entry: Entry) -> None:
        story.details.append(entry.text)
        story.depends_on += [*self.words.prerequisites(entry.text), *self.words.waits_for(entry.text)]

    def _take_ids(self, page: Page, text: str) -> None:
        """Give each epic the id in the comment below its heading; an id above all epics is that of a single one."""
        mine = [epic for epic in self.epics.values() if epic.path == page.path]
        starts = sorted(_epic_lines(page.entries, self.words))
        for line, ident in _comments(page, text):
            number = next((number for at, number in reversed(starts) if at <= line), None)
            if number is None and len(mine) == 1:
                number = mine[0].number
            if number is not None and not self.epics[number].id:
                self.epics[number].id = ident
        if len(mine) == 1 and not mine[0].id:
            mine[0].id = page.id


def _epic_lines(entries: Sequence[Entry], words: StoryWords) -> Iterator[tuple[int, str]]:
    for entry in entries:
        if entry.kind is Kind.HEADING and (found := words.epic_heading(entry.text)):
            yield entry.line, found[0]


def _comments(page: Page, text: str) -> Iterable[tuple[int, str]]:
    fences = [(e.line, e.line + e.text.count("\n") + 1) for e in page.entries if e.kind is Kind.FENCE]
    for number, line in enumerate(text.split("\n"), 1):
        found = _ID.search(line)
        if found and not any(first <= number <= last for first, last in fences):
            yield number, found["id"]


_ORDERED = lazy(r"(?P<indent>\s*)(?P<number>\d{1,3})[.)]\s")


class Part(Enum):
    """What a section of a story is."""

    OTHER = auto()
    STATUS = auto()
    STORY = auto()
    CRITERIA = auto()
    TASKS = auto()
    MUTED = auto()
    """One whose boxes are never tasks, wherever it is."""


@dataclass
class Record:
    """A task of a story as it is found."""

    said: Said
    entry: Entry
    above: int | None
    """The place of its parent in the story's records."""
    criteria: tuple[str, ...] = ()
    heading: bool = False


@dataclass
class Criterion:
    """An acceptance criterion."""

    id: str
    text: str
    line: int


@dataclass
class Story:
    """What one file says about its story."""

    id: str
    title: str
    page: Page
    line: int
    said: Said = field(default_factory=lambda: Said(""))
    status: str = ""
    records: list[Record] = field(default_factory=list)
    others: list[Entry] = field(default_factory=list)
    criteria: list[Criterion] = field(default_factory=list)
    details: list[str] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The name by which ``sprint-status.yaml`` calls it."""
        return PurePosixPath(self.page.path).stem


def read_story(page: Page, text: str, words: StoryWords, phrases: Phrases) -> Story | None:
    """Return the story in a file; None where the file is none: its path alone says nothing.

    :param text: the file as it was read into the page.
    """
    named = words.number_in_name(PurePosixPath(page.path).stem)
    heading = next((e for e in page.entries if e.kind is Kind.HEADING), None)
    found = words.story_heading(heading.text) if heading else None
    has_tasks = any(e.kind is Kind.HEADING and words.is_heading(e.text, words.grammar.task_lists) for e in page.entries)
    if not found and not (named and has_tasks):
        return None
    number, title = found or (named or ("", ""))
    said = phrases.read(title if found else page.heading, heading=True)
    story = Story(number, said.title or (named[1] if named else ""), page, heading.line if heading else 1, said)
    labels = set(map(folded, words.grammar.status_labels))
    story.status = next((value for key, value in page.values.items() if folded(key) in labels and value), "")
    _StoryReader(story, text.split("\n"), words, phrases).read()
    return story


class _StoryReader:
    """Goes through the entries of a story in order."""

    def __init__(self, story: Story, lines: list[str], words: StoryWords, phrases: Phrases) -> None:
        self.story, self.lines, self.words, self.phrases = story, lines, words, phrases
        self.grammar = words.grammar
        self._path: list[tuple[int, Part]] = []
        self._nest: list[tuple[int, int]] = []
        self._head_record: tuple[int, int] | None = None
        """Level and place of the heading that is a task."""
        self._muted_below = False
        self._number = lazy(rf"^\W*(?:{'|'.join(map(re.escape, self.grammar.task_words))})\s+\d", re.I)

    def read(self) -> None:
        """Take every entry in."""
        for entry in self.story.page.entries:
            match entry.kind:
                case Kind.HEADING:
                    self._heading(entry)
                case Kind.TEXT:
                    self._text(entry)
                case Kind.FIELD:
                    self._field(entry)
                case Kind.BOX:
                    self._box(entry)

    @property
    def _part(self) -> Part:
        parts = [part for _, part in self._path if part is not Part.OTHER]
        return Part.MUTED if Part.MUTED in parts else parts[0] if parts else Part.OTHER

    def _heading(self, entry: Entry) -> None:
        while self._path and self._path[-1][0] >= entry.level:
            self._path.pop()
        if self._head_record and entry.level <= self._head_record[0]:
            self._head_record = None
        self._nest, self._muted_below = [], False
        part = self._part_of(entry.text)
        if self._part is Part.CRITERIA:
            self._criterion(entry)
        if self._part is Part.TASKS and part in (Part.OTHER, Part.TASKS) and self._number.match(entry.text):
            self._head_record = (entry.level, len(self.story.records))
            self._add(entry, None, heading=True)
        self._path.append((entry.level, part))
        if part is Part.STATUS and (said := self.words.labelled_status(entry.text)):
            self.story.status = self.story.status or said

    def _part_of(self, text: str) -> Part:
        named = (
            (Part.TASKS, self.grammar.task_lists),
            (Part.CRITERIA, self.grammar.criteria_headings),
            (Part.STORY, self.grammar.story_headings),
            (Part.STATUS, self.grammar.status_labels),
        )
        for part, headings in named:
            if self.words.is_heading(text, headings):
                return part
        if self.words.labelled_status(text):
            return Part.STATUS
        return Part.MUTED if self.grammar.ignored.search(text) else Part.OTHER

    def _text(self, entry: Entry) -> None:
        story, part = self.story, self._part
        if entry.text.rstrip().endswith((":", "：")):
            self._muted_below = bool(self.grammar.ignored.search(entry.text))
        self._nest = []
        self._take_status(entry, part)
        story.depends_on += [*self.words.waits_for(entry.text)]
        if part is not Part.CRITERIA:
            story.depends_on += self.words.prerequisites(entry.text)
        if part is Part.CRITERIA:
            self._criterion(entry)
        elif part is Part.STORY:
            story.details.append(self._written(entry))

    def _field(self, entry: Entry) -> None:
        """Take a status out of a table, whose cells may be label and value or not: the value has to be a known one."""
        if self.words.status(self.words.labelled_status(entry.text)).known:
            self._take_status(entry, self._part)

    def _take_status(self, entry: Entry, part: Part) -> None:
        """Take the first status above the sections or in the one for it."""
        above = all(level < 2 for level, _ in self._path)
        said = self.words.labelled_status(entry.text) if above or part is Part.STATUS else ""
        self.story.status = self.story.status or said or (entry.text if part is Part.STATUS else "")

    def _written(self, entry: Entry) -> str:
        return self.lines[entry.line - 1].strip() if entry.line <= len(self.lines) else entry.text

    def _criterion(self, entry: Entry) -> None:
        """Take a criterion in: ``1. text`` at the margin, ``AC1: text``; a number that is there already counts on."""
        known = {one.id for one in self.story.criteria}
        ordered = _ORDERED.match(self.lines[entry.line - 1]) if entry.line <= len(self.lines) else None
        said = self.words.criterion_number(entry.text)
        if said is not None:
            number, text = said
        elif ordered and entry.ordered and len(ordered["indent"].expandtabs()) < 3:
            number, text = int(ordered["number"]), _ORDERED.sub("", entry.text, count=1)
        else:
            return
        following = max((int(one[2:]) for one in known), default=0) + 1
        ident = f"AC{number}" if f"AC{number}" not in known else f"AC{following}"
        self.story.criteria.append(Criterion(ident, text, entry.line))

    def _box(self, entry: Entry) -> None:
        while self._nest and self._nest[-1][0] >= entry.level:
            self._nest.pop()
        if self._part is Part.CRITERIA:
            self._criterion(entry)
        muted = self._muted_below or bool(entry.label and self.grammar.ignored.search(entry.label))
        if self._part is not Part.TASKS or muted or not entry.text.strip():
            self.story.others.append(entry)
            return
        self._nest.append((entry.level, len(self.story.records)))
        self._add(entry, self._nest[-2][1] if len(self._nest) > 1 else None)

    def _add(self, entry: Entry, nested: int | None, *, heading: bool = False) -> None:
        text, criteria = self.words.without_criteria(entry.text)
        said = self.phrases.read(text, struck=entry.struck, heading=heading)
        if not said.title:
            said = said._replace(title=entry.text.strip(), id=None)
        above = nested if nested is not None or heading else self._above(said)
        self.story.records.append(Record(said, entry, above, (*criteria, *said.requirements), heading))
        self.story.depends_on += self.words.waits_for(" ".join((entry.text, *entry.details)))

    def _above(self, said: Said) -> int | None:
        """Return the parent of a box that is in no other: by its number, else the heading that it is below."""
        number = said.id or ""
        while "." in number:
            number = number.rpartition(".")[0]
            for place in range(len(self.story.records) - 1, -1, -1):
                if self.story.records[place].said.id == number:
                    return place
        return self._head_record[1] if self._head_record else None
