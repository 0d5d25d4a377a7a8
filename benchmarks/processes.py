"""What start-up costs: processor time of whole processes, taken in turn, the best of several."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.table import Row, Section

ROUNDS = 9
BOUND = 1.6
SIZE = 10_000
"""Bytes of the map."""
CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
BARE = "import typer, rich, pydantic_settings, marko"


def section() -> Section:
    """Measure `--version` and `check` beside the bare import of what they stand on."""
    text = (
        f'Each beside `python -c "{BARE}"`, as whole processes: processor time, '
        f"in turn, the best of {ROUNDS}. The map has {SIZE:,} bytes."
    )
    return Section("Start-up", text, list(_rows()))


def _rows() -> Iterator[Row]:
    program = str(Path(sys.executable).with_name("techmap-sync"))
    with TemporaryDirectory() as folder:
        file = Path(folder, "map.md")
        file.write_text(_map(), encoding="utf-8")
        commands = {
            "bare": [sys.executable, "-c", BARE],
            "`--version`": [program, "--version"],
            "`check`": [program, "check", str(file)],
        }
        best = _best(commands, folder)
    for name in list(commands)[1:]:
        yield Row(f"{name} to the bare import", best[name] / best["bare"], BOUND, unit=" x")


def _map() -> str:
    """Return a map of the wanted size: one of the corpus, with more about its last section."""
    text = (CORPUS / "04-faceted-search.md").read_text(encoding="utf-8")
    lines = (f"- Verify facet {n} against the catalogue of shop {n % 7}\n" for n in range(SIZE))
    while len(text.encode()) < SIZE:
        text += next(lines)
    return text


def _best(commands: Mapping[str, Sequence[str]], folder: str) -> dict[str, float]:
    taken = [{name: _seconds(command, folder) for name, command in commands.items()} for _ in range(ROUNDS)]
    return {name: min(each[name] for each in taken) for name in commands}


def _seconds(command: Sequence[str], folder: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, capture_output=True, check=False)  # noqa: S603 - `check` exits 1 on problems
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
