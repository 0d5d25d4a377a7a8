"""Which tickets a map asks for, and what it says about each.

The rules are those of ``docs/how-it-decides.md``, "From map to tasks". No rule counts: a sixth bullet must never change
what a ticket is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.work import ROLLBACK, Item, Kind, Need, NeedKind, Part, Rank, Work

FOUNDATIONS = frozenset({"database", "configuration"})
_VERBS = {ComponentKind.NEW: "Create", ComponentKind.MODIFIED: "Modify", ComponentKind.INTEGRATION: "Integrate"}


def works_of(technical_map: TechnicalMap, choice: GranularityChoice) -> tuple[Work, ...]:
    """Return what the map asks for, in the order of the map.

    :param choice: how many tickets each part of the map becomes.
    """
    title = technical_map.title
    return (
        *_component_works(technical_map.components),
        *map(_finished_component, technical_map.done),
        *_group_works(Kind.CHANGE, technical_map.changes, choice.changes, title),
        *_constraint_works(technical_map, choice.constraints),
        *_group_works(Kind.TEST, technical_map.tests, choice.tests, title),
        *_group_works(Kind.DEPLOYMENT, technical_map.deployment, choice.deployment, title),
    )


# --- components ---


def _component_works(components: Sequence[Component]) -> Iterator[Work]:
    wired_in = [c for c in components if c.kind is ComponentKind.INTEGRATION and not c.specified]
    for component in components:
        if component not in wired_in:
            yield _component_work(component)
    if wired_in:
        yield _integration_work(wired_in)


def _component_work(component: Component) -> Work:
    integrates = component.kind is ComponentKind.INTEGRATION
    return Work(
        kind=Kind.COMPONENT,
        subject=component.name,
        title=_titled(_VERBS[component.kind], component.name),
        rank=Rank.INTEGRATION if integrates else Rank.COMPONENT,
        group=component.kind,
        span=component.span,
        names=(component.name,),
        method_names=_method_names(component),
        text=_joined(_texts(component)),
        locations=component.locations,
        needs=tuple(_needs(component)),
        priority=component.priority,
        purpose=_purpose(component),
        methods=component.methods,
        interface=component.interface,
        detail=component.detail,
        of_group=component.of_group,
        own_lines=component.lines,
        earlier=component.earlier,
        slug=component.slug,
        was=component.was,
    )


def _integration_work(components: Sequence[Component]) -> Work:
    """Return the one ticket for everything that is wired in and has no specification."""
    one = components[0] if len(components) == 1 else None
    return Work(
        kind=Kind.COMPONENT,
        subject="integration",
        title=_titled("Integrate:", ", ".join(component.name for component in components)),
        rank=Rank.INTEGRATION,
        group=ComponentKind.INTEGRATION,
        span=components[0].span,
        names=tuple(component.name for component in components),
        method_names=tuple(name for component in components for name in _method_names(component)),
        text=_joined(text for component in components for text in _texts(component)),
        locations=tuple(path for component in components for path in component.locations),
        needs=tuple(need for component in components for need in _needs(component)),
        priority=next((component.priority for component in components if component.priority), ""),
        purpose=_purpose(one) if one else "",
        parts=() if one else tuple(Part(c.name, c.purpose or c.summary) for c in components),
        methods=one.methods if one else (),
        interface=one.interface if one else "",
        detail=one.detail if one else "",
    )


def _finished_component(item: Item) -> Work:
    return Work(
        kind=Kind.COMPONENT,
        subject=item.title,
        title=_titled(_VERBS[ComponentKind.NEW], item.title),
        rank=Rank.COMPONENT,
        group="done",
        span=item.span,
        done=True,
        slug=item.slug,
    )


def _method_names(component: Component) -> tuple[str, ...]:
    return tuple(dict.fromkeys(method.name for method in component.methods))


def _purpose(component: Component) -> str:
    """What it is for, then what the overview adds."""
    return "\n\nIn short: ".join(dict.fromkeys(filter(None, (component.purpose, component.summary))))


def _texts(component: Component) -> Iterator[str]:
    yield from (component.summary, component.purpose, component.interface, component.detail)
    yield from (f"{method.signature} {method.description}" for method in component.methods)


def _needs(component: Component) -> Iterator[Need]:
    written = dict(component.written)
    for name in dict.fromkeys((*component.depends_on, *component.outside)):
        kind = NeedKind.EXTERNAL if name in component.outside else NeedKind.DEPENDS
        yield Need(name, written.get(name, name), kind)
    yield from (Need(name, written.get(name, name), NeedKind.INBOUND) for name in component.needed_by)


# --- groups of items ---


def _group_works(kind: Kind, groups: Iterable[ItemGroup], granularity: Granularity, map_title: str) -> Iterator[Work]:
    for group in groups:
        if not group.items:
            continue
        if group.name == ROLLBACK or granularity is Granularity.SECTION:
            yield _section_work(kind, group, map_title)
        elif granularity is Granularity.ITEM:
            yield from (_item_work(kind, group, item) for item in group.items)


def _section_work(kind: Kind, group: ItemGroup, map_title: str) -> Work:
    names = _open_names(group.items) if kind is Kind.CHANGE else ""
    return Work(
        kind=kind,
        subject=group.name,
        title=_titled(_section_verb(kind, group.name), names or map_title),
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


def _item_work(kind: Kind, group: ItemGroup, item: Item) -> Work:
    return Work(
        kind=kind,
        subject=item.title,
        title=_titled(_item_verb(kind, group.name), item.title),
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


def _constraint_works(technical_map: TechnicalMap, granularity: Granularity) -> Iterator[Work]:
    for area in technical_map.constraints:
        items = tuple(item for group in area.groups for item in group.items)
        notes = _joined(group.context for group in area.groups if group.items)
        merged = ItemGroup(area.name, area.heading, area.span, items, notes)
        yield from _group_works(Kind.CONSTRAINT, [merged], granularity, technical_map.title)


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


def _item_texts(items: Iterable[Item]) -> Iterator[str]:
    for item in items:
        yield from (item.title, item.detail, *(cell for _, cell in item.fields))


def _joined(texts: Iterable[str]) -> str:
    return "\n\n".join(filter(None, texts))


# --- titles ---


def _section_verb(kind: Kind, group: str) -> str:
    match kind:
        case Kind.CHANGE:
            return f"Change {_spoken(group)}:"
        case Kind.TEST:
            return f"Write {group} tests:"
        case Kind.CONSTRAINT:
            return f"Meet {group} constraints:"
        case _:
            return "Prepare rollback:" if group == ROLLBACK else f"Deploy, {group}:"


def _item_verb(kind: Kind, group: str) -> str:
    match kind:
        case Kind.CHANGE:
            return f"Change {_spoken(group)}:"
        case Kind.TEST:
            return f"{group.capitalize()} test:"
        case Kind.CONSTRAINT:
            return f"Meet {group}:"
        case _:
            return f"Deploy, {group}:"


def _open_names(items: Iterable[Item]) -> str:
    """Return the first thing that each open item names in code: tables, endpoints, keys."""
    return ", ".join(dict.fromkeys(item.code[0] for item in items if item.code and not item.done))


def _spoken(group: str) -> str:
    return "API" if group == "api" else group


def _titled(verb: str, subject: str) -> str:
    """Put the verb before the subject unless the author wrote it already."""
    words = re.escape(verb.rstrip(":"))
    return subject if re.match(rf"{words}\b", subject, re.IGNORECASE) else f"{verb} {subject}"
