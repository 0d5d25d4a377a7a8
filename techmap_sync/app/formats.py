"""The forms in which results are written, by the names that the command line takes."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum, StrEnum

from techmap_sync import errors

SCREEN = "-"
"""The name of stdout among files."""


class Format(StrEnum):
    """How the result of a run is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"
    """A page with what was planned and where the work stood before."""
    GITHUB = "github"
    """Annotations of GitHub Actions: problems of maps, refusals, and why a run stopped early."""
    GITLAB = "gitlab"
    """A Code Quality report of the problems of maps."""


class StatusFormat(StrEnum):
    """How the standing of maps is written."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


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


_WEIGHTIEST_FIRST = (Exit.INTERRUPTED, Exit.TRACKER, Exit.REFUSED, Exit.USAGE, Exit.PROBLEMS, Exit.PENDING)


def worst(codes: Iterable[Exit]) -> Exit:
    """Return the one code that a run with several of them ends with."""
    there = set(codes)
    return next((code for code in _WEIGHTIEST_FIRST if code in there), Exit.DONE)


def exit_for(problem: errors.Problem) -> Exit:
    """Return the code that a problem ends a run with."""
    match problem:
        case errors.TrackerError():
            return Exit.TRACKER
        case errors.Refused():
            return Exit.REFUSED
        case errors.UnreadableMap():
            return Exit.PROBLEMS
        case _:
            return Exit.USAGE
