"""Names of servers: which of them are one and the same, and which tracker the public ones are.

Hosts are compared whole: ``github.com.example.org`` is no more GitHub than any other server.

https://docs.github.com/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
https://docs.gitlab.com/user/gitlab_com/#alternative-ssh-port
"""

from __future__ import annotations

PUBLIC = {"github.com": "github", "gitlab.com": "gitlab"}
"""Tracker by host."""
_ALSO = {
    "ssh.github.com": "github.com",
    "www.github.com": "github.com",
    "altssh.gitlab.com": "gitlab.com",
    "www.gitlab.com": "gitlab.com",
}


def same_host(host: str) -> str:
    """Return the name by which a server is known, whatever a remote calls it."""
    name = host.casefold().rstrip(".")
    return _ALSO.get(name, name)


def same_source(source: str) -> str:
    """Return the canonical name of a repository, ``github.com/owner/name``, also of one written by another name."""
    host, slash, path = source.partition("/")
    return f"{same_host(host)}{slash}{path}".casefold()
