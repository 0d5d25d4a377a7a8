"""Limits how much of a list is read: in pages that fit into one answer, and not forever."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from techmap_sync.trackers.answers import number

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
