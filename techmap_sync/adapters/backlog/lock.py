"""One writer at a time: among our own processes, and between them and Backlog.md's CLI."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from techmap_sync.adapters.backlog.problems import FolderProblem

_SECONDS_BETWEEN_TRIES = 0.02
_SECONDS_UNTIL_STALE = 10.0


@contextmanager
def among_ourselves(folder: Path, seconds: float) -> Iterator[None]:
    """Lock the folder itself, so that no file is left behind; the system unlocks it however the process ends.

    Raises:
        FolderProblem: another process held it for all these seconds.

    """
    handle = os.open(_lockable(folder), os.O_RDWR | os.O_CREAT if sys.platform == "win32" else os.O_RDONLY)
    try:
        _wait_until(lambda: _flocked(handle), folder, seconds)
        yield
    finally:
        os.close(handle)


@contextmanager
def against_the_cli(directory: Path, seconds: float) -> Iterator[None]:
    """Hold one of the locks of Backlog.md's CLI: a directory that only one can make.

    The CLI takes one that is older than ten seconds for left behind, and so do we. ``among_ourselves`` is held too,
    because two that clear away an old lock at once could both believe to have it.

    Raises:
        FolderProblem: the CLI held it for all these seconds.

    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    _wait_until(lambda: _made(directory), directory, seconds)
    try:
        yield
    finally:
        with suppress(OSError):
            directory.rmdir()


def _wait_until(done: Callable[[], bool], what: Path, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            reason = f"another process has been writing here for {seconds:g} seconds"
            raise FolderProblem(what, reason, "wait for it, or end it, and run again")
        time.sleep(_SECONDS_BETWEEN_TRIES)


def _made(directory: Path) -> bool:
    with suppress(FileExistsError):
        directory.mkdir()
        return True
    with suppress(OSError):
        if time.time() - directory.stat().st_mtime > _SECONDS_UNTIL_STALE:
            directory.rmdir()
    return False


if sys.platform == "win32":
    import msvcrt

    def _lockable(folder: Path) -> Path:
        # Windows opens no directories; the CLI keeps its locks in this one too.
        (folder / ".locks").mkdir(exist_ok=True)
        return folder / ".locks" / "techmap-sync"

    def _flocked(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _lockable(folder: Path) -> Path:
        return folder

    def _flocked(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
