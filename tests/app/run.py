"""Runs the program in this process, as a user runs it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.checkout import checkout_of
from techmap_sync.cli.main import main
from tests.made_once import copied, kept
from tests.simulators.github import GitHub
from tests.simulators.gitlab import Simulator as GitLab

ROOT = Path(__file__).parents[2]
CORPUS = ROOT / "tests" / "corpus"
READY = sorted(path for path in CORPUS.glob("*.md") if path.name[:2] not in ("10", "12"))
NOT_READY = [path for path in sorted(CORPUS.glob("*.md")) if path not in READY]


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Program:
    """The program in a folder of its own, without any settings of the machine."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch
    capfd: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Ended:
        self.monkeypatch.setattr("sys.argv", ["techmap-sync", *map(str, arguments)])
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        out, err = self.capfd.readouterr()
        return Ended(int(ended.value.code or 0), out, err)

    def has_run(self, *arguments: str) -> None:
        """Let a run that ends well have been here, for a test of what comes after it.

        What it left in its folder is copied where another test has begun in the same way.
        """
        asked = (*arguments, *sorted(f"{name}={value}" for name, value in os.environ.items() if _OURS.match(name)))
        key = repr((asked, os.path.relpath(Path.cwd(), self.folder), contents(self.folder)))
        if key not in _LEFT:
            assert self(*arguments).code == 0
            _LEFT[key] = kept(self.folder)
        else:
            shutil.copytree(_LEFT[key], self.folder, symlinks=True, dirs_exist_ok=True)


_LEFT: dict[str, Path] = {}
_OURS = re.compile("TECHMAP_SYNC_|GITHUB_|GITLAB_|CI")


def contents(folder: Path) -> list[tuple[str, bytes]]:
    """Return what each file below a folder holds, by its path."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [(path.relative_to(folder).as_posix(), path.read_bytes()) for path in files]


def on_github(server: GitHub) -> list[str]:
    return ["--to", f"github:{server.repository.full_name}", "--api-url", server.base_url]


def on_gitlab(server: GitLab) -> list[str]:
    return ["--to", f"gitlab:{server.connection().target}", "--api-url", server.url]


def committed(folder: Path, *more: str) -> None:
    """Commit everything in a folder, which becomes a repository.

    :param more: further commands of git, before everything is added.
    """
    here = ["git", "-C", str(folder), "-c", "user.name=Ada", "-c", "user.email=ada@example.org"]
    first = [] if (folder / ".git").exists() else ["init -q -b main"]
    for command in (*first, *more, "add -A", "commit -q --allow-empty -m Text"):
        subprocess.run([*here, *command.split()], check=True)
    checkout_of.cache_clear()


def clone(folder: Path, address: str) -> None:
    """Make a folder look like a clone."""
    copied(folder, _clone, address)
    checkout_of.cache_clear()


def _clone(folder: Path, address: str) -> None:
    subprocess.run(["git", "init", "-q", str(folder)], check=True)
    subprocess.run(["git", "-C", str(folder), "remote", "add", "origin", address], check=True)
