"""The order of the tests, and what a run left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.sampling import sampling
from tests.warm import warm

LONGEST = {
    "test_wheel.py",
    "test_transformations.py",
    "test_crash_over_http.py",
    "test_github_sync.py",
    "test_browser.py",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the longest tests begin first, so that no process is left with one of them when the others have ended."""
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_report_header() -> str:
    return "cases: every one" if sampling.everything else "cases: a sample (EVERYTHING=1 takes every one)"


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Hand over what this process left out; alone, it is its own parent."""
    if output := getattr(session.config, "workeroutput", None):
        output["left_out"] = sampling.left_out


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take over what a process left out. One that crashed says nothing."""
    counts = getattr(node, "workeroutput", {}).get("left_out", {})
    sampling.left_out |= {key: tuple(count) for key, count in counts.items()}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if sampling.left_out:
        terminalreporter.section("left out of this sample; make test-all takes everything")
        for line in sampling.summary():
            terminalreporter.line(line)


@pytest.fixture(scope="session", autouse=True)
def _warm() -> Iterator[None]:
    with warm():
        yield
