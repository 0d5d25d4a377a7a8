"""What tasks are about and when they are due; enough for those who need no more of a task than that."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """What a task is about; the middle part of its key."""

    COMPONENT = "component"
    CHANGE = "change"
    TEST = "test"
    DEPLOYMENT = "deployment"
    CONSTRAINT = "constraint"
    TRACKING = "tracking"


class Phase(StrEnum):
    """When a task is due."""

    BUILD = "build"
    TEST = "test"
    DEPLOY = "deploy"


def phase_of(kind: Kind) -> Phase:
    """Return when work of a kind is due."""
    return {Kind.TEST: Phase.TEST, Kind.DEPLOYMENT: Phase.DEPLOY}.get(kind, Phase.BUILD)
