r"""Addresses of servers, in one canonical form, or refused.

A browser, a library and a reader may each read ``https://github.com\\@evil.example`` differently. So an address is
parsed by one strict grammar, and requests go to the form that was compared, not to what was written.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

from techmap_sync.patterns import lazy

_ADDRESS = lazy(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9](?:[a-z0-9_.-]*[a-z0-9])?\.?|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>(?:/[A-Za-z0-9._~%+-]*)*)",
    re.ASCII | re.IGNORECASE,
)
_NUMERIC = lazy(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)
"""A last label from which browsers and resolvers read an IP address: https://url.spec.whatwg.org/#ends-in-a-number-checker"""
_USUAL = {"https": 443, "http": 80}


class BadAddress(ValueError):
    """The text is not the address of a server in the required form."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as requests reach it. Two that are equal are the same one."""

    scheme: str
    host: str
    """In lower case, without a trailing dot; an IPv6 address in brackets."""
    port: int

    @property
    def authority(self) -> str:
        """Host and port, the port only where it is not the usual one."""
        return self.host if self.port == _USUAL[self.scheme] else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """Whether it is this machine, by an address or name that needs no resolver."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host.strip("[]")).is_loopback
        except ValueError:
            return False

    @property
    def is_private(self) -> bool:
        """Whether what is sent there cannot be read on the way."""
        return self.scheme == "https" or self.is_loopback

    def __str__(self) -> str:
        return f"{self.scheme}://{self.authority}"


@lru_cache(maxsize=256)
def read_address(address: str) -> tuple[Server, str]:
    """Return the server of an address, and the path after it.

    :raises BadAddress: it is not ``http(s)://HOST[:PORT][/PATH]`` in plain ASCII, without user, password, query.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None:
        raise BadAddress(address)
    scheme, host = match["scheme"].lower(), match["host"].lower().removesuffix(".")
    port = int(match["port"] or _USUAL[scheme])
    if not 0 < port < 65536 or ".." in host:
        raise BadAddress(address)
    return Server(scheme, _checked(host, address), port), match["path"].rstrip("/")


def server_named(text: str) -> Server | None:
    """Return the server of an address or of a bare ``HOST[:PORT]``, which means https; None for anything else."""
    try:
        return read_address(text if "://" in text else f"https://{text}")[0]
    except BadAddress:
        return None


def _checked(host: str, address: str) -> str:
    """Return a host in its canonical form; an IP address in unusual notation is refused."""
    bracketed = host.startswith("[")
    if not bracketed and not _NUMERIC.fullmatch(host.rpartition(".")[2]):
        return host
    try:
        found = ipaddress.ip_address(host.strip("[]"))
    except ValueError as error:
        raise BadAddress(address) from error
    if bracketed != (found.version == 6):
        raise BadAddress(address)
    return f"[{found}]" if bracketed else str(found)
