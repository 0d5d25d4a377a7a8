"""Technical maps as a family of documents."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from techmap_sync.diagnostics import Diagnostic, Span
from techmap_sync.documents.base import (
    Branch,
    Context,
    Description,
    Document,
    DocumentFamily,
    GranularityChoice,
    ReadingOptions,
    Reason,
    Sources,
)
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.technical_map.checks import RULES, check
from techmap_sync.documents.technical_map.detect import identity_at_sight, looks_like_map
from techmap_sync.documents.technical_map.homes import Homes, homes_of
from techmap_sync.documents.technical_map.map_advice import advice_on
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.metadata import says_template
from techmap_sync.documents.technical_map.model import Component, ItemGroup, Passage, Reading, TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.documents.technical_map.wording import fold
from techmap_sync.documents.technical_map.works import works_of
from techmap_sync.documents.words import words_in
from techmap_sync.documents.work import Item, Work
from techmap_sync.text_forms import slug


def described(technical_map: TechnicalMap, map_id: str) -> Description:
    """Return what a map says.

    :param map_id: its identity, also where the map does not name one.
    """
    head = f"{technical_map.title} ({map_id}), {technical_map.readiness}"
    return Description(Branch(head, tuple(_branches(technical_map))), _values(technical_map, map_id))


def _values(technical_map: TechnicalMap, map_id: str) -> dict[str, object]:
    return {
        "title": technical_map.title,
        "map_id": map_id,
        "ready": technical_map.ready,
        "components": [_component(component) for component in technical_map.components],
        "changes": _groups(technical_map.changes, ("database", "api", "configuration")),
        "tests": _groups(technical_map.tests, ("unit", "integration", "end-to-end", "performance")),
        "deployment": _groups(technical_map.deployment, ("environment", "configuration", "migration", "rollback")),
        "constraints": {area.name: _groups(area.groups) for area in technical_map.constraints},
        "done": [item.title for item in _done(technical_map)],
        "nothing": [_nothing(passage) for passage in technical_map.nothing],
        "context": [_passage(passage) for passage in technical_map.context],
        "unrecognised": [_passage(passage) for passage in technical_map.unrecognised],
        "metadata": _metadata(technical_map),
    }


def _component(component: Component) -> dict[str, object]:
    return {
        "name": component.name,
        "kind": component.kind.value,
        "locations": list(component.locations),
        "methods": [
            {"name": m.name, "signature": m.signature, "description": m.description, "line": m.span.line}
            for m in component.methods
        ],
        "work": [_item(item) for group in component.work for item in group.items],
        "purpose": component.purpose,
        "summary": component.summary,
        "detail": component.detail,
        "depends_on": list(component.depends_on),
        "needed_by": list(component.needed_by),
        "external": list(component.outside),
        "priority": component.priority,
        "specified": component.specified,
        "line": component.span.line,
    }


def _groups(groups: Sequence[ItemGroup], always: Sequence[str] = ()) -> dict[str, list[dict[str, object]]]:
    merged: dict[str, list[dict[str, object]]] = {name: [] for name in always}
    for group in groups:
        merged.setdefault(group.name, []).extend(_item(item) for item in group.items)
    return merged


def _item(item: Item) -> dict[str, object]:
    return {
        "title": item.title,
        "done": item.done,
        "line": item.span.line,
        "detail": item.detail,
        "fields": dict(item.fields),
    }


def _done(technical_map: TechnicalMap) -> list[Item]:
    groups: Iterable[ItemGroup] = (*technical_map.changes, *technical_map.tests, *technical_map.deployment)
    done = [item for group in groups for item in group.items if item.done]
    return sorted((*technical_map.done, *done), key=lambda item: item.span)


def _nothing(passage: Passage) -> dict[str, object]:
    return {"text": passage.markdown, "line": passage.span.line}


def _passage(passage: Passage) -> dict[str, object]:
    return {"heading": passage.heading, "line": passage.span.line, "markdown": passage.markdown}


def _metadata(technical_map: TechnicalMap) -> dict[str, object]:
    fields: dict[str, object] = {field.name: field.value for field in technical_map.metadata}
    least, most = technical_map.estimate_minutes or (None, None)
    return {
        **fields,
        "readiness": technical_map.readiness.value,
        "lifecycle": technical_map.lifecycle.value,
        "estimate_minutes": None if least is None else [least, most],
    }


def _branches(technical_map: TechnicalMap) -> Iterator[Branch]:
    yield from (Branch(f"{field.label}: {field.value}") for field in technical_map.metadata)
    components = technical_map.components
    yield Branch(f"components: {len(components)}", tuple(map(_component_branch, components)))
    yield Branch("changes", _group_branches(technical_map.changes))
    yield Branch("tests", _group_branches(technical_map.tests))
    yield Branch("deployment", _group_branches(technical_map.deployment))
    areas = (Branch(area.heading, _group_branches(area.groups)) for area in technical_map.constraints)
    yield Branch("constraints", tuple(areas))
    if technical_map.nothing:
        said = (Branch(f"{_on_one_line(each.markdown)}, line {each.span.line}") for each in technical_map.nothing)
        yield Branch(f"nothing to do: {_count(technical_map.nothing, 'statement')}", tuple(said))
    for label, passages in (("context", technical_map.context), ("not recognised", technical_map.unrecognised)):
        for passage in passages:
            yield Branch(f"{label}, line {passage.span.line}: {passage.heading or 'text without a heading'}")


def _component_branch(component: Component) -> Branch:
    where = ", ".join(component.locations) or "no location"
    methods = (Branch(method.signature or method.name) for method in component.methods)
    work = _group_branches(component.work)
    return Branch(f"{component.kind} {component.name} ({where}), line {component.span.line}", (*methods, *work))


def _group_branches(groups: Iterable[ItemGroup]) -> tuple[Branch, ...]:
    return tuple(Branch(f"{each.name}: {_count(each.items, 'item')}", _item_branches(each.items)) for each in groups)


def _item_branches(items: Iterable[Item]) -> tuple[Branch, ...]:
    return tuple(Branch(f"{'[x]' if item.done else '[ ]'} {item.title}, line {item.span.line}") for item in items)


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _count(things: Sequence[object], name: str) -> str:
    return f"{len(things)} {name}" if len(things) == 1 else f"{len(things)} {name}s"


@dataclass(frozen=True, slots=True)
class TechnicalMaps(DocumentFamily):
    """Maps written from the template of ``techmap-sync new``; ``docs/map-format.md`` says how they are read."""

    vocabulary: Vocabulary
    granularity: GranularityChoice
    language: str = ""
    """Of the fixed words in tickets; empty for that of each map."""

    name = "technical-map"
    rules = RULES

    @classmethod
    def configured(cls, options: ReadingOptions) -> Self:
        """Return the family with a team's own words.

        :raises SettingsProblem: a table of words that this program does not know.
        """
        return cls(Vocabulary.from_tables(options.vocabulary), options.granularity, options.language)

    def recognises(self, sources: Sources) -> bool:
        """Return whether a text is a map, wherever the file is."""
        return looks_like_map(sources.text, self.vocabulary)

    def identity(self, sources: Sources) -> str:
        """Return the id of a map; it is parsed only where its first lines are not enough."""
        seen = identity_at_sight(sources.text, self.vocabulary)
        if seen is not None:
            return slug(seen)
        found = _map_in(parse(sources.text, self.vocabulary))
        return _map_id(found) if self._has_identity(found) else ""

    def read(self, sources: Sources) -> Document:
        """Read a map."""
        reading = parse(sources.text, self.vocabulary)
        found = _map_in(reading)
        return replace(
            document_of(found, self.granularity, sources.path, self.language),
            has_identity=self._has_identity(found),
            diagnostics=check(reading, sources.path),
            ignores=reading.ignores,
        )

    def statements(self, sources: Sources) -> tuple[Statement, ...]:
        """Return what each line of a map says."""
        return statements_of(sources.text, self.vocabulary)

    def advice(self, document: Document, sources: Sources) -> tuple[Diagnostic, ...]:
        """Return notes about the words of a map that cannot be understood."""
        lines = statements_of(sources.text, self.vocabulary, by_sentence=False)
        return advice_on(document, lines, self.vocabulary)

    def odd_spaces(self, sources: Sources) -> tuple[Span, ...]:
        """Return where other spaces are read as plain ones."""
        return parse(sources.text, self.vocabulary).odd_spaces

    def describe(self, sources: Sources) -> Description:
        """Return what was understood of a map."""
        found = _map_in(parse(sources.text, self.vocabulary))
        return described(found, _map_id(found))

    def _has_identity(self, found: TechnicalMap) -> bool:
        return bool(found.map_id) or found.title not in self.vocabulary.placeholders


def _map_in(reading: Reading) -> TechnicalMap:
    assert reading.map is not None, "the family recognised the text"
    return reading.map


def _map_id(found: TechnicalMap) -> str:
    return slug(found.map_id or found.title)


def document_of(found: TechnicalMap, granularity: GranularityChoice, path: str = "", language: str = "") -> Document:
    """Return what a map says, as planning wants it.

    :param granularity: how many tickets each part of the map becomes.
    :param path: the file as the user knows it.
    :param language: of the fixed words in tickets; empty for that of the map.
    """
    status = found.field("status")
    spoken = language or found.language
    words = words_in(spoken)
    homes = homes_of(found, granularity, words)
    return Document(
        id=_map_id(found),
        title=found.title,
        path=path,
        span=found.span,
        works=tuple(_estimated(works_of(found, homes, granularity, words), found.estimates)),
        context=_context(found, homes),
        language=spoken,
        not_ready=tuple(_not_ready(found)),
        lifecycle=found.lifecycle,
        lifecycle_reason=Reason(f"its status is {status.value}", status.span.line) if status else None,
        estimate_minutes=found.estimate_minutes,
        fields=found.fields,
    )


def _estimated(works: Sequence[Work], estimates: Mapping[str, int]) -> Iterator[Work]:
    """Yield works with the estimate that the map's own names for them, where the name is theirs alone."""
    names = [{fold(name) for name in (work.subject, *work.names)} if estimates else set() for work in works]
    known = Counter(name for each in names for name in each)
    for work, own in zip(works, names, strict=True):
        found = {estimates[name] for name in own if name in estimates and known[name] == 1}
        yield replace(work, estimate_minutes=found.pop()) if len(found) == 1 else work


def _not_ready(found: TechnicalMap) -> Iterator[Reason]:
    if found.ready:
        return
    field = found.field("implementation ready")
    if field is None:
        yield Reason('it has no field "Implementation Ready"')
    elif field.value:
        yield Reason(f'"{field.label}" says "{field.value}"', field.span.line)
    else:
        yield Reason(f'"{field.label}" is empty', field.span.line)


def _context(found: TechnicalMap, homes: Homes) -> Context:
    return Context(
        introduction=found.introduction,
        summary=tuple(_summary(found)),
        tests=tuple(item for group in found.tests for item in group.items),
        requirements=tuple(item for area in found.constraints for group in area.groups for item in group.items),
        unchanged=tuple((passage.heading, passage.markdown) for passage in homes.unchanged),
        told_whole=homes.told_whole,
        not_understood=tuple(passage.span for passage in found.unrecognised),
    )


def _summary(found: TechnicalMap) -> Iterator[tuple[str, str]]:
    """Yield what head and foot say of the map: readiness and estimate first, nothing that only the template says."""
    first = [field for name in _FIRST if (field := found.field(name))]
    for field in (*first, *(field for field in found.metadata if field.name not in _FIRST)):
        if field.shown and not says_template(field.name, field.value):
            yield field.label, field.shown


_FIRST = ("implementation ready", "implementation time")
