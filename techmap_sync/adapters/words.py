"""The words of a server as they may be shown: one line, nothing that a terminal obeys, and no token."""

from __future__ import annotations

import re

_LONGEST = 300
_TOKEN = re.compile(r"\b(?:gh[a-z]_|github_pat_|gl[a-z]+-|ey[JK])[\w.-]{8,}")
"""Tokens by their documented prefixes, which a server or proxy may repeat; ``ey`` opens a JSON Web Token."""


def one_line(text: str, secret: str = "") -> str:
    """Return what a server said.

    :param secret: the token that it was asked with.
    """
    hidden = _TOKEN.sub("***", text.replace(secret, "***") if secret else text)
    visible = "".join(c if c.isprintable() else " " for c in hidden)
    line = " ".join(visible.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
