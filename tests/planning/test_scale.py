"""A big map is planned quickly and in little memory."""

from __future__ import annotations

import tracemalloc

from techmap_sync.diagnostics import Span
from techmap_sync.documents.base import Granularity, GranularityChoice
from techmap_sync.documents.technical_map.model import Component, ComponentKind, ItemGroup, TechnicalMap
from techmap_sync.documents.work import Item, Method
from tests.measure import measured
from tests.planning.maps import plan_of
from tests.sampling import sampling

WHERE = Span(1)
ITEMS = GranularityChoice(Granularity.ITEM, Granularity.ITEM, Granularity.ITEM, Granularity.NONE)


def big_map(tasks: int) -> TechnicalMap:
    """Half of it components that mention a change, half of it tests that mention a component."""
    half = tasks // 2
    methods = tuple(Method(f"do_it_{n}", f"do_it_{n}()", "does it", WHERE) for n in range(3))
    components = tuple(
        Component(
            f"PartNumber{n}", ComponentKind.NEW, WHERE, (f"p/{n}.py",), f"Purpose {n}.", "", methods, specified=True
        )
        for n in range(half)
    )
    tests = tuple(Item(f"PartNumber{n} does what it shall", Span(n + 1)) for n in range(half))
    return TechnicalMap("Big", WHERE, components=components, tests=(ItemGroup("unit", "Unit Tests", WHERE, tests),))


COUNT = sampling.times("tasks of a big map", 500, 2000)
"""By default a fourth of them, in a fourth of the time and room."""


def test_two_thousand_tasks_are_planned_in_two_seconds_and_200_mb() -> None:
    technical_map = big_map(COUNT)
    with measured() as taken:
        plan = plan_of(technical_map, ITEMS)
    assert len(plan.tasks) == COUNT
    assert taken.seconds < 2 * COUNT / 2000
    tracemalloc.start()
    plan_of(technical_map, ITEMS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 * 2**20 * COUNT / 2000
