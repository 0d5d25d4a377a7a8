"""Which tickets a map asks for, and what it says about each.

The rules are those of ``docs/how-it-decides.md``, "From map to tasks". No rule counts: a sixth bullet must never change
what a ticket is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import chain

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.technical_map.homes import REQUIRED, Area, Homes
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.technical_map.ticket_titles import (
    Titled,
    first_said,
    listed,
    names_in_changes,
    shown_name,
    with_tagline,
)
from techmap_sync.documents.words import Words
from techmap_sync.documents.work import ROLLBACK, Checklist, Form, Item, Kind, Need, NeedKind, Part, Rank, Work

FOUNDATIONS = frozenset({"database", "configuration"})


def works_of(found: TechnicalMap, homes: Homes, choice: GranularityChoice, words: Words) -> tuple[Work, ...]:
    """Return what the map asks for, in the order of the map.

    :param homes: where its statements belong.
    :param choice: how many tickets each part of the map becomes.
    :param words: of its language.
    """
    maker = _Maker(found.title, words, found.abbreviations)
    return (
        *maker.of_components(found.components, homes),
        *map(maker.of_finished, found.done),
        *maker.of_groups(Kind.CHANGE, homes.changes, choice.changes),
        *maker.of_areas(homes.areas, choice.constraints),
        *maker.of_groups(Kind.TEST, homes.tests, choice.tests),
        *maker.of_groups(Kind.DEPLOYMENT, found.deployment, choice.deployment),
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes the works of one map."""

    map_title: str
    words: Words
    abbreviations: Set[str]

    # --- components ---

    def of_components(self, components: Sequence[Component], homes: Homes) -> Iterator[Work]:
        """Yield a work for each component, and one for all that are wired in and only listed."""
        wired_in = [c for c in components if _is_wired_in(c)]
        for position, component in enumerate(components):
            if not _is_wired_in(component):
                yield self._of_component(component, homes.owned.get(position, ()))
        if wired_in:
            owned = [c for n, each in enumerate(components) if _is_wired_in(each) for c in homes.owned.get(n, ())]
            owned = [*chain.from_iterable(map(_own_checklists, wired_in)), *owned]
            yield self._of_wired_in(wired_in, tuple(owned))

    def _of_component(self, component: Component, owned: tuple[Checklist, ...]) -> Work:
        integrates = component.kind is ComponentKind.INTEGRATION
        titled = self._of_what_it_is(component)
        checklists = (*_own_checklists(component), *owned)
        return Work(
            kind=Kind.COMPONENT,
            subject=component.name,
            title=titled.title,
            rank=Rank.INTEGRATION if integrates else Rank.COMPONENT,
            group=component.kind,
            span=component.span,
            names=(component.name,),
            method_names=_method_names(component),
            text=_joined((*_texts(component), *_list_texts(checklists))),
            locations=component.locations,
            needs=tuple(_needs(component)),
            priority=component.priority,
            tagline=titled.left,
            purpose=component.purpose,
            methods=component.methods,
            interface=component.interface,
            detail=component.detail,
            checklists=checklists,
            of_group=component.of_group,
            own_lines=component.lines,
            earlier=component.earlier,
            slug=component.slug,
            was=component.was,
        )

    def _of_what_it_is(self, component: Component) -> Titled:
        """Return the title with the overview's line, else with the first sentence about it, which its text has too."""
        start = self._titled(component.kind, shown_name(component.name))
        if component.summary:
            return with_tagline(start, component.summary)
        said = first_said(component.purpose or component.detail, component.name, self.abbreviations)
        return Titled(with_tagline(start, said).title)

    def _of_wired_in(self, components: Sequence[Component], owned: tuple[Checklist, ...]) -> Work:
        names = [component.name.replace("`", "") for component in components]
        first, last = components[0].span, components[-1].span
        return Work(
            kind=Kind.COMPONENT,
            subject="integration",
            title=listed(names, "wired", self.words),
            rank=Rank.INTEGRATION,
            group=ComponentKind.INTEGRATION,
            span=Span(first.line, first.column, last.end_line, last.end_column),
            names=tuple(component.name for component in components),
            method_names=tuple(name for component in components for name in _method_names(component)),
            text=_joined((*(text for component in components for text in _texts(component)), *_list_texts(owned))),
            locations=tuple(path for component in components for path in component.locations),
            needs=tuple(need for component in components for need in _needs(component)),
            priority=next((component.priority for component in components if component.priority), ""),
            parts=tuple(map(_part, components)),
            checklists=owned,
        )

    def of_finished(self, item: Item) -> Work:
        """Return the work of a component that the map says is done."""
        return Work(
            kind=Kind.COMPONENT,
            subject=item.title,
            title=self._titled("new", shown_name(item.title)),
            rank=Rank.COMPONENT,
            group="done",
            span=item.span,
            done=True,
            slug=item.slug,
        )

    def _titled(self, pattern: str, subject: str) -> str:
        """Put the verb to the subject unless the author wrote it already."""
        whole = self.words.titled(pattern, subject)
        verb = self.words.titles.get(pattern, "").partition("{}")[0].strip(" :")
        return subject if verb and re.match(rf"{re.escape(verb)}\b", subject, re.IGNORECASE) else whole

    # --- groups of items ---

    def of_groups(self, kind: Kind, groups: Iterable[ItemGroup], granularity: Granularity) -> Iterator[Work]:
        """Yield the works of the groups of a kind."""
        for group in groups:
            if not group.items:
                continue
            if group.name == ROLLBACK or granularity is Granularity.SECTION:
                if any(item.form is not Form.LINE for item in group.items):
                    yield self._of_section(kind, group)
            elif granularity is Granularity.ITEM:
                yield from (self._of_item(kind, group, item) for item in group.items)

    def _of_section(self, kind: Kind, group: ItemGroup) -> Work:
        names = names_in_changes(group.items, self.words) if kind is Kind.CHANGE else ()
        pattern = self._pattern(kind, group)
        return Work(
            kind=kind,
            subject=group.name,
            title=listed(names, pattern, self.words) if names else self.words.titled(pattern, self.map_title),
            named_by_document=not names,
            rank=_rank(kind, group.name),
            group=group.name,
            span=group.span,
            text=_joined((group.context, *_item_texts(group.items))),
            items=group.items,
            heading=group.heading,
            context=group.context,
            done=all(item.done for item in group.items),
        )

    def _of_item(self, kind: Kind, group: ItemGroup, item: Item) -> Work:
        return Work(
            kind=kind,
            subject=item.title,
            title=self._titled(self._pattern(kind, group), item.title),
            rank=_rank(kind, group.name),
            group=group.name,
            span=item.span,
            text=_joined(_item_texts([item])),
            items=(item,),
            heading=group.heading,
            context=group.context,
            is_item=True,
            done=item.done,
            slug=item.slug,
            was=item.was,
            number=item.number,
            earlier=f"{item.number} {item.title}" if item.number else "",
        )

    def _pattern(self, kind: Kind, group: ItemGroup) -> str:
        """Return which words make the title; a level or group of the author's own is called as it is."""
        prefix = {Kind.TEST: "test ", Kind.DEPLOYMENT: "deploy "}.get(kind, "")
        name = group.name if group.name == ROLLBACK else f"{prefix}{group.name}"
        return name if self.words.knows_title(name) else group.heading

    # --- error handling, security, questions ---

    def of_areas(self, areas: Iterable[Area], granularity: Granularity) -> Iterator[Work]:
        """Yield the works of what nobody owns."""
        for area in areas:
            if granularity is Granularity.ITEM:
                for checklist in area.checklists:
                    group = ItemGroup(area.name, area.heading, area.span, checklist.items, checklist.notes)
                    yield from (self._of_item(Kind.CONSTRAINT, group, item) for item in checklist.items)
            else:
                yield self._of_area(area)

    def _of_area(self, area: Area) -> Work:
        headings = [checklist.heading for checklist in area.checklists if checklist.heading]
        pattern = area.name if area.name in REQUIRED else area.heading
        checklists = area.checklists
        if len(checklists) == 1:
            checklists = (checklists[0]._replace(heading=""),)
        items = tuple(item for checklist in checklists for item in checklist.items)
        return Work(
            kind=Kind.CONSTRAINT,
            subject=area.name,
            title=listed(headings, pattern, self.words) if headings else self.words.titled(pattern, self.map_title),
            named_by_document=not headings,
            rank=Rank.CONSTRAINT,
            group=area.name,
            span=area.span,
            text=_joined(_list_texts(checklists)),
            checklists=checklists,
            heading=area.heading,
            done=bool(items) and all(item.done for item in items),
        )


def _is_wired_in(component: Component) -> bool:
    return component.kind is ComponentKind.INTEGRATION and not component.specified


def _part(component: Component) -> Part:
    said = component.summary or component.purpose
    detail = _joined((component.purpose if component.summary else "", component.interface, component.detail))
    return Part(component.name, said, component.lead or component.name, component.methods, detail)


def _own_checklists(component: Component) -> Iterator[Checklist]:
    return (Checklist(group.heading, group.items, group.context) for group in component.work)


def _method_names(component: Component) -> tuple[str, ...]:
    return tuple(dict.fromkeys(method.name for method in component.methods))


def _texts(component: Component) -> Iterator[str]:
    yield from (component.summary, component.purpose, component.interface, component.detail)
    yield from (f"{method.signature} {method.description}" for method in component.methods)


def _needs(component: Component) -> Iterator[Need]:
    written = dict(component.written)
    for name in dict.fromkeys((*component.depends_on, *component.outside)):
        kind = NeedKind.EXTERNAL if name in component.outside else NeedKind.DEPENDS
        yield Need(name, written.get(name, name), kind)
    yield from (Need(name, written.get(name, name), NeedKind.INBOUND) for name in component.needed_by)


def _rank(kind: Kind, group: str) -> Rank:
    match kind:
        case Kind.TEST:
            return Rank.TEST
        case Kind.DEPLOYMENT:
            return Rank.DEPLOYMENT
        case Kind.CONSTRAINT:
            return Rank.CONSTRAINT
        case _:
            return Rank.FOUNDATION if group in FOUNDATIONS else Rank.INTEGRATION


def _list_texts(checklists: Iterable[Checklist]) -> Iterator[str]:
    for checklist in checklists:
        yield checklist.notes
        yield from _item_texts(checklist.items)


def _item_texts(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield from (item.markdown or item.title, item.detail, *(cell for _, cell in item.fields))
        if item.below and not item.detail:
            yield from _item_texts(item.below)


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))
