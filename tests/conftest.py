"""The order of the tests, which of them are of units alone, what a run left out, and what many tests start from."""

from __future__ import annotations

import fcntl
import gc
import os
import socket
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from techmap_sync.checkout import checkout_of
from tests.app.run import ROOT, Program
from tests.ci.checkout import Origin
from tests.ci.job import about_a_pull_request
from tests.ci.wheels import fetched
from tests.release import build, packages_in
from tests.sampling import sampling
from tests.simulators.github import Account, GitHub
from tests.simulators.github import running as github_running
from tests.simulators.gitlab import Simulator as GitLab
from tests.simulators.nearby import NEARBY
from tests.warm import warm

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Where it is set, each process that a test starts would compile the program again."""
settings.register_profile(
    "sample", settings.default, max_examples=sampling.times("examples of each property that says no number", 30, 100)
)
settings.load_profile("sample")
LONGEST = {
    "test_wheel.py",
    "test_component.py",
    "test_action.py",
    "test_search.py",
    "test_status_page.py",
    "test_transformations.py",
    "test_crash_over_http.py",
    "test_push.py",
    "test_browser.py",
}


ROOMS_OF_UNITS = {"documents", "planning", "reports", "sync", "fakes", "mutants"}
"""Their tests give values to functions; no server, no other program."""
MORE_THAN_UNITS = {
    "documents": {"test_families.py"},
    "mutants": {"test_sample.py"},
    "planning": {"test_flow_chart.py"},
    "reports": {"test_browser.py", "test_harmless.py", "test_status_page.py"},
    "sync": {"test_races.py"},
}
"""Modules there that start a program or a browser."""
TOO_LONG = {
    "test_crash.py",
    "test_edition_histories.py",
    "test_hostile.py",
    "test_hostile_markers.py",
    "test_moving_histories.py",
    "test_escape.py",
    "test_passed_over.py",
    "test_scale.py",
    "test_state_machine.py",
    "test_transformations.py",
    "test_wrapped_parts.py",
}
"""Modules there that try very many texts, or very long ones."""


@cache
def is_of_units(path: Path) -> bool:
    """Return whether the tests of a module are marked ``unit``."""
    room = next((room for room in ROOMS_OF_UNITS if path.is_relative_to(ROOT / "tests" / room)), "")
    return bool(room) and path.name not in MORE_THAN_UNITS.get(room, set()) | TOO_LONG


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of units.

    Let the longest tests begin first, so that no process is left with one of them when the others have ended.
    """
    for item in items:
        if is_of_units(item.path):
            item.add_marker(pytest.mark.unit)
    items.sort(key=lambda item: item.path.name not in LONGEST)


def pytest_collection_finish() -> None:
    """Keep what there is when the tests begin from looks for garbage: it stays, and some tests look many times."""
    gc.freeze()


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


@pytest.fixture(scope="session", autouse=True)
def _without_waiting_for_the_disk() -> Iterator[None]:
    """Let nothing that this process writes wait until the disk has it; where every case is taken, it does wait.

    The files of a test outlive a killed process all the same, and none of them has to outlive a power failure.
    """
    with pytest.MonkeyPatch.context() as patched:
        if not sampling.everything:
            patched.setattr(os, "fsync", _written_later)
        yield


def _written_later(file: int) -> None:
    os.fstat(file)  # a file that is not open is an error here too


NETWORK_IS_THE_POINT = {"ci", "benchmarks"}
"""Rooms whose tests ask simulated servers over the network. All others do only where every case is taken."""
OVER_NETWORK = {
    "test_client.py",
    "test_http.py",
    "test_library.py",
    "test_requests_over_http.py",
    "test_session.py",
    "test_tls.py",
}
"""Modules in other rooms that are about what goes over the network. A server that drops a connection, or is silent, is
asked over the network by all of them."""
sampling.times(
    "folders of tests whose requests reach simulated servers over the network",
    len(NETWORK_IS_THE_POINT),
    len(list((ROOT / "tests").glob("*/__init__.py"))),
)


@cache
def _is_over_network(path: Path) -> bool:
    in_room = any(path.is_relative_to(ROOT / "tests" / room) for room in NETWORK_IS_THE_POINT)
    return sampling.everything or in_room or path.name in OVER_NETWORK


@pytest.fixture(autouse=True)
def _nearby(request: pytest.FixtureRequest) -> Iterator[None]:
    if _is_over_network(request.path):
        yield
    else:
        with NEARBY.asked_directly():
            yield


RELEASES = "https://github.com/techmap-sync/"
"""What git finds in the program's folder instead of on the network."""


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Program:
    """The program in an empty folder that belongs to no repository, as do our own examples."""
    for name in list(os.environ):
        if name == "CI" or name.startswith(("TECHMAP_SYNC_", "GITHUB_", "GITLAB_", "CI_", "GH_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", os.pathsep.join((str(tmp_path.parent), str(ROOT))))
    releases = {"COUNT": "1", "KEY_0": f"url.{tmp_path}/releases/.insteadOf", "VALUE_0": RELEASES}
    for name, value in releases.items():
        monkeypatch.setenv(f"GIT_CONFIG_{name}", value)
    monkeypatch.chdir(tmp_path)
    checkout_of.cache_clear()
    return Program(tmp_path, monkeypatch, capfd)


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """A server with one empty repository, and its token."""
    with github_running(GitHub()) as server:
        monkeypatch.setenv("GITHUB_TOKEN", server.connection().token.value)
        monkeypatch.setenv("TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES", "0")
        yield server


@pytest.fixture
def gitlab(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLab]:
    """A server with one empty project, and its token."""
    with GitLab.running() as server:
        monkeypatch.setenv("GITLAB_TOKEN", server.connection().token.value)
        monkeypatch.setenv("TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES", "0")
        yield server


@pytest.fixture
def job(program: Program, github: GitHub, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A job of GitHub Actions in its checkout, for a pull request."""
    github.accounts["ghs_job"] = Account("github-actions[bot]", "NONE", is_installation=True)
    github.add_issue("A map").is_pull_request = True
    monkeypatch.chdir(Origin.begin(program.folder / "repository", "https://github.com/octo/maps").folder)
    for name, value in {
        "GITHUB_ACTIONS": "true",
        "GITHUB_REPOSITORY": "octo/maps",
        "GITHUB_API_URL": github.base_url,
        "GITHUB_TOKEN": "ghs_job",
        "GITHUB_EVENT_PATH": str(program.folder / "event.json"),
        "GITHUB_OUTPUT": str(program.folder / "output"),
        "PATH": "/usr/bin:/bin",
    }.items():
        monkeypatch.setenv(name, value)
    about_a_pull_request(program)
    return program


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of this test run share."""
    mine = tmp_path_factory.getbasetemp()
    folder = (mine if worker_id == "master" else mine.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def built(shared: Path) -> tuple[Path, Path]:
    """The source distribution, and the wheel that was made of it."""
    with (shared / "built.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return packages_in(shared / "dist") if (shared / "dist").exists() else build(shared / "dist")


@pytest.fixture(scope="session")
def wheels(shared: Path) -> Path:
    """What the program needs, as wheels."""
    return fetched(ROOT / "build")
