"""What this process asks servers, and what it makes there: the program's one session notes each exchange."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from unittest.mock import patch
from urllib.parse import urlsplit

from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.session import Answered, Reply, Session

_MADE = re.compile(r".*/(issues|labels|milestones)")
_CREATED = 201


@dataclass(frozen=True, slots=True)
class Count:
    """How many requests were sent."""

    reads: int = 0
    writes: int = 0

    def __sub__(self, earlier: Count) -> Count:
        return Count(self.reads - earlier.reads, self.writes - earlier.writes)


@dataclass
class Traffic:
    """The requests of a stretch of time."""

    count: Count = field(default_factory=Count)
    made: dict[str, list[Row]] = field(default_factory=lambda: {"issues": [], "labels": [], "milestones": []})
    """What creations were answered with, oldest first."""
    enterprise: str = ""
    """The release of GitHub Enterprise Server, as its answers say."""

    @contextmanager
    def noted(self) -> Iterator[None]:
        """Note the requests of the block."""
        sent, traffic = Session.request, self

        def request(session: Session, method: str, url: str, *rest: Any, **options: Any) -> NoReturn:
            traffic._count(method, options)
            try:
                sent(session, method, url, *rest, **options)
            except Answered as answered:
                traffic._note(method, url, answered.reply)
                raise

        with patch.object(Session, "request", request):
            yield

    def taken(self, kind: str) -> list[Row]:
        """Return what was made of a kind, newest first, and forget it."""
        rows, self.made[kind] = self.made[kind][::-1], []
        return rows

    def _count(self, method: str, options: dict[str, Any]) -> None:
        writes = int(method.upper() != "GET" and not _is_query(options))
        self.count = Count(self.count.reads + 1 - writes, self.count.writes + writes)

    def _note(self, method: str, url: str, reply: Reply) -> None:
        self.enterprise = reply.headers.get("x-github-enterprise-version", self.enterprise)
        made = _MADE.fullmatch(urlsplit(url).path)
        if method.upper() == "POST" and made and reply.status == _CREATED and isinstance(row := reply.json(), dict):
            self.made[made[1]].append(row)


def _is_query(options: dict[str, Any]) -> bool:
    """Return whether the body of a request is a GraphQL query, which only reads."""
    body = options.get("json") or options.get("data")
    body = json.loads(body) if isinstance(body, str | bytes) and body else body
    return isinstance(body, dict) and str(body.get("query", "")).startswith("query")
