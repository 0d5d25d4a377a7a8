"""What a row of an answer has to look like, so that nothing behind it meets a value of another kind.

A server's answer can hold anything: a proxy's, a broken server's, a stranger's. Each row is held to its vendor's
documentation where it comes in, and only the fields that are used are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from techmap_sync.trackers.http import AnswerTooLarge, number

Row = Mapping[str, Any]
"""One object of an answer, with the fields that its vendor's documentation names."""
Number = Annotated[int, Field(gt=0, lt=2**63)]
"""A number that a database gives."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
Path = Annotated[str, Field(pattern=r"^[\w.\-]+(/[\w.\-]+)+$")]
"""Where a repository or project is: it goes into addresses and into lines to type."""


class Unexpected(ValueError):
    """A value is not what was asked for; the text goes on after "answered with"."""


class Shape:
    """The fields of one kind of row."""

    def __init__(self, kind: Any, name: str) -> None:
        """Describe a kind of row.

        :param kind: a TypedDict of the fields that are used.
        :param name: what messages call it, with its article.
        """
        self._name = name
        self._adapter: TypeAdapter[Row] = TypeAdapter(kind)

    def read(self, value: object) -> Row:
        """Return the used fields of a row. Numbers in quotes are not numbers.

        :raises Unexpected: it lacks a field, or has one of another kind.
        """
        try:
            return self._adapter.validate_python(value, strict=True)
        except ValidationError as error:
            # Its text holds what the server sent, which may be anything; the places are our own words.
            place = ".".join(map(str, error.errors(include_input=False, include_context=False)[0]["loc"]))
            raise Unexpected(f"{self._name} without a valid {place}" if place else f"no {self._name[2:]}") from None


Answer = TypeVar("Answer")

SLACK = 10
"""Pages beyond the number that the server announced: rows may be added while a list is read."""
MOST_PAGES = 2_000
"""Of a list whose length nobody announced: 200,000 rows, several times what either vendor lists in pages."""
MOST_SECONDS = 3_600.0
MOST_BYTES = 512 * 1024 * 1024
SIZES = (100, 50, 25, 5, 1)
"""Rows that are asked for at once: the most that either vendor gives, and less where these do not fit into one answer.

Each divides the one before, so that numbered pages of the smaller size begin where those of the larger one did.
"""
_IDLE = 3
"""Pages in a row that may bring nothing new."""


def size_of(query: Mapping[str, object]) -> int:
    """Return how many rows a query asks for at once."""
    return number(str(query.get("per_page", ""))) or SIZES[0]


def smaller(query: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the query for the first part of a page that is too large; None for a page of one row.

    What follows a cursor stays the same for any size.
    """
    before = size_of(query)
    size = next((size for size in SIZES if size < before), None)
    if size is None:
        return None
    page = number(str(query.get("page", ""))) or 1
    numbered = {"page": (page - 1) * before // size + 1} if page > 1 else {}
    return {**query, **numbered, "per_page": size}


def read_what_fits(
    read: Callable[[Mapping[str, Any]], Answer], query: Mapping[str, Any]
) -> tuple[Answer, Mapping[str, Any]]:
    """Read one page of a list, or as much of it as fits into one answer: a hundred issues may be 100 MB.

    :param read: asks for a page.
    :returns: the answer, and the query that was sent for it.
    :raises AnswerTooLarge: one row alone is too large.
    """
    while True:
        try:
            return read(query), query
        except AnswerTooLarge:
            less = smaller(query)
            if less is None:
                raise
            query = less


class Endless(Exception):
    """A list has no end, or none that is worth waiting for."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Walk:
    """What one list may take: pages that bring something new, so many bytes, so much time."""

    def __init__(self, now: Callable[[], datetime], pages: int | None = None) -> None:
        """Begin a list.

        :param now: the clock.
        :param pages: how many the server announced.
        """
        self._now = now
        self._end = now().timestamp() + MOST_SECONDS
        self._most_pages = MOST_PAGES if pages is None else min(pages + SLACK, MOST_PAGES)
        self._pages = 0
        self._bytes = 0
        self._idle = 0
        self._places: set[str] = set()
        self._seen: set[str] = set()

    def page(self, place: str, rows: Iterable[object], size: int) -> None:
        """Count one page.

        :param place: what was asked for.
        :param size: bytes of the answer.
        :raises Endless: the list has taken more than it may.
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
        """Expect so many times the pages, because each holds less."""
        self._most_pages *= times


def _identity(row: object) -> str:
    """Return what tells a row from the others of its list: its number in the database, else all of it."""
    known: Any = row.get("id") if isinstance(row, Mapping) else None
    return str(known) if isinstance(known, int | str) else repr(row)
