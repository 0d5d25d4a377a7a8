"""Fuzz every target in turn: ``python -m tests.fuzz --seconds 60 [NAME …]``.

What was learnt stays in ``build/fuzz/NAME/known``, so a second run goes on from there. A finding is kept beside it; try
it again with ``python -m tests.fuzz --again FILE``. The exit code is 1 after a finding.
"""

from __future__ import annotations

import argparse
import importlib.util
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.app.run import ROOT
from tests.fuzz.targets import TARGETS, finding

FOLDER = ROOT / "build" / "fuzz"
MISSING = (
    "atheris is not installed, so nothing was fuzzed by coverage (it has wheels for Linux): pip install -e '.[fuzz]'"
)
_RUNS = re.compile(r"stat::number_of_executed_units: (\d+)")
_COVERED = re.compile(r"^#\d+\s+\w+\s+cov: (\d+) ft: (\d+) corp: (\d+)", re.MULTILINE)
_RAISED = re.compile(r"^ === Uncaught Python exception: ===\n(.*?)^==\d+==", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What came of one target."""

    name: str
    executions: int
    edges: int
    """Edges of instrumented code that were reached."""
    features: int
    """The same with how often each was reached."""
    kept: int
    """Texts that reached something new."""
    finding: str = ""
    """How the run ended, where a text broke something."""

    def __str__(self) -> str:
        end = f"found: {self.finding}" if self.finding else "no finding"
        reached = f"{self.edges:,} edges, {self.features:,} features, {self.kept:,} texts kept"
        return f"{self.name}: {self.executions:,} executions, {reached}, {end}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Fuzz, and return 1 after a finding."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(TARGETS)}; all where none is given")
    parser.add_argument("--seconds", type=int, default=60, help="for all of them together")
    parser.add_argument("--again", type=Path, metavar="FILE", help="try a finding again")
    asked = parser.parse_args(arguments)
    if asked.again:
        finding(asked.again.resolve())
        return 0
    if importlib.util.find_spec("atheris") is None:
        print(MISSING)
        return 0
    names = asked.names or list(TARGETS)
    done = []
    for name in names:
        done.append(fuzzed(name, max(1, asked.seconds // len(names))))
        print(done[-1], flush=True)
    return int(any(each.finding for each in done))


def fuzzed(name: str, seconds: int) -> Fuzzed:
    """Fuzz one target in a process of its own, because libFuzzer ends the process."""
    command = [sys.executable, "-m", "tests.fuzz.one", name, str(FOLDER / name), str(seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", errors="replace", check=False)
    return summary(name, done.stdout + done.stderr, done.returncode)


def summary(name: str, log: str, code: int) -> Fuzzed:
    """Read what libFuzzer wrote.

    :param code: its exit code; anything but 0 is a finding, even where the log has no reason.
    """
    runs, covered, raised = _RUNS.search(log), _COVERED.findall(log), _RAISED.search(log)
    edges, features, kept = map(int, covered[-1]) if covered else (0, 0, 0)
    reason = ""
    if code:
        kept_at = re.findall(r"Test unit written to (\S+)", log)
        reason = "\n".join([(raised[1] if raised else log[-1500:]).rstrip(), *kept_at])
    return Fuzzed(name, int(runs[1]) if runs else 0, edges, features, kept, reason)


if __name__ == "__main__":
    sys.exit(main())
