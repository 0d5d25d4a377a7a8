"""One request, one answer, within a budget: what both vendors' libraries send by.

PyGithub and python-gitlab put a request together and sign it; the answer never passes through them. Neither bounds
what a server sends back, and ``requests`` bounds only how long single bytes take. Here one answer has to be there,
header and body, within the timeout, and may take only so much room once it is unpacked.
"""

from __future__ import annotations

import io
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import client
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
import urllib3
from pydantic_core import from_json
from requests.adapters import HTTPAdapter

from techmap_sync.adapters.failures import TooLarge, no_answer

MOST_BYTES = 32 * 1024 * 1024
"""A hundred issues with the longest texts that GitHub takes are 26 MB: 65,536 characters of four bytes."""
MOST_VALUES = 500_000
"""A hundred issues have about 30,000."""
_CHUNK = 65_536
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_STRETCH = re.compile(rb'(?:[^"]*+"(?:[^"\\]|\\.)*+"){1,10000}+', re.DOTALL)
"""Several strings with what is between them: taken out piece by piece, those of a large text take no room."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    body: bytes
    """Unpacked."""
    url: str

    def link_query(self, relation: str) -> dict[str, str]:
        """Return the query behind a relation of the header ``Link``; empty where there is none.

        Only the query is taken from the link (https://www.rfc-editor.org/rfc/rfc8288#section-3): in front of a proxy,
        servers often give a wrong host or path there, and no link leads to another server.
        """
        links = requests.utils.parse_header_links(self.headers.get("link", ""))
        url = next((link.get("url", "") for link in links if relation in link.get("rel", "").split()), "")
        return dict(parse_qsl(url.partition("#")[0].partition("?")[2]))

    def json(self) -> Any:
        """Return what the body says; None where it is empty.

        Stricter than Python's own reader: no NaN, no lone surrogates, no deep nesting, not millions of values, which
        take twenty times the room of their text.

        :raises ValueError: it is not JSON.
        """
        if _signs(self.body) > MOST_VALUES and _has_too_many_values(self.body):
            raise ValueError("too many values")
        return from_json(self.body, allow_inf_nan=False) if self.body else None


def on_same_server(here: str, place: str) -> str:
    """Return a place that a header names as a whole address; empty where it lies on another server, or nowhere.

    :param here: an address of the server; a token that is sent there may go nowhere else.
    """
    try:
        there = urljoin(here, place)
        home, target = urlsplit(here), urlsplit(there)
        same = (home.scheme, home.hostname, home.port) == (target.scheme, target.hostname, target.port)
    except ValueError:
        return ""
    return there if place and same else ""


def _has_too_many_values(text: bytes) -> bool:
    """Return whether a JSON text has more values than may be read; only as much of it is looked at as that takes."""
    values = end = 0
    while found := _STRETCH.match(text, end):  # searched for, a string without an end would be tried from each sign on
        values += _signs(_STRING.sub(b"", found[0]))
        end = found.end()
        if values > MOST_VALUES:
            return True
    return values + _signs(text[end:]) > MOST_VALUES


def _signs(text: bytes) -> int:
    """Return how many values a JSON text without strings has at most."""
    return sum(map(text.count, (b",", b"[", b"{")))


class Answered(Exception):
    """Brings an answer past the library that asked for it."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Session(requests.Session):
    """Sends each request once, and follows nothing."""

    def __init__(self, host: str) -> None:
        """Send to one server.

        :param host: how messages name it.
        """
        super().__init__()
        self._host = host
        # Any login here keeps requests from looking for one in .netrc.
        self.auth = _as_signed
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter())

    def request(self, method: Any, url: Any, *args: Any, **options: Any) -> NoReturn:
        """Send a request.

        :raises Answered: always, when an answer came.
        :raises NoAnswer: none came in time, in full and within bounds.
        """
        options |= {"stream": True, "allow_redirects": False}
        try:
            with super().request(method, url, *args, **options) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                reply = Reply(response.status_code, headers, _body(response, self._host), str(url))
        except (OSError, ValueError, client.HTTPException, urllib3.exceptions.HTTPError) as error:
            raise no_answer(error, self._host) from None
        raise Answered(reply)

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return that there is nowhere to go on to: a header of the server's is not even looked at."""


def _body(response: requests.Response, host: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > MOST_BYTES:
            what = f"{host} answered with more than {MOST_BYTES // 1024 // 1024} MB"
            raise TooLarge(what, "see what on the server makes so much of it", transient=False)
    return bytes(body)


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Adapter(HTTPAdapter):
    """Opens connections whose answers have to be there in time."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> urllib3.ProxyManager:
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _TimelyResponse(client.HTTPResponse):
    """Reads all of an answer before one point in time: its interim answers, header and body."""

    def __init__(self, sock: socket.socket, *args: Any, seconds: float | None, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        if seconds is not None:
            self.fp = io.BufferedReader(_TimelyBytes(self.fp.detach(), sock, seconds))


class _TimelyBytes(io.RawIOBase):
    """A socket's bytes; its timeout, which is one for each read, shrinks from read to read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        self._raw = raw
        self._socket = sock
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Timely:
    """A connection whose timeout is that of a whole answer."""

    timeout: float | None

    @property
    def response_class(self) -> partial[_TimelyResponse]:
        return partial(_TimelyResponse, seconds=self.timeout)


class _HttpConnection(_Timely, urllib3.connection.HTTPConnection):  # type: ignore[misc]  # a class or what makes one
    pass


class _HttpsConnection(_Timely, urllib3.connection.HTTPSConnection):  # type: ignore[misc]
    pass


class _HttpPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _HttpConnection


class _HttpsPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


_POOLS = {"http": _HttpPool, "https": _HttpsPool}
