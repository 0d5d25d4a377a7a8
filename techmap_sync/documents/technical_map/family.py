"""Technical maps as a family of documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

from techmap_sync.documents.base import (
    Area,
    Checklist,
    Context,
    Description,
    Document,
    DocumentFamily,
    GranularityChoice,
    ReadingOptions,
    Reason,
)
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.technical_map.checks import RULES, check
from techmap_sync.documents.technical_map.description import described
from techmap_sync.documents.technical_map.detect import identity_at_sight, looks_like_map
from techmap_sync.documents.technical_map.model import ConstraintArea, Reading, TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.statements import statements_of
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.documents.technical_map.works import works_of
from techmap_sync.text_forms import slug


@dataclass(frozen=True, slots=True)
class TechnicalMaps(DocumentFamily):
    """Maps written from the template of ``techmap-sync new``; ``docs/map-format.md`` says how they are read."""

    vocabulary: Vocabulary
    granularity: GranularityChoice

    name = "technical-map"
    rules = RULES

    @classmethod
    def configured(cls, options: ReadingOptions) -> Self:
        """Return the family with a team's own words.

        :raises SettingsProblem: a table of words that this program does not know.
        """
        return cls(Vocabulary.from_tables(options.vocabulary), options.granularity)

    def recognises(self, text: str, path: str) -> bool:
        """Return whether a text is a map, wherever the file is."""
        return looks_like_map(text, self.vocabulary)

    def identity(self, text: str, path: str) -> str:
        """Return the id of a map; it is parsed only where its first lines are not enough."""
        seen = identity_at_sight(text, self.vocabulary)
        if seen is not None:
            return slug(seen)
        found = _map_in(parse(text, self.vocabulary))
        return _map_id(found) if self._has_identity(found) else ""

    def read(self, text: str, path: str) -> Document:
        """Read a map."""
        reading = parse(text, self.vocabulary)
        found = _map_in(reading)
        return replace(
            document_of(found, self.granularity, path),
            has_identity=self._has_identity(found),
            diagnostics=check(reading, path),
            ignores=reading.ignores,
        )

    def statements(self, text: str, path: str) -> tuple[Statement, ...]:
        """Return what each line of a map says."""
        return statements_of(text, self.vocabulary)

    def describe(self, text: str, path: str) -> Description:
        """Return what was understood of a map."""
        found = _map_in(parse(text, self.vocabulary))
        return described(found, _map_id(found))

    def _has_identity(self, found: TechnicalMap) -> bool:
        return bool(found.map_id) or found.title not in self.vocabulary.placeholders


def _map_in(reading: Reading) -> TechnicalMap:
    assert reading.map is not None, "the family recognised the text"
    return reading.map


def _map_id(found: TechnicalMap) -> str:
    return slug(found.map_id or found.title)


def document_of(found: TechnicalMap, granularity: GranularityChoice, path: str = "") -> Document:
    """Return what a map says, as planning wants it.

    :param granularity: how many tickets each part of the map becomes.
    :param path: the file as the user knows it.
    """
    status = found.field("status")
    return Document(
        id=_map_id(found),
        title=found.title,
        path=path,
        span=found.span,
        works=works_of(found, granularity),
        context=_context(found),
        not_ready=tuple(_not_ready(found)),
        lifecycle=found.lifecycle,
        lifecycle_reason=Reason(f"its status is {status.value}", status.span.line) if status else None,
        estimate_minutes=found.estimate_minutes,
    )


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


def _context(found: TechnicalMap) -> Context:
    groups = (*found.changes, *found.tests, *found.deployment, *(g for area in found.constraints for g in area.groups))
    return Context(
        summary=tuple((each.label, each.value) for each in found.metadata if each.value),
        constraints=tuple(area for each in found.constraints if (area := _area(each)).items),
        tests=tuple(item for group in found.tests for item in group.items),
        unchanged=tuple((group.heading, group.context) for group in groups if group.context and not group.items),
        not_understood=tuple(passage.span for passage in found.unrecognised),
    )


def _area(found: ConstraintArea) -> Area:
    """Return what an area asks for; the heading of a group that is also the area's says nothing more."""
    groups = (group for group in found.groups if group.items)
    return Area(
        found.heading,
        tuple(
            Checklist("" if group.heading == found.heading else group.heading, group.items, group.context)
            for group in groups
        ),
    )
