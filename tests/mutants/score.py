"""What mutation testing found: kept by ``make mutants``, and written on a page with the reason of each survivor."""

from __future__ import annotations

import json
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import planting
from tests.mutants.operators import Mutant

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/mutation.md"
RECORD = Path(__file__).with_name("score.json")
SAMPLE = Path(__file__).with_name("sample.json")
ONE_OF = 25
"""How many faults one of the sample stands for."""
REASONS = Path(__file__).with_name("survivors.toml")
SECONDS = 6.0
"""Of processor time that the tests of one fault take on sound code."""
Key = tuple[str, str, str, str]
"""Module, function, operator, and the change of the code."""
TEXT = """\
# Mutation testing of `techmap_sync/sync`

*For anyone who changes the sync core.*

`make mutants` puts one small fault at a time into the sync core and runs the tests that reach its line; a fault that no
test notices survives. `tests/mutants/operators.py` has the operators: comparisons turned, `and` for `or`, operands,
elements, arguments and statements dropped, conditions that always or never hold, other constants, other functions. A
test that takes long or depends on the clock is not tried, nor are tests of other folders than `tests/sync` and
`tests/fakes` apart from the written bytes and the histories of `tests/explore`: those that once broke a promise, and
those whose pushes are recorded (`test_history_records.py`). For each fault the tests get a few seconds of processor
time, those first that reach the most lines which no earlier one reached. So a survivor is a fault that these tests do
not notice in that time; others may. Nothing is taken off the score for a fault that changes nothing: it counts as a
survivor. The table has the modules all of whose faults were tried.
"""


@dataclass(frozen=True, slots=True)
class Score:
    """What became of the mutants of one module."""

    tried: int
    survived: tuple[Key, ...]

    @property
    def noticed(self) -> int:
        """How many some test noticed."""
        return self.tried - len(self.survived)


def scores() -> dict[str, Score]:
    """Return what is recorded, by module."""
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    return {
        module: Score(each["tried"], tuple((module, *names) for names in each["survived"]))
        for module, each in known.items()
    }


def named(mutant: Mutant) -> str:
    """Return a mutant's name in one line."""
    return " | ".join(mutant.key)


def sample() -> dict[str, str]:
    """Return the tests that noticed the faults of the sample, by the names of the faults."""
    known: dict[str, str] = json.loads(SAMPLE.read_text("utf-8")) if SAMPLE.exists() else {}
    return known


def in_sample(mutant: Mutant) -> bool:
    """Whether a fault belongs to the sample; its name alone decides."""
    return zlib.crc32(named(mutant).encode()) % ONE_OF == 0


def record(results: Sequence[tuple[Mutant, str]]) -> None:
    """Keep what became of all mutants of some modules, and the sample of them, and write the page."""
    known = json.loads(RECORD.read_text("utf-8")) if RECORD.exists() else {}
    tests = sample()
    for module in dict.fromkeys(mutant.module for mutant, _ in results):
        own = [(mutant, killer) for mutant, killer in results if mutant.module == module]
        survived = sorted(mutant.key[1:] for mutant, killer in own if not killer)
        known[module] = {"tried": len(own), "survived": survived}
        tests = {name: test for name, test in tests.items() if not name.startswith(f"{module} | ")}
        tests |= {named(mutant): killer for mutant, killer in own if "::" in killer and in_sample(mutant)}
    _write(RECORD, known)
    _write(SAMPLE, tests)
    PAGE.write_text(page(), "utf-8")


def record_again(results: Sequence[tuple[Mutant, str]]) -> None:
    """Take off the survivors what other tests noticed later, and write the page."""
    known = json.loads(RECORD.read_text("utf-8"))
    noticed = {mutant.key: killer for mutant, killer in results if killer}
    for module, each in known.items():
        each["survived"] = [names for names in each["survived"] if (module, *names) not in noticed]
    tests = sample() | {named(mutant): killer for mutant, killer in results if "::" in killer and in_sample(mutant)}
    _write(RECORD, known)
    _write(SAMPLE, tests)
    PAGE.write_text(page(), "utf-8")


def _write(path: Path, values: Mapping[str, object]) -> None:
    path.write_text(json.dumps(values, indent=1, ensure_ascii=False, sort_keys=True) + "\n", "utf-8")


def reasons() -> dict[Key, str]:
    """Return why each explained survivor may survive."""
    groups = tomllib.loads(REASONS.read_text("utf-8")).get("survivors", [])
    return {
        (group["module"], group["function"], operator, change): group["reason"]
        for group in groups
        for operator, change in group["changes"]
    }


def unexplained(survived: Sequence[Key]) -> list[Key]:
    """Return the survivors that have no reason."""
    known = reasons()
    return [key for key in survived if key not in known]


def page() -> str:
    """Return the page."""
    return "\n".join((TEXT, *_table(scores()), "", *_survivors(scores())))


def _table(known: Mapping[str, Score]) -> Iterator[str]:
    yield "| module | faults | noticed | score | survivors with a reason |"
    yield "|---|---|---|---|---|"
    for module, score in known.items():
        yield _row(f"`{module}`", [score])
    yield _row(f"{len(known)} of {len(planting.modules())} modules", list(known.values()))


def _row(name: str, known: Sequence[Score]) -> str:
    tried, noticed = sum(each.tried for each in known), sum(each.noticed for each in known)
    survived = [key for each in known for key in each.survived]
    explained = len(survived) - len(unexplained(survived))
    share = f"{100 * noticed / tried:.1f} %" if tried else ""
    return f"| {name} | {tried:,} | {noticed:,} | {share} | {explained} of {len(survived)} |"


def _survivors(known: Mapping[str, Score]) -> Iterator[str]:
    why = reasons()
    yield "## Survivors"
    for module, score in known.items():
        if not score.survived:
            continue
        yield ""
        yield f"### `{module}`"
        yield ""
        for key in score.survived:
            _, function, operator, change = key
            where = f"`{function}`, " if function else ""
            yield f"- {where}{operator}: {_code(change)}: {why.get(key, 'no reason yet')}"
    yield ""


def _code(text: str) -> str:
    fence = "``" if "`" in text else "`"
    pad = " " if "`" in text else ""
    return f"{fence}{pad}{text}{pad}{fence}"
