"""The server: HTTP on loopback, with everything that stands before the endpoints."""

from __future__ import annotations

import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from techmap_sync.trackers.connection import Connection, Secret
from tests.simulators.github import graphql
from tests.simulators.github.apps import issue_token
from tests.simulators.github.clock import SimulatedClock
from tests.simulators.github.faults import At, Fault, Kind, Refused
from tests.simulators.github.limits import SLOW_DOWN, Limits
from tests.simulators.github.messages import Request, Response, refused
from tests.simulators.github.routes import dispatch
from tests.simulators.github.state import Account, Issue, Repository
from tests.simulators.github.world import World
from tests.simulators.nearby import NEARBY, Sent

TOKEN = "ghp_simulated"
"""The token of the account that owns the repository."""


@dataclass
class GitHub:
    """One server. What a test may set stands first, what it reads second."""

    clock: SimulatedClock = field(default_factory=SimulatedClock)
    repository: Repository = field(default_factory=lambda: Repository("octo/maps"))
    accounts: dict[str, Account] = field(default_factory=lambda: {TOKEN: Account("octo")})
    """By token."""
    limits: Limits | None = None
    enterprise: str = ""
    """Version of GitHub Enterprise Server; empty for github.com."""
    missing: frozenset[str] = frozenset()
    """Parts of paths that the server does not know: ``sub_issues``, ``dependencies``, ``graphql``."""
    faults: dict[int, Fault] = field(default_factory=dict)
    """What the n-th request runs into; the first request is 1."""
    refuses: list[Refused] = field(default_factory=list)
    """Issues that are refused for good."""
    dies_at: int = 0
    """Number of the request from which on no answer comes, as a client sees nothing after it was killed."""
    dies_after_its_effect: bool = False
    latency: float = 0.0
    """Seconds that each answer takes to arrive, on the clock of this computer."""
    app_key: str = ""
    """Public key of the App whose installation may ask for tokens, PEM."""

    requests: list[Request] = field(default_factory=list)
    answers: list[Response] = field(default_factory=list)
    """What was answered, also where the answer got lost."""
    base_url: str = ""

    def __post_init__(self) -> None:
        self.world = World(self.repository, self.clock)
        self.released = threading.Event()
        self._one_at_a_time = threading.Lock()

    @property
    def writes(self) -> list[Request]:
        """The requests that may have changed something."""
        return [request for request in self.requests if request.writes]

    @property
    def lists(self) -> list[Request]:
        """The requests for pages of issues."""
        path = f"/repos/{self.repository.full_name}/issues"
        return [request for request in self.requests if request.verb == "GET" and request.path == path]

    def connection(self, **changed: Any) -> Connection:
        """Return what an adapter needs to be connected with this server."""
        usual = Connection(
            target=self.repository.full_name,
            now=self.clock,
            timeout=30.0,
            sleep=self.clock.sleep,
            api_url=self.base_url,
            token=Secret(TOKEN),
            seconds_between_writes=1.0,
        )
        return replace(usual, **changed)

    def restore(self, repository: Repository) -> None:
        """Take the repository back to what it was, and begin to count anew."""
        self.repository = self.world.repository = repository
        self.faults, self.dies_at = {}, 0
        self.forget()

    def forget(self) -> None:
        """Begin to count requests anew."""
        self.requests.clear()
        self.answers.clear()

    def add_issue(self, title: str, *labels: str, author: Account | None = None, body: str = "") -> Issue:
        """Let somebody create an issue in the browser."""
        now = self.clock()
        issue = Issue(
            self.repository.next_id(),
            self.world.next_number(),
            title,
            body,
            author or Account("sara", "MEMBER"),
            now,
            now,
        )
        issue.labels = [self.repository.label(label).name for label in labels]
        self.repository.issues[issue.number] = issue
        return issue

    @property
    def is_plain(self) -> bool:
        """Whether the next answer comes, and comes at once."""
        fault = self._fault(len(self.requests) + 1)
        return not self.latency and (fault is None or fault.kind not in (Kind.DROPPED, Kind.TIMED_OUT))

    def exchange(self, verb: str, address: str, headers: dict[str, str], body: bytes) -> Sent | None:
        """Answer a request as it arrives; None to drop the connection.

        :param address: without the host.
        :param headers: by names in lower case.
        """
        parts = urlsplit(address)
        path = parts.path.removeprefix("/api/v3").removeprefix("/api") if self.enterprise else parts.path
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        answer = self.respond(Request(verb, path, query, headers, body.decode()))
        if answer is None:
            return None
        is_text = isinstance(answer.body, str)
        text = answer.body if is_text else json.dumps(answer.body) if answer.body is not None else ""
        return Sent(answer.status, {"content-type": "application/json; charset=utf-8", **answer.headers}, text.encode())

    def respond(self, request: Request) -> Response | None:
        """Answer a request; None to drop the connection."""
        with self._one_at_a_time:
            self.requests.append(request)
            fault = self._fault(len(self.requests))
            if fault and not fault.after:
                answer: Response | None = self._failing(fault)
            else:
                answer = self._answer(request)
                self.answers.append(answer)
                answer = self._failing(fault) if fault else answer
        if self.latency:
            time.sleep(self.latency)
        if fault and fault.kind is Kind.TIMED_OUT:
            self.released.wait(10)
        return self._dressed(request, answer) if answer else None

    def _fault(self, count: int) -> Fault | None:
        """Return what the n-th request runs into."""
        if self.dies_at and count >= self.dies_at:
            return Fault(Kind.DROPPED, after=count == self.dies_at and self.dies_after_its_effect)
        return self.faults.get(count)

    def _answer(self, request: Request) -> Response:
        counts = request.path != "/graphql" or request.writes
        too_many = self.limits.check(request) if self.limits and counts else None
        if too_many:
            return too_many
        if request.path.startswith("/app/installations/"):
            return issue_token(self, request)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        account = self.accounts.get(token)
        if account is None or scheme.lower() not in ("token", "bearer"):
            return refused(401, "Bad credentials")
        self.world.reader, self.world.missing = account, self.missing
        match request.verb, request.path:
            case "GET", "/user" if account.is_installation:
                return refused(403, "Resource not accessible by integration")
            case "GET", "/user":
                answer = Response(200, self.world.rows.account(account.login))
            case "POST", "/graphql" if "graphql" in self.missing:
                answer = refused(404, "Not Found")
            case "POST", "/graphql":
                answer = graphql.answer(self.world, request, account, self.missing, self._holds_back)
            case _ if refusal := self._refused(request):
                answer = refusal
            case _:
                answer = dispatch(self.world, request, account, self.missing)
        return answer.plus(x_oauth_scopes=account.scopes) if account.scopes is not None else answer

    def _refused(self, request: Request) -> Response | None:
        titles = {issue.number: (issue.id, issue.title) for issue in self.repository.issues.values()}
        return next((answer for each in self.refuses if (answer := each.answer(request, titles))), None)

    def _holds_back(self, issue: Issue) -> bool:
        """Whether no dependency of an issue is taken."""
        return any(At.BLOCKED_BY in each.at and each.title == issue.title for each in self.refuses)

    def _failing(self, fault: Fault) -> Response | None:
        advice = {} if fault.retry_after is None else {"retry_after": str(fault.retry_after)}
        match fault.kind:
            case Kind.BAD_GATEWAY:
                return refused(502, "Server Error")
            case Kind.SLOW_DOWN:
                return refused(403, SLOW_DOWN).plus(**advice)
            case Kind.TOO_MANY:
                return refused(429, "Too Many Requests").plus(**advice)
            case Kind.QUERY_TOO_MUCH:
                error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for user ID 1."}
                return Response(200, {"data": None, "errors": [error]}).plus(**advice)
            case Kind.QUERY_SLOW_DOWN:
                return Response(200, {"data": None, "errors": [{"message": SLOW_DOWN}]}).plus(**advice)
            case Kind.EMPTY_LIST:
                return Response(200, [])
            case Kind.NO_JSON:
                return Response(200, "<html>").plus(content_type="text/html")
            case Kind.ACCEPTED:
                return Response(202, {})
            case Kind.DROPPED | Kind.TIMED_OUT:
                return None

    def _dressed(self, request: Request, answer: Response) -> Response:
        """Add the headers that every answer has; a conditional request is answered with status 304."""
        answer = Response(answer.status, answer.body, answer.headers | (self.limits.headers() if self.limits else {}))
        if self.enterprise:
            answer = answer.plus(x_github_enterprise_version=self.enterprise)
        if request.verb == "GET" and answer.status == 200:
            tag = f'W/"{hashlib.sha256(json.dumps(answer.body).encode()).hexdigest()}"'
            if request.headers.get("if-none-match") == tag:
                return Response(304, None, answer.headers).plus(etag=tag)
            answer = answer.plus(etag=tag)
        return answer


@contextmanager
def running(github: GitHub, certificate: Path | None = None) -> Iterator[GitHub]:
    """Let a server listen on a free port of this computer, behind TLS when it gets a certificate with its key."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(github))
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = True
    prefix = "/api/v3" if github.enterprise else ""
    github.base_url = github.world.base_url = (
        f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}{prefix}"
    )
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        with NEARBY.known(github.base_url, github):
            yield github
    finally:
        github.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(github: GitHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it each answer waits for the client's delayed acknowledgement.
        disable_nagle_algorithm = True

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except (ConnectionError, ssl.SSLError):
                self.close_connection = True

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            sent = github.exchange(self.command, self.path, headers, body)
            if sent is None:
                self.close_connection = True
                return
            self.send_response_only(sent.status)
            for name, value in {**sent.headers, "content-length": str(len(sent.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(sent.body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
