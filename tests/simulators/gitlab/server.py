"""HTTP on loopback around the simulated server, with TLS when asked for."""

from __future__ import annotations

import json
import socket
import ssl
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from techmap_sync.trackers.connection import Connection, Secret
from tests.simulators.gitlab.api import Api
from tests.simulators.gitlab.documented import check_answer
from tests.simulators.gitlab.exchange import Reply, Request
from tests.simulators.gitlab.faults import Fault, Refused
from tests.simulators.gitlab.graphql import is_query
from tests.simulators.gitlab.limits import Limits
from tests.simulators.gitlab.world import Token, World
from tests.simulators.nearby import NEARBY, Sent

_NO_CONTENT = 204
_LONGEST_SILENCE = 5.0
"""Seconds after which a silent server gives up too, so that no test hangs."""


@dataclass
class Simulator:
    """A running server: its world, what it was asked, and what goes wrong."""

    world: World
    url: str
    faults: dict[int, Fault] = field(default_factory=dict)
    """What the n-th request from now on runs into; the first is 1."""
    refuses: list[Refused] = field(default_factory=list)
    """Issues that are refused for good."""
    asked: list[str] = field(default_factory=list)
    """Verb and path of every request, ``GET /projects/42/issues``; ``QUERY /api/graphql`` for one that only reads."""
    checks_answers: bool = True
    """Whether answers are held against the documentation, which takes as long as all else that the server does."""
    undocumented: list[str] = field(default_factory=list)
    """Answers that are not as the documentation describes them."""
    waited: list[float] = field(default_factory=list)
    """Seconds that a client was told to sleep, in which the clock moved on."""
    awake: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._api = Api(self.world, self.url)
        self.limits = Limits(self.world)
        self._lock = threading.Lock()

    @classmethod
    @contextmanager
    def running(cls, *, prefix: str = "", certificate: Path | None = None, **world: Any) -> Iterator[Simulator]:
        """Run a server until the end of the block.

        :param prefix: path below the host, for a server with a relative URL.
        :param certificate: file with key and certificate; the server speaks TLS then.
        """
        server = _Server(("127.0.0.1", 0), _Handler)
        scheme = "https" if certificate else "http"
        host = "localhost" if certificate else "127.0.0.1"
        simulator = cls(World(**world), f"{scheme}://{host}:{server.server_port}{prefix}")
        server.simulator = simulator
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            with NEARBY.known(simulator.url, simulator):
                yield simulator
        finally:
            simulator.awake.set()
            server.shutdown()
            thread.join()
            server.server_close()
            server.hang_up()

    def connection(self, **changes: Any) -> Connection:
        """Return what an adapter needs to reach this server; sleeping moves the server's clock and takes no time."""
        usual: dict[str, Any] = {
            "target": self.world.path,
            "now": self.world.clock,
            "sleep": self._sleep,
            "api_url": self.url,
            "token": Secret("glpat-secret"),
            "timeout": 5.0,
        }
        return Connection(**(usual | changes))

    def fail(self, *faults: Fault) -> None:
        """Let the next requests run into these faults, one each."""
        self.faults = {len(self.asked) + count: fault for count, fault in enumerate(faults, 1)}

    @property
    def writes(self) -> list[str]:
        """The requests that may have changed something."""
        return [asked for asked in self.asked if not asked.startswith(("GET", "QUERY"))]

    @property
    def is_plain(self) -> bool:
        """Whether the next answer comes, and comes at once."""
        fault = self.faults.get(len(self.asked) + 1)
        return fault is None or not (fault.dropped or fault.silent)

    def exchange(self, verb: str, address: str, headers: dict[str, str], body: bytes) -> Sent | None:
        """Answer a request as it arrives; None to drop the connection.

        :param address: without the host.
        :param headers: by names in lower case.
        """
        answer = self.answer(verb, address, headers, body)
        if isinstance(answer, Reply):
            body = b"" if answer.status == _NO_CONTENT else json.dumps(answer.content).encode()
            return Sent(answer.status, _typed(answer.headers), body)
        if answer.silent:
            self.awake.wait(_LONGEST_SILENCE)
        if answer.dropped or answer.silent:
            return None
        return Sent(answer.status, _typed(answer.headers), answer.body.encode())

    def answer(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Reply | Fault:
        """Answer one request, or say what it runs into."""
        with self._lock:
            request = self._request(verb, path, headers, body)
            self.asked.append(f"{'QUERY' if is_query(request) else verb} {request.path}")
            fault = self.faults.get(len(self.asked))
            if fault and not fault.after_effect:
                return fault
            reply = self.limits.refusal(request) or self._api.answer(request, self.refuses)
            if self.checks_answers:
                self.undocumented += check_answer(verb, request.path, reply)
            return fault or Reply(reply.status, reply.content, {**reply.headers, **self.limits.headers()})

    def _request(self, verb: str, path: str, headers: dict[str, str], body: bytes) -> Request:
        split = urlsplit(path)
        resource = split.path.removeprefix(urlsplit(self.url).path).removeprefix("/api/v4")
        base = self.world.external_url or self.url
        query = parse_qs(split.query, keep_blank_values=True)
        data = json.loads(body) if body.strip() else {}
        if verb != "GET":  # The fields of a write may stand in its address as well.
            data, query = {name: values[-1] for name, values in query.items()} | data, {}
        return Request(verb, resource, query, data, self._token(headers), f"{base}/api/v4{resource}")

    def _token(self, headers: dict[str, str]) -> Token | None:
        bearer = headers.get("authorization", "").removeprefix("Bearer ")
        return self.world.tokens.get(headers.get("private-token", bearer))

    def _sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.world.clock.time += timedelta(seconds=seconds)


def _typed(headers: Mapping[str, str]) -> dict[str, str]:
    return {"Content-Type": "application/json", **headers}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    simulator: Simulator

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._clients: list[socket.socket] = []

    def get_request(self) -> tuple[socket.socket, Any]:
        client, address = super().get_request()
        self._clients.append(client)
        return client, address

    def hang_up(self) -> None:
        """End the connections that clients keep open for their next request."""
        for client in self._clients:
            with suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def server_bind(self) -> None:
        """Take the port without asking the network for a name, which can take long."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Keep quiet about clients that hang up, as the tests make them do, and remember what else went wrong."""
        error = sys.exception()
        if not isinstance(error, ConnectionError):
            self.simulator.undocumented.append(f"failed: {error!r}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        simulator = self.server.simulator
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        sent = simulator.exchange(self.command, self.path, headers, body)
        if sent is None:
            self.close_connection = True
            return
        self.send_response(sent.status)
        for name, value in sent.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(sent.body)))
        self.end_headers()
        self.wfile.write(sent.body)

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
