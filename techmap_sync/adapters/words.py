"""The words of a server as they may be shown: one line, nothing that a terminal obeys, and no token."""

from __future__ import annotations

from techmap_sync.secrecy import harmless

_LONGEST = 300


def one_line(text: str) -> str:
    """Return what a server said."""
    line = " ".join(harmless(text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
