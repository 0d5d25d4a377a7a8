"""Whether somebody vouches for the checkout of this run, and what is said when nobody does."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from techmap_sync.config import FILE_NAME, Settings
from techmap_sync.registry import home
from techmap_sync.trust import Trust, doubt_about, in_a_ci


def trust_of_this_run(environment: Mapping[str, str]) -> Trust:
    """Return what the files of the checkout around us may decide."""
    if not in_a_ci(environment):
        return Trust()
    doubt = doubt_about(environment)
    return Trust(doubt, home(environment), Path.cwd()) if doubt else Trust()


def remarks_of(settings: Settings) -> tuple[str, ...]:
    """Return which settings of the checkout do not count and why; nothing when all do."""
    if not settings.uncounted:
        return ()
    names = ", ".join(settings.uncounted)
    return (f"{FILE_NAME}: {names} left out, because {settings.doubt}; flags and variables of the job count.",)
