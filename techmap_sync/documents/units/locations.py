"""Paths that a task names."""

from __future__ import annotations

import re
from collections.abc import Iterable

_PATH = re.compile(r"(?:[\w.@<>{}-]+/)+[\w.@<>{}*-]*|[\w-]+(?:\.[\w-]+)*\.[A-Za-z]\w{0,5}")


def paths_in(code: Iterable[str]) -> tuple[str, ...]:
    """Return the code spans that are paths, each once."""
    return tuple(dict.fromkeys(span for span in code if _PATH.fullmatch(span)))
