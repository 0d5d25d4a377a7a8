"""What a run is asked for on the command line, in addition to the settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from techmap_sync.app.named_tasks import NamedTasks
from techmap_sync.app.parallel import ALL, Shard
from techmap_sync.settings import Settings
from techmap_sync.sync.policy import SyncPolicy


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What a run is asked for, in addition to the settings."""

    named: NamedTasks = field(default_factory=NamedTasks)
    """Tasks to resolve, recreate or rebind, as a person named them."""
    allowed: frozenset[str] = frozenset()
    """Guards that are lifted."""
    refresh: bool = False
    accept_settings: bool = False
    reconcile: bool = False
    """Read all links, close untouched copies, and report maps whose file is missing."""
    read_all: bool = False
    """Read every ticket, including those of maps that are not approved or whose file is missing."""
    read_works: bool = False
    """Read what documents ask for even where everything is finished and every ticket is closed."""
    retired: frozenset[str] = frozenset()
    """Ids of maps whose file was deleted for good."""
    shard: Shard = ALL
    """Which maps this run handles, when several runs share them."""


def sync_policy(settings: Settings, source: str, run_options: RunOptions) -> SyncPolicy:
    """Return the policy for the sync core, from the settings and the options of this run.

    :param source: canonical name of the repository that the maps belong to.
    """
    return replace(
        settings.sync_policy(source),
        refresh=run_options.refresh,
        accept_settings=run_options.accept_settings,
        close_copies=run_options.reconcile,
        allowed=run_options.allowed,
    )
