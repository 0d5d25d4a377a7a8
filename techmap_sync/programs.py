"""Starts other programs (git, gh, glab), and never one from the checkout; reads the environment that they get.

Programs are looked up only in folders of PATH that are absolute and outside the checkout, never in the current folder,
which Windows would try first. A program gets the same PATH, because ``gh`` looks up ``git`` itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from techmap_sync.registry import known_cis

PATIENCE = 30.0
"""Seconds for a program that uses no network."""
_QUIET_GIT = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_ASKPASS": "",  # set and empty also keeps core.askPass from being started
    "SSH_ASKPASS": "",
    "GIT_OPTIONAL_LOCKS": "0",
}
_LOCAL_GIT = {"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": ""}
"""A partial clone would fetch missing objects, by a program from its own settings."""
_POINTERS = frozenset({"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"})
"""Set for git's hooks; valid for one repository only."""
_NO_CODE = (
    "--no-pager",
    *(
        word
        for setting in (
            "core.fsmonitor=false",
            f"core.hooksPath={os.devnull}",
            "core.pager=cat",
            "diff.external=",
            "log.showSignature=false",  # it starts gpg.program
        )
        for word in ("-c", setting)
    ),
)
"""Settings of a repository that make git start programs: https://git-scm.com/docs/git-config"""


def environment() -> Mapping[str, str]:
    """Return the variables of this process, which may name tokens and servers."""
    return os.environ


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended."""

    code: int | None
    """None when the program was not found, could not be started, or did not end in time."""
    output: str = ""

    @property
    def said(self) -> str:
        """Its output without the line end; empty unless it succeeded."""
        return self.output.strip() if self.code == 0 else ""


def run(
    command: Sequence[str],
    folder: Path | None = None,
    variables: Mapping[str, str] | None = None,
    seconds: float = PATIENCE,
) -> Ran:
    """Run a program, and return its output. It has no input, so it cannot ask questions.

    :param command: name of the program and its arguments; the name without any folder.
    :param folder: where it runs; by default at the root of the file system, which is in no repository.
    :param variables: the environment that it runs in; by default that of this process.
    """
    variables = environment() if variables is None else variables
    barred = _Barred.by(variables)
    folders = _folders(variables, barred)
    clean = {**variables, "PATH": os.pathsep.join(folders), "NoDefaultCurrentDirectoryInExePath": "1"}
    program = _found(command[0], variables, folders, barred)
    if not program:
        return Ran(None)
    try:
        done = subprocess.run(  # noqa: S603 - found by its full path
            [program, *command[1:]],
            cwd=folder or Path(program).anchor,
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=seconds,
            check=False,
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return Ran(None)
    return Ran(done.returncode, done.stdout)


def git(folder: Path, *arguments: str, seconds: float = PATIENCE) -> Ran:
    """Run git in a repository, without the programs that its settings could make git start, and without a network.

    Use commands that read objects (``rev-parse``, ``cat-file``, ``merge-base``): ``status`` and ``diff`` start the
    filters that a repository's settings name.
    """
    own = (folder / ".git").exists()
    kept = {name: value for name, value in environment().items() if not own or name not in _POINTERS}
    return run(["git", *_NO_CODE, *arguments], folder, {**kept, **_QUIET_GIT, **_LOCAL_GIT}, seconds)


def is_led_to_a_repository() -> bool:
    """Return whether the environment names a repository to git, which then looks for none around a folder."""
    return "GIT_DIR" in environment()


def git_on_the_network(*arguments: str, seconds: float, variables: Mapping[str, str] | None = None) -> Ran:
    """Run git outside of every repository, so that only the user's own settings count; it asks for no password."""
    alone = {**(environment() if variables is None else variables), **_QUIET_GIT}
    return run(["git", f"--git-dir={os.devnull}", *arguments], None, alone, seconds)


def find(name: str, variables: Mapping[str, str]) -> str:
    """Return the full path of a program outside the checkout, or an empty text."""
    barred = _Barred.by(variables)
    return _found(name, variables, _folders(variables, barred), barred)


def _found(name: str, variables: Mapping[str, str], folders: Sequence[str], barred: _Barred) -> str:
    for folder in folders:
        for ending in _endings(variables):
            candidate = Path(folder, name + ending)
            if candidate.is_file() and os.access(candidate, os.X_OK) and not barred.holds(str(candidate)):
                return str(candidate)
    return ""


def _folders(variables: Mapping[str, str], barred: _Barred) -> list[str]:
    """Return the folders of PATH in which programs are looked for."""
    named = [folder for folder in variables.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute()]
    return [folder for folder in named if not barred.holds(folder)]


@dataclass(frozen=True, slots=True)
class _Barred:
    """Folders whose programs are not started. Paths are compared as text: each start of git asks dozens of times."""

    here: str
    """The current folder; what lies in it counts only within a repository."""
    checkouts: tuple[str, ...]
    """The repository here and the CI's checkout. Each ends in a separator."""

    @classmethod
    def by(cls, variables: Mapping[str, str]) -> _Barred:
        """Return what is barred here. The root of the file system never is: no program would be left."""
        here = Path.cwd()
        repository = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), None)
        places = (variables.get(ci.workspace_variable) for ci in known_cis())
        found = [Path(place).resolve() for place in (repository, *places) if place]
        return cls(_as_text(here), tuple(_as_text(folder) for folder in found if folder != folder.parent))

    def holds(self, path: str) -> bool:
        """Return whether a path leads to the current folder, or into a checkout."""
        real = _as_text(os.path.realpath(path))
        return real == self.here or real.startswith(self.checkouts)


def _as_text(path: str | Path) -> str:
    return os.path.normcase(path).rstrip(os.sep) + os.sep


def _endings(variables: Mapping[str, str]) -> Iterator[str]:
    if sys.platform == "win32":
        yield from variables.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(os.pathsep)
    else:
        yield ""
