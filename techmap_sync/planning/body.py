"""What each ticket of a map says: the values of its sections, made safe and handed to the templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from techmap_sync.documents.base import Area, Checklist
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.work import Item, Kind, Phase, Work
from techmap_sync.planning.escape import is_inert, neutralize
from techmap_sync.planning.link_targets import MapSource, absolute_links
from techmap_sync.planning.mentions import mentioned, names_of
from techmap_sync.planning.remaining import Remainder, remaining
from techmap_sync.planning.task import Section, SectionTrait, sections_with
from techmap_sync.planning.task_graph import TaskGraph
from techmap_sync.planning.templates import TicketTemplates

# Mermaid drops the last semicolon, an entity's too, of a line that looks like "style x:#f00;" or "classDef x:#f00;".
_TEMPLATES = {Kind.COMPONENT: "component.md.j2", Kind.TASK: "task.md.j2"}
_SPECIAL = re.compile(r"[^\w .,:;/()\-–—…]|s(?=tyle)|c(?=lassDef)")


def flow_chart(titles: Sequence[str], phases: Sequence[Phase], blocked_by: Sequence[Sequence[int]]) -> str:
    """Draw the tasks of a map.

    :param titles: of all tasks; brackets, quotes and pipes are escaped as Mermaid's entity codes
        (https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters).
    :param phases: of the same tasks.
    :param blocked_by: for each task the positions of those it waits for.
    """
    lines = ["flowchart LR"]
    for phase in Phase:
        members = [position for position, due in enumerate(phases) if due is phase]
        if members:
            lines += [f"  subgraph {phase}", *(f'    t{p}["{_escaped(titles[p])}"]' for p in members), "  end"]
    edges = [(target, waiting) for waiting, targets in enumerate(blocked_by) for target in targets]
    return "\n".join([*lines, *(f"  t{target} --> t{waiting}" for target, waiting in sorted(edges))])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(lambda match: f"#{ord(match[0])};", text)


RIDING_ALONG: frozenset[str] = frozenset(sections_with(SectionTrait.RIDES_ALONG))
_NO_NEWS = RIDING_ALONG | {"remaining_links"}
"""Values that cause no write by themselves: commits and the numbers of lines."""


@dataclass(frozen=True)
class TicketTexts:
    """Writes the sections of the tickets of one map."""

    graph: TaskGraph
    source: MapSource
    templates: TicketTemplates
    statements: tuple[Statement, ...] = ()
    """What each line of the document says; the tracking ticket carries what no other ticket says."""

    def sections(self, position: int) -> tuple[Section, ...]:
        """Return the text of the work at this position.

        :raises SettingsProblem: a template of the team's own has an error.
        """
        work = self.graph.works[position]
        shared = {
            "waits_for": [self.graph.titles[other] for other in self.graph.blocked_by[position]],
            "source": self._source_of(work),
        }
        return self._rendered(_TEMPLATES.get(work.kind, "checklist.md.j2"), {**self._work_values[position], **shared})

    def _source_of(self, work: Work) -> str:
        if work.path:
            return self.source.beside(work.path).describe()
        return self.source.describe(work.span.line, work.span.end_line)

    def tracking_sections(self) -> tuple[Section, ...]:
        """Return the text of the tracking ticket."""
        works = self.graph.works
        chart = flow_chart(self.graph.titles, [work.phase for work in works], self.graph.blocked_by)
        values = {
            **self._tracking_values,
            "graph": chart if works else "",
            "remaining": [
                {"heading": _plain(part.heading), "text": self._safe(part.markdown), "more": len(part.linked)}
                for part in self.remaining
            ],
            "remaining_links": [self.source.link(*part.beyond) for part in self.remaining],
            "waits_for": [],
            "source": self.source.describe(),
        }
        return self._rendered("tracking.md.j2", values)

    @cached_property
    def remaining(self) -> tuple[Remainder, ...]:
        """What no ticket says, as far as values decide: how a template words them makes no difference."""
        document = self.graph.document
        works = zip(self.graph.titles, self._work_values, strict=True)
        texts = ["\n".join((title, *_strings(values))) for title, values in works]
        tracking = "\n".join((document.title, *_strings(self._tracking_values)))
        return remaining(self.statements, [*texts, tracking], document.context.not_understood)

    @cached_property
    def _work_values(self) -> tuple[dict[str, object], ...]:
        return tuple(map(self._values_of, range(len(self.graph.works))))

    def _values_of(self, position: int) -> dict[str, object]:
        work = self.graph.works[position]
        match work.kind:
            case Kind.COMPONENT:
                return self._component_values(position)
            case Kind.TASK:
                return self._task_values(work)
            case _:
                return self._item_values(work)

    @cached_property
    def _tracking_values(self) -> dict[str, object]:
        context = self.graph.document.context
        return {
            "summary": self._summary(),
            "constraints": [self._area(area) for area in context.constraints],
            "unchanged": [
                {"heading": _plain(heading), "text": self._safe(said)} for heading, said in context.unchanged
            ],
        }

    def _rendered(self, template: str, values: Mapping[str, object]) -> tuple[Section, ...]:
        return tuple(
            Section(name, heading, text, "", self.source.is_pending)
            if name in RIDING_ALONG
            else Section(name, heading, text, self._values(values, name))
            for name, heading, text in self.templates.render(template, values)
        )

    def _values(self, values: Mapping[str, object], name: str) -> str:
        """Return the values of a section without address and commit in its links: another commit is not a change."""
        said, web = _canonical(values, name), self.source.web
        return said.replace(web.page, "page:").replace(web.raw, "raw:") if web else said

    def _component_values(self, position: int) -> dict[str, object]:
        work = self.graph.works[position]
        return {
            "purpose": self._safe(work.purpose),
            "parts": [{"name": _plain(part.name), "text": self._safe(part.markdown)} for part in work.parts],
            "where": [] if work.parts else list(work.locations),
            "needs": [self._safe(text) for text in self.graph.outside[position]],
            "methods": [
                {"signature": method.signature, "description": self._safe(method.description)}
                for method in work.methods
            ],
            "interface": self._safe(work.interface),
            "detail": self._safe("\n\n".join(filter(None, (work.detail, work.of_group)))),
            "tests": [self._line(item) for item in self._tests.get(position, ())],
            "constraints": [self._line(item) for item in self._constraints.get(position, ())],
        }

    def _task_values(self, work: Work) -> dict[str, object]:
        return {
            "detail": self._safe(work.detail),
            "items": [{**self._entry(item), "above": self._safe(item.above)} for item in work.items],
            "where": list(work.locations),
            "requirements": [self._safe(each) for each in work.requirements],
            "links": [self._safe(link) for link in work.links],
        }

    def _item_values(self, work: Work) -> dict[str, object]:
        return {
            "heading": _plain(work.heading) or "What to do",
            "context": self._safe(work.context),
            "items": [self._entry(item) for item in work.items],
        }

    def _area(self, area: Area) -> dict[str, object]:
        lists = [self._checklist(checklist) for checklist in area.checklists]
        return {"heading": _plain(area.heading), "groups": lists}

    def _checklist(self, checklist: Checklist) -> dict[str, object]:
        entries = [self._entry(item) for item in checklist.items]
        return {"heading": _plain(checklist.heading), "notes": self._safe(checklist.notes), "entries": entries}

    def _entry(self, item: Item) -> dict[str, object]:
        return {
            "text": self._line(item),
            "done": item.done,
            "detail": self._safe(item.detail),
            "fields": [(_plain(name), self._safe(cell)) for name, cell in item.fields],
        }

    def _summary(self) -> list[tuple[str, str]]:
        tickets = sum(not work.done for work in self.graph.works)
        said = self.graph.document.context.summary
        return [("Tickets", str(tickets)), *((_plain(label), self._safe(text)) for label, text in said)]

    @cached_property
    def _tests(self) -> Mapping[int, list[Item]]:
        return self._by_mention(self.graph.document.context.tests)

    @cached_property
    def _constraints(self) -> Mapping[int, list[Item]]:
        return self._by_mention(item for each in self.graph.document.context.constraints for item in each.items)

    def _by_mention(self, items: Iterable[Item]) -> Mapping[int, list[Item]]:
        """Return the items that name each work, by its position."""
        names = names_of(self.graph.works)
        found: dict[int, list[Item]] = {}
        for item in items:
            for position in mentioned(names, f"{item.title}\n\n{item.detail}", item.code):
                found.setdefault(position, []).append(item)
        return found

    def _line(self, item: Item) -> str:
        return self._safe(item.markdown or item.title)

    def _safe(self, markdown: str) -> str:
        return markdown if is_inert(markdown) else neutralize(absolute_links(markdown, self.source.resolve))


def _strings(value: object) -> Iterator[str]:
    """Yield every text in the values of a ticket."""
    match value:
        case str():
            yield value
        case Mapping():
            for part in value.values():
                yield from _strings(part)
        case list() | tuple():
            for part in value:
                yield from _strings(part)


def _plain(text: str) -> str:
    return neutralize(" ".join(text.split()))


def _canonical(values: Mapping[str, object], section: str) -> str:
    """The values of a section, in a form that two runs share; a section that only a team's template has depends on
    all of them."""
    name = section.replace(" ", "_")
    said = values[name] if name in values else {k: v for k, v in values.items() if k not in _NO_NEWS}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
