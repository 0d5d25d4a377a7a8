"""Requests and answers."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import Any

Json = Any


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    verb: str
    path: str
    """Below the base URL."""
    query: dict[str, str]
    headers: dict[str, str]
    """By names in lower case."""
    text: str

    @property
    def writes(self) -> bool:
        """Whether it may change something; a GraphQL query does not, a mutation does."""
        return self.verb != "GET" and (self.path != "/graphql" or self.mutations > 0)

    @property
    def mutations(self) -> int:
        """How many changes a GraphQL request asks for."""
        asked = str(self.body["query"]).lstrip() if self.path == "/graphql" else ""
        return asked.count(": add") + asked.count(": delete") if asked.startswith("mutation") else 0

    @property
    def body(self) -> Json:
        """The JSON; None when there is none."""
        return json.loads(self.text) if self.text else None


@dataclass(frozen=True, slots=True)
class Response:
    """What the server says."""

    status: int
    body: Json = None
    headers: dict[str, str] = field(default_factory=dict)

    def plus(self, **headers: str) -> Response:
        """Return the answer with more headers; ``_`` in a name stands for ``-``."""
        added = {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers=self.headers | added)


def refused(status: int, message: str, *errors: dict[str, str]) -> Response:
    """Return an error as GitHub words it."""
    body: Json = {"message": message, "documentation_url": "https://docs.github.com/rest"}
    return Response(status, body | ({"errors": list(errors)} if errors else {"status": str(status)}))


def invalid(field_name: str, code: str, message: str = "", resource: str = "Issue") -> Response:
    """Return status 422 with its one reason."""
    error = {"resource": resource, "field": field_name, "code": code} | ({"message": message} if message else {})
    return refused(422, "Validation Failed", error)


NOT_FOUND = refused(404, "Not Found")
