"""Lists by pages, https://docs.github.com/rest/using-the-rest-api/using-pagination-in-the-rest-api"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import urlencode

from tests.simulators.github.messages import Json, Request, Response
from tests.simulators.github.world import World

T = TypeVar("T")


def page(world: World, request: Request, items: Sequence[T], row: Callable[[T], Json]) -> Response:
    """Return the rows of the page that was asked for, with links to others."""
    size = min(int(request.query.get("per_page", "30")), 100)
    number = int(request.query.get("page", "1"))
    last = max(-(-len(items) // size), 1)
    named = {"prev": number - 1, "first": 1} if number > 1 else {}
    named |= {"next": number + 1, "last": last} if number < last else {}
    links = ", ".join(f'<{_address(world, request, place)}>; rel="{name}"' for name, place in named.items())
    answer = Response(200, [row(item) for item in items[(number - 1) * size : number * size]])
    return answer.plus(link=links) if links else answer


def _address(world: World, request: Request, number: int) -> str:
    return f"{world.base_url}{request.path}?{urlencode(request.query | {'page': str(number)})}"
