"""Texts as GitLab stores them.

The quick actions extractor deletes every carriage return of a description and strips its end
(``lib/gitlab/quick_actions/extractor.rb``), and it cuts out each line that it takes for a command.
"""

from __future__ import annotations

from itertools import zip_longest

# Ruby's String#rstrip: ASCII white space and NUL, no other.
_STRIPPED = "\0\t\n\v\f\r "


def is_number(text: str) -> bool:
    """Return whether a text can be the number of an issue; anything else would lead to another address."""
    return text.isascii() and text.isdecimal()


def settled(text: str) -> str:
    """Return a text as GitLab keeps it when nothing in it is a quick action."""
    return text.replace("\r", "").rstrip(_STRIPPED)


def one_line(title: str) -> str:
    """Return a title on one line; GitLab strips its ends and shows it so."""
    return " ".join(title.split())


def first_difference(sent: str, stored: str) -> tuple[int, str] | None:
    """Return number and text of the first line that was not stored as it was sent; None when all were."""
    sent, stored = settled(sent), settled(stored)
    if sent == stored:
        return None
    pairs = zip_longest(sent.split("\n"), stored.split("\n"))
    return next((number, ours or "") for number, (ours, theirs) in enumerate(pairs, 1) if ours != theirs)
