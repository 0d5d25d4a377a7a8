"""The order of the tests, which of them are of units alone, and what a run left out."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sampling import sampling
from tests.warm import warm

LONGEST = {
    "test_wheel.py",
    "test_transformations.py",
    "test_crash_over_http.py",
    "test_push.py",
    "test_browser.py",
}


ROOMS_OF_UNITS = {"documents", "planning", "reports", "sync", "fakes", "mutants"}
"""Their tests give values to functions; no server, no other program."""
MORE_THAN_UNITS = {
    "documents": {"test_families.py"},
    "planning": {"test_mermaid.py"},
    "reports": {"test_browser.py", "test_hostile.py", "test_status_page.py"},
    "sync": {"test_races.py"},
}
"""Modules there that start a program or a browser."""
TOO_LONG = {
    "test_crash.py",
    "test_hostile.py",
    "test_hostile_markers.py",
    "test_neutralize.py",
    "test_scale.py",
    "test_transformations.py",
}
"""Modules there that try very many texts, or very long ones."""


def is_of_units(path: Path) -> bool:
    """Return whether the tests of a module are marked ``unit``."""
    room, name = path.parent.name, path.name
    return room in ROOMS_OF_UNITS and name not in MORE_THAN_UNITS.get(room, set()) | TOO_LONG


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of units.

    Let the longest tests begin first, so that no process is left with one of them when the others have ended.
    """
    for item in items:
        if is_of_units(item.path):
            item.add_marker(pytest.mark.unit)
    items.sort(key=lambda item: item.path.name not in LONGEST)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Let a test of units fail when it starts a program or connects to a server: it stands in the wrong room."""
    with pytest.MonkeyPatch.context() as patched:
        if item.get_closest_marker("unit"):
            patched.setattr(subprocess, "Popen", _forbidden)
            patched.setattr(socket.socket, "connect", _forbidden)
        return (yield)


def _forbidden(*_: object, **__: object) -> None:
    pytest.fail("a test of units starts no program and connects to no server; see MORE_THAN_UNITS in tests/conftest.py")


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
