"""Specs as families of documents: what the families of all readers have in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import PurePosixPath
from typing import Any, Self

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import (
    MERGED,
    Branch,
    Description,
    Document,
    DocumentFamily,
    Merge,
    ReadingOptions,
    Reason,
    Sources,
)
from techmap_sync.documents.frontmatter import split_front_matter
from techmap_sync.documents.statements import COMMENT, STRUCTURE, Statement, words_of
from techmap_sync.documents.units.document import document_of, spans_of
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.page import read_page
from techmap_sync.documents.units.unit import Task, Ticket, Unit, title_of_name, unit_id
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import slug, unified

LINKED = "linked"
_FENCE = lazy(r"\s*(?:[-*+]\s+)?(`{3,}|~{3,})")
_BULLET = lazy(r"\s*(?:[-*+]|\d{1,9}[.)])\s")
_BOX = lazy(r"^(\s*(?:[-*+]|\d{1,9}[.)])\s+)\[.\](?=\s)")
_HEADING = lazy(r"#{1,6}\s+")


def statements_of(unit: Unit, text: str) -> tuple[Statement, ...]:
    """Return what each line says that is not blank, in order."""
    lines = unified(text).split("\n")
    linked = {
        line
        for ticket, span in zip(unit.tickets, spans_of(unit, len(lines)), strict=True)
        if not ticket.not_planned
        for line in range(span.line, span.end_line + 1)
    }
    front = split_front_matter("\n".join(lines))
    first = 1 + "\n".join(lines)[: front.length].count("\n")
    scanned = _scanned(lines, dict(unit.headings))
    return tuple(
        said._replace(excuse=STRUCTURE) if said.line < first else _with_excuse(said, linked, unit) for said in scanned
    )


def _with_excuse(said: Statement, linked: set[int], unit: Unit) -> Statement:
    if said.excuse:
        return said
    if said.line in linked:
        return said._replace(excuse=LINKED)
    is_title = said.is_heading and words_of(unit.title) == words_of(said.heading)[-len(words_of(unit.title)) :]
    return said._replace(excuse=STRUCTURE) if is_title else said


def _scanned(lines: list[str], headings: dict[int, int]) -> Iterator[Statement]:
    section = block = 0
    heading = fence = ""
    comment = False
    for number, line in enumerate(lines, 1):
        if not line.strip():
            block += 0 if fence else 1
            continue
        found = _FENCE.match(line)
        is_heading = number in headings
        if is_heading:
            section, heading = number, _HEADING.sub("", line.strip()).strip("# ")
        if not fence and (is_heading or _BULLET.match(line)):
            block += 1
        starts_comment = not fence and line.lstrip().startswith("<!--")
        comment = comment or starts_comment
        words = words_of(_BOX.sub(r"\1", line))
        excuse = COMMENT if comment else "" if words else STRUCTURE
        is_code = bool(fence or found)
        yield Statement(
            number, line, (words,) if words else (), excuse, heading, block, section, 0, is_heading, is_code
        )
        comment = comment and "-->" not in line
        if found and not comment:
            fence = "" if fence and found[1].startswith(fence) else fence or found[1]


_MAY_SAY_ID = lazy(r"<!--\s*id:")
_TASK_FIELDS = (
    "id", "title", "done", "state", "kind", "optional", "parallel", "parent", "phase", "depends_on", "requirements",
    "locations", "line",
)  # fmt: skip
_TICKET_FIELDS = (
    "id", "title", "items", "done", "optional_items", "priority", "waits_for", "requirements", "left_out", "optional",
    "not_planned", "approved", "line",
)  # fmt: skip


@dataclass(frozen=True)
class UnitFamily(DocumentFamily):
    """A family whose words are a table of the settings."""

    grammar: Grammar
    language: str = ""
    """Of the fixed words in tickets; empty for that of each unit."""
    _known: dict[tuple[str, str], tuple[Sources, Unit]] = field(default_factory=dict, compare=False, repr=False)

    anywhere = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of its table."""
        return self.grammar.name

    @classmethod
    def configured(cls, options: ReadingOptions) -> Self:
        """Not how these are made: one reader serves several families."""
        raise TypeError("a reader is made with the grammar of a family")

    @classmethod
    def named(cls, name: str, options: ReadingOptions) -> Self:
        """Return the reader of a family as a team's settings want it.

        :raises SettingsProblem: there is no such family, or one of its settings has a bad value.
        """
        return cls(Grammar.named(name, options.grammars), options.language)

    @property
    def folders(self) -> tuple[str, ...]:
        """The places that its table names."""
        return self.grammar.places

    @abstractmethod
    def unit_of(self, sources: Sources) -> Unit:
        """Read a unit."""

    @abstractmethod
    def looks_right(self, text: str) -> bool:
        """Return whether the content of a file at the right place is that of a unit."""

    def name_of(self, place: str) -> str:
        """Return the name of a unit on disk, number and date included."""
        return PurePosixPath(place).parent.name

    def recognises(self, sources: Sources) -> bool:
        """Return whether a file is at the place of a unit and holds one."""
        is_at_its_place = bool(sources.place) and any(self.units_in([sources.place], lambda _: ""))
        return is_at_its_place and self.looks_right(sources.text)

    def read(self, sources: Sources) -> Document:
        """Read a unit."""
        return document_of(self.unit(sources), sources, self.language)

    def unit(self, sources: Sources) -> Unit:
        """Return the unit in some files; it is remembered, because several questions follow."""
        place = (sources.place, sources.part)
        if place not in self._known or self._known[place][0] is not sources:
            self._known[place] = (sources, _gated(self.unit_of(sources), sources.merge))
        return self._known[place][1]

    def __getstate__(self) -> dict[str, Any]:
        """Return what a worker process needs: not the units that were read here."""
        return {**self.__dict__, "_known": {}}

    def finished_at_sight(self, sources: Sources) -> Document | None:
        """Return a unit without its works where all of it is archived or ticked, as far as a glance tells."""
        if not self.is_ticked(sources) or not (ident := self.identity(sources)):
            return None
        title = title_of_name(self.name_of(sources.place))
        approves, said = sources.merge
        return Document(
            ident,
            title,
            sources.path,
            Span(1),
            not_ready=() if approves else (Reason(said),),
            approved_by=said if approves else "",
            finished=True,
            edges=(),
        )

    def is_ticked(self, sources: Sources) -> bool:
        """Return whether a glance tells that everything is done; False where only reading tells."""
        return False

    def identity(self, sources: Sources) -> str:
        """Return the id of a unit: what its file says, else the name of its folder."""
        text = sources.text
        said = (
            read_page(text).id if _MAY_SAY_ID.search(text) else split_front_matter(unified(text)).values.get("id", "")
        )
        return slug(unit_id(self.name_of(sources.place), said))

    def statements(self, sources: Sources) -> tuple[Statement, ...]:
        """Return what each line of the tasks says."""
        return statements_of(self.unit(sources), sources.text)

    def describe(self, sources: Sources) -> Description:
        """Return what was understood of a unit."""
        unit = self.unit(sources)
        verdict = "approved" if unit.approved else "not approved"
        finished = ", finished" if unit.finished else ""
        head = f"{unit.title} ({unit.family} {unit.unit}), {verdict}: {'; '.join(unit.reasons)}{finished}"
        values = {
            "family": unit.family,
            "unit": unit.unit,
            "title": unit.title,
            "approved": unit.approved,
            "reasons": list(unit.reasons),
            "finished": unit.finished,
            "archived": unit.archived,
            "tasks": [{**_values(task, _TASK_FIELDS), "steps": len(task.steps)} for task in unit.tasks],
            "tickets": [_values(ticket, _TICKET_FIELDS) for ticket in unit.tickets],
        }
        return Description(Branch(head, tuple(_branches(unit))), values)


def _gated(unit: Unit, merge: Merge) -> Unit:
    """Return a unit that is approved by being merged with what git says about that."""
    return replace(unit, approved=merge.approves, reasons=(merge.said,)) if unit.reasons == (MERGED,) else unit


def _values(value: Task | Ticket, names: Iterable[str]) -> Mapping[str, Any]:
    known = {field.name for field in fields(value)}
    found = {name: getattr(value, name) for name in names if name in known}
    return {name: list(each) if isinstance(each, tuple) else each for name, each in found.items()}


def _branches(unit: Unit) -> Iterator[Branch]:
    for ticket in unit.tickets:
        words = (
            "not planned" if ticket.not_planned else "" if ticket.approved else "not released",
            "optional" if ticket.optional else "",
        )
        about = ", ".join([*filter(None, words), f"line {ticket.line}"])
        leaves = tuple(_leaf(unit.tasks[number]) for number in ticket.tasks) or tuple(map(Branch, ticket.items))
        waits = tuple(Branch(f"waits for {title}") for title in ticket.waits_for)
        yield Branch(f"{_box(ticket.done)} {ticket.title}, {about}", (*waits, *leaves))


def _leaf(task: Task) -> Branch:
    number = f"{task.id} " if task.id else ""
    words = ", ".join([*filter(None, ("optional" if task.optional else "", task.state)), f"line {task.line}"])
    return Branch(f"{_box(task.done)} {number}{task.title}, {words}")


def _box(done: bool) -> str:
    return "[x]" if done else "[ ]"
