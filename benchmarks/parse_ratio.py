"""What reading a map costs, as a ratio to what Marko alone needs for the same text.

The bound is 1.3 (CONTRIBUTING.md, "Speed"). Both are measured in turn, several times, and the best time of each counts,
so that another program on the machine does not decide.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from time import process_time

from marko.ext.gfm import gfm

from benchmarks.table import Row, Section
from techmap_sync.parsing.parser import decode, parse
from techmap_sync.parsing.vocabulary import Vocabulary

BOUND = 1.3
ROUNDS = 7
ROOT = Path(__file__).parents[1]


def section() -> Section:
    """Measure all maps of the corpus."""
    tables = tomllib.loads((ROOT / "config" / "defaults.toml").read_text(encoding="utf-8"))["vocabulary"]
    vocabulary = Vocabulary.from_tables(tables)
    texts = [decode(path.read_bytes()) for path in sorted((ROOT / "tests" / "corpus").glob("*.md"))]
    marko, ours = best_times(texts, [gfm.parse, lambda text: parse(text, vocabulary)])
    text = f"All maps of the corpus, processor time, in turn, the best of {ROUNDS}."
    return Section("Parsing", text, [Row("whole `parse()` to bare Marko", ours / marko, BOUND, unit=" x")])


def best_times(texts: Sequence[str], readers: Sequence[Callable[[str], object]]) -> list[float]:
    """Return the shortest time that each reader needed for all texts."""
    times = [[_time(reader, texts) for reader in readers] for _ in range(ROUNDS)]
    return [min(column) for column in zip(*times, strict=True)]


def _time(reader: Callable[[str], object], texts: Sequence[str]) -> float:
    start = process_time()
    for text in texts:
        reader(text)
    return process_time() - start
