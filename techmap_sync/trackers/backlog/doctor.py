"""What ``doctor`` reports about a folder; nothing is written."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Finding
from techmap_sync.trackers.backlog.folder import Folder, only
from techmap_sync.trackers.backlog.location import FolderProblem, as_tracker_error


def examine(folder: Folder, tracker: str) -> tuple[Finding, ...]:
    """Return what was found, good and bad; nothing is written and nothing is raised."""
    return (
        _found("folder", tracker, lambda: _place(folder.root)),
        _found("config", tracker, lambda: _config(folder)),
        _found("task files", tracker, lambda: _files(folder)),
        _found("numbers", tracker, lambda: _numbers(folder)),
    )


def _found(what: str, tracker: str, look: Callable[[], str]) -> Finding:
    try:
        with as_tracker_error(tracker):
            return Finding(what, True, look())
    except TrackerError as error:
        return Finding(what, False, f"{error.what}; {error.hint}" if error.hint else error.what)


def _place(root: Path) -> str:
    existing = next(path for path in (root, *root.absolute().parents) if path.exists())
    if not os.access(existing, os.W_OK):
        raise FolderProblem(existing, "cannot be written", "ask for the permission, or name another folder")
    return f"{root} can be written" if existing == root else f"{root} will be made by the first push"


def _config(folder: Folder) -> str:
    settings = folder.settings()
    return f"{settings.initial} means open, {settings.final} means closed"


def _files(folder: Folder) -> str:
    return f"{len([file.parsed() for file in folder.files()])} can be read"


def _numbers(folder: Folder) -> str:
    files = folder.files()
    for number in {file.number for file in files}:
        only(number, [file for file in files if file.number == number])
    return "each is that of one task"
