"""A program in an empty folder, and servers to push to."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.run import ROOT, Program
from tests.simulators.github import GitHub
from tests.simulators.github import running as github_running
from tests.simulators.gitlab import Simulator as GitLab

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
    with github_running(GitHub()) as server:
        monkeypatch.setenv("GITHUB_TOKEN", server.connection().token.value)
        monkeypatch.setenv("TECHMAP_SYNC_GITHUB__SECONDS_BETWEEN_WRITES", "0")
        yield server


@pytest.fixture
def gitlab(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitLab]:
    with GitLab.running() as server:
        monkeypatch.setenv("GITLAB_TOKEN", server.connection().token.value)
        monkeypatch.setenv("TECHMAP_SYNC_GITLAB__SECONDS_BETWEEN_WRITES", "0")
        yield server
