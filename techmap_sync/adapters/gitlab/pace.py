"""How fast requests may follow each other, and how long to wait when the server says stop.

Rules from GitLab's documentation, "User and IP rate limits" (headers) and "GitLab.com settings" (numbers).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from techmap_sync.adapters.advice import reset_time, seconds_to_wait

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
        """Take in what an answer says about the next request.

        :param headers: by names in lower case.
        """
        now = self._now()
        reset = reset_time(headers.get("ratelimit-reset", ""), now)
        if status == 429:
            seconds = seconds_to_wait(headers, now)
            if seconds is None:
                self._earliest = reset or now + timedelta(seconds=_PATIENCE_WITHOUT_ADVICE)
            else:
                self._earliest = now + timedelta(seconds=seconds)
        elif headers.get("ratelimit-remaining", "").strip() == "0":
            self._earliest = reset

    def _wait_until(self, time: datetime | None) -> float:
        seconds = (time - self._now()).total_seconds() if time else 0.0
        if seconds > LONGEST_WAIT:
            return seconds
        if seconds > 0:
            self._sleep(seconds)
        return 0.0
