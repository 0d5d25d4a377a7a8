"""Pushes each example twice by the real command line: the second push has nothing to write."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

from techmap_sync.app.exit_codes import Exit
from techmap_sync.checkout import checkout_of
from techmap_sync.cli.main import main
from techmap_sync.config import FILE_NAME
from tests.live.traffic import Count, Traffic

EXAMPLES = Path(__file__).parents[2] / "examples"
_GIT = ("git", "-c", "user.name=live", "-c", "user.email=live@example.org", "-c", "commit.gpgsign=false")


@dataclass(frozen=True, slots=True)
class Push:
    """How one push ended."""

    code: int
    tickets: int
    """How many it created."""
    sent: Count
    said: str
    """What it wrote to stderr, where it failed."""


@dataclass(frozen=True, slots=True)
class Example:
    """An example and its two pushes."""

    name: str
    first: Push
    second: Push

    @property
    def is_good(self) -> bool:
        """Whether the first push created tickets and the second wrote nothing."""
        both_done = self.first.code == self.second.code == Exit.DONE
        return both_done and self.first.tickets > 0 and self.second.sent.writes == 0


def examples(only: Sequence[str] = ()) -> Iterator[Path]:
    """Yield the maps and the folders with a unit of each family.

    :param only: their names; all when there are none.
    """
    for path in sorted(EXAMPLES.iterdir()):
        if not only or path.stem in only:
            yield path


def push_twice(example: Path, flags: Sequence[str], traffic: Traffic) -> Example:
    """Push an example from a repository of its own, and again.

    :param flags: where the tickets go, as ``push`` takes it.
    :raises KeyboardInterrupt: a push was interrupted, and ended in order.
    """
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place).resolve()
        _commit(example, folder)
        first = _pushed(folder, flags, traffic)
        return Example(example.stem, first, _pushed(folder, flags, traffic))


def _commit(example: Path, folder: Path) -> None:
    """Commit an example in a new repository: specs are approved once they are committed."""
    if example.is_dir():
        shutil.copytree(example, folder, dirs_exist_ok=True)
        families = f'families = ["technical-map", "{example.name}"]\n'
        (folder / FILE_NAME).write_text(families, encoding="utf-8")
    else:
        maps = folder / "docs" / "maps"
        maps.mkdir(parents=True)
        shutil.copy(example, maps)
    for words in ("init -q -b main", "add --all", "commit -q -m Example"):
        subprocess.run([*_GIT, *words.split()], cwd=folder, check=True)


def _pushed(folder: Path, flags: Sequence[str], traffic: Traffic) -> Push:
    sent, made, out, err = traffic.count, len(traffic.made["issues"]), io.StringIO(), io.StringIO()
    words = ["techmap-sync", "push", *flags, "--yes"]
    checkout_of.cache_clear()
    with chdir(folder), redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", words):
        try:
            main()
        except SystemExit as ended:
            code = int(ended.code or 0)
    if code == Exit.INTERRUPTED:
        raise KeyboardInterrupt
    tickets = len(traffic.made["issues"]) - made
    return Push(code, tickets, traffic.count - sent, err.getvalue().strip() if code else "")
