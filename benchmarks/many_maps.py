"""A repository of a thousand maps through ``check`` and ``plan``, with one process and with two."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory

from marko.ext.gfm import gfm

from benchmarks.clock import PROGRAM, processor_time_of_children
from benchmarks.maps import map_of_bytes
from benchmarks.numbers import Number
from benchmarks.table import Row

MAPS = 1_000
BYTES = 10_000
"""Of each map."""
AT_ONCE = 5
"""How many maps bare Marko reads in its turn."""
TURN = 2.0
"""Seconds that a command runs before it is Marko's turn."""
MOST_PER_BYTE = 1.3
LEAST_SCALING = 1.6
COMMANDS = ("check", "plan")
TEXT = (
    f"{MAPS:,} generated maps, all different. For each byte: processor time of the whole `check`, start and report "
    "included, compared with bare Marko, for which it pauses again and again, on the same texts. From one process to "
    "two: time on the clock of the whole command, which a second program on the machine spoils. Processes share "
    "reading and the notes for authors; one of them makes the plan."
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
        for command in COMMANDS:
            marko = Marko(texts) if command == "check" else None
            one, two = _run(command, 1, Path(folder), marko), _run(command, 2, Path(folder))
            if marko:
                what = f"`check` of {maps:,} maps with {size / 1e6:.1f} MB, one process"
                ratio = one.processor / size / marko.for_a_byte
                what = f"{what}, to bare Marko for each byte"
                yield Row(what, ratio, MOST_PER_BYTE, unit=" x", shows=Number.MANY)
            yield _scaling(command, maps, size, one.clock, two.clock)


@dataclass
class Marko:
    """Bare Marko, which reads some of the texts whenever it is asked to."""

    texts: Sequence[str]
    seconds: float = 0.0
    size: int = 0

    def read(self) -> None:
        """Read the next texts."""
        first = (self.size // BYTES) % len(self.texts)
        some = self.texts[first : first + AT_ONCE]
        begin = time.process_time()
        for text in some:
            gfm.parse(text)
        self.seconds += time.process_time() - begin
        self.size += sum(len(text.encode()) for text in some)

    @property
    def for_a_byte(self) -> float:
        """Seconds."""
        return self.seconds / self.size


def _scaling(command: str, maps: int, size: int, one: float, two: float) -> Row:
    """Return how much faster two processes are.

    :param size: bytes of all maps.
    :param one: seconds that one process takes; ``two`` likewise.
    """
    note, what = f"{size / 1e6 / one:.2f} and {size / 1e6 / two:.2f} MB/s", f"`{command}` of {maps:,} maps"
    row = Row(f"{what}, two processes to one", one / two, unit=" x", note=note)
    return replace(row, least=LEAST_SCALING, shows=Number.MANY) if command == "check" else row


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


def _run(command: str, jobs: int, folder: Path, marko: Marko | None = None) -> Taken:
    """Run a command to its end.

    :param marko: reads in turns with a command of one process, so that both meet the machine as fast as it is just then
    """
    environment = {**os.environ, "TECHMAP_SYNC_JOBS": str(jobs)}
    before, started, rested = processor_time_of_children(), time.perf_counter(), 0.0
    process = subprocess.Popen(_command(command), cwd=folder, env=environment, stdout=DEVNULL, stderr=DEVNULL)  # noqa: S603 - ours
    while process.poll() is None:
        with suppress(subprocess.TimeoutExpired):
            process.wait(TURN if marko else None)
        if marko:
            paused = time.perf_counter()
            process.send_signal(signal.SIGSTOP)
            marko.read()
            process.send_signal(signal.SIGCONT)
            rested += time.perf_counter() - paused
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, _command(command))
    return Taken(processor_time_of_children() - before, time.perf_counter() - started - rested)
