"""The sentences for everything that goes wrong: lower case, exact, short, with the next step."""

from __future__ import annotations

from techmap_sync import errors
from techmap_sync.secrecy import harmless, printable


def sentence(problem: errors.Problem) -> str:
    """Return what is wrong, on one line, without secrets and without signs that a terminal obeys."""
    match problem:
        case errors.SettingsProblem(where=where, what=what):
            told = f"{where}: {what}"
        case errors.UnreadableMap(path=path, what=what):
            told = f"{path}: {what}"
        case errors.UnreadableFile(path=path, what=what):
            told = f"{path} {what}"
        case errors.TrackerError(tracker=tracker, what=what):
            told = f"{tracker}: {what}"
        case errors.UsageProblem(what=what) | errors.Refused(what=what):
            told = what
        case _:
            told = str(problem)
    return harmless(told)


def hint(problem: errors.Problem) -> str:
    """Return the way out, empty when the sentence says it all; it may have lines to type."""
    return "\n".join(harmless(line) for line in str(getattr(problem, "hint", "")).split("\n"))


def count(number: int, thing: str) -> str:
    """Return ``1 ticket`` or ``2 tickets``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def clean(text: str) -> str:
    """Return a text of somebody else's on one line and without control characters, which terminals obey.

    The space without width that keeps a title from naming people is none to a reader.
    """
    return printable(text)
