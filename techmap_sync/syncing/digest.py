"""Short fingerprints, for telling whether something is still what it was."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator

from techmap_sync.unicode_forms import composed, with_line_feeds

_TICK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+\[)[xX](\])", re.MULTILINE)


def digest(text: str) -> str:
    """Return 16 hexadecimal digits of the SHA-256 of a text: line ends and Unicode form do not count."""
    return _sha(composed(with_line_feeds(text)))


def text_digest(markdown: str) -> str:
    """Return the digest of a text as a tracker may hand it back: line ends and ticks do not count."""
    return digest(comparable(markdown))


def comparable(markdown: str) -> str:
    """Return a text without what trackers and readers change in passing: line ends, outer blank lines, ticks, forms."""
    text = composed(with_line_feeds(markdown)).strip()
    return _TICK.sub(r"\1 \2", text) if "x]" in text or "X]" in text else text


def is_digest_of(fingerprint: str, text: str) -> bool:
    """Whether a fingerprint is that of a text, also one that an earlier release took of it as a checkout had it."""
    return fingerprint == digest(text) or any(fingerprint == _sha(form) for form in _forms(text))


def _forms(text: str) -> Iterator[str]:
    """Yield a text as checkouts may hold it: with each line end, in each Unicode form."""
    plain = with_line_feeds(text)
    for form in dict.fromkeys((plain, composed(plain), unicodedata.normalize("NFD", plain))):
        yield from (form.replace("\n", end) for end in ("\n", "\r\n", "\r"))


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
