"""The example report: all maps of the corpus, pushed to a folder, worked on by people, and changed by their authors.

``python -m tests.reports.example FILE`` writes it; ``make report`` does so for ``docs/report``. Commit, times and words
are fixed, so that the same code gives the same page.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus"
MOMENT = 1_764_086_400
"""2025-11-25 16:00 UTC: when the report was made."""
COMMITTED = "2025-11-21T09:30:00+00:00"
DONE = {1: 8, 2: 14, 3: 3, 4: 11, 5: 5, 6: 1, 7: 7, 9: 2}
"""Tracking ticket -> how many of its tasks are closed; they stand in the order in which they can be started."""
STARTED = {"TASK-1.9": "sara", "TASK-3.4": "jonas", "TASK-3.5": "mika", "TASK-4.12": "sara", "TASK-5.6": "lin",
           "TASK-6.2": "jonas", "TASK-7.8": "amal", "TASK-9.3": "lin"}  # fmt: skip


def write_example(folder: Path) -> str:
    """Make the example in an empty folder, and return the page."""
    maps = folder / "maps"
    maps.mkdir(parents=True)
    for path in sorted(CORPUS.glob("*.md")):
        shutil.copy(path, maps)
    _commit(folder)
    _program(folder, "push", "maps", "--to", "backlog:./backlog")
    _people_work(folder / "backlog" / "tasks")
    _authors_write(maps)
    _program(folder, "status", "maps", "--to", "backlog:./backlog", "--format", "html", "-o", "index.html")
    return (folder / "index.html").read_text(encoding="utf-8")


def task_file(tasks: Path, number: str) -> Path:
    """The file of one ticket."""
    (path,) = tasks.glob(f"{number.lower()} - *")
    return path


def edit(path: Path, old: str, new: str) -> None:
    """Replace words that must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path.name, old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def _people_work(tasks: Path) -> None:
    for tracking, number in DONE.items():
        for position in range(1, number + 1):
            edit(task_file(tasks, f"TASK-{tracking}.{position}"), "status: To Do", "status: Done")
    for ticket, name in STARTED.items():
        path = task_file(tasks, ticket)
        edit(path, "status: To Do", "status: In Progress")
        edit(path, "assignee: []", f"assignee:\n  - '@{name}'")
    edit(task_file(tasks, "TASK-1.11"), "title: '", "title: 'By Friday: ")
    edit(task_file(tasks, "TASK-9.4"), "Becomes the safety net.", "Stays off until support agrees.")
    task_file(tasks, "TASK-6.14").unlink()


def _authors_write(maps: Path) -> None:
    edit(maps / "09-webhook-ingestion.md", "Becomes the safety net.", "Is the safety net, by pulling.")
    edit(
        maps / "04-faceted-search.md",
        "4. `FacetPanel` - sidebar of the result page\n",
        "4. `FacetPanel` - sidebar of the result page\n5. `FacetAudit` - logs which facets are used\n",
    )
    edit(maps / "11-mobile-offline-sync.md", "**Status**: TECHNICAL MAP", "**Status**: SUPERSEDED")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    fixed = {"SOURCE_DATE_EPOCH": str(MOMENT), "GIT_AUTHOR_DATE": COMMITTED, "GIT_COMMITTER_DATE": COMMITTED}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return {**kept, **fixed, **nobody, "PYTHONPATH": str(CORPUS.parents[1])}


def _commit(folder: Path) -> None:
    for command in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "maps"),
        ("-c", "user.name=Example", "-c", "user.email=example@example.org", "commit", "--quiet", "-m", "Add maps"),
    ):
        subprocess.run(["git", *command], cwd=folder, env=_environment(), check=True)


def _program(folder: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "techmap_sync", *arguments]
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        page = write_example(Path(scratch) / "app")
    Path(sys.argv[1]).parent.mkdir(parents=True, exist_ok=True)
    Path(sys.argv[1]).write_text(page, encoding="utf-8")
