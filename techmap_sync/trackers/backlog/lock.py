"""One writer at a time, among our own processes and between them and Backlog.md's CLI."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.trackers.backlog.location import FolderProblem

FOLDER = ".locks"
"""Where the CLI keeps its locks."""
_SECONDS_BETWEEN_TRIES = 0.02
_SECONDS_UNTIL_STALE = 10.0


@contextmanager
def among_ourselves(folder: Path, seconds: float) -> Iterator[None]:
    """Lock the folder itself, so that no lock file is left over; the system releases the lock however the process ends.

    :raises FolderProblem: another process held it for all these seconds.
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

    The CLI touches its lock every five seconds, and treats one that was not touched for ten as abandoned; so do we.
    ``among_ourselves`` is held too, because two that remove an old lock at once could both believe that they have it.

    :raises FolderProblem: the CLI held it for all these seconds.
    """
    directory.parent.mkdir(parents=True, exist_ok=True)
    _wait_until(_Attempts(directory).made, directory, seconds)
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


@dataclass
class _Attempts:
    """Tries to create a directory, and removes one that has not been touched for long, whatever it contains."""

    directory: Path
    sign: tuple[int, int] = (0, 0)
    """Inode and modification time of the directory that was there."""
    since: float = 0.0
    """When it was first seen, because the clocks of two machines may differ."""

    def made(self) -> bool:
        """Return whether the directory was made; one that a dead process left is cleared away for the next try."""
        with suppress(FileExistsError):
            self.directory.mkdir()
            return True
        with suppress(OSError):
            if self._is_left_behind():
                self._clear_away()
        return False

    def _is_left_behind(self) -> bool:
        sign = _sign_of(self.directory)
        if sign != self.sign:
            self.sign, self.since = sign, time.monotonic()
        age = time.time() - sign[1] / 1e9
        return max(age, time.monotonic() - self.since) > _SECONDS_UNTIL_STALE

    def _clear_away(self) -> None:
        """Move it aside in one step, and put it back if it has changed since: then it is in use."""
        aside = self.directory.with_name(f"{self.directory.name}.left-{os.getpid()}-{time.time_ns()}")
        self.directory.rename(aside)
        if _sign_of(aside) != self.sign:
            aside.rename(self.directory)
        else:
            aside.rmdir()  # one that is not empty stays where it is now, because it is not ours


def _sign_of(path: Path) -> tuple[int, int]:
    found = path.lstat()
    return found.st_ino, found.st_mtime_ns


if sys.platform == "win32":
    import msvcrt

    def _lockable(folder: Path) -> Path:
        # Windows opens no directories; the CLI keeps its locks in this one too.
        (folder / FOLDER).mkdir(exist_ok=True)
        return folder / FOLDER / "techmap-sync"

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
