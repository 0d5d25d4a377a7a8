"""How fast requests may follow each other, and how long to wait when the server says stop.

Rules from GitLab's documentation, "User and IP rate limits" (headers) and "GitLab.com settings" (numbers).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

CREATIONS_PER_MINUTE = 200
"""Issues that one account may create on gitlab.com."""
SECONDS_PER_CREATION = 60 / CREATIONS_PER_MINUTE
LONGEST_WAIT = 300.0
"""Seconds that a run waits for a limit before it rather ends and goes on next time. GitLab counts by the minute."""
_MINUTE = timedelta(seconds=60)
_PATIENCE_WITHOUT_ADVICE = 60.0


class Pace:
    """Knows when the next request may be sent."""

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        seconds_between_writes: float = 0.0,
        sharers: int = 1,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._gap = timedelta(seconds=seconds_between_writes)
        self._earliest: datetime | None = None
        self._last_write: datetime | None = None
        self._creations: deque[datetime] = deque(maxlen=max(CREATIONS_PER_MINUTE // sharers, 1))

    def wait_to_read(self) -> float:
        """Wait until the server takes requests again; return the seconds that were too many to wait, else 0."""
        return self._wait_until(self._earliest)

    def wait_to_write(self, *, creates: bool) -> float:
        """Wait until a write may be sent; return the seconds that were too many to wait, else 0."""
        times = [self._earliest, self._last_write + self._gap if self._last_write else None]
        if creates and len(self._creations) == self._creations.maxlen:
            times.append(self._creations[0] + _MINUTE)
        too_long = self._wait_until(max((time for time in times if time), default=None))
        if not too_long:
            self._last_write = self._now()
            if creates:
                self._creations.append(self._last_write)
        return too_long

    def heed(self, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says about the next request."""
        if status == 429:
            self._earliest = self._told(headers) or self._now() + timedelta(seconds=_PATIENCE_WITHOUT_ADVICE)
        elif headers.get("RateLimit-Remaining", "").strip() == "0":
            self._earliest = _reset(headers)

    def _told(self, headers: Mapping[str, str]) -> datetime | None:
        """Return the time that the headers name: Retry-After in seconds or as a date, else RateLimit-Reset."""
        advice = headers.get("Retry-After", "").strip()
        if advice.isascii() and advice.isdigit():
            return self._now() + timedelta(seconds=int(advice))
        try:
            return parsedate_to_datetime(advice).astimezone(UTC)
        except ValueError:
            return _reset(headers)

    def _wait_until(self, time: datetime | None) -> float:
        seconds = (time - self._now()).total_seconds() if time else 0.0
        if seconds > LONGEST_WAIT:
            return seconds
        if seconds > 0:
            self._sleep(seconds)
        return 0.0


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """Return the time in RateLimit-Reset, which is in seconds since 1970."""
    reset = headers.get("RateLimit-Reset", "").strip()
    return datetime.fromtimestamp(int(reset), UTC) if reset.isascii() and reset.isdigit() else None
