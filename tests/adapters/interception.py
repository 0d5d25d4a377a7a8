"""What a test does between a client and a server: look, come between, or answer from memory.

Both PyGithub and python-gitlab send by ``requests``, one call for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

_send = HTTPAdapter.send


@contextmanager
def before_each_request(action: Callable[[], object]) -> Iterator[None]:
    """Let something happen before each request that is sent in the block."""

    def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
        action()
        return _send(adapter, request, **options)

    with patch.object(HTTPAdapter, "send", send):
        yield


@contextmanager
def before_the_nth_request(request: int, action: Callable[[], object]) -> Iterator[None]:
    """Let something happen once, which may send requests of its own."""
    coming = iter(range(1, request + 1))
    with before_each_request(lambda: next(coming, 0) == request and action()):
        yield


@dataclass
class Recording:
    """The requests of one run with their answers, which the same run gets again from here."""

    exchanged: list[tuple[tuple[object, ...], Response]] = field(default_factory=list)

    @contextmanager
    def recorded(self, look: Callable[[], object]) -> Iterator[None]:
        """Keep what is exchanged in the block, and look at something before each request."""

        def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
            look()
            answer = _send(adapter, request, **options)
            self.exchanged.append((_told(request), answer))
            return answer

        with patch.object(HTTPAdapter, "send", send):
            yield

    @contextmanager
    def replayed(self, requests: int) -> Iterator[None]:
        """Answer the first requests of the block from what was kept; it has to ask for the very same."""
        known = iter(self.exchanged[:requests])

        def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
            asked, answer = next(known, (None, None))
            if answer is None:
                return _send(adapter, request, **options)
            assert asked == _told(request), "the same run has asked for something else"
            return answer

        with patch.object(HTTPAdapter, "send", send):
            yield


def _told(request: PreparedRequest) -> tuple[object, ...]:
    return request.method, request.url, request.body
