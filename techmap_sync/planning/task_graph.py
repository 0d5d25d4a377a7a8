"""The tasks of a document without their texts: keys, titles and dependencies, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from graphlib import TopologicalSorter

from techmap_sync.diagnostics import Diagnostic, Rule, Severity, Span
from techmap_sync.documents.base import Document
from techmap_sync.documents.work import Work
from techmap_sync.planning.dependencies import Dependencies, EdgeRule, dependencies_of, said_by_the_document
from techmap_sync.planning.titles import keys_of, titles_of

DEPENDENCY_CYCLE = Rule(
    "dependency-cycle",
    "components that wait for each other",
    Severity.ERROR,
    "take one name out of a 'Depends on' field, so that one of them can start:\n\n  **Depends on**: TokenStore",
)
UNKNOWN_DEPENDENCY = Rule(
    "unknown-dependency",
    "a 'Depends on' field names something that is nearly a component of the map",
    Severity.ERROR,
    "write the name as in the components overview, or name what is meant as something external:\n\n"
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
    "two entries of one group have the same name, so their tickets cannot be told apart",
    Severity.ERROR,
    "reword one of them, or give it its own identity:\n\n  - Restart the workers <!-- id: restart-eu -->",
)

DUPLICATE_MAP_ID = Rule(
    "duplicate-map-id",
    "two maps have the same identity, so their tickets cannot be told apart",
    Severity.ERROR,
    "give one of them another title, or its own identity:\n\n  **Map ID**: two-factor-login",
)

RULES: Mapping[str, Rule] = {
    rule.id: rule for rule in (DEPENDENCY_CYCLE, UNKNOWN_DEPENDENCY, OUTSIDE_NEED, DUPLICATE_KEY, DUPLICATE_MAP_ID)
}


@dataclass(frozen=True)
class TaskGraph:
    """What a document asks for, as tasks without texts; all tuples but the diagnostics run side by side."""

    document: Document
    keys: tuple[str, ...]
    blocked_by: tuple[tuple[int, ...], ...]
    """For each work the positions of those it waits for."""
    rules: tuple[tuple[EdgeRule, ...], ...]
    """For each work the rules that explain what it waits for, in the same order."""
    outside: tuple[tuple[str, ...], ...]
    """For each work what it needs that the document does not hold, as Markdown."""
    diagnostics: tuple[Diagnostic, ...]

    @property
    def works(self) -> tuple[Work, ...]:
        """What the document asks for, in its order."""
        return self.document.works

    @property
    def map_id(self) -> str:
        """The identity of the document."""
        return self.document.id

    @cached_property
    def titles(self) -> tuple[str, ...]:
        """The titles of the tickets; `check` does without them, and without what makes text safe for trackers."""
        return titles_of(self.works)


def task_graph(document: Document) -> TaskGraph:
    """Lay out the tasks of a document."""
    keys = keys_of(document.id, document.works)
    found = dependencies_of(document.works) if document.edges is None else said_by_the_document(document.edges)
    diagnostics = (*_same_keys(document.works, keys), *_graph_problems(document.works, found))
    return TaskGraph(document, keys, found.blocked_by, found.rules, found.outside, diagnostics)


def duplicate_ids(documents: Sequence[tuple[str, str, Span]]) -> tuple[Diagnostic, ...]:
    """Return an error for every document whose identity another one has too.

    :param documents: (path, identity, place of its title) of all documents of a run.
    """
    paths: dict[str, list[str]] = {}
    for path, identity, _ in documents:
        paths.setdefault(identity, []).append(path)
    return tuple(
        _duplicate(path, identity, span, _others(path, paths[identity]))
        for path, identity, span in documents
        if len(paths[identity]) > 1
    )


def _duplicate(path: str, identity: str, span: Span, others: str) -> Diagnostic:
    message = f'the identity "{identity}" is also that of {others}'
    return Diagnostic(DUPLICATE_MAP_ID, DUPLICATE_MAP_ID.severity, message, span, path)


def _others(path: str, paths: Sequence[str]) -> str:
    first, *more = [other for other in paths if other != path]
    return f"{first} and {len(more)} more" if more else first


def _same_keys(works: Sequence[Work], keys: Sequence[str]) -> Iterator[Diagnostic]:
    first: dict[str, Work] = {}
    for work, key in zip(works, keys, strict=True):
        earlier = first.setdefault(key, work)
        if earlier is not work:
            message = f'"{work.subject}" appears twice, first in line {earlier.span.line}'
            yield Diagnostic(DUPLICATE_KEY, DUPLICATE_KEY.severity, message, work.span)


def _graph_problems(works: Sequence[Work], graph: Dependencies) -> Iterator[Diagnostic]:
    yield from _needs_outside(works, graph.outside)
    for position, name, meant in graph.unknown:
        message = f'{works[position].subject} depends on "{name}": did you mean {meant}?'
        yield Diagnostic(UNKNOWN_DEPENDENCY, UNKNOWN_DEPENDENCY.severity, message, works[position].span)
    if graph.cycle:
        path = " -> ".join(works[position].subject for position in graph.cycle)
        span = works[graph.cycle[0]].span
        yield Diagnostic(DEPENDENCY_CYCLE, DEPENDENCY_CYCLE.severity, f"each waits for the next: {path}", span)


def _needs_outside(works: Sequence[Work], outside: Sequence[Sequence[str]]) -> Iterator[Diagnostic]:
    for work, needs in zip(works, outside, strict=True):
        if needs:
            message = f"{work.subject} needs from outside: {', '.join(needs)}"
            yield Diagnostic(OUTSIDE_NEED, OUTSIDE_NEED.severity, message, work.span)


def startable_order(blocked_by: Sequence[Sequence[int]]) -> list[int]:
    """Return the positions of tasks: each after those it waits for, otherwise in the order of the document."""
    graph = TopologicalSorter(dict(enumerate(blocked_by)))
    graph.prepare()
    order: list[int] = []
    while graph.is_active():
        ready = sorted(graph.get_ready())
        order += ready
        graph.done(*ready)
    return order
