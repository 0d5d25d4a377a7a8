"""Milestones: a task names one by its id, people by its title."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from techmap_sync import files
from techmap_sync.adapters.backlog.problems import FolderProblem
from techmap_sync.adapters.backlog.task import Place, Task
from techmap_sync.errors import UnreadableFile


def title_of(root: Path, value: str) -> str:
    """Return the title of the milestone that a task names, or the text itself: Backlog.md takes any."""
    return next((title for number, title in _all(root) if number.casefold() == value.casefold()), value)


def value_for(root: Path, title: str) -> str:
    """Return what to write for a title: the id of that milestone, or the title where there is none."""
    return next((number for number, known in _all(root) if known.casefold() == title.casefold()), title)


def _all(root: Path) -> Iterator[tuple[str, str]]:
    for directory in (root / "milestones", root / "archive" / "milestones"):
        for path in sorted(directory.glob("m-*.md")):
            try:
                content = files.read(path, files.MIB, Path(os.path.realpath(root)))
                milestone = Task.parse(path, Place.TASKS, content)
            except (FolderProblem, UnreadableFile):
                continue  # Backlog.md passes over what it cannot read here, too.
            yield milestone.text("id"), milestone.text("title")
