"""Whole lists, read page by page ("Pagination" in GitLab's REST documentation)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from techmap_sync.adapters.advice import number
from techmap_sync.adapters.gitlab.answers import Answer, Query
from techmap_sync.adapters.gitlab.problems import Complaint
from techmap_sync.adapters.gitlab.wire import Wire
from techmap_sync.adapters.pages import Endless, read_what_fits, size_of
from techmap_sync.adapters.shapes import Row, Shape

PER_PAGE = 100
"""The most that GitLab gives; without a number it gives 20."""
_BY_CREATION = {"order_by": "created_at", "sort": "asc"}


@dataclass(frozen=True, slots=True)
class Listing:
    """All rows of a list."""

    rows: list[Row]
    total: int | None
    """The server's own count, None where it tells none."""


def read_all(wire: Wire, path: str, deed: str, query: Query, shape: Shape) -> Listing:
    """Read a list in whatever order.

    :param deed: what this is for, to follow "to" in a sentence.
    :raises TrackerError: GitLab refused or did not answer.
    """
    return follow(wire, path, deed, _page(wire, path, deed, {**query, "per_page": PER_PAGE}), shape)


def read_by_creation(wire: Wire, path: str, deed: str, query: Query, shape: Shape) -> Listing:
    """Read a list from the oldest to the newest, so that rows that are added meanwhile move no page.

    Keyset pages are asked for, whose order is stable whatever is removed. Project issues have them since GitLab 18.3;
    where there are none the answer is 405, and numbered pages take their place.

    :raises TrackerError: GitLab refused or did not answer.
    """
    query = {**query, **_BY_CREATION, "per_page": PER_PAGE}
    first = _page(wire, path, deed, {**query, "pagination": "keyset"}, accepted={405})
    if first.status == 405:
        first = _page(wire, path, deed, query)
    return follow(wire, path, deed, first, shape)


def follow(wire: Wire, path: str, deed: str, page: Answer, shape: Shape) -> Listing:
    """Read the rest of a list.

    :param page: its first page.
    :param shape: what each row is.
    :raises TrackerError: GitLab refused or did not answer.
    """
    total, size = number(page.headers.get("x-total", "")), size_of(page.next_query)
    walk = wire.walk(None if total is None else -(-total // size))
    rows: list[Row] = []
    query: Query = {}
    while True:
        found = wire.required(page.rows)
        rows += (wire.shaped(shape, row) for row in found)
        try:
            walk.page(repr(query), found, page.size)
        except Endless as endless:
            raise wire.error(Complaint(f"GitLab's list has no end: {endless.why}", "try again later")) from None
        query = page.next_query
        if not query:
            return Listing(rows, total)
        page = _page(wire, path, deed, query)
        if page.next_query and (now := size_of(page.next_query)) < size:
            walk.split(size // now)
            size = now


def _page(wire: Wire, path: str, deed: str, query: Query, accepted: Collection[int] = ()) -> Answer:
    """Read one page of a list, or as much of it as fits into one answer: a hundred issues may be 100 MB.

    :raises TrackerError: GitLab refused or did not answer, or one row alone is too large.
    """
    return read_what_fits(lambda part: wire.read(path, deed, part, accepted), query)[0]
