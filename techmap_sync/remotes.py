"""Where a repository lives: the address of a remote, read in any form that git takes.

https://git-scm.com/docs/git-clone#_git_urls
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import unquote

from techmap_sync import programs
from techmap_sync.registry import public_kind, same_host

_PATIENCE = 5
"""Seconds for ssh to read its settings."""
_URL = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*)://(?P<authority>[^/?#\\]*)(?P<path>/[^?#]*)(?:[?#].*)?", re.I)
_SCP = re.compile(r"(?:(?P<user>[^@:/\\\[\]]+)@)?(?:(?P<host>[^@:/\\\[\]]+)|\[(?P<inside>[^\]/\\]+)\]):(?P<path>.+)")
_AUTHORITY = re.compile(r"(?:(?P<user>.*)@)?(?P<host>\[[^\]]+\]|[^:@\[\]]+)(?::\d*)?")
_HOST = re.compile(r"[a-z0-9_][\w.-]*|\[[0-9a-f:.%]+\]", re.I)
_DRIVE = re.compile(r"[a-z]:[/\\]", re.I)
_DOMAIN = re.compile(r"(?:[a-z0-9-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)", re.I)
_USER_IN_PATH = re.compile(r"[^/]@")
_USER = re.compile(r"[A-Za-z0-9_][\w.-]*")
_SSH = frozenset({"ssh", "git+ssh", "ssh+git"})

AskSsh = Callable[[str, str], str]
"""Gets a host and a user, and returns the host that ssh connects to."""


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a repository lives: host and path, without user, port or password."""

    host: str
    path: str
    named_kind: str = ""
    """The tracker that a server of one's own is, when the CI or the settings name it."""
    alias: str = field(default="", compare=False)
    """The host as the remote's address has it, when only this machine's ssh knows it by that name."""

    @property
    def canonical(self) -> str:
        """``HOST/owner/name``, the same for every way to write the address."""
        return f"{self.host}/{self.path}".casefold()

    @property
    def former(self) -> str:
        """The canonical name that earlier releases made of the same address, empty when it was no other one."""
        return f"{self.alias}/{self.path}".casefold() if self.alias else ""

    @property
    def kind(self) -> str:
        """Name of the tracker's kind; empty when nobody said what the host is."""
        return public_kind(self.host) or self.named_kind

    def named(self, kinds: Mapping[str, str]) -> Remote:
        """Return the same remote with what is known of servers: tracker by host."""
        return replace(self, named_kind=kinds.get(self.host, self.named_kind))


def ask_ssh(host: str, user: str) -> str:
    """Return the host that ssh connects to for a name of its settings, empty when it does not tell."""
    login = ["-l", user] if _USER.fullmatch(user) else []
    said = programs.run(["ssh", "-G", *login, "--", host], seconds=_PATIENCE).said
    lines = (line.split(" ", 1) for line in said.splitlines() if line.startswith("hostname "))
    return next((name for _, name in lines), "")


def parse_remote(address: str, ask: AskSsh = ask_ssh) -> Remote | None:
    """Read the address of a remote in any form that git takes; None for a local path and what cannot be read.

    :param ask: what resolves a name that only ssh knows; asked for no public host.
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
        return None  # an address that only a helper program understands
    scp = _SCP.fullmatch(address)
    if scp is None:
        return None
    inside, user = scp["inside"] or "", f"{scp['user']}@" if scp["user"] else ""
    if "@" in inside:
        return True, inside, scp["path"]
    host = scp["host"] or (f"[{inside}]" if inside.count(":") > 1 else inside)  # [::1], but [host:port]
    return True, f"{user}{host}", scp["path"]


def _clean(path: str) -> str:
    """Return a path without what makes no difference; empty for one that may hold a password or leads elsewhere."""
    parts = [part for part in path.split("/") if part not in ("", ".")]
    clean = re.sub(r"\.git$", "", "/".join(parts), flags=re.I)
    return "" if ".." in parts or _USER_IN_PATH.search(clean) or not clean.isprintable() else clean


def _resolved(host: str, target: str) -> str:
    """Return which of two names a server is known by: the one that ssh was given, or the one that it connects to.

    A name with a domain is one that other people use too, over https for instance, whatever machine ssh reaches by it;
    unless that machine is a public server.
    """
    is_alias = not _DOMAIN.fullmatch(host) and _DOMAIN.fullmatch(target)
    return target if is_alias or public_kind(target) else host
