"""A server that writes down who asks it for what, and to which server the asking program meant to speak."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from techmap_sync.trackers.connection import Connection

_MEANT = "X-Meant-For"


@dataclass
class Heard:
    """One request."""

    verb: str
    meant_for: str
    """Scheme and host, as the program wrote them."""
    path: str
    login: str
    """The header Authorization."""


@dataclass
class Listening:
    """What the server heard, and what it answers."""

    url: str = ""
    status: int = 401
    body: bytes = b""
    """What every answer holds; by default a refusal."""
    echo: str = ""
    """Said in each refusal, together with the login that came."""
    requests: list[Heard] = field(default_factory=list)

    def answer(self, login: str) -> bytes:
        token = login.partition(" ")[2]
        repeated = [token, quote(token, safe=""), base64.b64encode(f"x:{token}".encode()).decode(), "x" * 260 + token]
        said = f"{self.echo} {' '.join(repeated)}" if self.echo else "no"
        return json.dumps({"message": said, "errors": [{"message": said}], "error": said}).encode()


@contextmanager
def listening(**values: Any) -> Iterator[Listening]:
    """Run a server on this machine."""
    heard = Listening(**values)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            login = self.headers.get("Authorization", "")
            place = self.headers.get(_MEANT) or f"http://{self.headers['Host']}"
            heard.requests.append(Heard(self.command, place, self.path, login))
            body = heard.body or heard.answer(login)
            self.send_response(heard.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    heard.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield heard
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the program try again at once."""
    monkeypatch.setattr("techmap_sync.app.targets.Connection", partial(Connection, sleep=lambda _: None))


def stand_for_every_server(heard: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the one server hear all requests of the program, whatever server they are meant for."""
    send = HTTPAdapter.send

    def diverted(adapter: HTTPAdapter, request: requests.PreparedRequest, *places: Any, **named: Any) -> Any:
        meant = urlsplit(request.url or "")
        usual = {"https": ":443", "http": ":80"}[meant.scheme]
        request.headers[_MEANT] = f"{meant.scheme}://{meant.netloc.removesuffix(usual)}"
        request.url = f"{heard.url}{meant.path}{f'?{meant.query}' if meant.query else ''}"
        return send(adapter, request, *places, **named)

    monkeypatch.setattr(HTTPAdapter, "send", diverted)
