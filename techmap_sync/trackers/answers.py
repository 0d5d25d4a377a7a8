"""Requests, answers and their rows as values. Rows are validated where they arrive.

An answer can contain anything: it may come from a proxy, a broken server or a stranger. Each row is checked against
its vendor's documentation, and only the fields that are used are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from techmap_sync.trackers.session import Reply

Row = Mapping[str, Any]
"""One object of an answer, with the fields that its vendor documents."""
Number = Annotated[int, Field(gt=0, lt=2**63)]
"""A number that a database assigns."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
Path = Annotated[str, Field(pattern=r"^[\w.\-]+(/[\w.\-]+)+$")]
"""Path of a repository or project: it becomes part of addresses and of commands to paste."""

Query = Mapping[str, Any]
"""The query of a request."""
_MOST_DIGITS = 12


class Unexpected(ValueError):
    """A value is not the expected one; the text continues "answered with"."""


class Schema:
    """The fields of one kind of row."""

    def __init__(self, kind: Any, name: str) -> None:
        """Describe a kind of row.

        :param kind: a TypedDict of the fields that are used.
        :param name: its name in messages, with an article.
        """
        self._name = name
        self._adapter: TypeAdapter[Row] = TypeAdapter(kind)

    def read(self, value: object) -> Row:
        """Return the used fields of a row. Numbers in quotes are not numbers.

        :raises Unexpected: a field is missing, or has another type.
        """
        try:
            return self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            # Its text quotes the server; the field names are our own words.
            place = ".".join(map(str, error.errors(include_input=False, include_context=False)[0]["loc"]))
            raise Unexpected(f"{self._name} without a valid {place}" if place else f"no {self._name[2:]}") from None


@dataclass(frozen=True, slots=True)
class Request:
    """A request to a server."""

    verb: str
    path: str
    query: Query = field(default_factory=dict)
    body: Any = None
    purpose: str = ""
    """To follow "to" in a sentence: ``create a ticket``."""
    only_reads: bool = False
    """It only reads, even if its verb is POST."""
    parts: int = 1
    """How many writes it carries, each of which counts towards a limit."""

    @property
    def writes(self) -> bool:
        """Whether it may change something."""
        return self.verb != "GET" and not self.only_reads


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    content: Any
    """The parsed JSON; None for an empty body."""
    url: str = ""
    query: Query = field(default_factory=dict)
    """The query that was sent."""
    next_query: Query = field(default_factory=dict)
    """The query for the next page of a list, empty on the last page."""
    last_page: int | None = None
    """Number of the last page of a list; None where the server does not number them."""
    size: int = 0
    """Bytes of the body."""

    @classmethod
    def of(cls, reply: Reply, request: Request) -> Answer:
        """Parse a reply.

        :raises ValueError: it is a success without JSON.
        """
        try:
            content = reply.json()
        except ValueError:
            if reply.status < 300:
                raise
            content = None
        last = number(reply.link_query("last").get("page", ""))
        url, next_query, size = reply.url, reply.link_query("next"), len(reply.body)
        return cls(reply.status, reply.headers, content, url, request.query, next_query, last, size)

    @property
    def succeeded(self) -> bool:
        """Whether the server did what was asked."""
        return 200 <= self.status < 300

    @property
    def row(self) -> Row:
        """The object in the answer; empty for any other content."""
        return self.content if isinstance(self.content, dict) else {}

    @property
    def total(self) -> int | None:
        """The server's own count of the rows of a list; None where it does not say."""
        return number(self.headers.get("x-total", ""))

    @property
    def listed(self) -> list[object]:
        """The list in the answer.

        :raises Unexpected: it is not a list.
        """
        if not isinstance(self.content, list):
            raise Unexpected("something that is not a list")
        return self.content


def number(text: str) -> int | None:
    """Return the count in a header; None where the header is missing or invalid."""
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else None


def moment(text: str) -> datetime | None:
    """Return the time in a row; None where it is not one, or has no time zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else None
