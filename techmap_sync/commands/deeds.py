"""What a CI run may do, by the names that the command line takes."""

from __future__ import annotations

from enum import StrEnum


class Deed(StrEnum):
    """What a CI run does."""

    CHECK = "check"
    PLAN = "plan"
    PUSH = "push"
    RECONCILE = "reconcile"
