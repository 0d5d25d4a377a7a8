"""A unit of specs as a ``Document``: one work for each ticket, with the words of the unit and nothing else."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from textwrap import dedent

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import Context, Document, Reason, Sources
from techmap_sync.documents.frontmatter import split_front_matter, ticket_fields
from techmap_sync.documents.rows import outside_fences
from techmap_sync.documents.units.unit import Requirement, Step, Task, Ticket, Unit
from techmap_sync.documents.units.unit_notices import Notice, diagnostics_of
from techmap_sync.documents.words import ENGLISH, language_of_letters
from techmap_sync.documents.work import Item, Kind, Rank, Work
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import slug, unified

MOST_QUOTED = 8
"""Requirements that a ticket quotes; it links to the others."""
_PATH = lazy(r"(?<![\w/.:])(?:[\w.@-]+/)+[\w.@{}<>-]*\w\.\w{1,6}(?![\w/])")
_ENDS_INTRODUCTION = lazy(r"\s*(?:#{1,6}\s|(?:[-*+]|\d+[.)])\s+\[.\]|`{3}|~{3}|\||(?:-{3,}|\*{3,}|_{3,})\s*$)")
_RULE_AT_END = lazy(r"\s*(?:^[ \t]*(?:-{3,}|\*{3,}|_{3,})[ \t]*$\s*)+\Z", re.M)
MOST_LINES_OF_CODE = 22
"""Twenty lines and their fence; longer code is linked."""
_COMMENT = lazy(r"<!--.*?-->", re.S)
_STATES = ("in progress", "queued")


def document_of(unit: Unit, sources: Sources, language: str = "") -> Document:
    """Return what a unit says, as planning wants it.

    :param language: of the fixed words in tickets; empty for that of the unit.
    """
    text = unified(sources.text)
    maker = _Works(unit, sources, 1 + text.count("\n"))
    works = tuple(map(maker.work, range(len(unit.tickets))))
    planned = [number for number, ticket in enumerate(unit.tickets) if ticket.approved and not ticket.not_planned]
    notices = (_gate_notice(unit), *_general_notices(unit), *unit.diagnostics)
    return Document(
        id=slug(unit.unit),
        title=unit.title,
        path=sources.path,
        span=Span(1),
        works=tuple(works[number] for number in planned),
        withheld=tuple(works[number] for number, ticket in enumerate(unit.tickets) if not ticket.approved),
        dropped=tuple(work for work, ticket in zip(works, unit.tickets, strict=True) if ticket.not_planned),
        context=Context(summary=tuple(_summary(unit, sources))),
        not_ready=() if unit.approved else tuple(Reason(reason) for reason in unit.reasons),
        has_identity=bool(slug(unit.unit)),
        approved_by="; ".join(unit.reasons) if unit.approved else "",
        edges=_edges(unit.tickets, planned),
        language=language or _language_of(unit),
        leaves=tuple(_leaves(unit)),
        finished=unit.finished,
        archived=unit.archived,
        fields=ticket_fields(split_front_matter(text).values),
        diagnostics=tuple(diagnostics_of(notices, sources.path, maker.last_line)),
    )


def _language_of(unit: Unit) -> str:
    """Return the language that the letters of its tasks show, English where they show none."""
    return language_of_letters(_PATH.sub("", as_code(task)) for task in unit.tasks) or ENGLISH


def _leaves(unit: Unit) -> Iterator[tuple[str, str]]:
    """Yield each task with the number that tickets show; steps are none."""
    yield from (((task.id or "").rpartition("/")[2], task.title) for task in unit.tasks)


def _gate_notice(unit: Unit) -> Notice:
    verdict = "approved" if unit.approved else "not approved"
    state = ", finished" if unit.finished else ""
    return Notice("unit-gate", f"{unit.family} {unit.unit} is {verdict} ({'; '.join(unit.reasons)}){state}", 1)


def _general_notices(unit: Unit) -> Iterator[Notice]:
    if unit.untitled:
        yield Notice("unit-without-title", unit.title, 1)
    if not unit.tasks:
        yield Notice("unit-without-tasks", "", 1)


def _summary(unit: Unit, sources: Sources) -> Iterator[tuple[str, str]]:
    if links := links_beside(sources):
        yield "Specification", ", ".join(links)
    if due := ticket_fields(split_front_matter(unified(sources.text)).values).due:
        yield "Due", due


def links_beside(sources: Sources) -> tuple[str, ...]:
    """Return a Markdown link to each file beside the tasks, named from the root: in a folder no link works."""
    paths = () if sources.part else sorted((*sources.beside, *sources.linked))  # else a ticket's source is its own file
    return tuple(f"[{path}]({_relative(path, sources)})" for path in paths if path.endswith(".md"))


def _relative(path: str, sources: Sources) -> str:
    return posixpath.relpath(path, posixpath.dirname(sources.place) or ".").replace(" ", "%20")


def _edges(tickets: Sequence[Ticket], planned: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the edges between open tickets; who waits for a finished one waits for what that one waits for."""
    place = {number: position for position, number in enumerate(planned)}
    found: dict[int, set[int]] = {}

    def open_ends(number: int) -> set[int]:
        """Return the open tickets that a ticket leads to, past the finished ones."""
        if number not in found:
            found[number] = set()
            for other in tickets[number].after:
                found[number] |= open_ends(other) if tickets[other].done else {other} & place.keys()
        return found[number]

    ends = [open_ends(number) for number in planned]
    return tuple(tuple(sorted(place[other] for other in there)) for there in ends)


def spans_of(unit: Unit, last_line: int) -> tuple[Span, ...]:
    """Return the lines of each ticket: up to the next ticket, or to the next heading that is not below its own."""
    level = dict(unit.headings)
    starts = sorted({ticket.line for ticket in unit.tickets})
    return tuple(_span(ticket.line, level, starts, last_line) for ticket in unit.tickets)


def _span(line: int, level: Mapping[int, int], starts: Sequence[int], last_line: int) -> Span:
    own = level.get(line, 99)
    ends = [start for start in starts if start > line]
    ends += [heading for heading, depth in level.items() if heading > line and (depth <= own or own == 99)]
    return Span(line, 1, min(ends, default=last_line + 1) - 1)


class _Works:
    """Makes the works of one unit."""

    def __init__(self, unit: Unit, sources: Sources, last_line: int) -> None:
        self.unit, self.sources, self.last_line = unit, sources, last_line
        self.lines = unified(sources.text).split("\n")
        self.slugs = _slugs(unit)
        self.spans = spans_of(unit, last_line)
        self.defined = {requirement.id.casefold(): requirement for requirement in reversed(unit.requirements)}
        self.defined |= {f"{each.path}#{each.id.casefold()}": each for each in reversed(unit.requirements)}
        self.links = links_beside(sources)

    def work(self, number: int) -> Work:
        """Return what one ticket of the unit asks for."""
        ticket = self.unit.tickets[number]
        own = self.unit.tasks[ticket.own] if ticket.own is not None else None
        leaves = [self.unit.tasks[n] for n in ticket.tasks]
        return Work(
            kind=Kind.TASK,
            subject=ticket.subject or ticket.title,
            title=ticket.title,
            rank=Rank.COMPONENT,
            group="",
            span=self.spans[number],
            locations=_locations([own, *leaves] if own else leaves),
            priority=ticket.priority or "",
            detail=self._detail(number, own),
            items=tuple(self._items(number, leaves)),
            path=path if (path := self._path(ticket)) != self.sources.place else "",
            requirements=tuple(self._requirements(ticket)),
            links=self.links,
            named_by_document=ticket.title.endswith(f": {self.unit.title}") and ticket.title != (ticket.subject or ""),
            done=ticket.done,
            own_lines=tuple(self._own_lines(ticket)),
            slug=self.slugs[number],
            number=ticket.id or "",
        )

    def _detail(self, number: int, own: Task | None) -> str:
        """Return what is said of the whole ticket, above the things to do."""
        is_heading_alone = own is not None and not own.details and own.line in dict(self.unit.headings)
        if own is None or own.steps or is_heading_alone:
            return self._introduction(number)
        return "\n".join(_details(own)) if self.unit.tickets[number].items else ""

    def _introduction(self, number: int) -> str:
        """Return what stands between the heading of a section and its first task or heading."""
        span, found = self.spans[number], []
        ticket = self.unit.tickets[number]
        own = self.unit.tasks[ticket.own] if ticket.own is not None else None
        end = own.steps[0].line - 1 if own and own.steps else span.end_line
        for line, text in enumerate(self.lines[span.line : end], span.line + 1):
            if _ENDS_INTRODUCTION.match(text):
                break
            found += [] if own and line in own.location_lines else [text]
        return _COMMENT.sub("", "\n".join(found)).strip()

    def _path(self, ticket: Ticket) -> str:
        return self.unit.tasks[ticket.own].path if ticket.own is not None else ""

    def _items(self, number: int, leaves: Sequence[Task]) -> Iterator[Item]:
        ticket = self.unit.tickets[number]
        if not leaves and ticket.own is not None:
            yield from self._steps(self.unit.tasks[ticket.own].steps, self.spans[number].end_line)
        own = self.unit.tasks[ticket.own] if ticket.own is not None and not ticket.items else None
        for task in leaves or ([own] if own else []):
            above = self.unit.tasks[task.above] if task.above is not None and task.above != ticket.own else None
            yield Item(
                task.title,
                Span(task.line),
                markdown=_line(task),
                done=task.done,
                detail="\n".join(_details(task)),
                number=task.id or "",
                optional=task.optional,
                above=_named(above) if above else "",
            )

    def _steps(self, steps: Sequence[Step], last_line: int) -> Iterator[Item]:
        """Yield the steps of a task, each with what is written below it."""
        for position, step in enumerate(steps):
            end = steps[position + 1].line if steps[position + 1 :] else last_line + 1
            below = self._without_long_code(step.line + 1, end - 1)
            yield Item(step.title, Span(step.line), markdown=as_code(step), done=step.done, detail=below)

    def _without_long_code(self, first: int, last: int) -> str:
        """Return some lines, with a link in the place of code of many lines."""
        found: list[str] = []
        number = first
        for is_code, group in groupby(outside_fences(self.lines[first - 1 : last]), key=itemgetter(1)):
            lines = [line for line, _ in group]
            end = number + len(lines) - 1
            if is_code and len(lines) > MOST_LINES_OF_CODE:
                path = self.sources.place
                lines = [f"[{path}, {number}-{end}]({_relative(path, self.sources)}#L{number}-L{end})"]
            found += lines
            number = end + 1
        return _RULE_AT_END.sub("", dedent("\n".join(found))).strip("\n").rstrip()

    def _own_lines(self, ticket: Ticket) -> Iterator[int]:
        """Yield the lines of the task that the ticket is, and of those between it and its items."""
        numbers = {n for leaf in ticket.tasks for n in self._above(leaf)}
        if ticket.own is not None:
            numbers = numbers | {ticket.own} if ticket.items else numbers - {ticket.own}
        yield from sorted(self.unit.tasks[number].line for number in numbers)

    def _above(self, number: int) -> Iterator[int]:
        place = self.unit.tasks[number].above
        while place is not None:
            yield place
            place = self.unit.tasks[place].above

    def _requirements(self, ticket: Ticket) -> Iterator[str]:
        path = self._path(ticket)
        found = (
            self.defined.get(f"{path}#{one}", self.defined.get(one)) for one in map(str.casefold, ticket.requirements)
        )
        named = [each for each in found if each]
        yield from (self._quoted(each) for each in named[:MOST_QUOTED])
        if rest := named[MOST_QUOTED:]:
            yield ", ".join(self._link(each) for each in rest)

    def _quoted(self, requirement: Requirement) -> str:
        scenarios = [f"- {each}" for each in requirement.scenarios[:MOST_QUOTED]]
        more = [f"- {self._link(requirement)}"] if requirement.scenarios[MOST_QUOTED:] else []
        return "\n".join([f"**{_shown(requirement.id)}**: {requirement.text}", *scenarios, *more])

    def _link(self, requirement: Requirement) -> str:
        return f"[{_shown(requirement.id)}]({_relative(requirement.path, self.sources)}#L{requirement.line})"


def _shown(ident: str) -> str:
    return f"Story {ident[2:]}" if re.fullmatch(r"US\d+", ident) else ident


def _slugs(unit: Unit) -> tuple[str, ...]:
    """Return the last part of each key: made of the text; namesakes take their ticket's, then an ordinal."""
    names = [slug(ticket.subject or ticket.title) or "task" for ticket in unit.tickets]
    counts, seen = Counter(names), Counter[str]()
    found = []
    for name, ticket in zip(names, unit.tickets, strict=True):
        own = unit.tasks[ticket.own] if ticket.own is not None else None
        place = slug(ticket.section) if ticket.section and own and counts[name] > 1 else ""
        named = f"{name}-{place}" if place else name
        seen[named] += 1
        found.append(named if seen[named] == 1 else f"{named}-{seen[named]}")
    return tuple(found)


def _locations(tasks: Iterable[Task]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(path for task in tasks for path in (*task.locations, *_PATH.findall(task.title))))


def _details(task: Task) -> Iterator[str]:
    yield from (line for line in task.details if line.strip())


def _named(task: Task) -> str:
    return f"**{task.id.rpartition('/')[2]}** {as_code(task)}" if task.id else as_code(task)


def _line(task: Task) -> str:
    """Return the line of a task in the checklist: its number, its words, and what is special about it."""
    words = [word for word, holds in (("optional", task.optional), (task.state or "", task.state in _STATES)) if holds]
    return f"{_named(task)} *({', '.join(words)})*" if words else _named(task)


def as_code(one: Task | Step) -> str:
    """Return the title of a task or step with its code spans."""
    spans = sorted({code for code in one.code if code.strip() and "`" not in code}, key=len, reverse=True)
    if not spans:
        return one.title
    pattern = re.compile(rf"(?<![\w`])(?:{'|'.join(map(re.escape, spans))})(?![\w`])")
    return pattern.sub(lambda found: f"`{found[0]}`", one.title)
