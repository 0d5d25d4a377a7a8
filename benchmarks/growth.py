"""How time and memory grow with the number of tasks, from the text of maps to what a push would write."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial

from benchmarks.clock import best_times, compared_times
from benchmarks.maps import map_text
from benchmarks.numbers import Number
from benchmarks.plans import edited, map_of
from benchmarks.table import Row, Section
from techmap_sync.config import load_settings
from techmap_sync.documents.base import Granularity
from techmap_sync.documents.technical_map.model import TechnicalMap
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.planning.task import TaskPlan
from techmap_sync.sync.apply import apply
from techmap_sync.sync.block import read_block
from techmap_sync.sync.change_set import ChangeSet, MapChanges
from techmap_sync.sync.match import DesiredMap
from techmap_sync.sync.tickets import sort_tickets
from techmap_sync.sync.tracker import Capabilities, Snapshot
from tests.fakes.memory import MemoryTracker
from tests.planning.maps import SECTIONS, plan_of
from tests.sync.build import POLICY, origin
from tests.sync.drive import decided

SIZES = (10, 100, 1_000, 10_000)
LARGEST = 2_500
"""Tasks of one map: with more, a map of this kind has more lines than one may have."""
ROUNDS = 2
ROUNDS_IN_TURN = 3
"""Of a small and a large number of tasks, to compare the two: a machine that becomes slower makes both so."""
ROUNDS_OF_ONE_MAP = 5
MOST_GROWTH = 12
MOST_MEMORY = 400
"""MB."""
ITEMS = replace(SECTIONS, tests=Granularity.ITEM)
ROOMY = Capabilities(parent_at_creation=True, body_limit=1_000_000)
GENEROUS = replace(POLICY, limits=replace(POLICY.limits, max_creates=100_000))


@dataclass(frozen=True)
class Shelf:
    """Maps with so many tasks together, and the tickets that a push of them has made."""

    texts: tuple[str, ...]
    maps: tuple[TechnicalMap, ...]
    plans: tuple[TaskPlan, ...]
    """With one edit since the push."""
    snapshot: Snapshot

    def parsed(self) -> object:
        """Read the texts."""
        return [_read(text) for text in self.texts]

    def planned(self) -> object:
        """Make the tasks of the maps."""
        return [plan_of(each, ITEMS) for each in self.maps]

    def compared(self) -> object:
        """Work out what a push would write."""
        return compared(self.plans, self.snapshot)

    def planned_and_compared(self) -> object:
        """Do both, as a push does."""
        return self.planned(), self.compared()


def section(sizes: Sequence[int] = SIZES) -> Section:
    """Measure each step at each size."""
    text = (
        "Reading maps (`parse`), making their tasks (`plan`), and comparing these with the tickets of an earlier push "
        f"after one edit (`diff`). A map has {LARGEST:,} tasks at most, because it may have 5,000 lines: more tasks "
        "are spread over several maps, all different; one line shows a single map that large, for `diff` alone. "
        f"Processor time, in turn, the best of {ROUNDS} (with more than {LARGEST:,} tasks: once); peak memory by "
        f"`tracemalloc`, measured apart. Two sizes are compared in rounds, each of small ones and a large one in turn: "
        f"the median of {ROUNDS_IN_TURN}, of the single map of {ROUNDS_OF_ONE_MAP}."
    )
    return Section("Growth", text, list(_rows(sizes)))


def shelf_of(tasks: int) -> Shelf:
    """Return maps with so many tasks, pushed."""
    each = min(tasks, LARGEST)
    texts = tuple(map_text(number, each // 10, each - each // 10) for number in range(tasks // each))
    maps = tuple(map(_read, texts))
    plans = tuple(plan_of(found, ITEMS) for found in maps)
    tracker = MemoryTracker(ROOMY)
    for _ in apply(ChangeSet(tracker.name, compared(plans, Snapshot(()))), tracker, GENEROUS):
        pass
    return Shelf(texts, maps, (edited(plans[0], 1), *plans[1:]), tracker.snapshot(POLICY.managed_label))


def compared(plans: Sequence[TaskPlan], snapshot: Snapshot) -> tuple[MapChanges, ...]:
    """Sort tickets by maps, and return what a push of the maps would change."""
    read_block.cache_clear()  # A run that begins has read no ticket yet.
    desired = [DesiredMap(each.map_id, origin(each.map_id), each) for each in plans]
    done = decided(desired, sort_tickets(snapshot, GENEROUS), ROOMY, GENEROUS)
    return tuple(each.changes for each in done.maps)


def _rows(sizes: Sequence[int]) -> Iterator[Row]:
    peaks: dict[str, float] = {}
    shelves = {size: shelf_of(size) for size in sizes}
    for size, shelf in shelves.items():
        steps = {"parse": shelf.parsed, "plan": shelf.planned, "diff": shelf.compared}
        gc.collect()
        seconds = best_times(steps, 1 if size > LARGEST else ROUNDS)
        peaks = {name: _peak(step) for name, step in steps.items()}
        for name in steps:
            what = f"{size:,} tasks in {_maps(shelf)}, `{name}` of one"
            yield Row(what, 1e6 * seconds[name] / size, unit=" µs", note=f"peak memory {peaks[name]:.1f} MB")
    small, big = sizes[-2:]
    large, little = shelves[big].planned_and_compared, shelves[small].planned_and_compared
    growth = compared_times(large, little, big // small, ROUNDS_IN_TURN)
    yield Row(f"{small:,} to {big:,} tasks, `plan` + `diff`", growth, MOST_GROWTH, unit=" x",
              shows=Number.GROWTH, floor=big / small)  # fmt: skip
    yield Row(
        f"{big:,} tasks, peak memory of `plan` or `diff`",
        max(peaks["plan"], peaks["diff"]),
        MOST_MEMORY,
        unit=" MB",
        shows=Number.GROWTH,
    )
    yield Row(f"{small:,} to {big:,} tasks of one map, `diff`", _growth_of_one_map(small, big), MOST_GROWTH, unit=" x",
              floor=big / small)  # fmt: skip


def _growth_of_one_map(small: int, big: int) -> float:
    times = big // small
    return compared_times(_comparison_of_one_map(big), _comparison_of_one_map(small), times, ROUNDS_OF_ONE_MAP)


def _comparison_of_one_map(tasks: int) -> Callable[[], object]:
    """Return what compares one map with its tickets after an edit."""
    made = map_of(tasks)
    tracker = MemoryTracker(replace(ROOMY, body_limit=10**9))
    for _ in apply(ChangeSet(tracker.name, compared([made], Snapshot(()))), tracker, GENEROUS):
        pass
    return partial(compared, [edited(made, 1)], tracker.snapshot(POLICY.managed_label))


def _maps(shelf: Shelf) -> str:
    return f"{len(shelf.texts)} map{'s' if len(shelf.texts) > 1 else ''}"


def _peak(step: Callable[[], object]) -> float:
    gc.collect()
    tracemalloc.start()
    step()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak / 2**20


def _read(text: str) -> TechnicalMap:
    found = parse(text, _vocabulary()).map
    assert found is not None
    return found


@lru_cache
def _vocabulary() -> Vocabulary:
    return Vocabulary.from_tables(load_settings(None, {}).vocabulary)
