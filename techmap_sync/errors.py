"""Everything that can go wrong, as data; ``reports/messages.py`` makes sentences of it.

``Problem`` is what a user can correct; anything else that is raised is a bug. They are not frozen because Python
attaches tracebacks to exceptions.
"""

from __future__ import annotations

from dataclasses import dataclass


class Problem(Exception):
    """The root of all errors of this program."""

    hint: str = ""
    """What to do next; empty where the message says it all."""


@dataclass(eq=False)
class UsageProblem(Problem):
    """The command cannot be carried out as it was given."""

    what: str
    """What is wrong, lower case, exact: ``no such file: maps/x.md``."""
    hint: str = ""
    """What to do next."""


@dataclass(eq=False)
class SettingsProblem(Problem):
    """A setting that is unknown or has a bad value."""

    where: str
    """``techmap-sync.toml:3`` or ``environment variable TECHMAP_SYNC_TO``."""
    what: str
    hint: str = ""


@dataclass(eq=False)
class UnreadableFile(Problem):
    """A file of the repository that may not be read, or cannot; the caller says what that means."""

    path: str
    what: str
    """Goes on after the path: ``is a named pipe, not a file``."""
    hint: str = ""


@dataclass(eq=False)
class UnreadableMap(Problem):
    """A file that was named as a map and cannot be taken for one."""

    path: str
    what: str
    hint: str = ""


@dataclass(eq=False)
class Refused(Problem):
    """A guard, a conflict under --strict or a stale plan stopped the run before it wrote."""

    what: str
    hint: str = ""
    """The flag or setting that lifts the guard."""


@dataclass(eq=False)
class TrackerError(Problem):
    """The tracker refused, did not answer, or answered with something else than was asked for."""

    tracker: str
    """Its name, ``github:owner/name``; never with a secret."""
    what: str
    hint: str = ""


class OutcomeUnclear(TrackerError):
    """A write was sent and no clear answer came back: it may or may not have taken effect."""


@dataclass(eq=False)
class TicketRefused(TrackerError):
    """The tracker refused something about one ticket; it may take all others."""

    denied: bool = False
    """It speaks of the token's rights, which may lack for this ticket or for every one."""
    field: str = ""
    """``assignees`` or ``milestone`` where only this was refused: the ticket can be made without."""


class UnexpectedAnswer(TrackerError):
    """The server answered a read with something else than its vendor documents."""


class NotSupported(TrackerError):
    """The tracker said, only while writing, that it cannot do this (a feature of another tier)."""


class NotAllowed(TrackerError):
    """The rights of the token do not suffice."""


@dataclass(eq=False)
class BudgetSpent(TrackerError):
    """No further request is allowed for now."""

    seconds_to_wait: float = 0.0
