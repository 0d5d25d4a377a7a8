"""What a team can choose between, by the names that settings and flags take."""

from __future__ import annotations

from enum import StrEnum


class OnConflict(StrEnum):
    """What happens to a field that the map and a human changed differently."""

    KEEP = "keep"
    OVERWRITE = "overwrite"
    FAIL = "fail"


class OrphanPolicy(StrEnum):
    """What happens to an untouched ticket whose task is gone from the map."""

    CLOSE = "close"
    LABEL = "label"
    KEEP = "keep"


class Side(StrEnum):
    """Who is right in one conflict."""

    MAP = "map"
    TRACKER = "tracker"
