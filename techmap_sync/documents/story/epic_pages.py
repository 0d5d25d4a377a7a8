"""``epics.md`` -> the epics and stories that it names, with what each of them waits for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from techmap_sync.documents.story.story_words import StoryWords
from techmap_sync.documents.units.page import Entry, Kind, Page
from techmap_sync.documents.units.phrases import Phrases
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
