"""Where a key stands in a TOML file; the parser of the standard library does not tell."""

from __future__ import annotations

from collections.abc import Sequence


def line_of(path: Sequence[str], toml: str) -> int:
    """Return the line of a key, counted from 1; 0 when it is not found.

    :param path: the names of its tables and its own name.
    """
    table: list[str] = []
    for number, line in enumerate(toml.splitlines(), 1):
        text = line.strip()
        if text.startswith("["):
            table = _dotted(text.strip("[] "))
            if table == list(path):
                return number
        elif "=" in text and not text.startswith("#"):
            key = [*table, *_dotted(text.split("=", 1)[0])]
            if list(path[: len(key)]) == key:
                return number
    return 0


def _dotted(key: str) -> list[str]:
    return [part.strip().strip("\"'") for part in key.split(".")]
