"""What goes wrong with single requests."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """A way in which a request fails."""

    BAD_GATEWAY = "status 502"
    DROPPED = "the connection ends without an answer"
    TIMED_OUT = "no answer comes in time"
    SLOW_DOWN = "status 403 of a secondary limit"
    TOO_MANY = "status 429"
    EMPTY_LIST = "a list comes back empty"
    NO_JSON = "status 200 with a page of HTML"
    ACCEPTED = "status 202"


@dataclass(frozen=True)
class Fault:
    """What one request runs into."""

    kind: Kind
    after: bool = False
    """The request has had its effect."""
    retry_after: int | None = None
    """Seconds that the answer advises; None for an answer without advice."""
