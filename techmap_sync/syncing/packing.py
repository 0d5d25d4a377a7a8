"""Long JSON in less room: packed into one word of letters and digits that can stand anywhere in a marker.

Anybody may write such a word. It says how much it holds only once it is unpacked, so it is unpacked to a bound.
"""

from __future__ import annotations

import base64
import zlib

LONG = 4_000
"""Characters from which on packing is worth that people cannot read the text in the ticket any more."""
MOST = 250_000
"""Bytes of the longest text that is packed: a ledger of 3,000 tasks. Where longer ones fit, they need no packing."""


def packed(text: str) -> str | None:
    """Return the word for a text; None where the text stays as it is, because it is short or very long."""
    content = text.encode()
    if len(text) <= LONG or len(content) > MOST:
        return None
    return base64.b64encode(zlib.compress(content, 9)).decode("ascii")


def unpacked(word: str) -> bytes:
    """Return the text of a word, in UTF-8.

    :raises ValueError: it is not one that ``packed`` makes.
    """
    stream = zlib.decompressobj()
    try:
        content = stream.decompress(base64.b64decode(word, validate=True), MOST + 1)
    except zlib.error as error:
        raise ValueError("not packed") from error
    if not stream.eof or stream.unused_data or len(content) > MOST:
        raise ValueError("packed in another way")
    return content
