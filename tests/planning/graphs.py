"""Components and what waits for what, by their names."""

from __future__ import annotations

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, TechnicalMap
from techmap_sync.planning.task_graph import TaskGraph
from tests.planning.maps import SECTIONS, graph_of

WHERE = Span(1)


def component(name: str, *depends_on: str, purpose: str = "", kind: ComponentKind = ComponentKind.NEW) -> Component:
    return Component(name, kind, WHERE, purpose=purpose, depends_on=depends_on, specified=True)


def outline(*components: Component, choice: GranularityChoice = SECTIONS, **parts: object) -> TaskGraph:
    return graph_of(TechnicalMap("A map", WHERE, components=components, **parts), choice)  # type: ignore[arg-type]


def explained(found: TaskGraph) -> dict[tuple[str, str], str]:
    """What waits for what, and the rule that says so; by the names of components."""
    short = [work.subject for work in found.works]
    return {
        (short[work], short[target]): rule.value
        for work, targets in enumerate(found.blocked_by)
        for target, rule in zip(targets, found.rules[work], strict=True)
    }


def edges(found: TaskGraph) -> set[tuple[str, str]]:
    return {(found.titles[a], found.titles[b]) for a, targets in enumerate(found.blocked_by) for b in targets}
