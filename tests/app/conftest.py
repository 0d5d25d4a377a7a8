"""A program in an empty folder."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from techmap_sync.checkout import checkout_of
from tests.app.run import ROOT, Program

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
