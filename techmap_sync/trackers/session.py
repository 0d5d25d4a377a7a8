"""Sends one request and reads one answer, within limits of time and size, for both vendors' libraries.

PyGithub and python-gitlab build and sign a request; they never see the answer. Neither limits what a server sends
back, and ``requests`` limits only the time between single bytes. Here the whole answer, header and body, must arrive
within the timeout and may take only so much memory once it is unpacked.
"""

from __future__ import annotations

import io
import re
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from http import client
from typing import Any, NoReturn
from urllib.parse import parse_qsl, urljoin, urlsplit

import requests
import urllib3
from pydantic_core import from_json
from requests.adapters import HTTPAdapter
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from techmap_sync.patterns import lazy
from techmap_sync.secrecy import harmless

_AGAIN = "try again, or give a longer timeout"
_NETWORK = "check the address and the network"
_CERTIFICATES = "ca_bundle in the settings, or the variable REQUESTS_CA_BUNDLE"


class NoAnswer(Exception):
    """No usable answer arrived."""

    def __init__(self, what: str, hint: str, *, sent: bool = True, transient: bool = True) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint
        self.sent = sent
        """The request may have reached the server."""
        self.transient = transient
        """A retry may succeed."""


class TooLarge(NoAnswer):
    """The answer is larger than any expected one, packed or unpacked."""


def no_answer(error: Exception, host: str) -> NoAnswer:
    """Return what happened to a request, and whether the server may have received it.

    The error's own text is never shown: it may hold the address of a proxy with a password in it.
    """
    match error:
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            hint = f"name a file with its authority's certificates: {_CERTIFICATES}"
            failure = NoAnswer(f"the certificate of {host} is not trusted", hint, sent=False, transient=False)
        case requests.exceptions.SSLError():
            failure = NoAnswer(f"no secure connection to {host}", "check the address and any proxy")
        case requests.exceptions.ProxyError() | requests.exceptions.InvalidProxyURL():
            hint = "check the address in HTTPS_PROXY, and that NO_PROXY names the servers that need none"
            failure = NoAnswer(f"the proxy did not connect to {host}", hint, sent=False, transient=False)
        case requests.exceptions.ConnectTimeout():
            failure = NoAnswer(f"{host} cannot be reached in time", _NETWORK, sent=False)
        case requests.exceptions.Timeout():
            failure = NoAnswer(f"{host} did not answer in time", _AGAIN)
        case requests.exceptions.ConnectionError() if _is_cause(error, ReadTimeoutError):
            failure = NoAnswer(f"{host} did not answer in full in time", _AGAIN)
        case requests.exceptions.ConnectionError() if _is_unconnected(error):
            failure = NoAnswer(f"{host} cannot be reached", _NETWORK, sent=False)
        case requests.exceptions.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            failure = NoAnswer(f"{host} dropped the connection", _AGAIN)
        case requests.exceptions.ContentDecodingError():
            failure = NoAnswer(f"{host} answered with something that cannot be unpacked", _AGAIN)
        case OSError() if not isinstance(error, requests.RequestException) and error.errno is None:
            # This is how requests reports a missing certificate file.
            what = "the file with certificates cannot be read"
            failure = NoAnswer(what, f"check its path: {_CERTIFICATES}", sent=False, transient=False)
        case _:
            failure = NoAnswer(f"the request to {host} failed: {type(error).__name__}", _NETWORK)
    return failure


def _is_unconnected(error: OSError) -> bool:
    reason = error.args[0].reason if error.args and isinstance(error.args[0], MaxRetryError) else None
    return isinstance(reason, NewConnectionError)


def _is_cause(error: OSError, kind: type[Exception]) -> bool:
    return bool(error.args) and isinstance(error.args[0], kind)


MOST_BYTES = 32 * 1024 * 1024
"""A hundred issues with the longest texts that GitHub takes are 26 MB: 65,536 characters of four bytes."""
MOST_VALUES = 500_000
"""A hundred issues have about 30,000."""
_CHUNK = 65_536
_STRING = lazy(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_STRETCH = lazy(rb'(?:[^"]*+"(?:[^"\\]|\\.)*+"){1,10000}+', re.DOTALL)
"""Several strings with the text between them: removing strings piece by piece keeps memory use low."""


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
        """Return the query of a relation in the header ``Link``; empty where it is missing.

        Only the query is used (https://www.rfc-editor.org/rfc/rfc8288#section-3): behind a proxy, servers often give a
        wrong host or path, and no link may lead to another server.
        """
        links = requests.utils.parse_header_links(self.headers.get("link", ""))
        url = next((link.get("url", "") for link in links if relation in link.get("rel", "").split()), "")
        return dict(parse_qsl(url.partition("#")[0].partition("?")[2]))

    def json(self) -> Any:
        """Return the parsed body; None where it is empty.

        Stricter than Python's own parser: no NaN, no lone surrogates, no deep nesting, and not millions of values,
        which take twenty times the memory of their text.

        :raises ValueError: it is not JSON.
        """
        if _values_in(self.body) > MOST_VALUES and _has_too_many_values(self.body):
            raise ValueError("too many values")
        return from_json(self.body, allow_inf_nan=False) if self.body else None


def on_same_server(here: str, place: str) -> str:
    """Return the absolute address of a location from a header; empty where it is on another server, or invalid.

    :param here: an address of the server; the token for it may go nowhere else.
    """
    try:
        there = urljoin(here, place)
        home, target = urlsplit(here), urlsplit(there)
        same = (home.scheme, home.hostname, home.port) == (target.scheme, target.hostname, target.port)
    except ValueError:
        return ""
    return there if place and same else ""


def _has_too_many_values(text: bytes) -> bool:
    """Return whether a JSON text has more values than allowed, reading no further than needed."""
    values = end = 0
    while found := _STRETCH.match(text, end):  # a search would retry an unclosed string at each character
        values += _values_in(_STRING.sub(b"", found[0]))
        end = found.end()
        if values > MOST_VALUES:
            return True
    return values + _values_in(text[end:]) > MOST_VALUES


def _values_in(text: bytes) -> int:
    """Return an upper bound for the number of values in a JSON text without strings."""
    return sum(map(text.count, (b",", b"[", b"{")))


class Answered(Exception):
    """Carries an answer past the library that sent the request."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


class Session(requests.Session):
    """Sends each request once, and follows no redirect."""

    def __init__(self, host: str) -> None:
        """Send to one server.

        :param host: its name in messages.
        """
        super().__init__()
        self._host = host
        self._surroundings: dict[tuple[str, object], dict[str, Any]] = {}
        # With any login set, requests does not look for one in .netrc.
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

    def merge_environment_settings(self, url: Any, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        """Return the proxies and certificates that variables name; looked up once, as they apply to all requests."""
        if proxies or cert:
            return dict(super().merge_environment_settings(url, proxies, stream, verify, cert))
        parts = urlsplit(url)
        place = f"{parts.scheme}://{parts.netloc}", verify
        if place not in self._surroundings:
            self._surroundings[place] = dict(super().merge_environment_settings(url, {}, stream, verify, cert))
        return {**self._surroundings[place], "stream": stream}

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never redirect; the server's header is not even read."""


def _body(response: requests.Response, host: str) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(_CHUNK):
        body += chunk
        if len(body) > MOST_BYTES:
            what = f"{host} answered with more than {MOST_BYTES // 1024 // 1024} MB"
            raise TooLarge(what, "check why the server sends that much", transient=False)
    return bytes(body)


def _as_signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Adapter(HTTPAdapter):
    """Opens connections whose whole answer must arrive in time."""

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """Make pools whose connections have a deadline for each answer."""
        super().init_poolmanager(*args, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, *args: Any, **options: Any) -> urllib3.ProxyManager:
        """Return the pools for a proxy, with the same deadline."""
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **options)
        manager.pool_classes_by_scheme = _POOLS
        return manager


class _TimelyResponse(client.HTTPResponse):
    """Reads a whole answer before one deadline: its interim answers, header and body."""

    def __init__(self, sock: socket.socket, *args: Any, seconds: float | None, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        if seconds is not None:
            self.fp = io.BufferedReader(_TimelyBytes(self.fp.detach(), sock, seconds))


class _TimelyBytes(io.RawIOBase):
    """A socket's bytes; its timeout, which applies to each read, shrinks from read to read."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, seconds: float) -> None:
        self._raw = raw
        self._socket = sock
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        """Return True: it is read from."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what arrives before the deadline.

        :raises TimeoutError: the deadline has passed.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        self._socket.settimeout(left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        """Close the stream below, then this one."""
        self._raw.close()
        super().close()


class _Timely:
    """A connection whose timeout applies to a whole answer."""

    timeout: float | None

    @property
    def response_class(self) -> partial[_TimelyResponse]:
        """The response that reads an answer within this connection's timeout."""
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


DAY = 86_400.0
"""No limit of either vendor lasts longer; a longer time is cut to a day, or is in another unit."""
_NUMBER = lazy(r"[0-9]+(\.[0-9]+)?")
_MOST_DIGITS = 12


def seconds_to_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what ``Retry-After`` says, in seconds or as a date; None where it cannot be understood.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3: a whole number of seconds, or a date.

    :param headers: by names in lower case.
    """
    advice = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(advice):
        return _within_a_day(advice)
    try:
        return min(max((parsedate_to_datetime(advice) - now).total_seconds(), 0.0), DAY)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def reset_time(text: str, now: datetime) -> datetime | None:
    """Return when a limit is reset, given in seconds since 1970.

    :return: None for anything else, such as a time more than a day ahead: that would be milliseconds.
    """
    text = text.strip()
    if not _NUMBER.fullmatch(text) or len(text.partition(".")[0]) > _MOST_DIGITS:
        return None
    seconds = float(text)
    if seconds > now.timestamp() + DAY:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _within_a_day(digits: str) -> float:
    return DAY if len(digits.partition(".")[0].lstrip("0")) > _MOST_DIGITS else min(float(digits), DAY)


_LONGEST = 300


def one_line(text: str) -> str:
    """Return a server's words on one line, without secrets, not too long."""
    line = " ".join(harmless(text).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
