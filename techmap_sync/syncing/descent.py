"""How two commits are related, as far as a clone tells."""

from __future__ import annotations

from enum import StrEnum


class Descent(StrEnum):
    """How the commit that is checked out is related to another one."""

    SAME = "same"
    AFTER = "after"
    """It has the other one in its history."""
    BEFORE = "before"
    """It is in the history of the other one."""
    UNKNOWN = "unknown"
    """Neither, or git cannot tell: the other commit, or the history between them, is not in the clone.

    Descent says nothing of two commits of which neither has the other. A squashed or rebased branch is as ordinary as a
    shallow clone, and in both the later commit is the one that counts.
    """


def not_known(_commit: str) -> Descent:
    """Outside of a clone nothing is known of any commit."""
    return Descent.UNKNOWN
