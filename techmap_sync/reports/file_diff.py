"""What changes in a file of the repository, as a diff to read."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from rich.text import Text

from techmap_sync.documents.text import decode
from techmap_sync.reports.messages import clean
from techmap_sync.text_forms import with_line_feeds

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff_of(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """Yield the lines of a unified diff.

    :param path: from the root of the repository.
    """
    old, new = (with_line_feeds(decode(content)).split("\n") for content in (before, after))
    yield from unified_diff(old, new, f"a/{path}", f"b/{path}", n=1, lineterm="")


def diff_text(path: str, before: bytes, after: bytes) -> Iterator[Text]:
    """Yield the same lines in colour."""
    yield from (Text(clean(line), _STYLES.get(line[:1], "")) for line in diff_of(path, before, after))
