"""A repository of many specs, nearly all of which are finished, through the commands that look at all of them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clock import PROGRAM, processor_time_of_children
from benchmarks.numbers import Number
from benchmarks.table import Row

UNITS, OPEN = 300, 10
PHASES, TASKS = 7, 6
"""Of each unit: tasks of each phase."""
MOST_SECONDS = 3.0
COMMANDS = (("plan",), ("status",), ("reconcile", "--report-only"))
TEXT = (
    f"{UNITS} specs of spec-kit with {PHASES * TASKS} tasks each, of which {UNITS - OPEN} are finished, and a folder "
    "of tickets. Processor time of whole processes, the best of two. Of a finished spec only the file with its tasks "
    "is read, and the server is asked nothing about it (`tests/app/test_many_units.py`)."
)


def rows(units: int = UNITS) -> Iterator[Row]:
    """Measure each command on so many specs."""
    with TemporaryDirectory() as folder:
        _write(Path(folder), units)
        for command in COMMANDS:
            seconds = min(_taken(command, Path(folder)) for _ in range(2))
            what = f"`{' '.join(command)}` of {units} specs, {units - OPEN} of them finished"
            yield Row(what, seconds, MOST_SECONDS, unit=" s", shows=Number.FINISHED)


def _taken(command: tuple[str, ...], folder: Path) -> float:
    """Return the processor time of a run; 3 is how one ends that has something to report."""
    before = processor_time_of_children()
    done = subprocess.run([PROGRAM, *command, "--to", "backlog:tickets"], cwd=folder, capture_output=True, check=False)  # noqa: S603 - ours
    assert done.returncode in (0, 3), done.stderr
    return processor_time_of_children() - before


def _write(folder: Path, units: int) -> None:
    (folder / "techmap-sync.toml").write_text('families = ["spec-kit"]\n', encoding="utf-8")
    for number in range(units):
        place = folder / f"specs/{number:03}-feature-{number}"
        place.mkdir(parents=True)
        (place / "tasks.md").write_text(_tasks(number, " " if number < OPEN else "x"), encoding="utf-8")
        rules = "\n".join(f"- **FR-{n:03}**: System MUST keep promise {n}" for n in range(1, 31))
        (place / "spec.md").write_text(f"# Feature Specification: Feature {number}\n\n{rules}\n", encoding="utf-8")


def _tasks(number: int, sign: str) -> str:
    lines = [f"# Tasks: Feature {number}"]
    for phase in range(1, PHASES + 1):
        lines += ["", f"## Phase {phase}: Part {phase} of feature {number}", ""]
        ids = range((phase - 1) * TASKS + 1, phase * TASKS + 1)
        lines += [f"- [{sign}] T{n:03} Build part {n} in `src/feature{number}/part{n}.py` as it is usual" for n in ids]
    return "\n".join(lines) + "\n"
