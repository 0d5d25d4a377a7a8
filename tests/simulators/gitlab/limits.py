"""Rate limits as GitLab counts them: by the minute of the server's clock."""

from __future__ import annotations

from tests.simulators.gitlab.exchange import Reply, Request
from tests.simulators.gitlab.world import World


class Limits:
    """Counts requests and says no to those that are too many."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._minute = -1
        self._requests = 0
        self._creations = 0
        self.refused = 0
        """How many requests were turned away."""

    def refusal(self, request: Request) -> Reply | None:
        """Count a request; return the answer that turns it away, None when it may pass."""
        now = int(self._world.clock().timestamp())
        if self._minute != now // 60:
            self._minute, self._requests, self._creations = now // 60, 0, 0
        self._requests += 1
        self._creations += request.verb == "POST" and request.path.endswith("/issues")
        if self._is_over(self._requests, self._world.requests_per_minute):
            return self._refused(now)
        if self._is_over(self._creations, self._world.creations_per_minute):
            return self._refused(now)
        return None

    def headers(self) -> dict[str, str]:
        """Return what an answer says of the limit for all requests."""
        limit = self._world.requests_per_minute
        if not limit:
            return {}
        left = max(0, limit - self._requests)
        return {
            "RateLimit-Limit": str(limit),
            "RateLimit-Observed": str(self._requests),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str((self._minute + 1) * 60),
        }

    def _refused(self, now: int) -> Reply:
        self.refused += 1
        return Reply(
            429,
            {"message": {"error": "This endpoint has been requested too many times."}},
            {"Retry-After": str(60 - now % 60)},
        )

    @staticmethod
    def _is_over(count: int, limit: int) -> bool:
        return bool(limit) and count > limit
