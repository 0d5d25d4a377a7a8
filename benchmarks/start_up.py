"""What start-up costs: processor time of whole processes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.clock import PROGRAM, compared_runs
from benchmarks.numbers import Number
from benchmarks.table import Row

ROUNDS = 25
BOUND = 1.6
SIZE = 10_000
"""Bytes of the map."""
CORPUS = Path(__file__).parents[1] / "tests" / "corpus"
BARE = "import typer, rich, pydantic_settings, marko"
TEXT = (
    f'Each compared with `python -c "{BARE}"`, as whole processes with their modules compiled; '
    f"the median of {ROUNDS} rounds. The map has {SIZE:,} bytes. "
    "The program does without pydantic-settings where no variable holds a setting, and `check` without Rich where no "
    "terminal shows colours."
)


def rows(rounds: int = ROUNDS) -> Iterator[Row]:
    """Measure `--version` and `check`."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "map.md")
        file.write_text(_map(), encoding="utf-8")
        commands = {"version": [PROGRAM, "--version"], "check": [PROGRAM, "check", str(file)]}
        ratios = compared_runs(commands, [sys.executable, "-c", BARE], Path(folder), rounds)
    yield Row("`--version` to the bare import", ratios["version"], unit=" x")
    yield Row("`check` to the bare import", ratios["check"], BOUND, unit=" x", shows=Number.START)


def _map() -> str:
    """Return a map of the wanted size: one of the corpus, with more about its last section."""
    text = (CORPUS / "04-faceted-search.md").read_text(encoding="utf-8")
    lines = (f"- Verify facet {n} against the catalogue of shop {n % 7}\n" for n in range(SIZE))
    while len(text.encode()) < SIZE:
        text += next(lines)
    return text
