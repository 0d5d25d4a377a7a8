"""What git says about the folder that a map lies in. Only reads; outside a repository there is just less to say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from techmap_sync import files, programs
from techmap_sync.commits import committed, descent, is_ancestor
from techmap_sync.planning.source import MapSource, WebFiles
from techmap_sync.registry import find_kind, public_kind
from techmap_sync.remotes import Remote, parse_remote
from techmap_sync.syncing.descent import Descent
from techmap_sync.unicode_forms import composed

_PATIENCE = 10
"""Seconds to wait for a server that a file would be better with, and good without."""


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
    """The default branch of the remote, as far as the clone knows it."""
    remote_name: str = ""
    """``origin``, else the name of the only remote."""
    is_repository: bool = False
    """Also one that git does not trust, of which nothing else is known."""
    is_submodule: bool = False
    """Another repository says which commit is checked out here."""

    def path_of(self, file: Path) -> str:
        """Return the path of a file within the repository, with ``/`` and in one Unicode form; of a file outside only
        its name, because paths of this machine are nobody's business."""
        return composed(self.path_on_disk(file))

    def path_on_disk(self, file: Path) -> str:
        """Return the same path as the file system spells it."""
        resolved = file.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else file.name

    def committed(self, files: Mapping[Path, bytes]) -> dict[Path, str]:
        """Return the files whose text the commit holds, and the path of each in it.

        :param files: what the files hold.
        """
        inside = {file: self.path_on_disk(file) for file in files if file.resolve().is_relative_to(self.root)}
        found = committed(self.root, self.commit, {path: files[file] for file, path in inside.items()})
        return {file: found[path] for file, path in inside.items() if path in found}

    def source_of(self, file: Path, path_in_commit: str | None = None) -> MapSource:
        """Return where a map comes from, with addresses on the web when the remote has them.

        :param path_in_commit: empty when the commit lacks the text, None when nobody has looked.
        """
        is_pending = path_in_commit == "" and bool(self.remote and self.remote.kind)
        return MapSource(self.path_of(file), self.commit, self._web(), path_in_commit or "", is_pending)

    def is_merged_into(self, branch: str) -> bool:
        """Whether the commit is known to be on a branch of the remote."""
        return bool(self.commit) and is_ancestor(self.root, self.commit, f"refs/remotes/{self.remote_name}/{branch}")

    def descent_from(self, commit: str) -> Descent:
        """Return how the commit that is checked out is related to another one."""
        return descent(self.root, self.commit, commit)

    def knowing(self, kinds: Mapping[str, str]) -> Checkout:
        """Return the same checkout with what is known of servers: tracker by host."""
        return replace(self, remote=self.remote.named(kinds)) if self.remote else self

    def _web(self) -> WebFiles | None:
        if self.remote is None or not self.commit:
            return None
        kind = find_kind(self.remote.kind)
        if kind is None or kind.web is None:
            return None
        base, web = f"https://{self.remote.host}/{self.remote.path}", kind.web
        page, raw = (f"{base}{place.format(commit=self.commit)}" for place in (web.page, web.raw))
        return WebFiles(page, raw, web.lines)


@lru_cache
def checkout_of(folder: Path) -> Checkout:
    """Return what is known of the repository around a folder, or of the folder itself."""
    if not _git(folder, "rev-parse", "--show-toplevel"):
        distrusted = _git(folder, "-c", "safe.directory=*", "rev-parse", "--show-toplevel")
        return Checkout(folder.resolve(), is_repository=bool(distrusted))
    commit, _, time = _git(folder, "log", "-1", "--format=%H %cI").partition(" ")
    name = _remote_name(folder)
    return Checkout(
        files.repository_around(folder),
        _remote(folder, name) if name else None,
        commit,
        time,
        branch=_git(folder, "symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/"),
        default_branch=_default_branch(folder, name or "origin"),
        remote_name=name,
        is_repository=True,
        is_submodule=bool(_git(folder, "rev-parse", "--show-superproject-working-tree")),
    )


def checkout_around(file: Path, base: Checkout) -> Checkout:
    """Return the checkout that a file lies in: a submodule, a worktree or a clone within another one has its own.

    :param base: the checkout that the run is about; also for a file that lies in none.
    """
    folder = file.resolve().parent
    root = files.repository_around(folder)
    if root == base.root or not (root / ".git").exists():
        return base
    is_outer = folder.is_relative_to(base.root) and not root.is_relative_to(base.root)
    return base if is_outer else checkout_of(root)


def user_name(folder: Path) -> str:
    """Return the name that git writes into commits of a folder, empty when it knows none."""
    return _git(folder, "config", "user.name")


def default_branch(folder: Path) -> str:
    """Return the default branch as the clone knows it, else the branch that is checked out."""
    current = _git(folder, "symbolic-ref", "--quiet", "HEAD").removeprefix("refs/heads/")
    return _default_branch(folder, _remote_name(folder) or "origin") or current or "main"


def commit_of_tag(address: str, tag: str, variables: Mapping[str, str]) -> str:
    """Ask a server for the commit of a tag; empty when it does not tell, and nobody is asked for a password.

    :param variables: the environment that git runs in.
    """
    references = (f"refs/tags/{tag}", f"refs/tags/{tag}^{{}}")
    ran = programs.git_on_the_network("ls-remote", "--", address, *references, seconds=_PATIENCE, variables=variables)
    commits = [line.partition("\t")[0] for line in ran.said.splitlines()]
    return commits[-1] if commits else ""  # the second line of an annotated tag names what it is put on


def _remote_name(folder: Path) -> str:
    """Return ``origin``, else the only remote."""
    names = _git(folder, "remote").split()
    return "origin" if "origin" in names else names[0] if len(names) == 1 else ""


def _remote(folder: Path, name: str) -> Remote | None:
    """Return where a remote is, whether or not ``insteadOf`` makes something else of its address.

    Of the address as it was written and as git rewrites it the one on a public server counts: a mirror near somebody's
    machine is not where the repository lives.
    """
    written = parse_remote(_git(folder, "config", "--get", f"remote.{name}.url"), ask=lambda *_: "")
    if written is not None and public_kind(written.host):
        return written
    return parse_remote(_git(folder, "remote", "get-url", name)) or written


def _default_branch(folder: Path, remote: str) -> str:
    start = f"refs/remotes/{remote}/"
    return _git(folder, "symbolic-ref", "--quiet", f"{start}HEAD").removeprefix(start)


def _git(folder: Path, *arguments: str) -> str:
    return programs.git(folder, *arguments).said
