"""Families of stories: an epic is a unit, and each of its stories a ticket (BMAD).

A story is done when its status says so: the boxes of finished stories often stay open, and those of open stories are
ticked early.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.base import DocumentPlace, Sources
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.story.story_pages import Epic, EpicReader, Story, read_story
from techmap_sync.documents.story.story_tickets import StoryTasks, StoryTickets, Told
from techmap_sync.documents.story.story_words import SprintStatus, Status, StoryWords, read_sprint_status
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.page import read_page
from techmap_sync.documents.units.phrases import Phrases
from techmap_sync.documents.units.unit import Requirement, Unit
from techmap_sync.documents.units.unit_family import UnitFamily
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.errors import UnreadableMap
from techmap_sync.text_forms import slug, unified


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The paths of one repository's stories, epics and statuses, each in order."""

    stories: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.statuses, *self.epics, *self.stories)


def artifacts_in(paths: Iterable[str], grammar: Grammar) -> Artifacts:
    """Return the files that may belong to stories; what is in them decides.

    :param paths: files from the root of the repository, with ``/``; hidden folders included.
    """
    ordered = sorted(paths)
    return Artifacts(
        tuple(path for path in ordered if _matches(path, grammar.files)),
        tuple(path for path in ordered if _matches(path, grammar.epic_files)),
        tuple(path for path in ordered if _matches(path, grammar.status_files)),
    )


def _matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one that a family names; a star does not reach into folders below."""
    parts = PurePosixPath(path).parts
    return any(
        len(wanted := PurePosixPath(pattern).parts) == len(parts) and all(map(fnmatchcase, parts, wanted))
        for pattern in patterns
    )


def read_stories(files: Mapping[str, str], grammar: Grammar, granularity: str = "") -> tuple[Unit, ...]:
    """Read all epics of a repository, in the order of their numbers; no text makes this raise.

    :param files: the texts of the files that ``artifacts_in`` names, by their paths; others are passed over.
    :param granularity: "task" for a ticket for each leaf; empty for one for each story.
    """
    reader = _Reader(files, grammar)
    return tuple(reader.unit(number, granularity) for number in reader.numbers())


class _Reader:
    """Reads the files, and puts together what they say."""

    def __init__(self, files: Mapping[str, str], grammar: Grammar) -> None:
        self.grammar, self.words, self.phrases = grammar, StoryWords(grammar), Phrases(grammar)
        found = artifacts_in(files, grammar)
        self.sprints = [read_sprint_status(path, files[path]) for path in found.statuses]
        self.epics = self._epics(found, files)
        self.stories = list(self._stories(found, files))
        self.told = self._told()

    def _epics(self, found: Artifacts, files: Mapping[str, str]) -> Mapping[str, Epic]:
        reader = EpicReader(self.words, self.phrases)
        for path in found.epics:
            text = unified(files[path])
            reader.read(read_page(text, path), text)
        return reader.epics

    def _stories(self, found: Artifacts, files: Mapping[str, str]) -> Iterator[Story]:
        for path in found.stories:
            text = unified(files[path])
            if story := read_story(read_page(text, path), text, self.words, self.phrases):
                yield story

    def _told(self) -> Sequence[Told]:
        """Return the stories of all epics: as ``epics.md`` orders them, the others by their numbers."""
        by_id: dict[str, list[Told]] = {}
        for epic in self.epics.values():
            for planned in epic.stories:
                by_id[planned.id] = [Told(planned.id, None, planned, None, planned.title, planned.path, planned.line)]
        for story in self.stories:
            same_id = by_id.setdefault(story.id, [])
            if same_id and same_id[0].story is None:
                first = same_id[0]
                first.story, first.path, first.line = story, story.page.path, story.line
                first.title = story.title or first.title
            else:
                same_id.append(Told(story.id, story, None, None, story.title, story.page.path, story.line))
        for sprint in self.sprints:
            for key, number, title in sprint.stories():
                same = next((one for one in by_id if one.casefold() == number.casefold()), number)
                by_id.setdefault(same, [Told(same, None, None, None, title, sprint.path, sprint.lines[key])])
        ordered = [told for number in _in_order(list(by_id)) for told in by_id[number]]
        for told in ordered:
            told.status = self._status(told)
        return ordered

    def _status(self, told: Told) -> Status | None:
        """Return what is said about a story's status: ``sprint-status.yaml`` comes before its own file."""
        for sprint in self.sprints:
            keys = [key for key, number, _ in sprint.stories() if number.casefold() == told.id.casefold()]
            own = [key for key in keys if told.story and key == told.story.key]
            if keys:
                return self.words.status(sprint.statuses[(own or keys)[0]])
        if told.story and told.story.status:
            return self.words.status(told.story.status)
        return None

    def numbers(self) -> list[str]:
        """Return the numbers of the epics that have stories."""
        return sorted({_epic_of(told.id) for told in self.told}, key=_natural)

    def unit(self, number: str, granularity: str) -> Unit:
        """Return one epic."""
        told = [one for one in self.told if _epic_of(one.id) == number]
        epic = self.epics.get(number)
        main = epic.path if epic and epic.path else told[0].path
        title = (epic.title if epic else "") or f"Epic {number}"
        tasks = StoryTasks(told, f"epic-{number}", self.phrases)
        released = self._released(told)
        made = StoryTickets(tasks, self.grammar, title, frozenset(released)).make(granularity)
        planned = [n for n in tasks.stories if tasks.tasks[n].planned]
        required = [n for n in planned if not tasks.tasks[n].optional] or planned
        return Unit(
            family=self.grammar.name,
            unit=(epic.id if epic else "") or f"epic-{number}",
            title=title,
            path=main,
            approved=bool(released),
            reasons=(self._reason([told[n].id for n in released]),),
            finished=bool(required) and all(tasks.tasks[n].done for n in required),
            tasks=tasks.tasks,
            tickets=made.tickets,
            diagnostics=(
                *self._notices(told, main),
                *tasks.notices({one.id for one in self.told}, main),
                *made.notices,
            ),
            not_tasks=tuple(entry.text for one in told if one.story for entry in one.story.others),
            requirements=tuple(_requirements(told)),
            untitled=not (epic and epic.title),
        )

    def _unreadable(self) -> SprintStatus | None:
        return next((sprint for sprint in self.sprints if sprint.unreadable), None)

    def _released(self, told: Sequence[Told]) -> list[int]:
        """Return the places of the stories that may be pushed; none while the file of statuses cannot be read."""
        if self._unreadable():
            return []
        return [place for place, one in enumerate(told) if one.status and one.status.released]

    def _reason(self, released: Sequence[str]) -> str:
        if unreadable := self._unreadable():
            return f"{unreadable.path.rpartition('/')[2]} has no readable development_status"
        first = "backlog" if self.sprints else "draft"
        return f"stories past {first}: {', '.join(released)}" if released else f"no story is past {first}"

    def _notices(self, told: Sequence[Told], main: str) -> Iterator[Notice]:
        if unreadable := self._unreadable():
            yield Notice("unreadable-status", unreadable.path)
        counts = Counter(one.id for one in told)
        yield from (Notice("duplicate-id", one, 0) for one, count in counts.items() if count > 1)
        for one in told:
            for notice in _notices_of(one):
                yield notice._replace(path=one.path if one.path != main else "")


def _notices_of(one: Told) -> Iterator[Notice]:
    if one.status is None and one.story:
        yield Notice("story-without-status", one.id, one.line)
    elif one.status and not one.status.known:
        yield Notice("unknown-story-status", f"{one.id}: {one.status.text}", one.line)
    if one.story is None:
        return
    if one.story.page.wrapped:
        yield Notice("file-wrapped-in-a-fence", one.path, 1)
    if one.story.page.too_long:
        yield Notice("file-too-long", one.path)
    yield from (Notice("box-outside-a-task-list", entry.text, entry.line) for entry in one.story.others)


def _epic_of(number: str) -> str:
    return number.partition(".")[0]


def _natural(number: str) -> list[tuple[int, str]]:
    return [(int(digits), letters) for digits, letters in re.findall(r"(\d+)([A-Za-z]*)", number)]


def _in_order(numbers: Sequence[str]) -> list[str]:
    """Return numbers in the order given, but each that comes later than all of its epic where it belongs."""
    ordered: list[tuple[list[tuple[int, str]], str]] = []
    for number in numbers:
        key, after = _natural(number), len(ordered)
        while after and ordered[after - 1][0] >= key:
            after -= 1
        ordered.insert(after, (key, number))
    return [number for _, number in ordered]


def _requirements(told: Sequence[Told]) -> Iterator[Requirement]:
    for one in told:
        if one.story:
            yield from (Requirement(c.id, c.text, one.path, c.line) for c in one.story.criteria)


@dataclass(frozen=True)
class Stories(UnitFamily):
    """Units that are put together from files of stories, epics and statuses."""

    _read: dict[str, Mapping[str, Unit]] = field(default_factory=dict, compare=False, repr=False)
    """The epics of the files that were read last, by their ids: all of them are read at once."""
    _files: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the epics; which there are is said in the files."""
        found = artifacts_in(paths, self.grammar)
        texts: dict[str, str] = {}
        for path in found.paths:
            try:
                texts[path] = read(path)
            except UnreadableMap:
                yield DocumentPlace(path)  # reading it as a document says why
        for unit in self._units(texts).values():
            own = {task.path for task in unit.tasks if task.path in found.stories} | {unit.path}
            others = tuple(path for path in texts if path not in own)
            yield DocumentPlace(unit.path, tuple(sorted(own - {unit.path})), shared=others, part=unit.unit)

    def _units(self, files: Mapping[str, str]) -> Mapping[str, Unit]:
        if self._files != files:
            self._files.clear()
            self._files.update(files)
            granularity = "task" if self.grammar.each_task else ""
            self._read["units"] = {unit.unit: unit for unit in read_stories(files, self.grammar, granularity)}
        return self._read.get("units", {})

    def looks_right(self, text: str) -> bool:
        """Return True: what is in the files was looked at to find the epics."""
        return True

    def recognises(self, sources: Sources) -> bool:
        """Return whether an epic was found at this place."""
        return bool(sources.part)

    def identity(self, sources: Sources) -> str:
        """Return the id of the epic."""
        return slug(sources.part)

    def unit_of(self, sources: Sources) -> Unit:
        """Read an epic."""
        return self._units({**sources.beside, sources.place: sources.text})[sources.part]

    def statements(self, sources: Sources) -> tuple[Statement, ...]:
        """Return nothing: a ticket links to its story, and the lines of an epic's file belong to several epics."""
        return ()
