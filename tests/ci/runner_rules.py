"""What GitHub's runner and GitLab's log make of a line, as data and by the rules of their sources.

GitHub: ``src/Runner.Common/ActionCommand.cs`` and ``src/Runner.Worker/ActionCommandManager.cs`` of
https://github.com/actions/runner. The tables are those of packages/core/src/command.ts in
https://github.com/actions/toolkit.
GitLab: https://docs.gitlab.com/ci/jobs/job_logs/#custom-collapsible-sections
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

ESCAPED_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
ESCAPED_PROPERTY = {"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"}
ESCAPED_OLD = {"%": "%25", ";": "%3B", "\r": "%0D", "\n": "%0A", "]": "%5D"}
"""In ``##[name key=value]data``; each table in the order of escaping, the runner undoes it backwards."""
REGISTERED = frozenset(
    {
        "add-mask", "add-matcher", "add-path", "debug", "echo", "endgroup", "error", "group", "notice",
        "remove-matcher", "save-state", "set-env", "set-output", "stop-commands", "warning", "internal-set-repo-path",
    }
)  # fmt: skip
ANNOTATIONS = frozenset({"error", "warning", "notice"})
SECTION = re.compile(r"section_(?:start|end):\d+:[\w.-]+(?:\[[^\]]*\])?\r\x1b\[0K")
_LINE_ENDS = re.compile(r"\r\n|\r|\n")
"""Where .NET's StreamReader ends a line."""


@dataclass
class Command:
    """Something that the runner would do."""

    name: str
    properties: dict[str, str] = field(default_factory=dict)
    data: str = ""


def unescaped(text: str, table: dict[str, str]) -> str:
    for sign, written in reversed(table.items()):
        text = text.replace(written, sign)
    return text


def commands_in(log: str) -> Iterator[Command]:
    """Yield what the runner obeys in all that a step prints; between stop-commands and its token that is nothing."""
    token = ""
    for line in _LINE_ENDS.split(log):
        found = _new(line, token) or _old(line, token) or _by_culture(line, token)
        if found is None:
            continue
        if token:
            token = "" if found.name.casefold() == token.casefold() else token
        elif found.name.casefold() == "stop-commands":
            token = found.data
        else:
            yield found


def _is_registered(name: str, token: str) -> bool:
    return name.casefold() in REGISTERED | ({token.casefold()} if token else set())


def _new(line: str, token: str) -> Command | None:
    line = line.lstrip()
    end = line.find("::", 2)
    if not line.startswith("::") or end < 0:
        return None
    name, _, told = line[2:end].partition(" ")
    pairs = (part.partition("=") for part in told.strip().split(",") if "=" in part)
    properties = {key: unescaped(value, ESCAPED_PROPERTY) for key, _, value in pairs}
    return Command(name, properties, unescaped(line[end + 2 :], ESCAPED_DATA)) if _is_registered(name, token) else None


def _old(line: str, token: str) -> Command | None:
    start = line.find("##[")
    end = line.find("]", start)
    if start < 0 or end < 0:
        return None
    name, _, told = line[start + 3 : end].partition(" ")
    pairs = (part.partition("=") for part in told.split(";") if "=" in part)
    properties = {key: unescaped(value, ESCAPED_OLD) for key, _, value in pairs}
    return Command(name, properties, unescaped(line[end + 1 :], ESCAPED_OLD)) if _is_registered(name, token) else None


def _by_culture(line: str, token: str) -> Command | None:
    """``StartsWith`` and ``IndexOf`` of .NET compare by culture, where signs without a width count as absent."""
    line = line.lstrip()
    skipped = [place for place, sign in enumerate(line) if unicodedata.category(sign) not in ("Cf", "Cc", "Mn")]
    seen = "".join(line[place] for place in skipped)
    if seen.startswith("::"):
        end = next((place for place in range(2, len(line)) if _seen(line[place:]).startswith("::")), -1)
        name = line[2:end].partition(" ")[0] if end >= 0 else ""
        return Command(name) if _is_registered(name, token) else None
    start = next((place for place in range(len(line)) if _seen(line[place:]).startswith("##[")), -1)
    name = line[start + 3 :].partition("]")[0].partition(" ")[0] if start >= 0 else ""
    return Command(name) if _is_registered(name, token) else None


def _seen(text: str) -> str:
    return "".join(sign for sign in text[:40] if unicodedata.category(sign) not in ("Cf", "Cc", "Mn"))
