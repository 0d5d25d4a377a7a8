"""Which tickets a map asks for: one ``Work`` each, before keys, edges and text.

The rules are those of ``docs/how-it-decides.md``, "From map to tasks". No rule counts: a sixth bullet must never change
what a ticket is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from techmap_sync.model import Component, ComponentKind, Item, ItemGroup, Span, TechnicalMap
from techmap_sync.planning.task import Granularity, GranularityChoice, Kind, Phase, phase_of


class Rank(IntEnum):
    """The order in which a lead lets things happen; a task waits only for tasks of an earlier rank."""

    FOUNDATION = 0
    """Database and configuration changes."""
    COMPONENT = 1
    INTEGRATION = 2
    """Integration components and every other change."""
    CONSTRAINT = 3
    TEST = 4
    DEPLOYMENT = 5


FOUNDATIONS = frozenset({"database", "configuration"})
ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Work:
    """One ticket to be, and the part of the map that it is made of."""

    kind: Kind
    subject: str
    """What its slug is made of: a component's name, a group's name, an item's title."""
    rank: Rank
    group: str
    """Name of its group, or the component's kind: ``unit``, ``rollback``, ``modified``."""
    span: Span
    components: tuple[Component, ...] = ()
    items: tuple[Item, ...] = ()
    heading: str = ""
    """Heading of the sub-section as written."""
    context: str = ""
    whole: bool = True
    """False for a ticket that is a single item of its group."""
    done: bool = False
    slug: str = ""
    was: tuple[str, ...] = ()
    number: str = ""
    """A number in front of the subject, as written."""
    earlier: str = ""
    """What earlier releases took for the subject; empty where it is the same."""

    @property
    def phase(self) -> Phase:
        """When it is due."""
        return phase_of(self.kind)

    @property
    def locations(self) -> tuple[str, ...]:
        """Files that it is about."""
        return tuple(path for component in self.components for path in component.locations)


def works_of(technical_map: TechnicalMap, choice: GranularityChoice) -> tuple[Work, ...]:
    """Return what the map asks for, in the order of the map.

    :param choice: how many tickets each part of the map becomes.
    """
    return (
        *_component_works(technical_map.components),
        *_finished_components(technical_map.done),
        *_group_works(Kind.CHANGE, technical_map.changes, choice.changes),
        *_constraint_works(technical_map, choice.constraints),
        *_group_works(Kind.TEST, technical_map.tests, choice.tests),
        *_group_works(Kind.DEPLOYMENT, technical_map.deployment, choice.deployment),
    )


def _component_works(components: tuple[Component, ...]) -> Iterator[Work]:
    wired_in = [c for c in components if c.kind is ComponentKind.INTEGRATION and not c.specified]
    for component in components:
        if component not in wired_in:
            yield _component_work(component)
    if wired_in:
        yield Work(
            kind=Kind.COMPONENT,
            subject="integration",
            rank=Rank.INTEGRATION,
            group=ComponentKind.INTEGRATION,
            span=wired_in[0].span,
            components=tuple(wired_in),
        )


def _component_work(component: Component) -> Work:
    integrates = component.kind is ComponentKind.INTEGRATION
    return Work(
        kind=Kind.COMPONENT,
        subject=component.name,
        rank=Rank.INTEGRATION if integrates else Rank.COMPONENT,
        group=component.kind,
        span=component.span,
        components=(component,),
        earlier=component.earlier,
        slug=component.slug,
        was=component.was,
    )


def _finished_components(done: Iterable[Item]) -> Iterator[Work]:
    for item in done:
        yield Work(Kind.COMPONENT, item.title, Rank.COMPONENT, "done", item.span, done=True, slug=item.slug)


def _group_works(kind: Kind, groups: Iterable[ItemGroup], granularity: Granularity) -> Iterator[Work]:
    for group in groups:
        if not group.items:
            continue
        if group.name == ROLLBACK or granularity is Granularity.SECTION:
            yield _section_work(kind, group)
        elif granularity is Granularity.ITEM:
            yield from (_item_work(kind, group, item) for item in group.items)


def _section_work(kind: Kind, group: ItemGroup) -> Work:
    return Work(
        kind=kind,
        subject=group.name,
        rank=_rank(kind, group.name),
        group=group.name,
        span=group.span,
        items=group.items,
        heading=group.heading,
        context=group.context,
        done=all(item.done for item in group.items),
    )


def _item_work(kind: Kind, group: ItemGroup, item: Item) -> Work:
    return Work(
        kind=kind,
        subject=item.title,
        rank=_rank(kind, group.name),
        group=group.name,
        span=item.span,
        items=(item,),
        heading=group.heading,
        whole=False,
        done=item.done,
        slug=item.slug,
        was=item.was,
        number=item.number,
        earlier=f"{item.number} {item.title}" if item.number else "",
    )


def _constraint_works(technical_map: TechnicalMap, granularity: Granularity) -> Iterator[Work]:
    for area in technical_map.constraints:
        merged = ItemGroup(area.name, area.heading, area.span, tuple(i for g in area.groups for i in g.items))
        yield from _group_works(Kind.CONSTRAINT, [merged], granularity)


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
