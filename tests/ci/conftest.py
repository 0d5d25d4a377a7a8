"""Machines on which a CI works: bash, git and Python, and nothing else."""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.ci.checkout import with_code_of_its_own
from tests.ci.runner import Runner
from tests.ci.wheels import from_wheels
from tests.simulators.github import GitHub


@pytest.fixture(scope="session")
def programs(shared: Path) -> Path:
    """A folder for PATH that holds bash, git and Python alone."""
    folder = shared / "bin"
    found = {"bash": shutil.which("bash"), "git": shutil.which("git"), "python3": os.path.realpath(sys.executable)}
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            folder.mkdir()
            for name, program in found.items():
                assert program
                (folder / name).symlink_to(program)
    return folder


@pytest.fixture(scope="session")
def installed(shared: Path, programs: Path, wheels: Path) -> Path:
    """The environment that the action installed, in a job that did nothing else: it found no repository.

    That job's folder is full of code that must not run: ``trace`` beside it would say so.
    """
    temp = shared / "installed"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not temp.exists():
            temp.mkdir()
            (shared / "workspace").mkdir()
            variables = with_code_of_its_own(shared / "workspace", shared / "trace")
            runner = Runner(GitHub(), temp, f".:bin:{programs}", "none", variables | from_wheels(wheels))
            ended = runner.job(shared / "workspace", "push", "refs/heads/other", {})
            assert "safe.directory" in ended.log, ended.log
    return next(temp.glob("techmap-sync-*/"))
