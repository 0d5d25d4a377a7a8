"""What every adapter is connected with."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from techmap_sync.secrecy import NO_SECRET, Secret

__all__ = ["Connection", "Secret"]


@dataclass(frozen=True, slots=True)
class Connection:
    """Where the tickets are, and what an adapter may not find out by itself."""

    target: str
    """The text behind the colon of ``--to``; empty when there was none."""
    now: Callable[[], datetime]
    """The clock; its answers are aware of their time zone."""
    timeout: float
    """Seconds that one request may take, or that a write may wait for its turn."""
    sleep: Callable[[float], None] = time.sleep
    """Waits a number of seconds."""
    project: str = ""
    """Name for a project that the adapter has to begin; empty for one taken from the target."""
    api_url: str = ""
    """Address of the server's API; empty for the public one."""
    token: Secret = NO_SECRET
    credentials: Mapping[str, Secret] = field(default_factory=dict)
    """Other ways to log in, by name: ``app_id``, ``private_key``, ``installation_id``."""
    label_colors: Mapping[str, str] = field(default_factory=dict)
    """Six hexadecimal digits by label, for labels that have to be created."""
    seconds_between_writes: float = 0.0
    sharers: int = 1
    """How many runs there are at once that share what the server allows to our account."""
    ca_bundle: str = ""
    """File with certificates of a private authority; empty for the usual ones."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """The tracker's own table of settings, checked."""
