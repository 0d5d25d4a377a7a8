"""The documented limits, kept by a clock that the test controls.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.simulators.github.messages import Request, Response, refused

# "Creating content too quickly using this endpoint may result in secondary rate limiting", says their documentation.
_CREATES = (
    ("POST", r"/repos/[^/]+/[^/]+/issues"),
    ("POST", r"/repos/[^/]+/[^/]+/issues/\d+/(comments|sub_issues|dependencies/blocked_by)"),
    ("DELETE", r"/repos/[^/]+/[^/]+/issues/\d+/(sub_issue|dependencies/blocked_by/\d+)"),
)

SLOW_DOWN = "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."


def creations(request: Request) -> int:
    """Return how much content a request creates, each mutation counted by itself: no document says how they count."""
    single = any(request.verb == verb and re.fullmatch(path, request.path) for verb, path in _CREATES)
    return request.mutations or int(single)


@dataclass
class Limits:
    """How much is allowed."""

    now: Callable[[], datetime]
    per_hour: int = 5000
    """1,000 for the token of GitHub Actions."""
    points_per_minute: int = 900
    content_per_minute: int = 80
    content_per_hour: int = 500
    seconds_between_writes: float = 1.0
    retry_after: bool = True
    """Whether refusals say how long to wait."""

    used: int = 0
    resets: datetime | None = None
    points: list[tuple[datetime, int]] = field(default_factory=list)
    content: list[datetime] = field(default_factory=list)
    last_write: datetime | None = None
    broken: list[str] = field(default_factory=list)
    """The rules that requests ran into."""

    def use_up(self, requests: int) -> None:
        """Let another client of the same token send requests."""
        self._begin_hour()
        self.used = min(self.used + requests, self.per_hour)

    def check(self, request: Request) -> Response | None:
        """Count a request; return the refusal when it is one too many."""
        self._begin_hour()
        if self.used >= self.per_hour:
            self.broken.append("requests per hour")
            return refused(403, "API rate limit exceeded for user ID 1.")
        self.used += 1
        rule = self._broken_rule(request)
        if rule:
            self.broken.append(rule)
            return refused(403, SLOW_DOWN).plus(**({"retry_after": "60"} if self.retry_after else {}))
        self._count(request)
        return None

    def headers(self) -> dict[str, str]:
        """Return what each answer tells."""
        self._begin_hour()
        assert self.resets
        return {
            "x-ratelimit-limit": str(self.per_hour),
            "x-ratelimit-remaining": str(self.per_hour - self.used),
            "x-ratelimit-used": str(self.used),
            "x-ratelimit-reset": str(int(self.resets.timestamp())),
            "x-ratelimit-resource": "core",
        }

    def _broken_rule(self, request: Request) -> str:
        now = self.now()
        if request.writes and self.last_write and (now - self.last_write).total_seconds() < self.seconds_between_writes:
            return "seconds between writes"
        if (
            sum(cost for time, cost in self.points if _within(time, now, 60)) + _points(request)
            > self.points_per_minute
        ):
            return "points per minute"
        if creations(request):
            self.points = [(time, cost) for time, cost in self.points if _within(time, now, 60)]
        if sum(cost for _, cost in self.points) + _points(request) > self.points_per_minute:
            return "points per minute"
        if creations(request):
            self.content = self.content[bisect_right(self.content, now - timedelta(hours=1)) :]
            if len(self.content) + creations(request) > self.content_per_hour:
                return "content per hour"
            recent = len(self.content) - bisect_right(self.content, now - timedelta(minutes=1))
            if recent + creations(request) > self.content_per_minute:
                return "content per minute"
        return ""

    def _count(self, request: Request) -> None:
        now = self.now()
        self.points.append((now, _points(request)))
        if creations(request):
            self.content += [now] * creations(request)
        if request.writes:
            self.last_write = now

    def _begin_hour(self) -> None:
        now = self.now()
        if self.resets is None or now >= self.resets:
            self.used, self.resets = 0, now.replace(microsecond=0) + timedelta(hours=1)


def _points(request: Request) -> int:
    return 5 if request.writes else 1


def _within(time: datetime, now: datetime, seconds: float) -> bool:
    return (now - time).total_seconds() < seconds
