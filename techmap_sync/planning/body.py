"""What each ticket of a map says: the values of its sections, made safe and handed to the templates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from techmap_sync.model import Component, ConstraintArea, Item, ItemGroup, TechnicalMap
from techmap_sync.planning.dependencies import mentioned, names_of
from techmap_sync.planning.escape import is_inert, neutralize
from techmap_sync.planning.link_targets import MapSource, absolute_links
from techmap_sync.planning.task import Kind, Phase, Section
from techmap_sync.planning.task_graph import Outline
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.planning.work import Work

# Mermaid drops the last semicolon, an entity's too, of a line that looks like "style x:#f00;" or "classDef x:#f00;".
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


TOLD_IN_SUMMARY = frozenset({"map id", "date", "author", "implementation ready", "implementation time"})
"""Metadata that a reader of the tracking ticket wants to know."""
RIDES_ALONG: frozenset[str] = frozenset({"source"})
"""Sections that are rewritten together with others but never cause a write of their own: a commit is no news."""


@dataclass(frozen=True)
class TicketTexts:
    """Writes the sections of the tickets of one map."""

    technical_map: TechnicalMap
    outline: Outline
    source: MapSource
    templates: TicketTemplates

    def sections(self, position: int) -> tuple[Section, ...]:
        """Return the text of the work at this position of the outline.

        :raises SettingsProblem: a template of the team's own has an error.
        """
        work = self.outline.works[position]
        shared = {
            "waits_for": [self.outline.titles[other] for other in self.outline.blocked_by[position]],
            "source": self.source.describe(work.span.line, work.span.end_line),
        }
        if work.kind is Kind.COMPONENT:
            return self._rendered("component.md.j2", {**self._component_values(position), **shared})
        return self._rendered("checklist.md.j2", {**self._item_values(work), **shared})

    def tracking_sections(self) -> tuple[Section, ...]:
        """Return the text of the tracking ticket."""
        outline = self.outline
        graph = flow_chart(outline.titles, [work.phase for work in outline.works], outline.blocked_by)
        values = {
            "summary": self._summary(),
            "graph": graph if outline.works else "",
            "constraints": [self._area_values(area) for area in self.technical_map.constraints if _items_of(area)],
            "unchanged": [
                {"heading": _plain(group.heading), "text": self._safe(group.context)}
                for group in _groups_of(self.technical_map)
                if group.context and not group.items
            ],
            "waits_for": [],
            "source": self.source.describe(),
        }
        return self._rendered("tracking.md.j2", values)

    def _rendered(self, template: str, values: Mapping[str, object]) -> tuple[Section, ...]:
        return tuple(
            Section(name, heading, text, "", self.source.is_pending)
            if name in RIDES_ALONG
            else Section(name, heading, text, self._values(values, name))
            for name, heading, text in self.templates.render(template, values)
        )

    def _values(self, values: Mapping[str, object], name: str) -> str:
        """Return the values behind a section; by which address and of which commit its links name files is no news."""
        said, web = _canonical(values, name), self.source.web
        return said.replace(web.page, "page:").replace(web.raw, "raw:") if web else said

    def _component_values(self, position: int) -> dict[str, object]:
        work = self.outline.works[position]
        one = work.components[0] if len(work.components) == 1 else None
        return {
            "purpose": self._purpose(one) if one else "",
            "parts": [] if one else self._parts(work.components),
            "where": list(one.locations) if one else [],
            "needs": [self._safe(text) for text in self.outline.outside[position]] if self.outline.outside else [],
            "methods": self._methods(one) if one else [],
            "interface": self._safe(one.interface) if one else "",
            "detail": self._safe(one.detail) if one else "",
            "tests": [self._line(item) for item in self._tests.get(position, ())],
            "constraints": [self._line(item) for item in self._constraints.get(position, ())],
        }

    def _parts(self, components: Iterable[Component]) -> list[dict[str, str]]:
        return [{"name": _plain(c.name), "text": self._safe(c.purpose or c.summary)} for c in components]

    def _methods(self, component: Component) -> list[dict[str, str]]:
        return [
            {"signature": method.signature, "description": self._safe(method.description)}
            for method in component.methods
        ]

    def _purpose(self, component: Component) -> str:
        """What it is for; what the overview adds stands below."""
        said = dict.fromkeys(filter(None, (component.purpose, component.summary)))
        return self._safe("\n\nIn short: ".join(said))

    def _item_values(self, work: Work) -> dict[str, object]:
        return {
            "heading": _plain(work.heading) or "What to do",
            "context": self._safe(work.context),
            "items": [self._entry(item) for item in work.items],
        }

    def _area_values(self, area: ConstraintArea) -> dict[str, object]:
        return {"heading": _plain(area.heading), "entries": [self._entry(item) for item in _items_of(area)]}

    def _entry(self, item: Item) -> dict[str, object]:
        return {
            "text": self._line(item),
            "done": item.done,
            "detail": self._safe(item.detail),
            "fields": [(_plain(name), self._safe(cell)) for name, cell in item.fields],
        }

    def _summary(self) -> list[tuple[str, str]]:
        works = self.outline.works
        fields = [
            (_plain(field.label), self._safe(field.value))
            for field in self.technical_map.metadata
            if field.name in TOLD_IN_SUMMARY and field.value
        ]
        return [("Tickets", str(sum(not work.done for work in works))), *fields]

    @cached_property
    def _tests(self) -> Mapping[int, list[Item]]:
        return self._by_mention(self.technical_map.tests)

    @cached_property
    def _constraints(self) -> Mapping[int, list[Item]]:
        return self._by_mention(group for area in self.technical_map.constraints for group in area.groups)

    def _by_mention(self, groups: Iterable[ItemGroup]) -> Mapping[int, list[Item]]:
        """Return the items that name each work, by its position."""
        names = names_of(self.outline.works)
        found: dict[int, list[Item]] = {}
        for item in (item for group in groups for item in group.items):
            for position in mentioned(names, f"{item.title}\n\n{item.detail}", item.code):
                found.setdefault(position, []).append(item)
        return found

    def _line(self, item: Item) -> str:
        return self._safe(item.markdown or item.title)

    def _safe(self, markdown: str) -> str:
        return markdown if is_inert(markdown) else neutralize(absolute_links(markdown, self.source.resolve))


def _groups_of(technical_map: TechnicalMap) -> Iterator[ItemGroup]:
    yield from (*technical_map.changes, *technical_map.tests, *technical_map.deployment)
    yield from (group for area in technical_map.constraints for group in area.groups)


def _items_of(area: ConstraintArea) -> list[Item]:
    return [item for group in area.groups for item in group.items]


def _plain(text: str) -> str:
    return neutralize(" ".join(text.split()))


def _canonical(values: Mapping[str, object], section: str) -> str:
    """The values behind a section, in a form that two runs share; a section that only a team's template has depends on
    all of them."""
    name = section.replace(" ", "_")
    said = values[name] if name in values else {k: v for k, v in values.items() if k not in RIDES_ALONG}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)
