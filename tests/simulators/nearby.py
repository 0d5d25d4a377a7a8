"""Hands a request of this process to a simulated server of this process, without the network between them.

The program's own session and the vendors' libraries prepare a request and judge the answer as always; only sockets are
left out, which take most of the time. A request whose answer gets lost or takes its time goes over the network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict

_NO_BODY = (204, 304)
"""Answers whose body no client reads: https://www.rfc-editor.org/rfc/rfc9110#section-6.4.1"""


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it is sent."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Server(Protocol):
    """A simulated server, as the network sees it."""

    @property
    def is_plain(self) -> bool:
        """Whether the next answer comes, and comes at once."""
        ...

    def exchange(self, verb: str, address: str, headers: dict[str, str], body: bytes) -> Sent | None:
        """Answer a request; None to drop the connection."""
        ...


class Nearby:
    """The servers that run in this process, by host and port."""

    def __init__(self) -> None:
        self._servers: dict[str, Server] = {}
        self.send: Callable[..., Response] = HTTPAdapter.send
        """Sends a request of an adapter, whatever a test has put between them."""

    @contextmanager
    def known(self, url: str, server: Server) -> Iterator[None]:
        """Know a server in the block. One behind TLS is never asked without a network."""
        place = urlsplit(url)
        if place.scheme == "https":
            yield
            return
        self._servers[place.netloc] = server
        try:
            yield
        finally:
            del self._servers[place.netloc]

    @contextmanager
    def asked_directly(self) -> Iterator[None]:
        """Let requests of the block go to these servers without a network."""
        over_network = HTTPAdapter.send

        def send(adapter: HTTPAdapter, request: PreparedRequest, **options: Any) -> Response:
            place = urlsplit(str(request.url))
            server = self._servers.get(place.netloc) if place.scheme == "http" else None
            if server is None or not server.is_plain or options.get("proxies"):
                return over_network(adapter, request, **options)
            return _response(request, server)

        with patch.object(HTTPAdapter, "send", send), patch.object(self, "send", send):
            yield


NEARBY = Nearby()


def _response(request: PreparedRequest, server: Server) -> Response:
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    assert isinstance(body, bytes)
    sent = server.exchange(str(request.method), request.path_url, headers, body)
    if sent is None:
        raise requests.ConnectionError("the server dropped the connection", request=request)
    response = Response()
    response.status_code = sent.status
    response.headers = CaseInsensitiveDict({name.lower(): value for name, value in sent.headers.items()})
    response.url = str(request.url)
    response.request = request
    response.encoding = "utf-8"
    response._content = b"" if sent.status in _NO_BODY else sent.body
    response._content_consumed = True
    return response


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
