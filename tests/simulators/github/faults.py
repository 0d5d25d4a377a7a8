"""What goes wrong with single requests."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

from tests.simulators.github.messages import Request, Response, refused


class Kind(Enum):
    """A way in which a request fails."""

    BAD_GATEWAY = "status 502"
    DROPPED = "the connection ends without an answer"
    TIMED_OUT = "no answer comes in time"
    SLOW_DOWN = "status 403 of a secondary limit"
    TOO_MANY = "status 429"
    QUERY_TOO_MUCH = "status 200 of GraphQL that tells of the hour's limit"
    QUERY_SLOW_DOWN = "status 200 of GraphQL that tells of a secondary limit"
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


class At(Enum):
    """A kind of request about one issue."""

    CREATE = r"POST /repos/[^/]+/[^/]+/issues"
    MILESTONE = r"POST /repos/[^/]+/[^/]+/milestones"
    READ = r"GET /repos/[^/]+/[^/]+/issues/(?P<number>\d+)(/dependencies/blocked_by)?"
    UPDATE = r"PATCH /repos/[^/]+/[^/]+/issues/(?P<number>\d+)"
    LABEL = r"(POST|DELETE) /repos/[^/]+/[^/]+/issues/(?P<number>\d+)/labels(/.*)?"
    CHILD = r"POST /repos/[^/]+/[^/]+/issues/\d+/sub_issues"
    BLOCKED_BY = r"POST /repos/[^/]+/[^/]+/issues/(?P<number>\d+)/dependencies/blocked_by"


@dataclass(frozen=True)
class Refused:
    """An issue that is refused for good, until a test takes this away again."""

    at: frozenset[At]
    title: str
    """Of the issue."""
    status: int
    message: str
    headers: dict[str, str] = field(default_factory=dict)

    def answer(self, request: Request, titles: dict[int, tuple[int, str]]) -> Response | None:
        """Return what the server says; None when the request is none of these.

        :param titles: id and title of each issue, by its number.
        """
        for at in self.at:
            found = re.fullmatch(at.value, f"{request.verb} {request.path}")
            if found and self.title == self._title(at, found, request, titles):
                return refused(self.status, self.message).plus(**self.headers)
        return None

    def _title(self, at: At, found: re.Match[str], request: Request, titles: dict[int, tuple[int, str]]) -> str:
        match at:
            case At.CREATE | At.MILESTONE:
                return str(request.body["title"])
            case At.CHILD:
                return next((title for known, title in titles.values() if known == request.body["sub_issue_id"]), "")
            case _:
                return titles.get(int(found["number"]), (0, ""))[1]
