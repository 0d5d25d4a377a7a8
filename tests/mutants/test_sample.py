"""The faults of the sample are noticed by the tests that are recorded with them, or have a reason."""

from __future__ import annotations

import subprocess
import sys

from tests.mutants import score
from tests.mutants.__main__ import sampled
from tests.mutants.score import named
from tests.mutants.trial import every_mutant


def test_the_tests_notice_the_faults_of_the_sample() -> None:
    tried = subprocess.run(
        [sys.executable, "-m", "tests.mutants"], cwd=score.ROOT, capture_output=True, text=True, check=False
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr
    assert " noticed, " in tried.stdout


def test_the_sample_is_of_today() -> None:
    """When much of it is gone, ``make mutants MUTANTS=...`` records the changed modules."""
    mutants = every_mutant(score.scores())
    there = {named(mutant): mutant.module for mutant in mutants if named(mutant) in score.sample()}
    assert len(there) >= len(score.sample()) / 2
    assert {mutant.module for mutant in sampled(mutants)} == set(there.values())
