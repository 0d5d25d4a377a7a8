"""Requests, answers and their rows as values. Rows are validated where they arrive; lists are read page by page.

An answer can contain anything: it may come from a proxy, a broken server or a stranger. Each row is checked against
its vendor's documentation, and only the fields that are used are kept. A list ends, however long it says it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


SLACK = 10
"""Pages beyond the number that the server announced: rows may be added while a list is read."""
MOST_PAGES = 2_000
"""Of a list whose length was not announced: 200,000 rows, several times what either vendor lists in pages."""
MOST_SECONDS = 3_600.0
MOST_BYTES = 512 * 1024 * 1024
SIZES = (100, 50, 25, 5, 1)
"""Rows per page: the maximum of both vendors, and fewer where these do not fit into one answer.

Each divides the one before, so that numbered pages of the smaller size begin where those of the larger one did.
"""
_IDLE = 3
"""How many pages in a row may bring nothing new."""


def size_of(query: Mapping[str, object]) -> int:
    """Return how many rows a query asks for at once."""
    return number(str(query.get("per_page", ""))) or SIZES[0]


def smaller(query: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the query for the first part of a page that is too large; None for a page of one row.

    What follows a cursor is the same for any size.
    """
    before = size_of(query)
    size = next((size for size in SIZES if size < before), None)
    if size is None:
        return None
    page = number(str(query.get("page", ""))) or 1
    numbered = {"page": (page - 1) * before // size + 1} if page > 1 else {}
    return {**query, **numbered, "per_page": size}


class Endless(Exception):
    """A list has no end, or takes too long to reach it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Pages:
    """Limits one list: its pages must bring something new, within a number of bytes and an amount of time."""

    def __init__(self, now: Callable[[], datetime], announced: int | None = None) -> None:
        """Begin a list.

        :param now: the clock.
        :param announced: how many pages the server announced.
        """
        self._now = now
        self._end = now().timestamp() + MOST_SECONDS
        self._most_pages = MOST_PAGES if announced is None else min(announced + SLACK, MOST_PAGES)
        self._pages = 0
        self._bytes = 0
        self._idle = 0
        self._places: set[str] = set()
        self._seen: set[str] = set()

    def count(self, place: str, rows: Iterable[object], size: int) -> None:
        """Count one page.

        :param place: what was asked for.
        :param size: bytes of the answer.
        :raises Endless: the list has exceeded its limits.
        """
        new = {_identity(row) for row in rows} - self._seen
        self._idle = 0 if new else self._idle + 1
        self._pages += 1
        self._bytes += size
        if place in self._places:
            raise Endless("its pages lead back to one that was read")
        if self._idle > _IDLE:
            raise Endless(f"{self._idle} pages in a row brought nothing new")
        if self._pages > self._most_pages:
            raise Endless(f"it has more than {self._most_pages} pages")
        if self._bytes > MOST_BYTES:
            raise Endless(f"it has more than {MOST_BYTES // 1024 // 1024} MB")
        if self._now().timestamp() > self._end:
            raise Endless(f"it takes more than {MOST_SECONDS / 60:.0f} minutes")
        self._places.add(place)
        self._seen |= new

    def split(self, times: int) -> None:
        """Expect more pages, because each has fewer rows."""
        self._most_pages *= times


def _identity(row: object) -> str:
    """Return what distinguishes a row from others of its list: its database id, else the whole row."""
    known: Any = row.get("id") if isinstance(row, Mapping) else None
    return str(known) if isinstance(known, int | str) else repr(row)
