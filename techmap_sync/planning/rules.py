"""All rules of ``check``, about what documents say, about their tasks, and about the tickets these would become;
and the notes for the author of a document whose tasks say too little for a good ticket, or are connected to
nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from techmap_sync.diagnostics import Diagnostic, Rule, Severity, Span, is_silenced, silenced_lines
from techmap_sync.documents.families import rules as document_rules
from techmap_sync.documents.work import Item, Kind, NeedKind, Rank
from techmap_sync.planning.mentions import Names, mentioned, names_of
from techmap_sync.planning.task_graph import RULES as OF_TASKS
from techmap_sync.planning.task_graph import TaskGraph
from techmap_sync.planning.titles import shortened

WITHOUT_CRITERIA = Rule(
    "component-without-criteria",
    "nothing says when a component is done: it has no method, and no test or requirement names it",
    Severity.NOTE,
    "list its methods, or name it in a test or a requirement:\n\n"
    "  ### Unit Tests\n  - `TokenStore` refuses an expired code",
    is_advice=True,
)
NAMES_NOTHING = Rule(
    "names-nothing",
    "a test or requirement names no task of the map, so no other ticket shows it",
    Severity.NOTE,
    "name the component, method or table that it is about:\n\n"
    "  ### Unit Tests\n  - `TokenStore` refuses an expired code",
    is_advice=True,
)
NOTHING_WAITS = Rule(
    "nothing-waits",
    "nothing in the map names a task, so no other task waits for it by itself",
    Severity.NOTE,
    "name it where it is used or tested, or say what needs it:\n\n  **Depends on**: TokenStore",
    is_advice=True,
)
LINE_LOST = Rule(
    "line-lost",
    "a line of the map would be in no ticket",
    Severity.WARNING,
    "your own template leaves out the section that says it; put its block back:\n\n"
    "  {% block summary %}\n  …\n  {% endblock %}",
)

EVERY_RULE: Mapping[str, Rule] = {
    **document_rules(),
    **OF_TASKS,
    **{rule.id: rule for rule in (LINE_LOST, WITHOUT_CRITERIA, NAMES_NOTHING, NOTHING_WAITS)},
}
ADVICE: Mapping[str, Rule] = {name: rule for name, rule in EVERY_RULE.items() if rule.is_advice}
"""What the setting ``author_notes`` turns off."""


_BUILT = (Kind.COMPONENT, Kind.CHANGE)
_MOST_QUOTED, _LONGEST_QUOTE = 3, 40


def advice_on(graph: TaskGraph, known: Collection[Diagnostic] = ()) -> tuple[Diagnostic, ...]:
    """Return the notes about the tasks of one document.

    :param known: what the author is shown anyway. Where it is about the same line, nothing more is said.
    """
    return () if graph.document.is_retired else tuple(_Advice(graph, known).notes())


class _Advice:
    """Looks at the tasks of one document, and at what names them."""

    def __init__(self, graph: TaskGraph, known: Collection[Diagnostic]) -> None:
        self.graph = graph
        self.silenced = silenced_lines(graph.document.ignores)
        self.said = {found.span.line for found in known}
        """Lines about which the author is shown something."""
        self.names = names_of(graph.works)
        context = graph.document.context
        self.tests = [item for item in context.tests if not item.done]
        self.required = [item for item in context.requirements if not item.done]
        self.named = {item: _named_by(item, self.names) for item in (*self.tests, *self.required)}

    def notes(self) -> Iterator[Diagnostic]:
        """Yield a note for each thin component, and one for all tests, requirements and tasks that are unconnected."""
        thin = list(self._without_criteria())
        yield from thin
        self.said |= {found.span.line for found in thin}
        if any(work.kind in _BUILT and not work.done for work in self.graph.works):
            yield from self._names_nothing("test", self.tests)
            yield from self._names_nothing("requirement", self.required)
            yield from self._nothing_waits()

    def _without_criteria(self) -> Iterator[Diagnostic]:
        named = {position for positions in self.named.values() for position in positions}
        for position, work in enumerate(self.graph.works):
            says = work.methods or work.interface or work.all_items or position in named
            is_open = work.kind is Kind.COMPONENT and work.rank is Rank.COMPONENT and not work.done
            if is_open and not says and self._is_news(WITHOUT_CRITERIA, work.span):
                message = f"nothing says when {work.subject} is done: no method, test or requirement"
                yield self._note(WITHOUT_CRITERIA, message, work.span)

    def _is_news(self, rule: Rule, span: Span) -> bool:
        return span.line not in self.said and not is_silenced(rule.id, span, self.silenced)

    def _names_nothing(self, what: str, items: Sequence[Item]) -> Iterator[Diagnostic]:
        silent = [item for item in items if not self.named[item] and self._is_news(NAMES_NOTHING, item.span)]
        if len(silent) == 1:
            yield self._note(NAMES_NOTHING, f"this {what} names nothing of the map", silent[0].span)
        elif silent:
            message = f"{len(silent)} of {len(items)} {what}s name nothing of the map, such as: {_shown(silent)}"
            yield self._note(NAMES_NOTHING, message, silent[0].span)

    def _nothing_waits(self) -> Iterator[Diagnostic]:
        """Yield one note for all tasks that nothing names. Edges that only keep a task from floating do not count."""
        works = self.graph.works
        named = self._named_elsewhere()
        alone = [
            position
            for position, work in enumerate(works)
            if work.kind in _BUILT and work.rank is not Rank.INTEGRATION and not work.done and position not in named
            if self._is_news(NOTHING_WAITS, work.span) and self.said.isdisjoint(_lines(work.span))
        ]
        if alone and named:  # where nothing is named at all, that is said of the tests
            names = ", ".join(self._name(position) for position in alone[:_MOST_QUOTED])
            more = f" and {len(alone) - _MOST_QUOTED} more" if len(alone) > _MOST_QUOTED else ""
            yield self._note(NOTHING_WAITS, f"nothing in the map names: {names}{more}", works[alone[0]].span)

    def _name(self, position: int) -> str:
        """Return the name of a component, or the title of a change, whose group has many names."""
        work = self.graph.works[position]
        is_named = work.kind is Kind.COMPONENT
        return work.subject if is_named else shortened(self.graph.titles[position], _LONGEST_QUOTE)

    def _named_elsewhere(self) -> set[int]:
        """Return the works that another work, a test or a requirement names."""
        found = {position for positions in self.named.values() for position in positions}
        for position, work in enumerate(self.graph.works):
            needs = (need.name for need in work.needs)
            texts = [(work.text, work.code), *((name, (name,)) for name in needs)]
            here = {other for text, code in texts for other in mentioned(self.names, text, code)} - {position}
            inbound = any(need.kind is NeedKind.INBOUND for need in work.needs)
            found |= here | ({position} if inbound else set())
        return found

    def _note(self, rule: Rule, message: str, span: Span) -> Diagnostic:
        return Diagnostic(rule, rule.severity, message, Span(span.line), self.graph.document.path)


def _lines(span: Span) -> range:
    return range(span.line, span.end_line + 1)


def _shown(items: Sequence[Item]) -> str:
    return ", ".join(f'"{shortened(item.title, _LONGEST_QUOTE)}"' for item in items[:_MOST_QUOTED])


def _named_by(item: Item, names: Names) -> frozenset[int]:
    fields = " ".join(cell for _, cell in item.fields)
    return mentioned(names, f"{item.title}\n\n{item.detail}\n\n{fields}", item.code)
