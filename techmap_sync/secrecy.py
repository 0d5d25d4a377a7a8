"""Keeps secrets out of all output: the value of every ``Secret`` is found and hidden.

A server may repeat a token in its answer, plain, percent-encoded or as Basic authentication, and may send control
characters; a user may write an address with a password. So everything that is printed or written to a report passes
``hidden``, and sentences that may quote a server or an address pass ``harmless``.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import takewhile
from urllib.parse import quote

from techmap_sync.patterns import lazy

STARS = "***"
ZERO_WIDTH_SPACE = "\u200b"
_SHORTEST = 6
"""Characters: hiding shorter values would hide words."""
_TELLING = 12
"""Characters by which the beginning of a secret is recognised; a text may have been cut in the middle of one."""
_TOKEN = lazy(r"\b(?:gh[a-z]_|github_pat_|gl[a-z]+-|ey[JK])[\w.-]{8,}")
"""Tokens by their documented prefixes, not only ours; ``ey`` begins a JSON Web Token."""
_KNOWN: dict[str, str] = {}
"""What is hidden -> its beginning. One process runs one command, so nothing is ever removed."""
_PASSWORD = lazy(r"//(?:[^\s/]*|[^\s/@:]*:\S*)@")
"""User and password in an address, whatever characters are in the password."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A token or key that no log, report or traceback shows."""

    value: str

    def __post_init__(self) -> None:
        for form in _forms(self.value):
            _KNOWN[form] = form[:_TELLING]

    def __repr__(self) -> str:
        return f"Secret({STARS})"

    def __bool__(self) -> bool:
        return bool(self.value)


def hidden(text: str) -> str:
    """Return a text without any known secret, in every form in which a server may repeat it."""
    for whole, beginning in _KNOWN.items():
        start = text.find(beginning)
        while start >= 0:
            end = start + _common(text, start, whole)
            text = text[:start] + STARS + text[end:]
            start = text.find(beginning, start + len(STARS))
    return text


def without_tokens(text: str) -> str:
    """Return a text without anything that looks like a token, known or not."""
    return _TOKEN.sub(STARS, hidden(text))


def without_passwords(text: str) -> str:
    """Return a text whose addresses have no user and password."""
    return _PASSWORD.sub(f"//{STARS}@", text)


def printable(text: str) -> str:
    """Return a text on one line and without control characters, those for the text direction included.

    The zero-width space that keeps a title from mentioning people is not for readers.
    """
    return "".join(c if c.isprintable() else " " for c in text.replace(ZERO_WIDTH_SPACE, ""))


def harmless(text: str) -> str:
    """Return foreign text as it may be shown: one line, without secrets.

    Secrets are looked for again without the control characters that may have been put between their letters.
    """
    return without_tokens(printable(without_tokens(without_passwords(text))))


def _common(text: str, start: int, whole: str) -> int:
    """Return how many characters of a secret follow at a place."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(text[start:], whole, strict=False)))


def _forms(secret: str) -> Iterator[str]:
    """Yield the forms in which a secret may be repeated, the lines of a key one by one. A number is not a secret."""
    for line in secret.split():
        if len(line) >= _SHORTEST and not line.startswith("-----") and not line.isdecimal():
            yield line
            yield quote(line, safe="")
            yield from _as_base64(line)


def _as_base64(line: str) -> Iterator[str]:
    """Yield the part of a Base64 text that depends on the secret alone, for each offset at which it may begin."""
    if len(line) < _TELLING:
        return
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + line.encode()).decode().rstrip("=")
        yield encoded[-(-before * 8 // 6) : -1]


NO_SECRET = Secret("")
