"""Numbered pages and keyset pages, with the links and headers that GitLab gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

Item = TypeVar("Item")


@dataclass(frozen=True)
class Page:
    rows: Sequence[Any]
    headers: dict[str, str] = field(default_factory=dict)


def numbered(items: Sequence[Item], query: Mapping[str, str], url: str) -> Page:
    """Return the page that ``page`` and ``per_page`` name."""
    page, size = int(query.get("page", "1")), _size(query)
    rows = items[(page - 1) * size : page * size]
    more = page * size < len(items)
    headers = {
        "X-Page": str(page),
        "X-Per-Page": str(size),
        "X-Next-Page": str(page + 1) if more else "",
        "X-Total": str(len(items)),
        "X-Total-Pages": str(-(-len(items) // size)),
    }
    return Page(rows, headers | (_next(url, {**query, "page": str(page + 1)}) if more else {}))


def keyset(items: Sequence[Item], query: Mapping[str, str], url: str) -> Page:
    """Return the page behind the row that ``cursor`` names; there is no total."""
    start, size = int(query.get("cursor", "0")), _size(query)
    rows = items[start : start + size]
    more = start + size < len(items)
    return Page(rows, _next(url, {**query, "cursor": str(start + size)}) if more else {})


def _size(query: Mapping[str, str]) -> int:
    return min(int(query.get("per_page", "20")), 100)


def _next(url: str, query: Mapping[str, str]) -> dict[str, str]:
    return {"Link": f'<{url}?{urlencode(query)}>; rel="next"'}
