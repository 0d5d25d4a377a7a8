"""What the tickets of all maps of the corpus are like, counted: ``docs/tickets.md``, written by ``make tickets``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.model import TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.technical_map_family import document_of
from techmap_sync.documents.text import decode
from techmap_sync.documents.words import Words, words_in
from techmap_sync.documents.work import Phase, Work
from techmap_sync.planning.dependencies import EdgeRule
from techmap_sync.planning.lines import LOST, ledger_of_lines
from techmap_sync.planning.mentions import commands_of, identifiers_of
from techmap_sync.planning.signatures import singular_forms, types_of
from techmap_sync.planning.task import Priority, SectionName, TaskPlan, TaskSpec
from techmap_sync.planning.task_graph import TaskGraph, task_graph
from tests.planning.maps import CORPUS, SECTIONS, plan_of, vocabulary

_BOX = re.compile(r"^\s*[-*] \[[ x]\] (.*)$")
_SHORT = 10
"""Letters of a text that may be part of any other one."""
_INTRODUCTION = """\
# What the tickets are like

*For anyone who asks what the tickets of a map look like, in numbers.*

Made by `make tickets` from the maps in `tests/corpus`. [How it decides](how-it-decides.md) has the rules; a test holds
this table to them, and to 0 where the rules leave no choice:

- **no rule**: edges for which neither of the two tickets shows what the rule of the edge says.
- **dead ends**: tickets of the build phase that no other one waits for.
- **no work**: boxes that are a negation, a heading, or a load or size.
- **lost**: lines of the map in no ticket.
- **invented**: lines of a ticket that are neither from the map nor a fixed phrase.
- **cut**: titles that end in the middle of a clause.
- **high**: tickets of high priority, at most half.
"""
_COLUMNS = ("map", "tickets", "edges", "no rule", "dead ends", "boxes", "no work", "lost", "invented", "cut", "high")
ZERO = ("no rule", "dead ends", "no work", "lost", "invented", "cut")


@dataclass(frozen=True)
class Backlog:
    """The tickets of one map, and what they are made of."""

    name: str
    text: str
    map: TechnicalMap
    graph: TaskGraph
    plan: TaskPlan

    @property
    def words(self) -> Words:
        return words_in(self.graph.document.language)

    def row(self) -> dict[str, str]:
        """The numbers of the table."""
        specs = (self.plan.tracking, *self.plan.tasks)
        boxes = [box for spec in specs for box in _boxes(spec)]
        high = sum(spec.priority is Priority.HIGH for spec in self.plan.tasks)
        lines = ledger_of_lines(statements_of(self.text, vocabulary()), self.plan)
        values = (
            self.name,
            len(specs),
            sum(len(spec.blocked_by) for spec in specs),
            len(list(self.unexplained())),
            len(list(self.dead_ends())),
            len(boxes),
            len(list(self.no_work())),
            sum(line.where == LOST for line in lines),
            len(list(self.invented())),
            len(list(self.cut_titles())),
            f"{high} of {len(self.plan.tasks)}",
        )
        return dict(zip(_COLUMNS, map(str, values), strict=True))

    def unexplained(self) -> Iterator[tuple[str, str]]:
        """Yield the edges of which the tickets do not show what their rule says."""
        works = dict(zip(self.graph.keys, self.graph.works, strict=True))
        specs = {spec.key: spec for spec in self.plan.tasks}
        for spec in self.plan.tasks:
            for target, rule in zip(spec.blocked_by, spec.blocked_because, strict=True):
                if not _is_shown(rule, works[spec.key], works[target], spec, specs[target]):
                    yield spec.key, target

    def dead_ends(self) -> Iterator[str]:
        awaited = {key for spec in self.plan.tasks for key in spec.blocked_by}
        built = [spec for spec in self.plan.tasks if spec.phase is Phase.BUILD and not spec.done]
        has_later = any(spec.phase is not Phase.BUILD for spec in self.plan.tasks)
        yield from (spec.key for spec in built if has_later and spec.key not in awaited)

    def no_work(self) -> Iterator[str]:
        """Yield the boxes that are no work."""
        required = [_squeezed(text) for text in self._requirements()]
        for spec in (self.plan.tracking, *self.plan.tasks):
            for box, is_alone in _boxes(spec):
                is_required = any(_squeezed(box) in text for text in required if len(box) > _SHORT)
                is_heading = is_alone and (box.endswith(":") or re.fullmatch(r"\*\*[^*]+\*\*:?", box))
                if is_heading or (is_required and self.words.is_negative(box)) or self._is_load(box):
                    yield box

    def _requirements(self) -> Iterator[str]:
        for area in self.map.constraints:
            for group in area.groups:
                yield from (f"{item.title} {item.detail}" for item in group.items)

    def _is_load(self, box: str) -> bool:
        loads = set(self.words.signs["loads"])
        groups = (group for area in self.map.constraints for group in area.groups if group.heading in loads)
        return any(_squeezed(item.title).startswith(_squeezed(box)) for group in groups for item in group.items)

    def invented(self) -> Iterator[str]:
        """Yield the lines of tickets that are neither from the map nor a fixed phrase."""
        fixed = _Known(self.text, self.words, [spec.title for spec in self.plan.tasks])
        for spec in (self.plan.tracking, *self.plan.tasks):
            for section in spec.sections:
                if section.name not in (SectionName.GRAPH, SectionName.WAITS_FOR):
                    lines = section.text.replace(f"docs/maps/{self.name}.md", " ").split("\n")
                    yield from (line for line in (section.heading, *lines) if not fixed.has(line))
            if not fixed.has_title(spec.title):
                yield spec.title

    def cut_titles(self) -> Iterator[str]:
        yield from (spec.title for spec in (self.plan.tracking, *self.plan.tasks) if spec.title.endswith("…"))


class _Known:
    """The text of a map and the fixed phrases of its language, without anything but letters and digits."""

    def __init__(self, text: str, words: Words, titles: Iterable[str]) -> None:
        self.text = _squeezed(text)
        phrases = (*words.headings.values(), *words.phrases.values())
        pieces = (piece for phrase in phrases for piece in re.split(r"\{\w*\}", phrase))
        self.phrases = sorted({_squeezed(piece) for piece in pieces} - {""}, key=len, reverse=True)
        self.patterns = [pattern.split("{}") for pattern in words.titles.values() if pattern.count("{}") == 1]
        self.more = re.compile(re.escape(words.titles["more"]).replace(r"\{\}", "").replace(r"\{n\}", r"\d+"))
        self.titles = {_squeezed(title) for title in titles}

    def has(self, line: str) -> bool:
        """Whether a line, or each of its parts, is from the map or a fixed phrase."""
        line = re.sub(r"^\s*(?:[-*+]|\d+[.)])\s+(?:\[[ x]\]\s+)?|</?\w+>|^#+ ", "", line)
        if _squeezed(line) in self.titles or self._is_known(line):
            return True
        return all(self._is_known(part) for part in re.split(r"[:;(),.，。、]\s*| - ", line))

    def _is_known(self, part: str) -> bool:
        left = _squeezed(part)
        if left in self.text:
            return True
        for phrase in self.phrases:
            left = left.replace(phrase, "")
        return left.strip("0123456789") in self.text

    def has_title(self, title: str) -> bool:
        """Whether a title is a pattern of the language, filled from the map, or from the map as a whole."""
        title = self.more.sub("", title)
        rests = [title]
        for before, after in self.patterns:
            if title.startswith(before.strip()) and title.endswith(after.strip()):
                rests.append(title[len(before.strip()) : len(title) - len(after.strip())])
            elif after.strip() and after.strip() in title:
                rests.append(title.replace(after.strip(), ", ", 1))
        return any(all(_squeezed(part) in self.text for part in re.split(r": |, |…", rest)) for rest in rests)


def _is_shown(rule: str, work: Work, other: Work, spec: TaskSpec, target: TaskSpec) -> bool:
    """Whether two tickets show what the rule of the edge between them says."""
    match EdgeRule(rule):
        case EdgeRule.EXPLICIT:
            return any(_squeezed(need.name) in map(_squeezed, other.names) for need in work.needs) or any(
                _squeezed(need.name) in map(_squeezed, work.names) for need in other.needs
            )
        case EdgeRule.TYPE:
            return not _taken(work).isdisjoint(_given(other))
        case EdgeRule.NAME:
            return _says(spec, other) or _says(target, work)
        case EdgeRule.INTEGRATION | EdgeRule.ENTRY_POINT:
            return other.group == "new"
        case EdgeRule.DEAD_END:
            return work.phase is not Phase.BUILD and other.phase is Phase.BUILD
        case EdgeRule.ORDER:
            return work.phase is not Phase.BUILD and (other.phase is work.phase or work.phase is Phase.DEPLOY)


def _taken(work: Work) -> set[str]:
    found = [types_of(method.signature) for method in work.methods]
    untyped = {form for types in found for name in types.untyped for form in singular_forms(name)}
    return {_squeezed(name) for types in found for name in (*types.takes, *types.returns)} | untyped


def _given(work: Work) -> set[str]:
    returned = {name for method in work.methods for name in types_of(method.signature).returns}
    return {_squeezed(name) for name in (*returned, *work.names)}


def _says(spec: TaskSpec, other: Work) -> bool:
    text = _squeezed("\n".join((spec.title, *(part.text for part in spec.sections if part.name != "waits for"))))
    last = [re.split(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]", name)[-1] for name in other.names]
    paths = [path.rpartition("/")[2] for path in other.locations]
    names = (*other.names, *other.method_names, *identifiers_of(other), *commands_of(other), *paths, *last)
    return any(_squeezed(name) in text for name in names if _squeezed(name))


def _boxes(spec: TaskSpec) -> Iterator[tuple[str, bool]]:
    """Yield the text of each box, and whether nothing but a fence or the next box follows it."""
    for section in spec.sections:
        lines = section.text.split("\n")
        for number, line in enumerate(lines):
            if box := _BOX.match(line):
                below = next((each for each in lines[number + 1 :] if each.strip()), "")
                yield box[1], not below.startswith(" ") or below.strip().startswith(("```", "~~~"))


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def backlogs() -> Iterator[Backlog]:
    """Yield the tickets of every approved map of the corpus without an error."""
    for path in (*sorted(CORPUS.glob("*.md")), *sorted(CORPUS.glob("authors/*.md"))):
        if found := backlog(path):
            yield found


def backlog(path: Path) -> Backlog | None:
    """Plan a map, if its author approved it and nothing is wrong with it."""
    text = decode(path.read_bytes())
    found = parse(text, vocabulary()).map
    if found is None:
        return None
    graph = task_graph(document_of(found, SECTIONS))
    if not graph.document.is_ready or any(d.severity.value == "error" for d in graph.diagnostics):
        return None
    plan = plan_of(found, path=f"docs/maps/{path.stem}.md", text=text)
    return Backlog(path.stem, text, found, graph, plan)


def tickets_page(rows: Iterable[dict[str, str]]) -> str:
    """Return the page with a row for each map."""
    rules = ["---"] + ["--:"] * (len(_COLUMNS) - 1)
    table = [_COLUMNS, rules, *([row[name] for name in _COLUMNS] for row in rows)]
    return _INTRODUCTION + "\n" + "\n".join(f"| {' | '.join(cells)} |" for cells in table) + "\n"


if __name__ == "__main__":
    print(end=tickets_page(found.row() for found in backlogs()))
