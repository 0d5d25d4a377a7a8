"""How long something takes: processor time, in turn, many times, so that no other program on the machine decides."""

from __future__ import annotations

import gc
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

PROGRAM = str(Path(sys.executable).with_name("techmap-sync"))


def best_times(works: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the shortest processor time that each piece of work needed, in seconds."""
    times = [{name: _time(work) for name, work in works.items()} for _ in range(rounds)]
    return {name: min(each[name] for each in times) for name in works}


@contextmanager
def calm() -> Iterator[None]:
    """Let nobody look for garbage in what there is when the block begins: the larger of two would slow the other.

    What was kept from such looks before, stays so.
    """
    is_outermost = not gc.get_freeze_count()
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        if is_outermost:
            gc.unfreeze()


def compared_times(work: Callable[[], object], yardstick: Callable[[], object], times: int, rounds: int) -> float:
    """Return how many times the processor time of a yardstick some work takes: the median of so many rounds.

    :param times: how often the yardstick is done for each time that the work is, so that both take about as long.
    """
    with calm():
        return median(times * _time(work) / sum(_time(yardstick) for _ in range(times)) for _ in range(rounds))


def compared_runs(
    commands: Mapping[str, Sequence[str]], yardstick: Sequence[str], folder: Path, rounds: int
) -> dict[str, float]:
    """Return how many times the processor time of a yardstick each command takes, all as whole processes.

    A process lives so shortly that the best of many is luck: of each round the ratio counts, and of these the median.
    All find their modules compiled, as installed programs do; the first round does that and does not count.
    """
    with TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        times = [{name: _run(command, folder, environment) for name, command in {**commands, "": yardstick}.items()}
                 for _ in range(rounds + 1)]  # fmt: skip
    return {name: median(each[name] / each[""] for each in times[1:]) for name in commands}


def processor_time_of_children() -> float:
    """Return the processor time of all processes that this one has started and that have ended, in seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _time(work: Callable[[], object]) -> float:
    started = process_time()
    work()
    return process_time() - started


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> float:
    before = processor_time_of_children()
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=True)  # noqa: S603 - ours
    return processor_time_of_children() - before
