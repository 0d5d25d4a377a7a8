"""What came back for a request, in values of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from techmap_sync.adapters.http import Reply, on_same_server
from techmap_sync.adapters.shapes import Row
from techmap_sync.adapters.words import one_line

Query = Mapping[str, Any]
"""Fields of a request."""

_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    content: object
    """The parsed JSON; None when the body is no JSON."""
    next_query: Mapping[str, str] = field(default_factory=dict)
    """The query that brings the next page of a list, empty at its end."""
    size: int = 0
    """Bytes of the body."""

    @classmethod
    def of(cls, reply: Reply) -> Answer:
        """Return what an HTTP answer says."""
        try:
            content = reply.json()
        except ValueError:
            content = None
        return cls(reply.status, reply.headers, content, reply.link_query("next"), len(reply.body))

    @property
    def succeeded(self) -> bool:
        """Whether GitLab did what it was asked for."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What GitLab says went wrong, on one line."""
        content = self.content if isinstance(self.content, dict) else {}
        told = content.get("message") or content.get("error_description") or content.get("error") or ""
        return one_line(_words(told))

    @property
    def row(self) -> Row | None:
        """The object that was asked for; None when the answer holds something else."""
        return self.content if isinstance(self.content, dict) else None

    @property
    def rows(self) -> list[object] | None:
        """The list that was asked for; None when the answer holds something else."""
        return self.content if isinstance(self.content, list) else None


def place_to_go_on(reply: Reply) -> str:
    """Return where a read is sent on to; empty where it is not, or to another server."""
    return on_same_server(reply.url, reply.headers.get("location", "")) if reply.status in _MOVED else ""


def _words(told: object) -> str:
    """Return the words of a message, which may be a text, a list, or texts by field."""
    match told:
        case dict():
            return "; ".join(f"{field} {_words(what)}" for field, what in told.items())
        case list():
            return ", ".join(_words(what) for what in told)
        case _:
            return str(told)
