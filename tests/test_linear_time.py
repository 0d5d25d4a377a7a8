"""No construct costs more than its length: twice the text takes at most about twice the time (docs/map-format.md).

What a command does to a text without a tracker is measured in two steps: reading and checking, and planning the texts
of all tickets. Processor time, each text anew: the smallest of several measurements, since noise only adds.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from functools import lru_cache

import pytest

from benchmarks.clock import calm
from techmap_sync.config import shipped
from techmap_sync.documents.base import GranularityChoice
from techmap_sync.documents.marko_patches import MAX_LINES
from techmap_sync.documents.technical_map import map_advice
from techmap_sync.documents.technical_map.checks import check
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.model import TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.planning.body import TicketTexts
from techmap_sync.planning.lines import ledger_of_lines
from techmap_sync.planning.link_targets import MapSource
from techmap_sync.planning.planner import plan_tasks
from techmap_sync.planning.rules import advice_on
from techmap_sync.planning.templates import TicketTemplates
from tests.constructs import CONSTRUCTS, GRAMMAR, Construct
from tests.measure import measured
from tests.planning.maps import ITEMS, SECTIONS, graph_of, options, vocabulary
from tests.sampling import sampling

MEBIBYTE = 1 << 20
SMALLEST = 1 << 13
MEASURABLE = 0.05 if sampling.everything else 0.025
"""Seconds that a text must take before its time tells anything."""
RATIO = 2.3
SIZES, ROUNDS = 3, 5
"""A text of superlinear cost stays above the ratio however often it is measured."""
SECONDS = 10


Work = Callable[[str], Callable[[], object]]
"""Prepares a text, and returns what is to be measured."""
Clock = Callable[[Callable[[], object]], float]
"""Does something, and returns how many seconds it took."""


def read(text: str) -> TechnicalMap | None:
    """What `check` does to a text."""
    found = parse(text, vocabulary())
    check(found)
    if found.map is not None:
        graph_of(found.map, SECTIONS)
    return found.map


def plan(text: str, technical_map: TechnicalMap | None, choice: GranularityChoice) -> object:
    """What `plan` does to a map before it asks a tracker, and `show` to find each line in a ticket."""
    assert technical_map is not None, "nothing would be measured"
    graph = graph_of(technical_map, choice)
    said = statements_of(text, vocabulary())
    texts = TicketTexts(graph, MapSource("docs/map.md"), templates(), said)
    return ledger_of_lines(said, plan_tasks(graph, options(), texts))


@lru_cache
def templates() -> TicketTemplates:
    """The templates, compiled once: that takes longer than most texts."""
    return TicketTemplates(shipped(""))


def advising(text: str) -> Callable[[], object]:
    """What `check` does for an author, besides."""
    found = parse(text, vocabulary()).map
    assert found is not None
    graph, said = graph_of(found, SECTIONS), statements_of(text, vocabulary())
    return lambda: (map_advice.advice_on(graph.document, said, vocabulary()), advice_on(graph))


def reading(text: str) -> Callable[[], object]:
    return lambda: read(text)


def planning(text: str, choice: GranularityChoice = SECTIONS) -> Callable[[], object]:
    technical_map = parse(text, vocabulary()).map
    return lambda: plan(text, technical_map, choice)


def planning_each_item(text: str) -> Callable[[], object]:
    return planning(text, ITEMS)


def seconds(work: Callable[[], object]) -> float:
    """Measure once, without the collector of garbage, which looks at what other tests left."""
    gc.disable()
    try:
        with measured() as taken:
            work()
    finally:
        gc.enable()
    return taken.seconds


def is_linear(construct: Construct, prepare: Work, taken: Clock | None = None) -> bool:
    """Say whether twice the text takes at most about twice the time, at one of several sizes.

    What costs more does so at each size; a step at one size, as where a cache of the processor ends, is passed by.

    :param taken: what measures, in seconds
    """
    taken = taken or seconds
    size = _size_to_measure(construct, prepare, taken)
    for _ in range(SIZES):
        once, twice = prepare(construct.text(size)), prepare(construct.text(2 * size))
        short, long = taken(once), taken(twice)
        for _ in range(ROUNDS):
            if long <= max(RATIO * short, MEASURABLE):
                return True
            short, long = min(short, taken(once)), min(long, taken(twice))
        size = 2 * size if _fits(construct.text(4 * size)) else size * 3 // 4
    return False


def _size_to_measure(construct: Construct, prepare: Work, taken: Clock) -> int:
    """Return a size that takes a while, at most half of what a text may have and is read as Markdown."""
    size = SMALLEST
    while taken(prepare(construct.text(size))) < MEASURABLE and _fits(construct.text(4 * size)):
        size *= 2
    return size


def _fits(text: str) -> bool:
    return len(text.encode()) <= MEBIBYTE + 1000 and text.count("\n") + text.count("\r") < MAX_LINES


@pytest.fixture(autouse=True, scope="module")
def _calm() -> Iterator[None]:
    """Compile what is compiled once, and leave what other tests made to the collector for later."""
    planning(CONSTRUCTS["tests"].text(SMALLEST))()
    with calm():
        yield


def test_there_are_sixty_constructs_and_more() -> None:
    assert len(CONSTRUCTS) >= 60
    assert len({construct.text(SMALLEST) for construct in CONSTRUCTS.values()}) == len(CONSTRUCTS)


MEASURED = sampling.spread("constructs at n and 2n", CONSTRUCTS, 7)


@pytest.mark.parametrize("name", MEASURED)
def test_reading_takes_linear_time(name: str) -> None:
    assert is_linear(CONSTRUCTS[name], reading)


@pytest.mark.parametrize("name", sampling.spread("constructs on which authors are advised", GRAMMAR, 2))
def test_advice_takes_linear_time(name: str) -> None:
    assert is_linear(CONSTRUCTS[name], advising)


@pytest.mark.parametrize("name", MEASURED)
def test_planning_takes_linear_time(name: str) -> None:
    assert is_linear(CONSTRUCTS[name], planning)


@pytest.mark.parametrize("name", sampling.spread("constructs with a ticket per item", GRAMMAR, 3))
def test_planning_a_ticket_for_each_item_takes_linear_time(name: str) -> None:
    assert is_linear(CONSTRUCTS[name], planning_each_item)


@pytest.mark.parametrize(
    "name", dict.fromkeys(["growing backticks", *sampling.spread("constructs of 1 MiB", CONSTRUCTS, 2)])
)
def test_a_mebibyte_is_read_and_planned_in_time(name: str) -> None:
    text = CONSTRUCTS[name].text(MEBIBYTE - 1000)
    with measured() as taken:
        plan(text, read(text), SECTIONS)
    assert taken.seconds < SECONDS


def known(cost: Callable[[int], float]) -> bool:
    """Judge a construct by what it is said to cost, in multiples of the smallest measurable time."""
    texts = Construct("", "a".__mul__, "")
    return is_linear(texts, lambda text: lambda: cost(len(text)), lambda work: MEASURABLE * float(str(work())))


def test_the_measurement_knows_what_costs_more() -> None:
    assert not known(lambda size: (size / SMALLEST) ** 1.5)
    assert not known(lambda size: (size / SMALLEST) ** 1.25)


def test_the_measurement_knows_what_costs_its_length() -> None:
    assert known(lambda size: size / SMALLEST)
    assert known(lambda size: 3 + size / SMALLEST)
