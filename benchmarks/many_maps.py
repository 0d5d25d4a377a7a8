"""A repository of a thousand maps through ``check`` and ``plan``, with one process and with two."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from marko.ext.gfm import gfm

from benchmarks.clock import PROGRAM, best_runs, best_times
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
TEXT = (
    f"{MAPS:,} generated maps, all different. For each byte: processor time of the whole `check`, start and report "
    "included, beside bare Marko on the same texts. From one process to two: time on the clock of the whole command, "
    "which a second program on the machine spoils; the best of two runs each, in turn."
)


def rows(maps: int = MAPS, rounds: int = 2) -> Iterator[Row]:
    """Measure both commands on so many maps."""
    with TemporaryDirectory() as folder:
        texts = _written(Path(folder, "maps"), maps)
        size = sum(len(text.encode()) for text in texts)
        sample = texts[:: max(1, maps // SAMPLE)]
        marko = best_times({"marko": lambda: [gfm.parse(text) for text in sample]}, 3)["marko"]
        alone = best_runs({"check": _command("check", 1)}, Path(folder), 1)["check"]
        per_byte = (alone / size) / (marko / sum(len(text.encode()) for text in sample))
        what = f"`check` of {maps:,} maps with {size / 1e6:.1f} MB"
        yield Row(f"{what}, one process, to bare Marko for each byte", per_byte, MOST_PER_BYTE, unit=" x",
                  shows=Number.MANY)  # fmt: skip
        for command in ("check", "plan"):
            one, two = _seconds(command, Path(folder), rounds)
            yield Row(f"`{command}` of {maps:,} maps, two processes to one", one / two, floor=_cores(), unit=" x",
                      least=LEAST_SCALING if command == "check" else None, note=_throughput(size, one, two),
                      shows=Number.MANY if command == "check" else None)  # fmt: skip


def _written(folder: Path, maps: int) -> list[str]:
    texts = [map_of_bytes(number, BYTES) for number in range(maps)]
    assert len(set(texts)) == maps
    for number, text in enumerate(texts):
        file = folder / f"team-{number % 20}" / f"map-{number:04}.md"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return texts


def _command(command: str, jobs: int) -> Sequence[str]:
    if command == "check":
        return [PROGRAM, "check", "maps", "--jobs", str(jobs)]
    return [PROGRAM, "plan", "maps", "--to", "backlog:backlog", "--format", "json"]


def _seconds(command: str, folder: Path, rounds: int) -> tuple[float, float]:
    times = [[_run(command, jobs, folder) for jobs in (1, 2)] for _ in range(rounds)]
    one, two = (min(column) for column in zip(*times, strict=True))
    return one, two


def _run(command: str, jobs: int, folder: Path) -> float:
    started = time.perf_counter()
    environment = {**os.environ, "TECHMAP_SYNC_JOBS": str(jobs)}
    subprocess.run(_command(command, jobs), cwd=folder, env=environment, capture_output=True, check=True)  # noqa: S603
    return time.perf_counter() - started


def _cores() -> int:
    return min(2, len(os.sched_getaffinity(0)))


def _throughput(size: int, one: float, two: float) -> str:
    return f"{size / 1e6 / one:.2f} and {size / 1e6 / two:.2f} MB/s"
