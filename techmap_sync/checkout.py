"""What git says about the folder of a map. It only reads; outside a repository less is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from techmap_sync import commits, files, programs
from techmap_sync.patterns import lazy
from techmap_sync.planning.link_targets import MapSource, WebFiles
from techmap_sync.registry import find_kind, public_kind, same_host
from techmap_sync.sync.policy import Descent
from techmap_sync.text_forms import composed

_HASH = lazy(r"[0-9a-f]{40}|[0-9a-f]{64}")


def descent(repository: Path, commit: str, other: str) -> Descent:
    """Return how a commit is related to another one.

    :param repository: root of a clone.
    :param other: a full hash, as a ledger names it.
    """
    if not _HASH.fullmatch(commit) or not _HASH.fullmatch(other):
        return Descent.UNKNOWN
    if commit == other:
        return Descent.SAME
    if is_ancestor(repository, other, commit):
        return Descent.AFTER
    return Descent.BEFORE if is_ancestor(repository, commit, other) else Descent.UNKNOWN


def is_ancestor(repository: Path, first: str, second: str) -> bool:
    """Whether one commit is known to be in the history of another one, or the same."""
    return programs.git(repository, "merge-base", "--is-ancestor", first, second).code == 0


_SSH_PATIENCE = 5
"""Seconds for ssh to read its settings."""
_URL = lazy(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<path>/[^?#]*)(?:[?#].*)?", re.I)
_SCP = lazy(r"(?:(?P<user>[^@:/\\\[\]]+)@)?(?:(?P<host>[^@:/\\\[\]]+)|\[(?P<inside>[^\]/\\]+)\]):(?P<path>.+)")
_AUTHORITY = lazy(r"(?:(?P<user>.*)@)?(?P<host>\[[^\]]+\]|[^:@\[\]]+)(?::\d*)?")
_HOST = lazy(r"[a-z0-9_][\w.-]*|\[[0-9a-f:.%]+\]", re.I)
_DRIVE = lazy(r"[a-z]:[/\\]", re.I)
_DOMAIN = lazy(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)", re.I)
_USER_IN_PATH = lazy(r"[^/]@")
_USER = lazy(r"[A-Za-z0-9_][\w.-]*")
_SSH = frozenset({"ssh", "git+ssh", "ssh+git"})

AskSsh = Callable[[str, str], str]
"""Takes a host and a user; returns the host that ssh connects to."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository is: host and path, without user, port or password."""

    host: str
    path: str
    named_kind: str = ""
    """Tracker of a self-hosted server, when the CI or the settings name it."""
    alias: str = field(default="", compare=False)
    """The host in the remote's address, when it is a name from this machine's ssh settings."""

    @property
    def canonical(self) -> str:
        """``HOST/owner/name``, the same for every form of the address."""
        return f"{self.host}/{self.path}".casefold()

    @property
    def former(self) -> str:
        """The canonical name that earlier releases used for the same address; empty when it was the same."""
        return f"{self.alias}/{self.path}".casefold() if self.alias else ""

    @property
    def kind(self) -> str:
        """Name of the tracker's kind; empty when the host is unknown."""
        return public_kind(self.host) or self.named_kind

    def named(self, kinds: Mapping[str, str]) -> Remote:
        """Return the remote with the known servers: tracker by host."""
        return replace(self, named_kind=kinds.get(self.host, self.named_kind))


def ask_ssh(host: str, user: str) -> str:
    """Return the host that ssh connects to for a name of its settings, empty when it does not say."""
    login = ["-l", user] if _USER.fullmatch(user) else []
    said = programs.run(["ssh", "-G", *login, "--", host], seconds=_SSH_PATIENCE).said
    lines = (line.split(" ", 1) for line in said.splitlines() if line.startswith("hostname "))
    return next((name for _, name in lines), "")


def parse_remote(address: str, ask: AskSsh = ask_ssh) -> Remote | None:
    """Read the address of a remote in any form that git accepts; None for a local path and for anything else.

    :param ask: resolves a name from ssh's settings; not called for public hosts.
    """
    found = _split(address)
    if found is None:
        return None
    over_ssh, authority, path = found
    parts, path = _AUTHORITY.fullmatch(authority), _clean(path)
    if parts is None or not path or not _HOST.fullmatch(parts["host"]):
        return None
    host = same_host(parts["host"])
    if not over_ssh or public_kind(host):
        return Remote(host, path)
    resolved = _resolved(host, same_host(ask(parts["host"], (parts["user"] or "").partition(":")[0])))
    return Remote(resolved, path, alias=host if resolved != host else "")


def _split(address: str) -> tuple[bool, str, str] | None:
    """Return whether an address goes over ssh, who and where the server is, and the path there."""
    address = address.strip()
    if not address.isprintable() or _DRIVE.match(address):
        return None
    if url := _URL.fullmatch(address):
        scheme = url["scheme"].casefold()
        return None if scheme == "file" else (scheme in _SSH, url["authority"], unquote(url["path"]))
    if "://" in address or "::" in address.partition("[")[0]:
        return None  # an address for a remote helper program
    scp = _SCP.fullmatch(address)
    if scp is None:
        return None
    inside, user = scp["inside"] or "", f"{scp['user']}@" if scp["user"] else ""
    if "@" in inside:
        return True, inside, scp["path"]
    host = scp["host"] or (f"[{inside}]" if inside.count(":") > 1 else inside)  # [::1], but [host:port]
    return True, f"{user}{host}", scp["path"]


def _clean(path: str) -> str:
    """Return a path in its canonical form; empty for one that may contain a password or leads elsewhere."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    clean = re.sub(r"\.git$", "", "/".join(parts), flags=re.I)
    return "" if ".." in parts or _USER_IN_PATH.search(clean) or not clean.isprintable() else clean


def _resolved(host: str, target: str) -> str:
    """Return which of two names a server is known by: the one that ssh was given, or the one that it connects to.

    A name with a domain is one that other people use too, over https for instance, whatever machine ssh connects to;
    unless that machine is a public server.
    """
    is_alias = not _DOMAIN.fullmatch(host) and _DOMAIN.fullmatch(target)
    return target if is_alias or public_kind(target) else host


_PATIENCE = 10
"""Seconds to wait for a server whose answer is useful but not needed."""


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
    """The default branch of the remote; empty when the clone does not know it."""
    remote_name: str = ""
    """``origin``, else the name of the only remote."""
    is_repository: bool = False
    """True also for one that git does not trust, about which nothing else is known."""
    is_submodule: bool = False
    """Another repository decides which commit is checked out here."""

    def path_of(self, file: Path) -> str:
        """Return the path of a file within the repository, with ``/`` and in one Unicode form; of a file outside only
        its name, because paths of this machine are private."""
        return composed(self.path_on_disk(file))

    def path_on_disk(self, file: Path) -> str:
        """Return the same path as the file system spells it."""
        resolved = file.resolve()
        return resolved.relative_to(self.root).as_posix() if resolved.is_relative_to(self.root) else file.name

    def committed(self, files: Mapping[Path, bytes]) -> dict[Path, str]:
        """Return the files whose text is in the commit, and the path of each in it.

        :param files: content by file.
        """
        inside = {file: self.path_on_disk(file) for file in files if file.resolve().is_relative_to(self.root)}
        found = commits.committed(self.root, self.commit, {path: files[file] for file, path in inside.items()})
        return {file: found[path] for file, path in inside.items() if path in found}

    def stored(self, files: Mapping[Path, bytes], commit: str) -> dict[Path, bool]:
        """Return the files that a commit has, and whether their text is the same there.

        :param files: content by file.
        :param commit: empty for none.
        """
        inside = {file: self.path_on_disk(file) for file in files if file.resolve().is_relative_to(self.root)}
        known = (
            commits.stored(self.root, commit, {path: files[file] for file, path in inside.items()}) if commit else {}
        )
        return {file: known[path][1] for file, path in inside.items() if path in known}

    def stored_exactly(self, files: Mapping[Path, bytes]) -> dict[Path, tuple[str, bool]]:
        """Return the files that the commit has byte for byte: the path in it, and whether the file is executable.

        Line ends, an encoding or Git LFS may make git store another form than it checks out.
        """
        inside = {file: self.path_on_disk(file) for file in files if file.resolve().is_relative_to(self.root)}
        known = commits.stored_exactly(self.root, self.commit, {path: files[file] for file, path in inside.items()})
        return {file: known[path] for file, path in inside.items() if path in known}

    def default_commit(self, branch: str) -> str:
        """Return the commit of the default branch, as far as this clone has it: of the remote, else its own."""
        places = (f"refs/remotes/{self.remote_name or 'origin'}/{branch}", f"refs/heads/{branch}")
        commits = (_git(self.root, "rev-parse", "--verify", "--quiet", f"{place}^{{commit}}") for place in places)
        return next(filter(None, commits), "") if branch else ""

    def source_of(self, file: Path, path_in_commit: str | None = None) -> MapSource:
        """Return where a map comes from, with addresses on the web when the remote has them.

        :param path_in_commit: empty when the commit lacks the text, None when that was not checked.
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
        """Return the checkout with the known servers: tracker by host."""
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


_WORK_TREE = ("rev-parse", "--is-inside-work-tree", "--show-superproject-working-tree")
"""Says ``true`` in a work tree, and where the repository is that a submodule belongs to."""


@lru_cache
def checkout_of(folder: Path) -> Checkout:
    """Return what is known about the repository around a folder, or the folder itself."""
    if not files.is_in_repository(folder) and not programs.is_led_to_a_repository():
        return Checkout(folder.resolve())
    inside = _git(folder, *_WORK_TREE).split()
    if inside[:1] != ["true"]:
        distrusted = _git(folder, "-c", "safe.directory=*", *_WORK_TREE).split()
        return Checkout(folder.resolve(), is_repository=distrusted[:1] == ["true"])
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
        is_submodule=len(inside) > 1,
    )


def checkout_around(file: Path, base: Checkout) -> Checkout:
    """Return the checkout of a file: a submodule, a worktree or a clone within another one has its own.

    :param base: the checkout that the run is about; also used for a file outside of any.
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
    """Ask a server for the commit of a tag; empty when it does not say; it never asks for a password.

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
    """Return where a remote is, whether or not ``insteadOf`` rewrites its address.

    Of the written and the rewritten address, the one on a public server counts: a local mirror is not where the
    repository is.
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
