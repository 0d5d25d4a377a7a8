"""What reading a map costs, as a ratio to what Marko alone needs for its text; and texts that are made to stall it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from time import process_time

from marko import Markdown
from marko.ext.gfm import gfm

from benchmarks.clock import best_times
from benchmarks.numbers import Number
from benchmarks.table import Row
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.documents.text import decode
from tests.documents.test_hostile import LONG, MEBIBYTE

BOUND = 1.3
ROUNDS = 7
SECONDS = 10
ROOT = Path(__file__).parents[1]
TEXT = (
    "*Bare Marko* is `marko.ext.gfm.gfm.parse`: the same library with the tables and strikethrough that maps use. Ours "
    "leaves out what maps do not need (automatic links), looks at the first characters of a line before it tries "
    "patterns, and bounds what a text may cost; that is why a ratio below 1 is possible."
)


def vocabulary() -> Vocabulary:
    """Return the shipped words."""
    text = (ROOT / "config" / "defaults.toml").read_text(encoding="utf-8")
    return Vocabulary.from_tables(tomllib.loads(text)["vocabulary"])


def ratios(rounds: int = ROUNDS) -> list[Row]:
    """Measure all maps of the corpus."""
    words, plain = vocabulary(), Markdown()
    texts = [decode(path.read_bytes()) for path in sorted((ROOT / "tests" / "corpus").glob("*.md"))]
    best = best_times(
        {
            "ours": lambda: [parse(text, words) for text in texts],
            "marko": lambda: [gfm.parse(text) for text in texts],
            "plain": lambda: [plain.parse(text) for text in texts],
        },
        rounds,
    )
    what = "whole `parse()` of all maps of the corpus"
    return [
        Row(f"{what} to bare Marko", best["ours"] / best["marko"], BOUND, unit=" x", shows=Number.PARSING),
        Row(f"{what} to Marko without tables and the like", best["ours"] / best["plain"], unit=" x"),
    ]


def hostile(names: tuple[str, ...] = tuple(LONG)) -> list[Row]:
    """Read a mebibyte of each text that is made to stall or overflow a parser."""
    words = vocabulary()
    seconds = {name: _seconds(name, words) for name in names}
    slowest = max(seconds, key=lambda name: seconds[name])
    what = f'1 MiB of each of {len(names)} hostile texts, the slowest ("{slowest}")'
    return [Row(what, seconds[slowest], SECONDS, unit=" s", shows=Number.HOSTILE)]


def _seconds(name: str, words: Vocabulary) -> float:
    start, unit = LONG[name]
    text = start + unit * (MEBIBYTE // len(unit.encode()))
    started = process_time()
    parse(text, words)
    return process_time() - started
