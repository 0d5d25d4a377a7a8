"""A repository of a thousand maps through ``check`` and ``plan``, with one process and with two."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from marko.ext.gfm import gfm

from benchmarks.clock import PROGRAM, best_times, processor_time_of_children
from benchmarks.maps import map_of_bytes
from benchmarks.numbers import Number
from benchmarks.table import Row

MAPS = 1_000
BYTES = 10_000
"""Of each map."""
SAMPLE = 100
"""Every how-manieth map bare Marko reads, three times: what it takes for a byte is the same for all."""
MOST_PER_BYTE = 1.3
LEAST_SCALING = 1.6
COMMANDS = ("check", "plan")
TEXT = (
    f"{MAPS:,} generated maps, all different. For each byte: processor time of the whole `check`, start and report "
    "included, compared with bare Marko on the same texts. From one process to two: time on the clock of the whole "
    "command, which a second program on the machine spoils. Processes share reading and the notes for authors; one of "
    "them makes the plan."
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a whole process took, with those that it started."""

    processor: float
    clock: float


def rows(maps: int = MAPS) -> Iterator[Row]:
    """Measure both commands on so many maps."""
    with TemporaryDirectory() as folder:
        texts = _written(Path(folder, "maps"), maps)
        size = sum(len(text.encode()) for text in texts)
        marko = _marko(texts[:: max(1, maps // SAMPLE)])
        for command in COMMANDS:
            one, two = (_run(command, jobs, Path(folder)) for jobs in (1, 2))
            if command == "check":
                what = f"`check` of {maps:,} maps with {size / 1e6:.1f} MB, one process"
                ratio = one.processor / size / marko
                what = f"{what}, to bare Marko for each byte"
                yield Row(what, ratio, MOST_PER_BYTE, unit=" x", shows=Number.MANY)
            yield _scaling(command, maps, size, one.clock, two.clock)


def _scaling(command: str, maps: int, size: int, one: float, two: float) -> Row:
    """Return how much faster two processes are.

    :param size: bytes of all maps.
    :param one: seconds that one process takes; ``two`` likewise.
    """
    note, what = f"{size / 1e6 / one:.2f} and {size / 1e6 / two:.2f} MB/s", f"`{command}` of {maps:,} maps"
    row = Row(f"{what}, two processes to one", one / two, unit=" x", note=note)
    return replace(row, least=LEAST_SCALING, shows=Number.MANY) if command == "check" else row


def _marko(texts: Sequence[str]) -> float:
    """Return the seconds that bare Marko needs for a byte."""
    seconds = best_times({"marko": lambda: [gfm.parse(text) for text in texts]}, 3)["marko"]
    return seconds / sum(len(text.encode()) for text in texts)


def _written(folder: Path, maps: int) -> list[str]:
    texts = [map_of_bytes(number, BYTES) for number in range(maps)]
    assert len(set(texts)) == maps
    for number, text in enumerate(texts):
        file = folder / f"team-{number % 20}" / f"map-{number:04}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return texts


def _command(command: str) -> Sequence[str]:
    of_plan = ["--to", "backlog:backlog", "--format", "json"] if command == "plan" else []
    return [PROGRAM, command, "maps", *of_plan]


def _run(command: str, jobs: int, folder: Path) -> Taken:
    environment = {**os.environ, "TECHMAP_SYNC_JOBS": str(jobs)}
    before, started = processor_time_of_children(), time.perf_counter()
    subprocess.run(_command(command), cwd=folder, env=environment, capture_output=True, check=True)  # noqa: S603 - ours
    return Taken(processor_time_of_children() - before, time.perf_counter() - started)
