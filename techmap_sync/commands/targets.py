"""Where the tickets go: the tracker that flags, settings and the repository choose."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points

from techmap_sync.adapters.connection import Connection
from techmap_sync.checkout import Checkout
from techmap_sync.config import Settings
from techmap_sync.errors import UsageProblem
from techmap_sync.syncing.tracker import Tracker

GROUP = "techmap_sync.trackers"
EMBEDDED = "backlog"
DEFAULT_FOLDER = "./backlog"


def connect_tracker(settings: Settings, checkout: Checkout) -> Tracker:
    """Return the tracker that a run is about.

    :raises UsageProblem: there is no such tracker, or none was chosen and the repository offers more than one.
    """
    name, target = _choice(settings.to, checkout)
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted(found))
        raise UsageProblem(f"no such tracker: {name}", f"known are {known}; write --to TRACKER:TARGET")
    return _connect(found[name], target, settings, checkout)


def source_name(settings: Settings, checkout: Checkout, tracker: Tracker) -> str:
    """Return the canonical name of the repository that the maps belong to; never a path of this machine."""
    if settings.source:
        return settings.source
    if checkout.remote:
        return checkout.remote.canonical
    return EMBEDDED if tracker.name.startswith(f"{EMBEDDED}:") else tracker.name


def _connect(entry: EntryPoint, target: str, settings: Settings, checkout: Checkout) -> Tracker:
    connect: Callable[[Connection], Tracker] = entry.load()
    return connect(
        Connection(target, now=lambda: datetime.now(UTC), project=checkout.root.name, timeout=settings.timeout)
    )


def _choice(to: str, checkout: Checkout) -> tuple[str, str]:
    if to:
        name, _, target = to.partition(":")
        return name, target or (DEFAULT_FOLDER if name == EMBEDDED else "")
    if checkout.remote and checkout.remote.kind:
        own = f"{checkout.remote.kind}:{checkout.remote.path}"
        choices = f"--to {own}\n  --to {EMBEDDED}:{DEFAULT_FOLDER}"
        raise UsageProblem("no target chosen, and this repository could have two", f"say which:\n  {choices}")
    return EMBEDDED, DEFAULT_FOLDER
