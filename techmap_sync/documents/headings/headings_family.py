"""Families whose units are single files, each task a heading with steps below it, and how such a file is read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.base import MERGED, DocumentPlace, Sources
from techmap_sync.documents.units.grammar import Grammar, alternatives
from techmap_sync.documents.units.page import Entry, Kind, Page, read_page
from techmap_sync.documents.units.phrases import Phrases, Said
from techmap_sync.documents.units.unit import (
    Step,
    Task,
    Ticket,
    Unit,
    ticket_subject,
    ticket_title,
    title_of_name,
    unit_heading,
    unit_id,
)
from techmap_sync.documents.units.unit_family import UnitFamily
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.documents.work import reduced, without_circles
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import with_line_feeds

_PLACE = lazy(r"(?::\d+(?:\s*[-–]\s*\d+)?)$")


@dataclass
class _Draft:
    """A heading that is a task, while the lines below it are read."""

    said: Said
    entry: Entry
    phase: str | None
    boxes: list[Step] = field(default_factory=list)
    lines: list[Step] = field(default_factory=list)
    """Lines such as ``**Step 1: Write the failing test**``, which are the steps where no box is."""
    locations: list[str] = field(default_factory=list)
    location_lines: list[int] = field(default_factory=list)
    depends_on: list[str] = field(default_factory=list)


def read_plan(path: str, text: str, grammar: Grammar) -> Unit:
    """Read a plan; no text makes this raise.

    :param path: the file from the root of the repository, with ``/``.
    """
    page, phrases = read_page(text, path), Phrases(grammar)
    name = PurePosixPath(path).stem
    heading = unit_heading([page.heading], grammar)
    title = heading or title_of_name(name)
    reader = _Reader(page, grammar, phrases)
    reader.read()
    tasks = tuple(reader.tasks())
    tickets, circles = _tickets(tasks, grammar, title)
    planned = [ticket for ticket in tickets if not ticket.not_planned]
    required = [ticket for ticket in planned if not ticket.optional] or planned
    return Unit(
        family=grammar.name,
        unit=unit_id(name, page.id),
        title=title,
        path=path,
        approved=True,
        reasons=(MERGED,),
        finished=bool(required) and all(ticket.done for ticket in required),
        tasks=tasks,
        tickets=tickets,
        diagnostics=(*_notices(page, tasks, reader.others), *circles),
        not_tasks=tuple(entry.text for entry in reader.others),
        headings=tuple((entry.line, entry.level) for entry in page.entries if entry.kind is Kind.HEADING),
        untitled=not heading,
    )


class _Reader:
    """Goes through the entries of a plan in order."""

    def __init__(self, page: Page, grammar: Grammar, phrases: Phrases) -> None:
        self.page, self.grammar, self.phrases = page, grammar, phrases
        words = alternatives(grammar.task_words)
        self._task = lazy(rf"^\W*(?:{words})\s+(?P<id>{grammar.id})(?![\w.]\w)(?P<rest>.*)$", re.I)
        self._section = lazy(rf"^\W*(?:{alternatives(grammar.section_words)})\s+\w+", re.I)
        self._step = lazy(rf"(?:{alternatives(grammar.steps)})\s+\d+\w*\s*[:.–—-]\s*", re.I)
        self._files = lazy(rf"(?:{alternatives(grammar.files_labels)})\s*[:：]", re.I)
        self._depends = lazy(rf"(?:{alternatives((*grammar.depends_labels, *grammar.depends_words))})\s*[:：]\s*", re.I)
        self.drafts: list[_Draft] = []
        self.others: list[Entry] = []
        self._phase: tuple[int, str | None] = (0, None)
        self._level = 0
        """Of the task heading that is being read; 0 outside of tasks."""
        self._in_files = False

    def read(self) -> None:
        """Take every entry in."""
        for entry in self.page.entries:
            match entry.kind:
                case Kind.HEADING:
                    self._heading(entry)
                case Kind.BOX:
                    self._box(entry)
                case Kind.TEXT:
                    self._text(entry)
                case Kind.FENCE:
                    self._in_files = False

    def _heading(self, entry: Entry) -> None:
        self._in_files = False
        found = self._task.match(entry.text)
        if found:
            self._level = entry.level
            self.drafts.append(_Draft(self._said(entry, found), entry, self._phase[1]))
        elif not self._level or entry.level <= self._level:
            self._level = 0
            if self._section.match(entry.text):
                self._phase = (entry.level, self._words(entry.text))
            elif entry.level <= self._phase[0]:
                self._phase = (0, None)
        else:
            self._line_of_step(entry)

    def _said(self, entry: Entry, found: re.Match[str]) -> Said:
        """Read a heading: its words come after the number and what brackets say about it."""
        rest = found["rest"].strip()
        optional = re.match(rf"\((?:{alternatives(self.grammar.optional)})\)\s*", rest, re.I)
        title = re.sub(r"^[:.–—-]+\s*", "", rest[optional.end() :] if optional else rest)
        said = self.phrases.read(title, struck=entry.struck, heading=True)
        done = said.done or "✅" in entry.text
        words = said.title or entry.text.strip()
        return said._replace(title=words, id=found["id"], done=done, optional=said.optional or bool(optional))

    def _words(self, text: str) -> str:
        title = self.phrases.read(text, heading=True).title
        return title or text

    def _box(self, entry: Entry) -> None:
        self._in_files = False
        if not self._level or entry.level:
            self.others += [] if self._level else [entry]
            return
        self.drafts[-1].boxes.append(self._step_of(entry))

    def _step_of(self, entry: Entry) -> Step:
        found = self._step.match(entry.text)
        title = entry.text[found.end() :] if found else entry.text
        return Step(title or entry.text, entry.line, done=entry.sign in ("x", "X"), code=entry.code)

    def _line_of_step(self, entry: Entry) -> bool:
        """Keep a line that says which step it is; return whether it does."""
        found = self._step.match(entry.text)
        if found and found.end() < len(entry.text):
            self.drafts[-1].lines.append(self._step_of(entry))
        return bool(found)

    def _text(self, entry: Entry) -> None:
        if not self._level:
            return
        draft = self.drafts[-1]
        if self._line_of_step(entry):
            self._in_files = False
        if label := self._depends.match(entry.text):
            draft.depends_on += self.phrases.ids_in(entry.text[label.end() :])
        if self._files.match(entry.text):
            self._in_files = True
        elif entry.text.endswith(":") or self._depends.match(entry.text):
            self._in_files = False
        if self._in_files:
            draft.location_lines.append(entry.line)
            draft.locations += [_PLACE.sub("", code) for code in entry.code]

    def tasks(self) -> Iterator[Task]:
        """Yield what was found."""
        for draft in self.drafts:
            yield Task(
                draft.said.title,
                draft.entry.line,
                id=draft.said.id,
                done=draft.said.done,
                state=draft.said.state,
                optional=draft.said.optional,
                phase=draft.phase,
                depends_on=tuple(dict.fromkeys((*draft.said.depends_on, *draft.depends_on))),
                locations=tuple(dict.fromkeys(draft.locations)),
                steps=tuple(draft.boxes or draft.lines),
                location_lines=tuple(draft.location_lines),
            )


def _tickets(tasks: Sequence[Task], grammar: Grammar, unit: str) -> tuple[tuple[Ticket, ...], Iterator[Notice]]:
    places: dict[str, list[int]] = {}
    for number, task in enumerate(tasks):
        places.setdefault(task.id or "", []).append(number)
    edges = {
        number: {n for one in task.depends_on for n in places.get(one, ()) if tasks[n].planned} - {number}
        for number, task in enumerate(tasks)
    }
    safe, closing = without_circles(edges)
    short = reduced(safe)
    titles = [ticket_title(task.title, grammar, unit) for task in tasks]
    made = tuple(
        Ticket(
            titles[number],
            task.line,
            id=task.id,
            items=tuple(step.title for step in task.steps),
            done=task.done and task.planned,
            waits_for=tuple(titles[n] for n in sorted(short[number])),
            optional=task.optional,
            not_planned=not task.planned,
            own=number,
            subject=ticket_subject(task.title, grammar),
            after=tuple(sorted(short[number])),
        )
        for number, task in enumerate(tasks)
    )
    return made, (Notice("circle-of-dependencies", titles[a], tasks[a].line) for a, _ in closing)


def _notices(page: Page, tasks: Sequence[Task], others: Sequence[Entry]) -> Iterator[Notice]:
    if page.wrapped:
        yield Notice("file-wrapped-in-a-fence", "", 1)
    if page.too_long:
        yield Notice("file-too-long")
    counts = Counter(task.id for task in tasks if task.id)
    yield from (Notice("duplicate-id", one, 0) for one, count in counts.items() if count > 1)
    for task in tasks:
        yield from (
            Notice("unknown-id-in-dependencies", one, task.line) for one in task.depends_on if one not in counts
        )
    yield from (Notice("box-outside-a-task-list", entry.text, entry.line) for entry in others)


@dataclass(frozen=True)
class Plans(UnitFamily):
    """Files of headings such as ``### Task 3: Photograph the bearings``."""

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the files at the places of the family; globs do not reach into folders below."""
        for path in sorted(paths):
            parts = PurePosixPath(path).parts
            wanted = (PurePosixPath(pattern).parts for pattern in self.grammar.files)
            if any(len(each) == len(parts) and all(map(fnmatchcase, parts, each)) for each in wanted):
                yield DocumentPlace(path)

    def looks_right(self, text: str) -> bool:
        """Return whether a file has a heading that is a task."""
        words, ident = alternatives(self.grammar.task_words), self.grammar.id
        return bool(
            re.search(rf"^#{{1,6}}[ \t]+\W*(?:{words})\s+(?:{ident})(?!\w)", with_line_feeds(text), re.M | re.I)
        )

    def name_of(self, place: str) -> str:
        """Return the name of a plan: that of its file."""
        return PurePosixPath(place).stem

    def unit_of(self, sources: Sources) -> Unit:
        """Read a plan."""
        return read_plan(sources.place, sources.text, self.grammar)
