"""Error messages: lower case, exact, short, with the next step."""

from __future__ import annotations

from techmap_sync import errors
from techmap_sync.secrecy import harmless, printable


def sentence(problem: errors.Problem) -> str:
    """Return what is wrong, on one line, without secrets and control characters."""
    match problem:
        case errors.SettingsProblem(where=where, what=what):
            text = f"{where}: {what}"
        case errors.UnreadableMap(path=path, what=what):
            text = f"{path}: {what}"
        case errors.UnreadableFile(path=path, what=what):
            text = f"{path} {what}"
        case errors.TrackerError(tracker=tracker, what=what):
            text = f"{tracker}: {what}"
        case errors.UsageProblem(what=what) | errors.Refused(what=what):
            text = what
        case _:
            text = str(problem)
    return harmless(text)


def hint(problem: errors.Problem) -> str:
    """Return the next step, which may have lines to type; empty when the message says it all."""
    return "\n".join(harmless(line) for line in problem.hint.split("\n"))


def count(number: int, thing: str) -> str:
    """Return ``1 ticket`` or ``2 tickets``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def clean(text: str) -> str:
    """Return a text from outside on one line and without control characters.

    The zero-width space that keeps a title from mentioning people is dropped as well.
    """
    return printable(text)
