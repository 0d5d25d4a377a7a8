"""What git says about the folder that a map lies in. Only reads; outside a repository there is just less to say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from techmap_sync import files, programs
from techmap_sync.planning.source import MapSource, WebFiles

_PATIENCE = 10
"""Seconds to wait for a server that a file would be better with, and good without."""
_SCP = re.compile(r"(?:[^@/]+@)?(?P<host>[^:/]+):(?P<path>[^/].*)")
_URL = re.compile(r"\w+://(?:[^@/]*@)?(?P<host>[^/:]+)(?::\d+)?/(?P<path>.+)")


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository lives: host and path, without user, port or password."""

    host: str
    path: str

    @property
    def canonical(self) -> str:
        """``github.com/owner/name``, the same for every way to write the address."""
        return f"{self.host}/{self.path}".casefold()

    @property
    def kind(self) -> str:
        """``github``, ``gitlab``, or empty when the host's name does not tell."""
        return next((kind for kind in ("github", "gitlab") if kind in self.host), "")


@dataclass(frozen=True, slots=True)
class Checkout:
    """A working tree, or a plain folder."""

    root: Path
    remote: Remote | None = None
    commit: str = ""
    """Full hash of HEAD; empty before the first commit and outside a repository."""
    commit_time: str = ""
    """ISO 8601 time of that commit."""
    branch: str = ""
    """The branch that is checked out; empty when none is."""
    default_branch: str = ""
    """The default branch of ``origin``, as far as the clone knows it."""

    @property
    def is_on_side_branch(self) -> bool:
        """Whether this is known not to be the default branch."""
        return bool(self.branch and self.default_branch) and self.branch != self.default_branch

    def path_of(self, file: Path) -> str:
        """Return the path of a file within the repository, with ``/``; of a file outside only its name, because paths
        of this machine are nobody's business."""
        resolved = file.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else file.name

    def source_of(self, file: Path) -> MapSource:
        """Return where a map comes from, with addresses on the web when the remote has them."""
        return MapSource(self.path_of(file), self.commit, self._web())

    def _web(self) -> WebFiles | None:
        if self.remote is None or not self.commit:
            return None
        base = f"https://{self.remote.host}/{self.remote.path}"
        match self.remote.kind:
            case "github":
                return WebFiles(f"{base}/blob/{self.commit}/", f"{base}/raw/{self.commit}/", "#L{first}-L{last}")
            case "gitlab":
                return WebFiles(f"{base}/-/blob/{self.commit}/", f"{base}/-/raw/{self.commit}/", "#L{first}-{last}")
            case _:
                return None


@lru_cache
def checkout_of(folder: Path) -> Checkout:
    """Return what is known of the repository around a folder, or of the folder itself."""
    if not _git(folder, "rev-parse", "--show-toplevel"):
        return Checkout(folder.resolve())
    commit, _, time = _git(folder, "log", "-1", "--format=%H %cI").partition(" ")
    branch = _git(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    default = _git(folder, "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD").partition("/")[2]
    return Checkout(files.repository_around(folder), _remote(folder), commit, time, branch, default)


def user_name(folder: Path) -> str:
    """Return the name that git writes into commits of a folder, empty when it knows none."""
    return _git(folder, "config", "user.name")


def default_branch(folder: Path) -> str:
    """Return the default branch as the clone knows it, else the branch that is checked out."""
    remote = _git(folder, "symbolic-ref", "--short", "refs/remotes/origin/HEAD").removeprefix("origin/")
    return remote or _git(folder, "symbolic-ref", "--short", "HEAD") or "main"


def commit_of_tag(address: str, tag: str, variables: Mapping[str, str]) -> str:
    """Ask a server for the commit of a tag; empty when it does not tell, and nobody is asked for a password.

    :param variables: the environment that git runs in.
    """
    references = (f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}")
    ran = programs.git_on_the_network("ls-remote", "--", address, *references, seconds=_PATIENCE, variables=variables)
    commits = [line.partition("\t")[0] for line in ran.said.splitlines()]
    return commits[-1] if commits else ""  # the second line of an annotated tag names what it is put on


def parse_remote(address: str) -> Remote | None:
    """Read the address of a remote in any form that git takes; None for a local path."""
    match = _URL.fullmatch(address) or (None if "://" in address else _SCP.fullmatch(address))
    if match is None:
        return None
    return Remote(match["host"].casefold(), match["path"].strip("/").removesuffix(".git"))


def _remote(folder: Path) -> Remote | None:
    """Return ``origin``, else the only remote."""
    names = _git(folder, "remote").split()
    name = "origin" if "origin" in names else names[0] if len(names) == 1 else ""
    return parse_remote(_git(folder, "remote", "get-url", name)) if name else None


def _git(folder: Path, *arguments: str) -> str:
    return programs.git(folder, *arguments).said
