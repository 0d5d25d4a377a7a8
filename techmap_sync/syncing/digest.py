"""Short fingerprints, for telling whether something is still what it was."""

from __future__ import annotations

import hashlib
import re

from techmap_sync.unicode_forms import composed

_TICK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+\[)[xX](\])", re.MULTILINE)


def digest(text: str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a text; its Unicode form does not count."""
    return hashlib.sha256(composed(text).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def text_digest(markdown: str) -> str:
    """Return the digest of a text as a tracker may hand it back: line ends and ticks do not count."""
    return digest(comparable(markdown))


def comparable(markdown: str) -> str:
    """Return a text without what trackers and readers change in passing: line ends, outer blank lines, ticks, forms."""
    text = composed(markdown.replace("\r\n", "\n").replace("\r", "\n")).strip()
    return _TICK.sub(r"\1 \2", text) if "x]" in text or "X]" in text else text
