r"""What is said of problems, as a sentence and as JSON; and any text made harmless to what displays it: terminals, and
the runner of a CI that reads the output of a job.

A sentence is lower case, exact, short, and has the next step. Programs that asked for JSON and could not be given a
result get ``{"version": 1, "error": {"code": "tracker", "message": "…", "hint": "…", "exit": 5}}``.

GitHub's runner treats a line as a command that starts, after white space, with ``::``, or one that contains ``##[``
anywhere (``ActionCommand.TryParseV2`` and ``TryParse`` of https://github.com/actions/runner). Its comparison
ignores characters without a width, but it cuts the name out by position: one such character before or inside it hides
the name, and readers see no difference. GitLab finds its section markers by ``\r\x1b[0K``
(https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from techmap_sync import errors
from techmap_sync.patterns import lazy
from techmap_sync.planning.escape_inline import ZERO_WIDTH_SPACE, neutralize_title
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


_UNSEEN = (
    r"(?:\x1b\[[\d;]*m|[\s\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\U000e0000-\U000e0fff])*"
)
"""Colours, white space, and characters without a width."""
_COMMAND = lazy(rf"^{_UNSEEN}(?=:{_UNSEEN}:)")
_OLD_COMMAND = lazy(rf"#(?={_UNSEEN}#{_UNSEEN}\[)")
_NOT_OUR_ESCAPE = lazy(r"\x1b(?!\[[\d;]*m)")
_BREAK = "\u200b"
_PICTURES = 0x2400
"""The first of the Unicode pictures of the 32 control characters."""
_VISIBLE: dict[int, int] = {
    **{sign: _PICTURES + sign for sign in range(0x20)},
    0x7F: 0x2421,
    **dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)], 0xFFFD),
    **dict.fromkeys(range(0xD800, 0xE000), 0xFFFD),
    **dict.fromkeys([0x0B, 0x0C, 0x0D, *range(0x1C, 0x20), 0x85, 0x2028, 0x2029], 0x20),  # white space
    0x09: 0x09,
    0x0A: 0x0A,
}
"""Control characters, those that change the direction of a line, and invalid UTF-8 -> one visible character each."""
_KEPT_ESCAPE = {sign: seen for sign, seen in _VISIBLE.items() if sign != 0x1B}
_ESCAPED_IN_JSON = lazy(r"[\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Commands(str):
    """Lines of which each is a command to the runner on purpose; text from outside is escaped in them."""

    __slots__ = ()


def visible(text: str) -> str:
    """Return a text with each control character replaced by one visible character; no position changes."""
    return text.translate(_VISIBLE)


def harmless_line(line: str) -> str:
    """Return one line so that a runner does not treat it as a command; colours are kept."""
    line = _NOT_OUR_ESCAPE.sub(chr(_VISIBLE[0x1B]), line).translate(_KEPT_ESCAPE)
    line = _OLD_COMMAND.sub(f"#{_BREAK}", line) if "#" in line else line
    return _COMMAND.sub(rf"\g<0>{_BREAK}", line, count=1) if ":" in line else line


def escape_data(text: str) -> str:
    """Escape the message of a workflow command, so that no text can end it or start another."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """Escape the value of a property of a workflow command."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def json_text(value: object) -> str:
    """Return a value as JSON that is harmless as it is: everything else is written as an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    text = _ESCAPED_IN_JSON.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return _OLD_COMMAND.sub(r"\\u0023", text)


_ROOM_FOR_THE_LAST_LINE = 200
_SPECIAL = lazy(r"([\\`*_{}\[\]#!|~$^])")
_ADDRESS = lazy(r"(?i)(?<=:)(?=//)|(?<=\bwww)(?=\.)")
# What was an entity in Markdown is plain text here, and its number would be a ticket's.
_NUMBER = lazy(r"(?<=[#!&$])(?=\d)")
_BACKTICKS = lazy("`+")
_ENTITIES = {ord("&"): "&amp;", ord("<"): "&lt;", ord(">"): "&gt;"}


def inline(text: str) -> str:
    """Return Markdown that shows a text on one line, without formatting, HTML, references or links."""
    shielded = neutralize_title(clean(text))
    for reference in (_ADDRESS, _NUMBER):
        shielded = reference.sub(ZERO_WIDTH_SPACE, shielded)
    return _SPECIAL.sub(r"\\\1", shielded).translate(_ENTITIES)


def fenced(lines: Iterable[str], language: str) -> list[str]:
    """Return lines as a code block that none of them can end."""
    cleaned = [clean(line) for line in lines]
    longest = max((len(run) for line in cleaned for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + language, *cleaned, fence]


def fitted(blocks: Sequence[str], limit: int) -> str:
    """Join blocks of lines; if they do not fit, the last line says how much was left out.

    :param limit: bytes of UTF-8, so that as many characters fit as well.
    """
    whole = "\n".join(blocks)
    if len(whole.encode(errors="backslashreplace")) <= limit:
        return whole
    used, kept = 0, 0
    for block in blocks:
        used += len(block.encode(errors="backslashreplace")) + 1
        if used > limit - _ROOM_FOR_THE_LAST_LINE:
            break
        kept += 1
    left_out = sum(block.count("\n") + 1 for block in blocks[kept:])
    last = f"**{count(left_out, 'more line')} left out, because they do not fit here. The job's log has them all.**"
    return "\n".join([*blocks[:kept], "", last])


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
