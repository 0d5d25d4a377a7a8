"""GitHub's documented rate limits, kept so that none is ever exceeded.

https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api
https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from techmap_sync.patterns import lazy
from techmap_sync.trackers.answers import Answer, Request, number
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.errors import message
from techmap_sync.trackers.http import budget_spent
from techmap_sync.trackers.queries import query_errors
from techmap_sync.trackers.session import reset_time, seconds_to_wait

_PATIENCE = 300.0
"""Seconds that one request may have to wait; a run that would have to wait longer ends."""
_SECONDS_WITHOUT_ADVICE = 60.0

_MOST_REFUSALS = 10
_HOUR = 3600.0

# The endpoints whose documentation warns about "creating content too quickly" (or removing it). Whether a GraphQL
# request or each mutation in it counts is documented nowhere: each is counted.
_CONTENT = lazy(r"/issues(/[0-9]+/(comments|sub_issues?|dependencies/blocked_by(/[0-9]+)?))?$|/graphql$")


@dataclass(frozen=True, slots=True)
class Cost:
    """How much of the limits a request uses."""

    points: int
    writes: bool = False
    content: int = 0
    """How many pieces of content it creates or removes."""

    @classmethod
    def of(cls, request: Request) -> Cost:
        """Return the cost of a request: a point for reading, five for writing."""
        if not request.writes:
            return cls(1)
        makes_content = request.verb in ("POST", "DELETE") and _CONTENT.search(request.path)
        return cls(5, writes=True, content=request.parts if makes_content else 0)


@dataclass(slots=True)
class Window:
    """A limit in a sliding window of time."""

    limit: int
    seconds: float
    spent: deque[tuple[datetime, int]] = field(default_factory=deque)

    def seconds_until_room(self, now: datetime, cost: int) -> float:
        """Return the seconds until so much may be spent."""
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
        """Return how long a run that does not know what was spent has to wait, with this gap between writes."""
        return max((self._left(time, now) - place * gap for place, (time, _) in enumerate(self.spent)), default=0.0)

    def _left(self, time: datetime, now: datetime) -> float:
        return self.seconds - (now - time).total_seconds()


class GitHubRateLimit:
    """Waits until the next request may be sent.

    A request counts from when its answer arrived: the server cannot have seen it later than that.
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
        """What the server last said about this hour: ``4990 of 5000``; empty when it has no limit."""

    @property
    def creations_per_hour(self) -> int | None:
        """How many creations per hour an account may make; None where there is no such limit."""
        return self._content.limit if self._limited else None

    @property
    def most_at_once(self) -> int:
        """How many creations one request may carry: as many as a minute has room for."""
        return self._burst.limit

    def wait(self, request: Request) -> None:
        """Wait until a request may be sent.

        :raises BudgetSpent: that would take too long.
        """
        cost = Cost.of(request)
        while (seconds := self._seconds_until(cost)) > 0:
            if seconds > _PATIENCE:
                fresh = self._content.seconds_until_fresh_start(self._now(), self._gap) if cost.content else 0.0
                raise budget_spent(self._name, max(seconds, fresh))
            self._sleep(seconds)

    def record(self, request: Request, answer: Answer | None) -> None:
        """Note that a request was sent, and what its answer says about the limits."""
        cost, now = Cost.of(request), self._now()
        self._points.spent.append((now, cost.points))
        if cost.content:
            self._burst.spent.append((now, cost.content))
            self._content.spent.append((now, cost.content))
        if cost.writes:
            self._last_write = now
        if answer:
            self._learn(answer.headers)

    def came_too_soon(self, answer: Answer, times: int) -> bool:
        """Wait as long as the server demands; False where an answer is not about the limits.

        :param times: how often the same request was refused for its pace before.
        :raises BudgetSpent: that is too long, or too often.
        """
        seconds = seconds_demanded(answer, times, self._now())
        if seconds is None:
            return False
        if seconds > _PATIENCE or times >= _MOST_REFUSALS:
            raise budget_spent(self._name, seconds)
        self._sleep(seconds)
        return True

    def recall(self, times: Iterable[datetime]) -> None:
        """Learn from the issues what our account created within the last hour.

        Only before the first creation of this run, which would be counted twice later.
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
            waits += [window.seconds_until_room(now, cost.content) for window in (self._burst, self._content)]
        return max(waits)

    def _learn(self, headers: Mapping[str, str]) -> None:
        """Read the limit of this hour; GitHub Enterprise Server has no limits unless it says so."""
        limit, left = number(headers.get("x-ratelimit-limit", "")), number(headers.get("x-ratelimit-remaining", ""))
        if "x-ratelimit-limit" not in headers:
            self._limited = "x-github-enterprise-version" not in headers
        reset = reset_time(headers.get("x-ratelimit-reset", ""), self._now())
        if headers.get("x-ratelimit-resource", "core") == "core" and limit is not None and left is not None and reset:
            self.left = f"{left} of {limit}"
            # The exact moment within that second is unknown.
            self._exhausted_until = reset + timedelta(seconds=1) if left == 0 else None


def seconds_demanded(answer: Answer, attempt: int, now: datetime) -> float | None:
    """Return the seconds that the server demands to wait; None when the answer is not about limits.

    https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api#exceeding-the-rate-limit: first
    ``retry-after``, then ``x-ratelimit-reset`` when none remain, else a minute, doubled each time.

    :param attempt: how often the same request was refused for its pace before.
    """
    if answer.status not in (403, 429) and not _is_query_too_much(answer):
        return None
    seconds = seconds_to_wait(answer.headers, now)
    if seconds is not None:
        return seconds
    exhausted = answer.headers.get("x-ratelimit-remaining") == "0"
    if exhausted and (reset := reset_time(answer.headers.get("x-ratelimit-reset", ""), now)):
        # The exact moment within that second is unknown.
        return max((reset - now).total_seconds() + 1, 1.0)
    if answer.status in (200, 429) or exhausted or "rate limit" in message(answer).lower():
        return _SECONDS_WITHOUT_ADVICE * float(2**attempt)
    return None


def _is_query_too_much(answer: Answer) -> bool:
    """Return whether a GraphQL query met a limit, which is answered with status 200.

    https://docs.github.com/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    errors = (f"{error.get('type', '')} {error.get('message', '')}".lower() for error in query_errors(answer))
    return any("rate_limit" in each or "rate limit" in each for each in errors)
