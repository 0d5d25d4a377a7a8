"""What a test does between a client and a server: look, come between, or answer from memory.

Both PyGithub and python-gitlab send by ``requests``, one call for each request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from unittest.mock import patch

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from tests.simulators.nearby import NEARBY


def _send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
    """Send a request, and keep all of its answer, so that it can be given again."""
    answer = NEARBY.send(adapter, request, **options)
    _ = answer.content
    return answer


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
        """Answer the first requests of the block from what was kept; it has to ask for the very same.

        The next one goes to the server, where its answer gets lost, and all others go their usual way.
        """
        known = iter(self.exchanged[: requests + 1])
        left = iter(range(requests))
        usual = HTTPAdapter.send

        def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
            asked, answer = next(known, (None, None))
            if answer is None:
                return usual(adapter, request, **options)
            assert asked == _told(request), "the same run has asked for something else"
            if next(left, None) is not None:
                return answer
            _send(adapter, request, **options)
            raise AssertionError("this answer was to be lost")

        with patch.object(HTTPAdapter, "send", send):
            yield


class Stored(Protocol):
    """A server whose whole state can be looked at and put back."""

    @property
    def writes(self) -> list[str]: ...

    def saved(self) -> bytes: ...

    def restore(self, saved: bytes) -> None: ...


@dataclass
class Memory:
    """What a server has answered, and done, to each request in each of its states: it does the same every time.

    Where runs come to the same states by many ways, most of what they ask is answered from here. Only a server whose
    time stands still does come to the same states.
    """

    server: Stored
    _known: dict[tuple[object, ...], tuple[Response, list[str], bytes]] = field(default_factory=dict)

    @contextmanager
    def answering(self) -> Iterator[list[str]]:
        """Answer the requests of the block, and leave the server as if it had; yields the writes among them."""
        writes: list[str] = []
        at = there = b""

        def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
            nonlocal at, there
            if not at:
                at = there = self.server.saved()
            asked = (at, *_told(request))
            if asked not in self._known:
                if there != at:
                    self.server.restore(at)
                before = len(self.server.writes)
                answer = _send(adapter, request, **options)
                there = self.server.saved()
                self._known[asked] = answer, self.server.writes[before:], there
            answer, written, at = self._known[asked]
            writes.extend(written)
            return answer

        with patch.object(HTTPAdapter, "send", send):
            yield writes
        if there != at:
            self.server.restore(at)


def _told(request: PreparedRequest) -> tuple[object, ...]:
    return request.method, request.url, request.body
