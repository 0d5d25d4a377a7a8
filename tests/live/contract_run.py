"""Holds a real repository to the contract: runs ``tests/contract`` with one tracker more, and that one alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from techmap_sync.sync.tracker import Tracker
from tests.contract.conftest import LIVE, Trackers
from tests.live.apart import Shared

ROOT = Path(__file__).parents[2]
_INTERRUPTED = {pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR}


@dataclass
class Results:
    """How the tests ended."""

    passed: int = 0
    failed: list[tuple[str, str]] = field(default_factory=list)
    """The test, and the last line of its error."""
    skipped: Counter[str] = field(default_factory=Counter)
    """Reasons."""
    is_whole: bool = True
    """The run came to its end."""

    @property
    def are_good(self) -> bool:
        """Whether tests ran, and all that did passed."""
        return self.is_whole and self.passed > 0 and not self.failed


@dataclass(eq=False)
class Plugin:
    """What pytest asks for the tracker, and reports to."""

    shared: Shared
    results: Results = field(default_factory=Results)

    def pytest_configure(self, config: pytest.Config) -> None:
        """Name the one tracker that is tried."""
        trackers: Trackers = {"live": self._opened}
        config.stash[LIVE] = trackers

    @contextmanager
    def _opened(self, _: Path) -> Iterator[Tracker]:
        yield self.shared.for_one_test()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note how a test ended."""
        if report.failed:
            lines = [line for line in report.longreprtext.splitlines() if line.strip()]
            message = next((line[1:].strip() for line in lines if line.startswith("E ")), lines[-1] if lines else "")
            self.results.failed.append((report.nodeid, message))
        elif report.skipped:
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.results.skipped[reason.removeprefix("Skipped: ")] += 1
        elif report.when == "call":
            self.results.passed += 1


def hold_to_contract(shared: Shared, only: str = "") -> Results:
    """Run the contract suite, or a part of it.

    :param only: as pytest takes it after ``-k``.
    """
    plugin = Plugin(shared)
    words = ["-q", "--tb=short", "-p", "no:cacheprovider", "--rootdir", str(ROOT), str(ROOT / "tests" / "contract")]
    ended = pytest.main([*words, *(["-k", only] if only else [])], plugins=[plugin])
    plugin.results.is_whole = ended not in _INTERRUPTED
    return plugin.results
