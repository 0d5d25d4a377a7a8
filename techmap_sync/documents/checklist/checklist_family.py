"""Families whose units are folders with a checklist: spec-kit, OpenSpec, Kiro, and what a team describes like them.

Paths decide first, without opening a file, so that thousands of other files cost next to nothing; then one test of the
content. Requirements and user stories that a unit defines are quoted in its tickets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

from techmap_sync.documents.base import MERGED, DocumentPlace, Sources
from techmap_sync.documents.checklist.phases import PhaseOrder, order_in
from techmap_sync.documents.checklist.records import Found, Head, Outline, find_records
from techmap_sync.documents.checklist.tasks import Context, notices_of, tasks_of, waves_in
from techmap_sync.documents.checklist.unit_tickets import TicketMaker, finished
from techmap_sync.documents.units.grammar import Grammar, alternatives
from techmap_sync.documents.units.page import Entry, Kind, Page, read_page
from techmap_sync.documents.units.phrases import Phrases
from techmap_sync.documents.units.unit import Requirement, Task, Ticket, Unit, title_of_name, unit_heading, unit_id
from techmap_sync.documents.units.unit_family import UnitFamily
from techmap_sync.documents.units.unit_notices import Notice
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import with_line_feeds

_STORY = lazy(r"(?:User Story|US)\s*(?P<number>\d+)\s*[-–—:]\s*(?P<title>.+)", re.I)
_HEADING = lazy(r"(?:Requirement|要件|需求)\s*(?P<number>\d+)\s*(?:[:：.–—-]\s*)?(?P<title>.*)", re.I)
_PRIORITY = lazy(r"\s*\((?:Priority|優先度|优先级)\s*[:：]\s*P\d\)\s*(?:\W*MVP)?", re.I)
_NUMBERED = lazy(r"(?P<number>\d+(?:\.\d+)*)[.)]\s+")


def requirements_in(pages: Iterable[Page], grammar: Grammar) -> Iterator[Requirement]:
    """Yield what some pages define: ``**FR-001**: …``, ``User Story 1``, criteria as ``2.1``."""
    named = re.compile(rf"(?P<id>(?:{alternatives(grammar.requirement_prefixes)})-\d+[a-z]?)\s*[:：]?\s*(?P<text>.+)")
    for page in pages:
        current, count = "", 0
        for position, entry in enumerate(page.entries):
            if entry.kind is Kind.HEADING:
                current, count = _number(entry, current), 0
                yield from _of_heading(page, position)
            elif entry.kind is Kind.TEXT:
                if found := named.match(entry.text):
                    yield Requirement(found["id"], found["text"], page.path, entry.line)
                elif current and entry.ordered:
                    count += 1
                    yield Requirement(
                        f"{current}.{count}", _NUMBERED.sub("", entry.text, count=1), page.path, entry.line
                    )


def _number(entry: Entry, current: str) -> str:
    found = _HEADING.match(entry.text)
    if found:
        return found["number"]
    return current if entry.level > 3 else ""


def _of_heading(page: Page, position: int) -> Iterator[Requirement]:
    entry = page.entries[position]
    if found := _STORY.match(entry.text):
        title = _PRIORITY.sub("", found["title"]).strip()
        yield Requirement(f"US{found['number']}", title, page.path, entry.line, tuple(_scenarios(page, position)))
    elif (found := _HEADING.match(entry.text)) and found["title"]:
        yield Requirement(found["number"], found["title"], page.path, entry.line)


def _scenarios(page: Page, position: int) -> Iterator[str]:
    """Yield the numbered lines below a user story: "Given a free canoe, when …, then …"."""
    level = page.entries[position].level
    for entry in page.entries[position + 1 :]:
        if entry.kind is Kind.HEADING and entry.level <= level:
            return
        if entry.kind is Kind.TEXT and entry.ordered:
            yield _NUMBERED.sub("", entry.text, count=1)


def story_priorities(pages: Iterable[Page], phrases: Phrases) -> Mapping[str, str | None]:
    """Return the priority of each user story that some pages define."""
    found: dict[str, str | None] = {}
    for page in pages:
        for entry in page.entries:
            if entry.kind is Kind.HEADING and (story := _STORY.match(entry.text)):
                found.setdefault(f"US{story['number']}", phrases.priority(entry.text))
    return found


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a unit may be pushed, with the reason."""

    approved: bool
    reason: str


def read_checklist(folder: str, files: Mapping[str, str], grammar: Grammar, granularity: str = "") -> Unit:
    """Read a unit; no text makes this raise.

    :param folder: the unit's folder from the root of the repository, with ``/``.
    :param files: the texts of its files by their names in the folder.
    :param granularity: "task" for a ticket for each leaf; empty for the family's own.
    """
    phrases = Phrases(grammar)
    pages = _Pages(folder, files)
    page = pages.get(grammar.file)
    name = PurePosixPath(folder).name
    heading = unit_heading((pages.get(f).heading for f in grammar.title_files), grammar)
    title = heading or title_of_name(name)
    outline = Outline(page.entries, grammar, phrases)
    found = find_records(page, outline, phrases)
    context = _context(page, outline, found, phrases)
    tasks = tasks_of(context)
    defining = [pages.get(f) for f in grammar.requirement_files]
    maker = TicketMaker(tasks, context, title, story_priorities(defining, phrases))
    made = maker.make(granularity)
    archived = any(fnmatchcase(folder, pattern) for pattern in grammar.archives)
    gate = _gate(files, grammar)
    return Unit(
        family=grammar.name,
        unit=unit_id(name, page.id),
        title=title,
        path=page.path,
        approved=gate.approved,
        reasons=(gate.reason,),
        finished=finished(tasks, made.tickets, archived=archived),
        tasks=tasks,
        tickets=tuple(_as_archived(made.tickets)) if archived else made.tickets,
        diagnostics=(*_notices(page, found, tasks, context, archived=archived), *made.notices),
        not_tasks=tuple(entry.text for entry in found.others),
        requirements=tuple(requirements_in(defining, grammar)),
        archived=archived,
        headings=tuple((entry.line, entry.level) for entry in page.entries if entry.kind is Kind.HEADING),
        untitled=not heading,
    )


class _Pages:
    """The files of a unit, each read when it is asked for."""

    def __init__(self, folder: str, files: Mapping[str, str]) -> None:
        self.folder, self.files = folder, files
        self.read: dict[str, Page] = {}

    def get(self, name: str) -> Page:
        """Return a file; an empty one where there is none."""
        if name not in self.read:
            path = f"{self.folder}/{name}"
            self.read[name] = read_page(self.files[name], path) if name in self.files else Page(path)
        return self.read[name]


def _context(page: Page, outline: Outline, found: Found, phrases: Phrases) -> Context:
    grammar = outline.grammar
    known = frozenset(record.said.id for record in found.records if record.said.id)
    heads: dict[int, Head] = {r.place.section.place: r.place.section for r in found.records if r.place.section}
    waves = waves_in(page.entries, grammar, known)
    order = order_in(page.entries, tuple(heads.values()), grammar, phrases) if heads else PhaseOrder(grammar=grammar)
    return Context(grammar, phrases, found.records, known, waves, order)


def _as_archived(tickets: Sequence[Ticket]) -> Iterator[Ticket]:
    yield from (ticket if ticket.not_planned else replace(ticket, done=True) for ticket in tickets)


def _notices(page: Page, found: Found, tasks: Sequence[Task], context: Context, *, archived: bool) -> Iterator[Notice]:
    if page.wrapped:
        yield Notice("file-wrapped-in-a-fence", "", 1)
    if page.too_long:
        yield Notice("file-too-long")
    if context.waves.unreadable:
        yield Notice("unreadable-waves", "", context.waves.line)
    yield from notices_of(tasks, context)
    if archived:
        yield from (Notice("open-box-in-an-archived-unit", t.title, t.line) for t in tasks if not t.done and t.planned)
    yield from (Notice("box-outside-a-task-list", entry.text, entry.line) for entry in found.others)


def _gate(files: Mapping[str, str], grammar: Grammar) -> Gate:
    """Return what the file beside the tasks says, where there is one (cc-sdd: ``approvals.tasks.approved``)."""
    if not grammar.gate or grammar.gate not in files:
        return Gate(approved=True, reason=MERGED)
    where = f"{grammar.gate}: approvals.tasks.approved"
    try:
        spec: Any = json.loads(files[grammar.gate].removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return Gate(approved=False, reason=f"{grammar.gate} is not JSON")
    for key in ("approvals", "tasks", "approved"):
        spec = spec.get(key) if isinstance(spec, dict) else None
    if spec is True:
        return Gate(approved=True, reason=MERGED)
    return Gate(approved=False, reason=f"{where} is {json.dumps(spec)}" if spec is not None else f"{where} is missing")


_BOX_OR_HEADING = lazy(r"^[ \t]*(?:(?:[-*+]|\d+[.)])[ \t]+\[(?P<sign>[ xX~-])\]|#{1,6}[ \t])(?P<text>.*)$", re.M)


@dataclass(frozen=True, slots=True)
class UnitPlace:
    """A folder that may be a unit."""

    folder: str
    files: tuple[str, ...]
    """Names of its files, the one with the tasks among them."""


def places_of_units(paths: Iterable[str], grammar: Grammar) -> Iterator[UnitPlace]:
    """Yield the folders of a family that hold its file, in the order of their paths.

    :param paths: files from the root of the repository, with ``/``; hidden folders included.
    """
    folders: dict[str, list[str]] = {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if _is_folder_of(folder, grammar):
            folders.setdefault(folder, []).append(name)
    yield from (
        UnitPlace(folder, tuple(sorted(names))) for folder, names in sorted(folders.items()) if grammar.file in names
    )


def _is_folder_of(folder: str, grammar: Grammar) -> bool:
    """Whether a folder is where the family keeps its units; globs do not reach into folders below."""
    parts = PurePosixPath(folder).parts
    archives = {PurePosixPath(pattern).parent for pattern in grammar.archives}
    if PurePosixPath(folder) in archives:
        return False
    return any(
        len(wanted := PurePosixPath(pattern).parts) == len(parts) and all(map(fnmatchcase, parts, wanted))
        for pattern in (*grammar.folders, *grammar.archives)
    )


def looks_like_unit(text: str, grammar: Grammar) -> bool:
    """Return whether a file may hold tasks: a box or heading with an id, or a box where that is enough."""
    ident = re.compile(rf"[\s*_~`]*(?:\w+\s+)?(?:\w+:\s*)?[*_~`]*{grammar.id}(?!\w)")
    for found in _BOX_OR_HEADING.finditer(with_line_feeds(text)):
        if ident.match(found["text"]) or (found["sign"] and not grammar.only_with_id):
            return True
    return False


_OPEN_BOX = lazy(r"\[[ \t~-]?\](?![(\[])")
_TICKED_BOX = lazy(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[xX]\]", re.M)


@dataclass(frozen=True)
class Checklists(UnitFamily):
    """Units with a file of boxes."""

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the folders that hold the family's file."""
        grammar = self.grammar
        wanted = {*grammar.title_files, *grammar.requirement_files, grammar.gate} - {grammar.file, ""}
        linked = {*grammar.context_files} - wanted - {grammar.file}
        for place in places_of_units(paths, grammar):
            yield DocumentPlace(
                f"{place.folder}/{grammar.file}",
                tuple(f"{place.folder}/{name}" for name in place.files if name in wanted),
                tuple(f"{place.folder}/{name}" for name in place.files if name in linked),
                any(fnmatchcase(place.folder, pattern) for pattern in grammar.archives),
            )

    def looks_right(self, text: str) -> bool:
        """Return whether a file holds a box or a heading with an id."""
        return looks_like_unit(text, self.grammar)

    def is_ticked(self, sources: Sources) -> bool:
        """Return whether the unit is archived, or each of its boxes is ticked and no heading is a task."""
        folder, grammar = PurePosixPath(sources.place).parent.as_posix(), self.grammar
        if any(PurePosixPath(path).name == grammar.gate for path in sources.beside):
            return False
        archived = any(fnmatchcase(folder, pattern) for pattern in grammar.archives)
        if archived or _OPEN_BOX.search(sources.text) or not _TICKED_BOX.search(sources.text):
            return archived
        words = alternatives(grammar.task_words)
        number = r"\d+[.)]" if grammar.ticket == "box" else grammar.id if grammar.only_with_id else r"(?!)"
        heading = rf"^[ \t]*#{{1,6}}[ \t]+\W*(?:(?:{words})\s+{grammar.id}|{number})"
        return not re.search(heading, sources.text, re.M | re.I)

    def unit_of(self, sources: Sources) -> Unit:
        """Read a unit."""
        folder = PurePosixPath(sources.place).parent.as_posix()
        files = {PurePosixPath(path).name: text for path, text in sources.beside.items()}
        granularity = "task" if self.grammar.each_task else ""
        return read_checklist(folder, {**files, self.grammar.file: sources.text}, self.grammar, granularity)
