"""A request as the simulated server reads it, and a refusal as it gives one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.gitlab.world import Token


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, message: object, key: str = "message", headers: Mapping[str, str] = {}) -> None:
        super().__init__(status, message)
        self.status = status
        self.content = {key: message}
        self.headers = dict(headers)


@dataclass(frozen=True)
class Request:
    verb: str
    path: str
    """Behind ``/api/v4``, still percent-encoded."""
    query: Mapping[str, list[str]]
    data: Mapping[str, Any]
    token: Token | None
    url: str
    """Without the query, as the server believes it to be."""

    @property
    def single(self) -> dict[str, str]:
        """The query with one value for each name."""
        return {name: values[-1] for name, values in self.query.items()}

    def check_names(self, *, query: str = "", data: str = "") -> None:
        """Refuse fields that GitLab's documentation does not know, and those that a simulator was not taught."""
        unknown = {*self.query} - {*query.split()} | {*self.data} - {*data.split()}
        if unknown:
            raise Refusal(501, f"not simulated: {', '.join(sorted(unknown))} in {self.verb} {self.path}", "error")


@dataclass(frozen=True)
class Reply:
    status: int
    content: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
