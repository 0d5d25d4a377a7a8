"""A repository with maps, and the shallow checkout that a CI works in."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.made_once import copied

MAP = Path(__file__).parents[2] / "examples" / "login-throttle.md"
NAME = "docs/maps/login-throttle.md"
TICKETS = 8
"""How many a first push of the map makes: its tasks, and the tracking ticket."""
_IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Sara"), ("EMAIL", "sara@example.org"))
}


def git(folder: Path, *arguments: str, date: str = "2026-11-25T12:00:00Z") -> str:
    """Run git without any settings of the machine."""
    environment = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
        **_IDENTITY,
    }
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


_NAMES = (
    "ensurepip", "venv", "pip", "techmap_sync", "github", "gitlab", "jinja2", "hatchling", "zipfile", "json", "re",
    "sitecustomize", "usercustomize",
)  # fmt: skip
_TRACE = "open({trace!r}, 'a').write(__name__ + chr(10))\n"
_PROGRAM = '#!/bin/sh\necho "$0" >> "{trace}"\nexit 1\n'


def with_code_of_its_own(folder: Path, trace: Path) -> dict[str, str]:
    """Put modules, programs and files of settings into a checkout, each under a name that an installation looks for.

    Return variables of a job that make them easy to find.

    :param trace: what each of them writes to when it runs.
    """
    code = _TRACE.format(trace=str(trace))
    (folder / "bin").mkdir()
    for number, name in enumerate(_NAMES):
        if number % 2:
            (folder / name).mkdir()
            (folder / name / "__main__.py").write_text(code)
        path = folder / name / "__init__.py" if number % 2 else folder / f"{name}.py"
        path.write_text(code)
    for name in ("python", "python3", "pip", "git", "techmap-sync"):
        for program in (folder / "bin" / name, folder / f"{name}-program"):
            program.write_text(_PROGRAM.format(trace=trace))
            program.chmod(0o755)
    (folder / "evil.pth").write_text(f"import os; os.system('echo pth >> {trace}')\n")
    (folder / "pip.conf").write_text("[global]\nno-index = true\n")
    (folder / "setup.cfg").write_text("[install]\nprefix = /nowhere\n")
    (folder / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbackend-path = ["."]\nbuild-backend = "venv"\n'
    )
    (folder / "constraints.txt").write_text("jinja2==0.1\n")
    return {"PYTHONPATH": str(folder), "PYTHONSTARTUP": str(folder / "re.py"), "PYTHONUSERBASE": str(folder)}


@dataclass(frozen=True)
class Origin:
    """The repository as its server holds it, with a default branch that is not called main."""

    folder: Path
    address: str
    """What its clones are told."""

    @classmethod
    def begin(cls, folder: Path, address: str) -> Origin:
        """Make a repository with one approved map."""
        return cls(copied(folder, _begin), address)

    def commit(self, text: str, date: str) -> str:
        """Commit a version of the map."""
        path = self.folder / NAME
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", "A map", date=date)
        return git(self.folder, "rev-parse", "HEAD")

    def checkout(self, folder: Path, commit: str = "HEAD") -> Path:
        """Check one commit out as actions/checkout and GitLab's runner do: alone, without a branch."""
        git(self.folder, "config", "uploadpack.allowAnySHA1InWant", "true")
        commit = git(self.folder, "rev-parse", commit)
        folder.mkdir(parents=True)
        git(folder, "init", "--quiet")
        git(folder, "remote", "add", "origin", f"file://{self.folder}")
        git(folder, "fetch", "--quiet", "--depth=1", "origin", commit)
        git(folder, "checkout", "--quiet", "--detach", "FETCH_HEAD")
        git(folder, "remote", "set-url", "origin", self.address)
        return folder


def _begin(folder: Path) -> None:
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "trunk")
    Origin(folder, "").commit(MAP.read_text("utf-8"), "2026-11-25T12:00:00Z")
