"""What one request runs into instead of an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from tests.simulators.gitlab.exchange import Refusal, Request
from tests.simulators.gitlab.world import World


@dataclass(frozen=True)
class Fault:
    """A request that goes wrong; by default before it has any effect."""

    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False
    dropped: bool = False
    """The connection breaks."""
    silent: bool = False
    """No answer comes until the client gives up."""
    emptied: bool = False
    """The answer is an empty list."""


def bad_gateway(*, after_effect: bool = True) -> Fault:
    return Fault(502, "<html>Bad Gateway</html>", after_effect=after_effect)


def dropped(*, after_effect: bool = True) -> Fault:
    return Fault(dropped=True, after_effect=after_effect)


def silence(*, after_effect: bool = True) -> Fault:
    return Fault(silent=True, after_effect=after_effect)


def forbidden() -> Fault:
    return Fault(403, '{"message":"403 Forbidden"}')


def too_many(**headers: str) -> Fault:
    """Too many requests; headers by their names with ``_`` for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(429, "Retry later\n", named)


def web_page() -> Fault:
    """A page for people, as a proxy or a login puts in the way."""
    return Fault(200, "<html>Sign in</html>", {"Content-Type": "text/html"})


def empty_list() -> Fault:
    return Fault(200, "[]", emptied=True)


class At(Enum):
    """A kind of request about one issue; labels are set by an update of their own."""

    CREATE = r"POST /projects/[^/]+/issues"
    MILESTONE = r"POST /projects/[^/]+/milestones"
    READ = r"GET /projects/[^/]+/issues/(\d+)(/links)?"
    UPDATE = r"PUT /projects/[^/]+/issues/(\d+)"
    LABEL = r"PUT /projects/[^/]+/issues/(\d+) labels"
    ESTIMATE = r"POST /projects/[^/]+/issues/(\d+)/time_estimate"
    LINK = r"POST /projects/[^/]+/issues/(\d+)/links"


@dataclass(frozen=True)
class Refused:
    """An issue that is refused for good, until a test takes this away again."""

    at: frozenset[At]
    title: str
    """Of the issue; of a link, that of either end."""
    status: int
    message: object
    key: str = "message"

    def check(self, request: Request, world: World) -> None:
        """Refuse a request about the issue.

        :raises Refusal: it is one of these.
        """
        labels = " labels" if {"add_labels", "remove_labels"} & set(request.data) else ""
        for at in self.at:
            found = re.fullmatch(at.value, f"{request.verb} {request.path}{labels}")
            if found and self.title in self._titles(at, found, request, world):
                raise Refusal(self.status, self.message, self.key)

    def _titles(self, at: At, found: re.Match[str], request: Request, world: World) -> list[str]:
        if at in (At.CREATE, At.MILESTONE):
            return [str(request.data["title"])]
        numbers = [int(found[1]), *([int(request.data["target_issue_iid"])] if at is At.LINK else [])]
        return [world.issues[number].title for number in numbers if number in world.issues]
