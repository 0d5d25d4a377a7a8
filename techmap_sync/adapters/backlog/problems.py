"""What can be wrong with a folder, turned into the one error that the port knows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from techmap_sync.errors import TrackerError


class FolderProblem(Exception):
    """A file or folder that is not as Backlog.md would have it."""

    def __init__(self, path: Path, what: str, hint: str = "") -> None:
        super().__init__(path, what, hint)
        self.path = path
        self.what = what
        self.hint = hint


@contextmanager
def told_by(tracker: str) -> Iterator[None]:
    """Turn a problem with a file, ours or the system's, into a ``TrackerError`` of this tracker."""
    try:
        yield
    except FolderProblem as problem:
        raise TrackerError(tracker, f"{problem.path}: {problem.what}", problem.hint) from problem
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise TrackerError(tracker, what, "check that the folder can be read and written") from error
