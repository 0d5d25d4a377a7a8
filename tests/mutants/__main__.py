"""``make mutants``: put small faults into the sync core, one at a time, and count which of them the tests notice.

The sample takes one of forty faults; ``MUTANTS=all``, or ``EVERYTHING=1``, takes all of them, and ``MUTANTS="merge
links"`` all those of some modules. Only what was taken whole is recorded on docs/mutation.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from pathlib import Path

from tests.mutants import score
from tests.mutants.operators import Mutant
from tests.mutants.trial import Limits, Trial, every_mutant, named, with_tests

KEPT = score.ROOT / "build/mutants"
ONE_OF = 40


def main() -> None:
    """Try the faults, and fail where one without a reason survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="all for every one; none for a sample")
    parser.add_argument("--seconds", type=float, default=Limits().seconds, help="for the tests of each fault")
    parser.add_argument("--at-once", type=int, default=Limits().at_once)
    arguments = parser.parse_args()
    limits = Limits(arguments.seconds, arguments.at_once)
    results: list[tuple[Mutant, str]] = []
    code = with_tests(lambda trial: results.extend(_tried(trial, arguments.modules)), limits)
    if code:
        sys.exit(code)
    if arguments.modules:
        score.record(results)
    survived = [mutant.key for mutant, killer in results if not killer]
    left = score.unexplained(survived)
    for key in left:
        print("survived, and has no reason in tests/mutants/survivors.toml:", " | ".join(key))
    noticed = len(results) - len(survived)
    print(f"{noticed} of {len(results)} noticed, {len(survived) - len(left)} of {len(survived)} survivors explained")
    sys.exit(bool(left))


def in_sample(mutant: Mutant) -> bool:
    """Whether a fault belongs to the sample; its name alone decides."""
    return zlib.crc32(named(mutant).encode()) % ONE_OF == 0


def _tried(trial: Trial, modules: list[str]) -> list[tuple[Mutant, str]]:
    """Return each fault with the test that noticed it; a test that fails on sound code noticed nothing."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / "killers.json"
    if kept.exists():
        trial.killers = json.loads(kept.read_text("utf-8"))
    reached = trial.reached(KEPT)
    chosen = every_mutant(() if modules == ["all"] else modules)
    results = []
    for mutant, killer in trial.run([each for each in chosen if modules or in_sample(each)], reached):
        results.append((mutant, killer))
        if killer:
            trial.killers[named(mutant)] = killer
        if len(results) % 100 == 0:
            _keep(kept, trial)
            print(f"{len(results)} tried, {sum(not killer for _, killer in results)} survived", flush=True)
    unsound = trial.unsound({killer for _, killer in results if killer in reached.seconds}, reached)
    for test in unsound:
        print("fails alone on sound code, so it counts for nothing:", test)
    _keep(kept, trial)
    return [(mutant, "" if killer in unsound else killer) for mutant, killer in results]


def _keep(path: Path, trial: Trial) -> None:
    path.write_text(json.dumps(trial.killers), "utf-8")


if __name__ == "__main__":
    main()
