"""Keeps to GitHub's documented limits, so that none of them is ever met.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from techmap_sync.errors import BudgetSpent
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.transport import Answer
from techmap_sync.trackers.http import number, reset_time

_PATIENCE = 300.0
"""Seconds that one request may have to wait; whoever has to wait longer ends and runs again."""

_MOST_REFUSALS = 10
_HOUR = 3600.0

# The endpoints whose documentation warns that "creating content too quickly" (or removing it) meets the limit.
_CONTENT = re.compile(r"/issues(/[0-9]+/(comments|sub_issues?|dependencies/blocked_by(/[0-9]+)?))?$")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a request takes from the limits."""

    points: int
    writes: bool = False
    content: bool = False

    @classmethod
    def of(cls, verb: str, path: str) -> Cost:
        """Return the cost of a request to the REST API: a point for reading, five for writing."""
        if verb == "GET":
            return cls(1)
        return cls(5, writes=True, content=verb in ("POST", "DELETE") and bool(_CONTENT.search(path)))


@dataclass(slots=True)
class Window:
    """A limit within any stretch of time of a certain length."""

    limit: int
    seconds: float
    spent: deque[tuple[datetime, int]] = field(default_factory=deque)

    def seconds_until_room(self, now: datetime, cost: int) -> float:
        """Return how long it takes until so much may be spent."""
        while self.spent and self._left(self.spent[0][0], now) <= 0:
            self.spent.popleft()
        excess = sum(spent for _, spent in self.spent) + cost - self.limit
        for time, spent in self.spent:
            if excess <= 0:
                break
            excess -= spent
            wait = self._left(time, now)
            if excess <= 0:
                return wait
        return 0.0

    def seconds_until_fresh_start(self, now: datetime, gap: float) -> float:
        """Return when somebody who knows nothing of what was spent may begin, going on with this gap at best."""
        return max((self._left(time, now) - place * gap for place, (time, _) in enumerate(self.spent)), default=0.0)

    def _left(self, time: datetime, now: datetime) -> float:
        return self.seconds - (now - time).total_seconds()


class Pacer:
    """Says when the next request may go out, and waits until then.

    Time is taken when an answer has come: the server cannot have seen the request later than that.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._now = connection.now
        self._sleep = connection.sleep
        self._name = name
        self._sharers = connection.sharers
        self._gap = connection.seconds_between_writes
        self._points = Window(max(900 // self._sharers, 5), 60.0)
        self._burst = Window(max(80 // self._sharers, 1), 60.0)
        self._content = Window(max(500 // self._sharers, 1), _HOUR)
        self._limited = True
        self._last_write: datetime | None = None
        self._exhausted_until: datetime | None = None
        self.left = ""
        """What the server last said of this hour: ``4990 of 5000``; empty when it has no limit."""

    @property
    def creations_per_hour(self) -> int | None:
        """How much content the server lets an account create; None where it has no such limit."""
        return self._content.limit if self._limited else None

    def wait(self, cost: Cost) -> None:
        """Wait until a request of this cost may be sent.

        :raises BudgetSpent: that would take too long.
        """
        while (seconds := self._seconds_until(cost)) > 0:
            if seconds > _PATIENCE:
                fresh = self._content.seconds_until_fresh_start(self._now(), self._gap) if cost.content else 0.0
                raise self._spent(max(seconds, fresh))
            self._sleep(seconds)

    def record(self, cost: Cost, answer: Answer | None) -> None:
        """Note that a request of this cost was sent, and what its answer says of the limits."""
        now = self._now()
        self._points.spent.append((now, cost.points))
        if cost.content:
            self._burst.spent.append((now, 1))
            self._content.spent.append((now, 1))
        if cost.writes:
            self._last_write = now
        if answer:
            self._heed(answer.headers)

    def hold(self, seconds: float, times: int) -> None:
        """Send nothing for so many seconds, because the server said so.

        :param times: how often it has said so to the same request.
        :raises BudgetSpent: that is too long, or too often.
        """
        if seconds > _PATIENCE or times > _MOST_REFUSALS:
            raise self._spent(seconds)
        self._sleep(seconds)

    def recall(self, times: Iterable[datetime]) -> None:
        """Learn what our account created within the last hour: the issues tell when.

        Only before the first creation of this run, which a later look at the issues would count twice.
        """
        if self._content.spent:
            return
        now = self._now()
        known = sorted(time for time in times if (now - time).total_seconds() < _HOUR)[:: self._sharers]
        self._content.spent.extend((time, 1) for time in known)
        self._burst.spent.extend((time, 1) for time in known)

    def _seconds_until(self, cost: Cost) -> float:
        now = self._now()
        waits = [(self._exhausted_until - now).total_seconds() if self._exhausted_until else 0.0]
        if cost.writes and self._last_write:
            waits.append(self._gap - (now - self._last_write).total_seconds())
        if self._limited:
            waits.append(self._points.seconds_until_room(now, cost.points))
        if self._limited and cost.content:
            waits += [window.seconds_until_room(now, 1) for window in (self._burst, self._content)]
        return max(waits)

    def _heed(self, headers: Mapping[str, str]) -> None:
        """Read the limit of this hour; GitHub Enterprise Server has none of these limits unless it says so."""
        limit, left = number(headers.get("x-ratelimit-limit", "")), number(headers.get("x-ratelimit-remaining", ""))
        if "x-ratelimit-limit" not in headers:
            self._limited = "x-github-enterprise-version" not in headers
        reset = reset_time(headers.get("x-ratelimit-reset", ""), self._now())
        if headers.get("x-ratelimit-resource", "core") == "core" and limit is not None and left is not None and reset:
            self.left = f"{left} of {limit}"
            # Nobody says when within that second.
            self._exhausted_until = reset + timedelta(seconds=1) if left == 0 else None

    def _spent(self, seconds: float) -> BudgetSpent:
        minutes = math.ceil(seconds / 60)
        hint = f"run again in {minutes} minutes; that run goes on where this one stopped"
        return BudgetSpent(self._name, "no further request is allowed for now", hint, seconds)
