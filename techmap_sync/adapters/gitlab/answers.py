"""What came back for a request, in values of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from techmap_sync.adapters.words import one_line

Row = Mapping[str, Any]
"""One object of an answer, with the fields that GitLab's REST documentation names."""
Query = Mapping[str, Any]
"""Fields of a request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: object
    """The parsed JSON; None when the body is no JSON."""
    next_url: str = ""
    """Address of the next page of a list."""

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
    def rows(self) -> list[Row] | None:
        """The list that was asked for; None when the answer holds something else."""
        if isinstance(self.content, list) and all(isinstance(row, dict) for row in self.content):
            return self.content
        return None

    @property
    def next_query(self) -> dict[str, str]:
        """The query that brings the next page, empty at the end.

        Only the query is taken from the link: behind a proxy, servers often give a wrong host or path there.
        """
        return dict(parse_qsl(urlsplit(self.next_url).query))


def _words(told: object) -> str:
    """Return the words of a message, which may be a text, a list, or texts by field."""
    match told:
        case dict():
            return "; ".join(f"{field} {_words(what)}" for field, what in told.items())
        case list():
            return ", ".join(_words(what) for what in told)
        case _:
            return str(told)
