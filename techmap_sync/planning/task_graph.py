"""The backlog of a map without its texts: works, keys, titles and edges, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from techmap_sync.diagnostics import Diagnostic, Rule, Severity
from techmap_sync.documents.technical_map import checks as parsing_rules
from techmap_sync.model import TechnicalMap
from techmap_sync.planning.dependencies import Dependencies, dependencies_of
from techmap_sync.planning.task import GranularityChoice
from techmap_sync.planning.titles import keys_of, map_id_of
from techmap_sync.planning.work import Work, works_of

DEPENDENCY_CYCLE = Rule(
    "dependency-cycle",
    "components that wait for each other",
    Severity.ERROR,
    "take one name out of a 'Depends on' field, so that somebody can start:\n\n  **Depends on**: TokenStore",
)
UNKNOWN_DEPENDENCY = Rule(
    "unknown-dependency",
    "a 'Depends on' field names something that is nearly a component of the map",
    Severity.ERROR,
    "write the name as it stands in the components overview, or name what is meant as something external:\n\n"
    "  **Depends on**: TokenStore\n  **External**: TokenStorm",
)
OUTSIDE_NEED = Rule(
    "outside-need",
    "a component depends on something that the map does not hold; its ticket says so",
    Severity.NOTE,
    "nothing, if it is a library, a service or a person; else list it as a component:\n\n"
    "  ### New Components\n  - `TokenStore`",
)
DUPLICATE_KEY = Rule(
    "duplicate-key",
    "two entries of one group have the same name, so that nothing tells their tickets apart",
    Severity.ERROR,
    "reword one of them, or give it an identity of its own:\n\n  - Restart the workers <!-- id: restart-eu -->",
)

RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (DEPENDENCY_CYCLE, UNKNOWN_DEPENDENCY, OUTSIDE_NEED, DUPLICATE_KEY)
}

EVERY_RULE: Mapping[str, Rule] = {**parsing_rules.RULES, **RULES}
"""The rules about what a map says, then those about its tasks."""


@dataclass(frozen=True)
class Outline:
    """What a map asks for, in the order of the map; all tuples but the last run side by side."""

    map_id: str
    map_title: str
    works: tuple[Work, ...]
    keys: tuple[str, ...]
    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for."""
    diagnostics: tuple[Diagnostic, ...]
    outside: tuple[tuple[str, ...], ...] = ()
    """For each work what it needs that the map does not hold, as Markdown."""

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The titles of the tickets; `check` does without them, and without what makes text safe for trackers."""
        return _titles_of(self.works, self.map_title)


def outline_of(technical_map: TechnicalMap, choice: GranularityChoice) -> Outline:
    """Lay out the backlog of a map."""
    map_id = map_id_of(technical_map)
    works = works_of(technical_map, choice)
    keys = keys_of(map_id, works)
    dependencies = dependencies_of(works)
    diagnostics = (*_same_keys(works, keys), *_graph_problems(works, technical_map.title, dependencies))
    return Outline(map_id, technical_map.title, works, keys, dependencies.blocked_by, diagnostics, dependencies.outside)


def _same_keys(works: Sequence[Work], keys: Sequence[str]) -> Iterator[Diagnostic]:
    first: dict[str, Work] = {}
    for work, key in zip(works, keys, strict=True):
        earlier = first.setdefault(key, work)
        if earlier is not work:
            message = f'"{work.subject}" stands twice, first in line {earlier.span.line}'
            yield Diagnostic(DUPLICATE_KEY, DUPLICATE_KEY.severity, message, work.span)


def _titles_of(works: Sequence[Work], map_title: str) -> tuple[str, ...]:
    from techmap_sync.planning.titles import titles_of

    return titles_of(works, map_title)


def _graph_problems(works: Sequence[Work], map_title: str, graph: Dependencies) -> Iterator[Diagnostic]:
    yield from _needs_outside(works, graph.outside)
    if not graph.unknown and not graph.cycle:
        return
    titles = _titles_of(works, map_title)
    for position, name, meant in graph.unknown:
        message = f'{titles[position]}: depends on "{name}": did you mean {meant}?'
        yield Diagnostic(UNKNOWN_DEPENDENCY, UNKNOWN_DEPENDENCY.severity, message, works[position].span)
    if graph.cycle:
        path = " -> ".join(titles[position] for position in graph.cycle)
        span = works[graph.cycle[0]].span
        yield Diagnostic(DEPENDENCY_CYCLE, DEPENDENCY_CYCLE.severity, f"each waits for the next: {path}", span)


def _needs_outside(works: Sequence[Work], outside: Sequence[Sequence[str]]) -> Iterator[Diagnostic]:
    for work, needs in zip(works, outside, strict=True):
        if needs:
            message = f"{work.subject} needs from outside: {', '.join(needs)}"
            yield Diagnostic(OUTSIDE_NEED, OUTSIDE_NEED.severity, message, work.span)
