"""Folders that other programs make, such as repositories: made once in a process of tests, and copied from then on."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path


@cache
def made_once(make: Callable[..., object], *arguments: str) -> Path:
    """Return a folder that is only to be read.

    :param make: takes the path of a folder that is not there, and the arguments.
    """
    folder = _place()
    make(folder, *arguments)
    return folder


def kept(folder: Path) -> Path:
    """Return a copy of a folder as it is now, which is only to be read."""
    return Path(shutil.copytree(folder, _place(), symlinks=True))


def _place() -> Path:
    around = Path(tempfile.mkdtemp(prefix="made-once-"))
    atexit.register(shutil.rmtree, around, ignore_errors=True)
    return around / "made"


def copied(folder: Path, make: Callable[..., object], *arguments: str) -> Path:
    """Return a folder like one that ``make`` makes; it may be there already."""
    return Path(shutil.copytree(made_once(make, *arguments), folder, symlinks=True, dirs_exist_ok=True))
