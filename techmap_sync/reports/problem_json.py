"""What went wrong as JSON, for programs that asked for JSON and could not be given a result.

{"version": 1, "error": {"code": "tracker", "message": "…", "hint": "…", "exit": 5}}
"""

from __future__ import annotations

from collections.abc import Iterable

from techmap_sync import errors
from techmap_sync.reports.harmless import json_text
from techmap_sync.reports.messages import hint, sentence

VERSION = 1
_CODES = {
    errors.SettingsProblem: "settings",
    errors.UnreadableMap: "unreadable-map",
    errors.UnreadableFile: "unreadable-file",
    errors.Refused: "refused",
    errors.TrackerError: "tracker",
    errors.UsageProblem: "usage",
}
BUG = "bug"


def error_value(problem: errors.Problem) -> dict[str, object]:
    """Return an error as JSON values; the code never changes, the words may."""
    code = next((code for kind, code in _CODES.items() if isinstance(problem, kind)), BUG)
    value: dict[str, object] = {"code": code, "message": sentence(problem), "hint": hint(problem)}
    if isinstance(problem, errors.UnreadableMap):
        value["path"] = problem.path
    if isinstance(problem, errors.TrackerError):
        value["tracker"] = problem.tracker
    return value


def error_values(problems: Iterable[errors.Problem]) -> list[dict[str, object]]:
    """Return several errors, for a result that has some beside it."""
    return [error_value(problem) for problem in problems]


def error_json(problem: errors.Problem, exit_code: int) -> str:
    """Render the error that ended a run."""
    return json_text({"version": VERSION, "error": {**error_value(problem), "exit": exit_code}})


def bug_json(message: str, exit_code: int) -> str:
    """Render a fault of this program."""
    error = {"code": BUG, "message": message, "hint": "", "exit": exit_code}
    return json_text({"version": VERSION, "error": error})
