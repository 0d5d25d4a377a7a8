"""The settings of a connection, the same for every tracker."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from techmap_sync.errors import UsageProblem
from techmap_sync.secrecy import NO_SECRET, Secret

__all__ = ["Connection", "Secret", "require_token"]


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the tickets are, and everything that a tracker must be given instead of finding it out itself."""

    target: str
    """The text after the colon of ``--to``; empty when there was no colon."""
    now: Callable[[], datetime]
    """The clock; its times have a time zone."""
    timeout: float
    """Seconds that one request may take, or that a write may wait for its turn."""
    sleep: Callable[[float], None] = time.sleep
    """Waits a number of seconds."""
    project: str = ""
    """Name for a project that the tracker has to create; empty for one taken from the target."""
    api_url: str = ""
    """Address of the server's API; empty for the public one."""
    token: Secret = NO_SECRET
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    """Other ways to log in, by name: ``app_id``, ``private_key``, ``installation_id``."""
    label_colors: Mapping[str, str] = field(default_factory=dict)
    """Six hexadecimal digits per label, for labels that have to be created."""
    seconds_between_writes: float = 0.0
    sharers: int = 1
    """How many concurrent runs share the rate limit of our account."""
    ca_bundle: str = ""
    """File with the certificates of a private authority; empty for the usual ones."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """The tracker's own table of settings, checked."""


def require_token(connection: Connection, title: str, advice: str) -> str:
    """Return the token of a connection, unless it cannot be one.

    :param title: the vendor.
    :param advice: what to do when there is no token.
    :raises UsageProblem: the token is missing or invalid.
    """
    token = connection.token.value.strip()
    if not token:
        raise UsageProblem(f"no token for {title}", advice)
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageProblem(f"the token for {title} has characters that no token has", "copy it again, without quotes")
    return token
