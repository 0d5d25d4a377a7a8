"""``make mutants``: put small faults into the sync core, one at a time, and count which of them the tests notice.

Without arguments it takes a sample, with the tests that noticed its faults when they were last recorded. All faults of
some modules, or of ``all``, are tried on all quick tests and recorded. After new tests, ``--again`` tries only those
that survived.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Sequence

from tests.mutants import score
from tests.mutants.operators import Mutant
from tests.mutants.score import named
from tests.mutants.trial import TESTS, Limits, Reached, Trial, every_mutant, with_tests
from tests.sampling import sampling

KEPT = score.ROOT / "build/mutants"
"""What earlier runs on this machine learnt."""


def main() -> None:
    """Try the faults, and fail where one without a reason survives."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="all for every one; none for a sample")
    parser.add_argument("--tests", nargs="+", default=TESTS, metavar="PATH", help="which tests try whole modules")
    parser.add_argument(
        "--again", action="store_true", help="only what survived, on the histories of tests/explore or other tests"
    )
    parser.add_argument("--seconds", type=float, default=Limits().seconds, help="for the tests of each fault")
    parser.add_argument("--at-once", type=int, default=Limits().at_once)
    arguments = parser.parse_args()
    limits = Limits(arguments.seconds, arguments.at_once)
    if arguments.modules:
        results = of_modules(arguments.modules, limits, arguments.tests, again=arguments.again)
    else:
        results = of_sample(limits)
    survived = [mutant.key for mutant, killer in results if not killer]
    left = score.unexplained(survived)
    for key in left:
        print("survived, and has no reason in tests/mutants/survivors.toml:", " | ".join(key))
    noticed = len(results) - len(survived)
    print(f"{noticed} of {len(results)} noticed, {len(survived) - len(left)} of {len(survived)} survivors explained")
    sys.exit(bool(left))


def of_sample(limits: Limits) -> list[tuple[Mutant, str]]:
    """Try the recorded sample on the tests that are recorded with it.

    A fault whose code or test has changed is passed over until its module is recorded again.
    """
    tests = score.sample()
    chosen = sampled(every_mutant(score.scores())) if tests else []
    if not chosen:
        return []
    reached = Reached(
        dict.fromkeys(tests.values(), 1.0),
        {module: _lines(chosen, module, tests) for module in {mutant.module for mutant in chosen}},
    )
    results: list[tuple[Mutant, str]] = []

    def tried(trial: Trial) -> None:
        trial.killers = tests
        results.extend(trial.run([each for each in chosen if tests[named(each)] in trial.items], reached))

    if code := with_tests(tried, limits, sorted({test.partition("::")[0] for test in tests.values()})):
        sys.exit(code)
    return results


def sampled(mutants: Iterable[Mutant]) -> list[Mutant]:
    """Return those of the recorded sample; of each module one, and half of all, unless every case is taken."""
    tests = score.sample()
    recorded = [mutant for mutant in mutants if named(mutant) in tests]
    most = max(2, len(recorded) // 2)
    return sampling.spread("recorded faults of the sync core", recorded, most, kind=lambda mutant: mutant.module)


def _lines(mutants: Iterable[Mutant], module: str, tests: dict[str, str]) -> dict[int, frozenset[str]]:
    found: dict[int, frozenset[str]] = {}
    for mutant in mutants:
        if mutant.module == module:
            found[mutant.line] = found.get(mutant.line, frozenset()) | {tests[named(mutant)]}
    return found


def of_modules(
    modules: Sequence[str], limits: Limits, tests: Sequence[str] = TESTS, *, again: bool = False
) -> list[tuple[Mutant, str]]:
    """Try all faults of some modules, or again those that survived, and record what became of them."""
    known = {key for each in score.scores().values() for key in each.survived}
    mutants = every_mutant(() if "all" in modules else modules)
    tried = [mutant for mutant in mutants if mutant.key in known] if again else mutants
    results: list[tuple[Mutant, str]] = []
    if code := with_tests(lambda trial: results.extend(_tried(trial, tried)), limits, tests):
        sys.exit(code)
    if again:
        score.record_again(results)
    else:
        score.record(results)
    return results


def _tried(trial: Trial, mutants: Sequence[Mutant]) -> list[tuple[Mutant, str]]:
    """Return each fault with the test that noticed it; a test that fails on sound code noticed nothing."""
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / "killers.json"
    trial.killers = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    reached = trial.reached(KEPT)
    results = []
    for mutant, killer in trial.run(mutants, reached):
        results.append((mutant, killer))
        if killer:
            trial.killers[named(mutant)] = killer
        if len(results) % 100 == 0:
            kept.write_text(json.dumps(trial.killers), "utf-8")
            print(f"{len(results)} tried, {sum(not killer for _, killer in results)} survived", flush=True)
    kept.write_text(json.dumps(trial.killers), "utf-8")
    unsound = trial.unsound({killer for _, killer in results if killer in reached.seconds}, reached)
    for test in unsound:
        print("fails alone on sound code, so it counts for nothing:", test)
    return [(mutant, "" if killer in unsound else killer) for mutant, killer in results]


if __name__ == "__main__":
    main()
