"""GitLab's rate limits, obeyed as its answers and its documentation state them.

https://docs.gitlab.com/security/rate_limits/
"""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from techmap_sync.trackers.answers import Answer, Request
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.http import budget_spent
from techmap_sync.trackers.session import reset_time, seconds_to_wait

CREATIONS_PER_MINUTE = 200
"""Issues that one account may create on gitlab.com."""
SECONDS_PER_CREATION = 60 / CREATIONS_PER_MINUTE
_PATIENCE = 300.0
"""Seconds that one request may have to wait; a run that would have to wait longer ends. GitLab counts by the minute."""
_MOST_REFUSALS = 3
_MINUTE = timedelta(seconds=60)
_SECONDS_WITHOUT_ADVICE = 60.0
_TOO_MANY = 429


class GitLabRateLimit:
    """Waits until the next request may be sent."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._now = connection.now
        self._sleep = connection.sleep
        self._name = name
        self._gap = timedelta(seconds=connection.seconds_between_writes)
        self._earliest: datetime | None = None
        self._last_write: datetime | None = None
        self._creations: deque[datetime] = deque(maxlen=max(CREATIONS_PER_MINUTE // connection.sharers, 1))

    def wait(self, request: Request) -> None:
        """Wait until a request may be sent.

        :raises BudgetSpent: that would take too long.
        """
        if not request.writes:
            self._wait_until(self._earliest)
            return
        times = [self._earliest, self._last_write + self._gap if self._last_write else None]
        creates = _creates(request)
        if creates and len(self._creations) == self._creations.maxlen:
            times.append(self._creations[0] + _MINUTE)
        self._wait_until(max((time for time in times if time), default=None))
        self._last_write = self._now()
        if creates:
            self._creations.append(self._last_write)

    def record(self, request: Request, answer: Answer | None) -> None:
        """Note what an answer says about the next request."""
        if answer is None:
            return
        now, headers = self._now(), answer.headers
        reset = reset_time(headers.get("ratelimit-reset", ""), now)
        if answer.status == _TOO_MANY:
            seconds = seconds_to_wait(headers, now)
            if seconds is None:
                self._earliest = reset or now + timedelta(seconds=_SECONDS_WITHOUT_ADVICE)
            else:
                self._earliest = now + timedelta(seconds=seconds)
        elif headers.get("ratelimit-remaining", "").strip() == "0":
            self._earliest = reset

    def came_too_soon(self, answer: Answer, times: int) -> bool:
        """Return whether an answer refuses a request for its pace; the next ``wait`` is as long as it demands.

        :raises BudgetSpent: the same request was refused too often.
        """
        if answer.status != _TOO_MANY:
            return False
        if times >= _MOST_REFUSALS:
            raise budget_spent(self._name, _PATIENCE)
        return True

    def _wait_until(self, time: datetime | None) -> None:
        seconds = (time - self._now()).total_seconds() if time else 0.0
        if seconds > _PATIENCE:
            raise budget_spent(self._name, seconds)
        if seconds > 0:
            self._sleep(seconds)


def _creates(request: Request) -> bool:
    return request.verb == "POST" and request.path.endswith("/issues")
