"""A server of each vendor that has one list of issues, and every way in which that list can be bad."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import count

from techmap_sync.sync.tracker import Tracker
from techmap_sync.trackers.connection import Connection, Secret
from techmap_sync.trackers.github.tracker import connect as connect_github
from techmap_sync.trackers.gitlab.tracker import connect as connect_gitlab
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.unkind import Bytes, Unkind, response

TIMEOUT = 0.3
TRIES = 4
MEGABYTE = 1024 * 1024
LABEL = "techmap"

GITHUB_ISSUE = {
    "id": 1,
    "number": 1,
    "title": "Task",
    "body": "",
    "state": "open",
    "labels": [{"name": LABEL}],
    "user": {"login": "octo", "id": 1},
    "author_association": "OWNER",
}
GITLAB_ISSUE = {
    "id": 1,
    "iid": 1,
    "title": "Task",
    "description": "",
    "state": "opened",
    "labels": [LABEL],
    "author": {"id": 1, "username": "bot"},
    "assignees": [],
    "milestone": None,
    "user_notes_count": 0,
    "web_url": "",
}
GITLAB_PROJECT = {"id": 42, "path_with_namespace": "group/project", "visibility": "private"}


@dataclass
class Vendor:
    """One of the two, with what its server says before the list of issues is asked for."""

    connect: Callable[[Connection], Tracker]
    target: str
    base: str
    issue: dict[str, object]
    first: dict[str, object] = field(default_factory=dict)

    def tracker(self, server: Unkind, clock: SimulatedClock, **changes: object) -> Tracker:
        options: dict[str, object] = {"timeout": TIMEOUT, "sleep": clock.sleep, **changes}
        url = server.url + self.base
        token = Secret("opaque-token-of-tests")
        return self.connect(Connection(self.target, clock, api_url=url, token=token, **options))  # type: ignore[arg-type]

    def known(self, asked: str) -> bytes | None:
        """Return the good answer to anything but a list or a write of issues."""
        path = asked.partition("?")[0]
        return next((response(json.dumps(row).encode()) for end, row in self.first.items() if path.endswith(end)), None)


VENDORS = {
    "github": Vendor(
        connect_github,
        "octo/maps",
        "/api/v3",
        GITHUB_ISSUE,
        {"/user": {"login": "octo", "id": 1}, "/repos/octo/maps": {"full_name": "octo/maps", "private": True}},
    ),
    "gitlab": Vendor(
        connect_gitlab,
        "group/project",
        "",
        GITLAB_ISSUE,
        {
            "/user": {"id": 1, "username": "bot"},
            "/projects/group%2Fproject": GITLAB_PROJECT,
            "/members/all": [],
            "/labels": [{"id": 1, "name": LABEL}],
        },
    ),
}


def dripping(pieces: bytes) -> Iterator[bytes | float]:
    for piece in pieces:
        yield bytes([piece])
        yield TIMEOUT / 5


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
BODY = b"[" + b" " * 1000 + b"]"


def dripping_header() -> Bytes:
    yield from dripping(HEAD + b"Content-Length: 2\r\n\r\n[]")


def dripping_body() -> Bytes:
    yield HEAD + f"Content-Length: {len(BODY)}\r\n\r\n".encode()
    yield from dripping(BODY)


def dripping_chunks() -> Bytes:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    for _ in BODY:
        yield b"1\r\n \r\n"
        yield TIMEOUT / 5


def dripping_without_length() -> Bytes:
    yield HEAD + b"Connection: close\r\n\r\n"
    yield from dripping(BODY)


def dripping_packed() -> Bytes:
    packed = gzip.compress(BODY)
    yield HEAD + f"Content-Encoding: gzip\r\nContent-Length: {len(packed) + 900}\r\n\r\n".encode()
    yield packed
    yield from dripping(b"\0" * 900)


def endless_interim_answers() -> Bytes:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n"
        yield TIMEOUT / 100


SLOW = [
    dripping_header,
    dripping_body,
    dripping_chunks,
    dripping_without_length,
    dripping_packed,
    endless_interim_answers,
]


@cache
def packed(layers: int) -> bytes:
    """Return a small body that unpacks to 200 MB of a JSON list."""
    compressor = zlib.compressobj(1, wbits=31)
    body = compressor.compress(b"[")
    for _ in range(200):
        body += compressor.compress(b" " * MEGABYTE)
    body += compressor.compress(b"]") + compressor.flush()
    for _ in range(layers - 1):
        body = gzip.compress(body)
    return body


def endless_text() -> Bytes:
    yield HEAD + b"Connection: close\r\n\r\n["
    while True:
        yield b" " * 65_536


def endless_header() -> Bytes:
    yield HEAD
    for number in count():
        yield f"X-{number}: {'x' * 60_000}\r\n".encode()


def endless_line() -> Bytes:
    yield HEAD + b"X: "
    while True:
        yield b"x" * 65_536


BOMBS: dict[str, Callable[[], Bytes]] = {
    "packed": lambda: [response(packed(1), content_encoding="gzip")],
    "packed twice": lambda: [response(packed(2), content_encoding="gzip, gzip")],
    "packed often": lambda: [response(packed(1), content_encoding=", ".join(["gzip"] * 50))],
    "many values": lambda: [response(b"[" + b"[]," * 8_000_000 + b"[]]")],
    "endless": endless_text,
    "endless header": endless_header,
    "endless line": endless_line,
}


def page(vendor: Vendor, number: int, link: str) -> bytes:
    row = {**vendor.issue, "id": number, "iid": number, "number": number}
    return response(json.dumps([row]).encode(), link=f'<{link}>; rel="next"')


def linked(
    vendor: Vendor, kind: str, seconds: float = 0.0, clock: SimulatedClock | None = None
) -> Callable[[str], Bytes]:
    """Return the answers of a server whose list of issues has no end."""
    numbers = count(1)

    def answer(asked: str) -> Bytes:
        if "/issues" not in asked:
            return [vendor.known(asked) or b""]
        number = next(numbers)
        if clock:
            clock.sleep(seconds)
        url = f"http://127.0.0.1{asked.split()[1]}"
        match kind:
            case "itself":
                return [page(vendor, 1, url)]
            case "the same rows":
                return [page(vendor, 1, f"{url}&cursor={number}")]
            case "nothing":
                return [response(b"[]", link=f'<{url}&cursor={number}>; rel="next"')]
            case "in turn":
                return [page(vendor, number, f"http://127.0.0.1/x?cursor={number % 2}")]
            case _:
                return [page(vendor, number, f"http://127.0.0.1/x?cursor={number}")]

    return answer
