"""What each ticket of a map says: the values of its sections, made safe and handed to the templates."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from techmap_sync.documents.rows import bullets_of, on_one_line, row_text
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.words import Words, words_in
from techmap_sync.documents.work import Form, Item, Kind, Method, Part, Work
from techmap_sync.ownership import Owners, Ownership, together
from techmap_sync.planning.escape import code_span, is_inert, neutralize
from techmap_sync.planning.link_targets import MapSource, absolute_links
from techmap_sync.planning.task import Section, SectionTrait, sections_with
from techmap_sync.planning.task_graph import TaskGraph
from techmap_sync.planning.templates import TicketTemplates, continued
from techmap_sync.planning.titles import short_name
from techmap_sync.planning.tracking_text import Remainder, flow_chart, is_long, remaining

_TEMPLATES = {Kind.COMPONENT: "component.md.j2", Kind.TASK: "task.md.j2"}

RIDING_ALONG: frozenset[str] = frozenset(sections_with(SectionTrait.RIDES_ALONG))
_NO_NEWS = RIDING_ALONG | {"words", "remaining_links", "not_understood_links", "owners"}
"""Values that cause no write outside of their own sections: commits, the numbers of lines, owners."""


@dataclass(frozen=True)
class TicketTexts:
    """Writes the sections of the tickets of one map."""

    graph: TaskGraph
    source: MapSource
    templates: TicketTemplates
    statements: tuple[Statement, ...] = ()
    """What each line of the document says; the tracking ticket carries what no other ticket says."""
    ownership: Ownership | None = None
    """What says whose files are; None where nobody asks."""

    @cached_property
    def words(self) -> Words:
        """The fixed words of the tickets."""
        return words_in(self.graph.document.language)

    @cached_property
    def _headings(self) -> Mapping[str, str]:
        return {name.replace(" ", "_"): heading for name, heading in self.words.headings.items()}

    def sections(self, position: int) -> tuple[Section, ...]:
        """Return the text of the work at this position.

        :raises SettingsProblem: a template of the team's own has an error.
        """
        work = self.graph.works[position]
        shared = {
            "waits_for": [self.graph.titles[other] for other in self.graph.blocked_by[position]],
            "source": self._source_of(work),
            "owners": list(self.owners(position).named),
        }
        template = _TEMPLATES.get(work.kind, "checklist.md.j2")
        worded = {"items": self._task_items(work, self.words.with_states)} if work.kind is Kind.TASK else {}
        return self._rendered(template, {**self._work_values[position], **shared}, worded)

    def owners(self, position: int) -> Owners:
        """Return whose the files are that the work at this position is about; nobody's where nothing says so."""
        return together(map(self.ownership.of, self.graph.works[position].locations)) if self.ownership else Owners()

    def _source_of(self, work: Work) -> str:
        if work.path:
            return self._footer(self.source.beside(work.path))
        return self._footer(self.source, work.span.line, work.span.end_line)

    def tracking_sections(self) -> tuple[Section, ...]:
        """Return the text of the tracking ticket."""
        works = self.graph.works
        names = [short_name(title, work) for title, work in zip(self.graph.titles, works, strict=True)]
        chart = flow_chart(names, [work.phase for work in works], self.graph.blocked_by, self.words)
        values = {
            **self._tracking_values,
            "graph": chart if works else "",
            "remaining": [part for part, _ in self._parts(understood=True)],
            "remaining_links": [links for _, links in self._parts(understood=True)],
            "not_understood": [part for part, _ in self._parts(understood=False)],
            "not_understood_links": [links for _, links in self._parts(understood=False)],
            "waits_for": [],
            "owners": [],
            "source": self._footer(self.source),
        }
        return self._rendered("tracking.md.j2", values, self._worded_summary() if self.graph.document.leaves else {})

    def _worded_summary(self) -> Mapping[str, object]:
        """Return the summary of specs, whose labels are fixed words."""
        said = self.graph.document.context.summary
        return {"summary": [(self.words.headings.get(name.casefold(), name), self._safe(text)) for name, text in said]}

    def _footer(self, source: MapSource, first: int = 0, last: int = 0) -> str:
        """Say where a text comes from and who keeps it."""
        said = source.describe(self.words, first, last)
        return f"{said}{self.words.phrases['between']}{self.words.phrases['kept by']}"

    @cached_property
    def remaining(self) -> tuple[Remainder, ...]:
        """What no ticket says, as far as values decide: how a template words them makes no difference."""
        document = self.graph.document
        works = zip(self.graph.titles, self._work_values, strict=True)
        texts = ["\n".join((title, *_strings(values))) for title, values in works]
        tracking = "\n".join((document.title, *_strings(self._tracking_values)))
        context = document.context
        return remaining(self.statements, [*texts, tracking], context.not_understood, context.told_whole)

    def _parts(self, *, understood: bool) -> Iterator[tuple[dict[str, object], str]]:
        """Yield what remains, by the sections of the document, each with links to what is too long to be quoted."""
        wanted = [part for part in self.remaining if part.is_understood is understood]
        for heading, found in groupby(wanted, key=lambda part: part.part):
            parts = list(found)
            text = "\n\n".join(text for part in parts for text in self._quoted(part, heading))
            folded = bool(heading) and is_long(text)
            more = sum(len(part.linked) for part in parts)
            links = "; ".join(self.source.link(self.words, *part.beyond) for part in parts if part.linked)
            yield {"heading": _plain(heading), "text": text, "folded": folded, "more": more}, links

    def _quoted(self, part: Remainder, heading: str) -> Iterator[str]:
        if part.heading and part.heading != heading:
            yield f"**{_plain(part.heading)}**"
        if part.markdown:
            yield self._safe(part.markdown)

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
            "purpose": self._safe(context.introduction),
            "summary": [(_plain(label), self._safe(text)) for label, text in context.summary],
            "unchanged": [
                {"heading": _plain(heading), "text": self._safe(on_one_line(said))}
                for heading, said in context.unchanged
            ],
        }

    def _rendered(
        self, template: str, values: Mapping[str, object], worded: Mapping[str, object]
    ) -> tuple[Section, ...]:
        """Return the sections of a ticket.

        :param worded: values as the text says them, where only their words differ: these cause no write.
        """
        said = {**values, **worded, "words": self._headings}
        return tuple(
            Section(name, heading, text, "", self.source.is_pending)
            if name in RIDING_ALONG
            else Section(name, heading, text, self._values(values, name))
            for name, heading, text in self.templates.render(template, said)
        )

    def _values(self, values: Mapping[str, object], name: str) -> str:
        """Return the values of a section without address and commit in its links: another commit is not a change."""
        said, web = _canonical(values, name), self.source.web
        return said.replace(web.page, "page:").replace(web.raw, "raw:") if web else said

    def _component_values(self, position: int) -> dict[str, object]:
        work = self.graph.works[position]
        parts = [entry for part in work.parts for entry in self._of_part(part)]
        methods = [self._of_method(method, with_signature=not work.interface) for method in work.methods]
        required = self._entries(work)
        purpose = "\n\n".join(filter(None, (work.tagline, work.purpose)))
        says_more = purpose or work.detail or work.of_group or work.interface or parts or methods or required
        return {
            "purpose": self._safe(purpose) if says_more else self.words.phrases["nothing more"],
            "parts": [{"name": _plain(part.name), "text": self._safe(part.markdown)} for part in work.parts],
            "where": [] if work.parts else list(work.locations),
            "needs": [self._safe(text) for text in self.graph.outside[position]],
            "methods": [
                {"signature": method.signature, "description": self._safe(method.description)}
                for method in work.methods
            ],
            "interface": self._safe(work.interface),
            "detail": self._safe(_joined((work.detail, work.of_group))),
            "items": [*parts, *methods, *required],
            "part_items": parts,
            "method_items": methods,
            "required_items": required,
            "tests": [entry["text"] for entry in required],
            "constraints": [],
        }

    def _task_values(self, work: Work) -> dict[str, object]:
        return {
            "detail": self._safe(work.detail),
            "items": self._task_items(work, str),
            "where": list(work.locations),
            "requirements": [self._safe(each) for each in work.requirements],
            "links": [self._safe(link) for link in work.links],
        }

    def _task_items(self, work: Work, worded: Callable[[str], str]) -> list[dict[str, object]]:
        return [
            _entry(
                worded(self._line(item)), done=item.done, detail=self._safe(item.detail), above=self._safe(item.above)
            )
            for item in work.items
        ]

    def _item_values(self, work: Work) -> dict[str, object]:
        notes = [work.context] if work.context else []
        return {
            "heading": _plain(work.heading) or self.words.headings["done when"],
            "context": self._safe("\n\n".join(notes)),
            "items": self._entries(work),
        }

    # --- what stands under "Done when" ---

    def _of_part(self, part: Part) -> Iterator[dict[str, object]]:
        said = f": {continued(self._safe(part.markdown))}" if part.markdown else ""
        yield _entry(f"{self._safe(part.written or part.name)}{said}", detail=self._safe(part.detail))
        yield from (self._of_method(method, with_signature=True) for method in part.methods)

    def _of_method(self, method: Method, *, with_signature: bool) -> dict[str, object]:
        said = f": {continued(self._safe(method.description))}" if method.description else ""
        return _entry(f"{code_span(method.signature if with_signature else method.name)}{said}")

    def _entries(self, work: Work) -> list[dict[str, object]]:
        """Return all that is asked for, with the headings of the document above."""
        entries = list(self._of_items(work.items, ""))
        for checklist in work.checklists:
            above = [f"**{_plain(checklist.heading)}**"] if checklist.heading else []
            above += [self._safe(checklist.notes)] if checklist.notes else []
            entries += self._of_items(checklist.items, "\n\n".join(above))
        return entries

    def _of_items(self, items: Sequence[Item], above: str) -> Iterator[dict[str, object]]:
        """Yield items; the head of a table is written above its first row, a label above what it groups."""
        head = ""
        for item in items:
            columns = self._head(item)
            over = [above, columns if columns != head else ""]
            head, above = columns, ""
            if item.below:
                lead, _ = bullets_of(item.detail)
                over += [f"**{self._line(item).strip('*:： ')}**"] + (
                    [self._safe(lead)] if self._leads(item, lead) else []
                )
                yield from self._of_items(item.below, _joined(over))
            elif item.form is Form.BLOCK:
                yield _entry("", above=_joined((*over, self._safe(item.detail))), box=False)
            else:
                cells = (self._safe(cell) for _, cell in item.fields)
                text = row_text(self._line(item), cells)
                box = item.form is Form.BOX
                yield _entry(text, done=item.done, detail=self._safe(item.detail), above=_joined(over), box=box)

    def _leads(self, item: Item, lead: str) -> bool:
        """Whether what is above the bullets of a group is not itself the first of them."""
        return bool(lead) and not lead.startswith(item.below[0].markdown)

    def _head(self, item: Item) -> str:
        if not item.column:
            return ""
        return f"*{row_text(_plain(item.column), (_plain(name) for name, _ in item.fields))}*"

    def _line(self, item: Item) -> str:
        return self._safe(item.markdown or item.title)

    def _safe(self, markdown: str) -> str:
        return markdown if is_inert(markdown) else neutralize(absolute_links(markdown, self.source.resolve))


def _entry(text: str, *, done: bool = False, detail: str = "", above: str = "", box: bool = True) -> dict[str, object]:
    """Return an item as templates know it; the columns of a row are in its text."""
    return {"above": above, "text": text, "done": done, "detail": detail, "box": box, "fields": []}


def _joined(parts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, parts))


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
