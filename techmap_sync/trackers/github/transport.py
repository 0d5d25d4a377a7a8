"""One request, one answer. PyGithub puts the request together and signs it; the answer does not pass through it.

It would follow a 301 without the query, so that a list loses its filters, ask again on a 202 as long as one comes, and
break on limits that are not numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NoReturn

import jwt
from github import Auth
from github.Requester import HTTPSRequestsConnectionClass, Requester

from techmap_sync.servers import read_address
from techmap_sync.trackers.answers import Row, Unexpected
from techmap_sync.trackers.connection import Secret
from techmap_sync.trackers.http import Answered, NoAnswer, Reply, Session, number, one_line

_EARLY = timedelta(minutes=1)
"""A token is replaced so long before its end."""


class AppLogin(Auth.Auth):
    """An App's installation, narrowed to issues."""

    token_type = "Bearer"  # noqa: S105  # a word of the header

    def __init__(self, app_id: str, private_key: str, installation: str, now: Callable[[], datetime]) -> None:
        self.key = _Key(app_id, private_key)
        self.wanted = {"permissions": {"issues": "write"}}
        """The body of the request for a token."""
        self.path = f"/app/installations/{installation}/access_tokens"
        self._now = now
        self._token = Secret("")
        self._until: datetime | None = None

    @property
    def token(self) -> str:
        """The token; empty before the login."""
        return self._token.value

    @property
    def is_logged_in(self) -> bool:
        """Whether there is a token that lasts."""
        return self._until is not None and self._now() + _EARLY < self._until

    def keep(self, row: object) -> bool:
        """Take the token out of the answer; False where there is none.

        https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
        """
        match row:
            case {"token": str(token), "expires_at": str(until)} if token.isascii() and token.isprintable():
                self._token = Secret(token)
            case _:
                return False
        try:
            self._until = datetime.fromisoformat(until)
            return self.is_logged_in
        except (ValueError, TypeError):
            return False


class _Key(Auth.AppAuth):
    """The App itself, which may ask for tokens and nothing else."""

    @property
    def token(self) -> str:
        """A token that is signed now.

        :raises NoAnswer: the key cannot be read.
        """
        try:
            return self.create_jwt()
        except (ValueError, TypeError, jwt.PyJWTError):
            hint = "give the whole PEM file that GitHub made for the App"
            raise NoAnswer("the GitHub App's key cannot be read", hint, sent=False, transient=False) from None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    data: Any
    """The JSON; None when there was none."""
    next_query: Mapping[str, str] = field(default_factory=dict)
    """The query that brings the next page of a list, empty at its end."""
    last_page: int | None = None
    """The number of the last page of a list; None where the server does not number them."""
    size: int = 0
    """Bytes of the body."""

    @property
    def row(self) -> Row:
        """The object of the answer, empty when it is none."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def listed(self) -> list[object]:
        """What the answer's list holds.

        :raises Unexpected: it is no list.
        """
        if not isinstance(self.data, list):
            raise Unexpected("something that is no list")
        return self.data

    @property
    def message(self) -> str:
        """The server's own sentence in an error, on one line."""
        return one_line(str(self.row.get("message") or ""))


class Transport:
    """Sends single requests to one server. It neither repeats nor follows anything."""

    def __init__(self, requester: Requester, verify: bool | str, timeout: float) -> None:
        self._requester = requester
        self._connection = _Connection(requester, verify, timeout)
        self.host = read_address(requester.base_url)[0].host
        self.base_url = requester.base_url
        self.graphql_url = requester.graphql_url

    def send(self, verb: str, url: str, parameters: Mapping[str, str | int], body: object = None) -> Answer:
        """Send a request once.

        :param url: a path below the base URL, or a whole URL of this server.
        :raises NoAnswer: none came, or one that is not GitHub's.
        """
        auth = self._requester.auth
        if isinstance(auth, AppLogin) and not auth.is_logged_in:
            self._log_in(auth)
        return self._sent(self._requester, verb, url, parameters, body)

    def _log_in(self, app: AppLogin) -> None:
        """Let an App fetch its token now, so that a failure to do so is no unclear write."""
        try:
            answer = self._sent(self._requester.withAuth(app.key), "POST", app.path, {}, app.wanted)
        except NoAnswer as failure:
            raise NoAnswer(failure.what, failure.hint, sent=False, transient=failure.transient) from None
        if answer.status >= 300 or not app.keep(answer.data):
            hint = "check the App's id, key and installation id, and that its permission Issues is read and write"
            what = f"{self.host} gives the GitHub App no token (status {answer.status})"
            raise NoAnswer(what, hint, sent=False, transient=answer.status >= 500)

    def _sent(
        self, requester: Requester, verb: str, url: str, parameters: Mapping[str, str | int], body: object
    ) -> Answer:
        try:
            requester.requestJson(verb, url, dict(parameters), None, body, self._connection)
        except Answered as answered:
            reply = answered.reply
            last = number(reply.link_query("last").get("page", ""))
            content = self._parsed(reply)
            return Answer(reply.status, reply.headers, content, reply.link_query("next"), last, len(reply.body))
        raise AssertionError("an answer has passed through PyGithub")

    def _parsed(self, reply: Reply) -> Any:
        try:
            return reply.json()
        except ValueError:
            if reply.status >= 300:
                return None
            hint = "check the address of the API: on GitHub Enterprise Server it ends in /api/v3"
            raise NoAnswer(f"{self.host} answered with something that is not JSON", hint) from None


class _Connection(HTTPSRequestsConnectionClass):
    """What PyGithub hands a request to."""

    def __init__(self, requester: Requester, verify: bool | str, timeout: float) -> None:
        server, _ = read_address(requester.base_url)
        super().__init__(
            server.host,
            server.port,
            timeout=timeout,  # type: ignore[arg-type]  # requests takes fractions of seconds too
            verify=verify,
        )
        self.protocol = server.scheme
        self.session = Session(server.host)

    def getresponse(self) -> NoReturn:
        """Send the request.

        :raises Answered: always, when an answer came.
        :raises NoAnswer: none came.
        """
        url = f"{self.protocol}://{self.host}:{self.port}{self.url}"
        self.session.request(
            self.verb, url, headers=self.headers, data=self.input, timeout=self.timeout, verify=self.verify
        )
        raise AssertionError("an answer has passed through requests")
