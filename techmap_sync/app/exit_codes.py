"""How a run ended, as the one number that a shell sees."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

from techmap_sync import errors

if TYPE_CHECKING:
    from techmap_sync.app.documents_found import MapFiles
    from techmap_sync.sync.change_set import ChangeSet


class Exit(IntEnum):
    """How a run ended."""

    DONE = 0
    """Done, or nothing to do."""
    PROBLEMS = 1
    """A map has problems."""
    USAGE = 2
    """The command or the configuration is wrong."""
    PENDING = 3
    """Changes are pending, and the command was asked to say so."""
    REFUSED = 4
    """A guard, a conflict under --strict or a stale plan."""
    TRACKER = 5
    """The tracker or the network failed, or the run is incomplete; the next run goes on."""
    BUG = 70
    INTERRUPTED = 130


_MOST_SERIOUS_FIRST = (Exit.INTERRUPTED, Exit.TRACKER, Exit.REFUSED, Exit.USAGE, Exit.PROBLEMS, Exit.PENDING)


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the most serious of the codes that a run could end with."""
    found = set(codes)
    return next((code for code in _MOST_SERIOUS_FIRST if code in found), Exit.DONE)


def exit_for(problem: errors.Problem) -> Exit:
    """Return the code of a run that a problem ended."""
    match problem:
        case errors.TrackerError():
            return Exit.TRACKER
        case errors.Refused():
            return Exit.REFUSED
        case errors.UnreadableMap():
            return Exit.PROBLEMS
        case _:
            return Exit.USAGE


def exit_code(files: MapFiles, codes: Iterable[Exit], require_approved: bool) -> Exit:
    """Return the code of a run about some maps.

    :param codes: what else the run could end with.
    """
    unreadable = (exit_for(problem) for problem in files.unreadable)
    broken = (Exit.PROBLEMS for file in files.maps if file.errors or (require_approved and not file.approved))
    return worst([*codes, *unreadable, *broken])


def refusal_codes(change_set: ChangeSet) -> list[Exit]:
    """Return one code for each map that a guard refused."""
    return [Exit.REFUSED for each in change_set.maps if each.refusals]
