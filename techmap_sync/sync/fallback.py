"""What a tracker cannot hold: edges become text, and texts that are too long are cut.

A ticket says who it waits for, and the tracking ticket has a task list. Both contain ticket numbers and are written
again when a ticket gets its number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace

from techmap_sync.documents.words import ENGLISH, words_in
from techmap_sync.patterns import lazy
from techmap_sync.planning.task import Section, SectionName, SectionTrait, TaskPlan, TaskSpec, sections_with
from techmap_sync.planning.tracking_text import with_numbers
from techmap_sync.sync.block import Block, Held
from techmap_sync.sync.tickets import Holdings
from techmap_sync.sync.tracker import Capabilities

_STATES_NUMBER = lazy(r"(?m)^- (?:Blocked by )?\S*\d ")
KeyEdge = tuple[str, str]
"""(key, key that it waits for)."""


@dataclass(frozen=True, slots=True)
class EdgeTexts:
    """What the texts of one map's tickets say about its edges."""

    titles: Mapping[str, str] = field(default_factory=dict)
    """Title of every task by key."""
    listed: tuple[str, ...] = ()
    """Keys of the tasks in the task list, because they are not children of the tracking ticket."""
    in_text: frozenset[KeyEdge] = frozenset()
    """Edges that the waiting ticket's text states, with numbers, because the tracker cannot."""
    waiting: Mapping[str, TaskSpec] = field(default_factory=dict)
    """The tasks that wait for others, by key."""
    mention: str = "#"
    """The sign before a number."""

    chart: Section | None = None
    """The graph of the tracking ticket before the numbers of tickets are in it."""
    nodes: tuple[str, ...] = ()
    """Keys of the tasks as the graph in the tracking ticket counts them."""
    language: str = ENGLISH
    """Of the fixed words."""

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the tracking ticket's sections that hold numbers of tickets."""
        return (SectionName.GRAPH, SectionName.TICKETS) if self.listed else (SectionName.GRAPH,)

    def of_tasks(self, plan: TaskPlan, numbers: Mapping[str, str]) -> TaskPlan:
        """Return a plan whose tasks name the tickets they wait for; numbers as for ``of_task``."""
        return replace(plan, tasks=tuple(self.of_task(spec, numbers) for spec in plan.tasks))

    def of_task(self, spec: TaskSpec, numbers: Mapping[str, str]) -> TaskSpec:
        """Return a task whose text names the tickets it waits for.

        :param numbers: number of every existing ticket, by key.
        """
        stated = [target for target in spec.blocked_by if (spec.key, target) in self.in_text]
        if not stated:
            others = tuple(each for each in spec.sections if each.name != SectionName.WAITS_FOR)
            return spec if len(others) == len(spec.sections) else replace(spec, sections=others)
        text, values = "\n".join(f"- {self._named(key, numbers)}" for key in stated), self.stated(spec, numbers)
        sections = (
            replace(each, text=text, values=values) if each.name == SectionName.WAITS_FOR else each
            for each in self._with_waits_for(spec)
        )
        return replace(spec, sections=tuple(sections))

    def _with_waits_for(self, spec: TaskSpec) -> tuple[Section, ...]:
        """Return the sections of a task with the one for its edges, which a text that states none lacks."""
        names = [section.name for section in spec.sections]
        if SectionName.WAITS_FOR in names:
            return spec.sections
        whole = self.waiting.get(spec.key, spec).sections
        missing = tuple(section for section in whole if section.name == SectionName.WAITS_FOR)
        place = names.index(SectionName.SOURCE) if SectionName.SOURCE in names else len(names)
        return (*spec.sections[:place], *missing, *spec.sections[place:])

    def stated(self, spec: TaskSpec, numbers: Mapping[str, str]) -> str:
        """Return the values of what a task's text says about its edges; empty when it states none."""
        stated = [target for target in spec.blocked_by if (spec.key, target) in self.in_text]
        return self._said(stated, numbers) if stated else ""

    def with_refused(self, edges: Set[KeyEdge], tracking: str) -> EdgeTexts:
        """Return texts that also state the edges that the tracker refused.

        :param tracking: key of the tracking ticket; what cannot be its child is put in its task list.
        """
        children = {key for key, target in edges if target == tracking}
        listed = tuple(key for key in self.titles if key in children | set(self.listed))
        return replace(self, listed=listed, in_text=self.in_text | {edge for edge in edges if edge[1] != tracking})

    def stating_all(self) -> EdgeTexts:
        """Return texts that state every edge."""
        every = {(key, target) for key, spec in self.waiting.items() for target in spec.blocked_by}
        return self if self.in_text >= every else replace(self, in_text=self.in_text | every)

    def of_tracking(self, spec: TaskSpec, numbers: Mapping[str, str]) -> TaskSpec:
        """Return a tracking ticket whose graph says the numbers of tickets, with its task list."""
        graphed = (self._numbered(section, numbers) for section in spec.sections)
        others = tuple(section for section in graphed if section.name != SectionName.TICKETS)
        if not self.listed:
            return replace(spec, sections=others)
        lines = [f"- [ ] {self._named(key, numbers)}" for key in self.listed]
        heading = words_in(self.language).headings["tickets"]
        section = Section(SectionName.TICKETS, heading, "\n".join(lines), self._said(self.listed, numbers))
        place = next((n for n, each in enumerate(others, 1) if each.name == SectionName.GRAPH), 1)
        return replace(spec, sections=(*others[:place], section, *others[place:]))

    def _numbered(self, section: Section, numbers: Mapping[str, str]) -> Section:
        if section.name != SectionName.GRAPH:
            return section
        chart = self.chart or section
        known = {n: f"{self.mention}{numbers[key]}" for n, key in enumerate(self.nodes) if numbers.get(key)}
        values = json.dumps([chart.values, *known.values()], ensure_ascii=False)
        return replace(chart, text=with_numbers(chart.text, known), values=values)

    def _said(self, keys: Iterable[str], numbers: Mapping[str, str]) -> str:
        return json.dumps([self._value(key, numbers) for key in keys], ensure_ascii=False)

    def _value(self, key: str, numbers: Mapping[str, str]) -> list[str]:
        return [self.titles.get(key, key), numbers.get(key, "")]

    def _named(self, key: str, numbers: Mapping[str, str]) -> str:
        number = numbers.get(key, "")
        return f"{self.mention}{number} {self.titles.get(key, key)}" if number else self.titles.get(key, key)


def edge_texts(plan: TaskPlan, capabilities: Capabilities, without_edge: Set[KeyEdge] = frozenset()) -> EdgeTexts:
    """Return what texts must say because the tracker cannot; the task list is still empty.

    :param without_edge: edges that the tracker has no room for, or refused.
    """
    titles = {spec.key: spec.title for spec in plan.tasks}
    desired = frozenset((spec.key, target) for spec in plan.tasks for target in spec.blocked_by)
    in_text = desired & without_edge if capabilities.native_blocking else desired
    waiting = {spec.key: spec for spec in plan.tasks if spec.blocked_by}
    return EdgeTexts(titles, (), in_text, waiting, capabilities.mention, nodes=plan.in_order, language=plan.language)


def says_who_waits(block: Block) -> bool:
    """Return whether a ticket's text states an edge."""
    return any(part.name == SectionName.WAITS_FOR and _STATES_NUMBER.search(part.text) for part in block.parts)


def lists_tickets(block: Block) -> bool:
    """Return whether a tracking ticket has a task list."""
    return any(part.name == SectionName.TICKETS for part in block.parts)


RESERVED = 16_000
"""Characters for the marker, for headings, and for what people will write below the block."""
LEDGER_ROW = 40
"""Characters that one task takes in a long ledger, which is packed, with its edges."""
KEPT: frozenset[str] = frozenset(sections_with(SectionTrait.NEVER_CUT))
_FENCE = "```"


def fitted_plan(plan: TaskPlan, holdings: Holdings, capabilities: Capabilities) -> TaskPlan:
    """Return a plan whose texts fit in the existing tickets, next to what people wrote there."""
    notice = notice_in(plan.language)
    tasks = tuple(fitted(spec, capabilities, notice, _taken(holdings.tickets.get(spec.key))) for spec in plan.tasks)
    taken = _taken(holdings.tracking) + LEDGER_ROW * len(plan.tasks)
    return replace(plan, tracking=fitted(plan.tracking, capabilities, notice, taken), tasks=tasks)


def notice_in(language: str) -> str:
    """Return what a ticket says at the end of a section that was cut."""
    words = words_in(language)
    return words.phrase("cut", text=words.headings["source"])


def _taken(held: Held | None) -> int:
    return len(held.block.before) + len(held.block.after) if held else 0


def fitted(spec: TaskSpec, capabilities: Capabilities, notice: str, taken: int = 0) -> TaskSpec:
    """Return a task whose text fits in a ticket. Only text is cut, never the map's values or the marker.

    :param notice: what is put where a text was cut.
    :param taken: characters already used: what people wrote, and the ledger.
    """
    room = max(0, capabilities.body_limit - min(RESERVED, capabilities.body_limit // 4) - taken)
    sections = {section.name: section for section in spec.sections}
    while (excess := sum(len(s.text) for s in sections.values()) - room) > 0:
        longest = max((s for s in sections.values() if s.name not in KEPT), key=lambda s: len(s.text), default=None)
        if longest is None or longest.text.endswith(notice):
            break
        sections[longest.name] = _cut(longest, len(longest.text) - excess, notice)
    fitting = tuple(sections.values())
    return spec if fitting == spec.sections else replace(spec, sections=fitting)


def _cut(section: Section, limit: int, notice: str) -> Section:
    """Cut at a line end, and close a fence that is open there."""
    head = section.text[: max(0, limit - len(notice) - 2 * len(_FENCE) - 4)]
    lines = head.split("\n")[:-1]
    opened = _open_fence(lines)
    return replace(section, text="\n".join((*lines, *([opened] if opened else []), "", notice)).lstrip("\n"))


def _open_fence(lines: list[str]) -> str:
    """Return the fence that some lines leave open; empty when there is none."""
    opened = ""
    for line in lines:
        sign = line.strip()
        if opened:
            opened = "" if sign.startswith(opened) and not sign.strip("`") else opened
        elif sign.startswith(_FENCE):
            opened = sign[: len(sign) - len(sign.lstrip("`"))]
    return opened
