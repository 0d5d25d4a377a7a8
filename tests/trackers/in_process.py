"""The simulated servers without a network: a request is answered where it would be sent, and can run into a fault.

Over loopback a push takes twenty times as long.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NoReturn
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import requests

from techmap_sync.trackers.session import Answered, NoAnswer, Reply, Session
from tests.fakes.memory import When
from tests.faults import Sent, ServerFault
from tests.simulators import github, gitlab
from tests.simulators.github.messages import Request as GitHubRequest
from tests.simulators.gitlab import faults as gitlab_faults
from tests.simulators.gitlab.world import World
from tests.trackers.servers import OnGitHub, OnGitLab, Server


def on_github() -> OnGitHub:
    """Return GitHub with an empty repository."""
    server = github.GitHub()
    server.base_url = server.world.base_url = "https://github.test"
    return OnGitHub(server)


def on_gitlab() -> OnGitLab:
    """Return GitLab with an empty project."""
    server = gitlab.Simulator(World(), "https://gitlab.test")
    server.checks_answers = False
    return OnGitLab(server)


VENDORS: dict[str, Callable[[], OnGitHub | OnGitLab]] = {"github": on_github, "gitlab": on_gitlab}


@dataclass
class Line:
    """What is between the program and a server."""

    server: Server
    strikes: Callable[[str, Sent], ServerFault | None] = lambda _asked, _sent: None
    """The fault that a request runs into, by its name and what it asks for."""
    when: When = When.BEFORE
    wait: Callable[[float], object] = lambda _: None
    before_last_write: bytes = b""
    asked: list[tuple[str, Sent]] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[None]:
        """Answer the requests of the block."""
        line = self

        def request(session: Session, method: str, url: str, **options: Any) -> NoReturn:
            known = {name: options.get(name) for name in ("params", "data", "json", "headers", "auth")}
            raise Answered(line._exchange(session, requests.Request(method.upper(), url, **known)))

        with patch.object(Session, "request", request):
            yield

    def _exchange(self, session: Session, request: requests.Request) -> Reply:
        request.headers = {**session.headers, **(request.headers or {})}
        sent = request.prepare()
        before = self.server.saved()
        writes = len(self.server.writes)
        good = _answered(self.server, sent)
        if len(self.server.writes) > writes:
            asks = Sent.WRITE
        else:
            asks = Sent.LIST if good.body.startswith(b"[") else Sent.READ
        name = f"{sent.method} {urlsplit(str(sent.url)).path}"
        self.asked.append((name, asks))
        fault = self.strikes(name, asks)
        if fault is None:
            self._remember(before, asks)
            return good
        self.wait(fault.seconds)
        if fault.is_stale and self.before_last_write:
            now = self.server.saved()
            self.server.restore(self.before_last_write)
            good = _answered(self.server, sent)
            self.server.restore(now)
        elif self.when is When.BEFORE:
            self.server.restore(before)
        else:
            self._remember(before, asks)
        return fault.answer(good)

    def _remember(self, before: bytes, asks: Sent) -> None:
        if asks is Sent.WRITE:
            self.before_last_write = before


def _answered(server: Server, sent: requests.PreparedRequest) -> Reply:
    headers = {name.lower(): str(value) for name, value in sent.headers.items()}
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body or b""
    assert isinstance(body, bytes)
    parts = urlsplit(str(sent.url))
    if isinstance(server, OnGitHub):
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        answer = server.server.respond(GitHubRequest(str(sent.method), parts.path, query, headers, body.decode()))
        assert answer is not None
        return _reply(answer.status, answer.body, answer.headers, str(sent.url))
    assert isinstance(server, OnGitLab)
    reply = server.server.answer(str(sent.method), f"{parts.path}?{parts.query}", headers, body)
    if isinstance(reply, gitlab_faults.Fault):
        raise NoAnswer("the server has a fault of its own", "")
    return _reply(reply.status, reply.content, dict(reply.headers), str(sent.url))


def _reply(status: int, content: object, headers: dict[str, str], url: str) -> Reply:
    body = b"" if content is None else content.encode() if isinstance(content, str) else json.dumps(content).encode()
    return Reply(status, {name.lower(): value for name, value in headers.items()}, body, url)
