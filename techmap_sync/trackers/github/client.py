"""GitHub's API as one repository's tracker uses it. PyGithub builds and signs each request."""

from __future__ import annotations

import re
from typing import Literal, NoReturn, NotRequired

from github.Requester import HTTPSRequestsConnectionClass, Requester
from typing_extensions import TypedDict

from techmap_sync.errors import TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.servers import read_address
from techmap_sync.trackers.answers import Answer, Path, Query, Request, Row, Schema
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github.errors import refusal
from techmap_sync.trackers.github.login import AppLogin, is_installation, requester_for
from techmap_sync.trackers.github.rate_limit import GitHubRateLimit
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.queries import QueryClient
from techmap_sync.trackers.session import Answered, NoAnswer, Reply, Session, on_same_server

_REDIRECTS = (301, 302, 307, 308)
_OF_THE_SERVER = ("/user",)
_DENIED = (401, 403, 404)
_RIGHTS = lazy(r"not accessible|must have|access|permission|scope|forbidden|not found", re.IGNORECASE)


class _Repository(TypedDict):
    full_name: Path
    private: bool
    visibility: NotRequired[Literal["public", "private", "internal"] | None]
    archived: NotRequired[bool | None]
    disabled: NotRequired[bool | None]
    has_issues: NotRequired[bool | None]
    permissions: NotRequired[dict[str, bool] | None]


REPOSITORY = Schema(_Repository, "a repository")


class GitHubClient(QueryClient):
    """The API of one repository. Paths are relative to the repository."""

    vendor = "GitHub"
    address_hint = "check the address of the API: on GitHub Enterprise Server it ends in /api/v3"

    def __init__(self, connection: Connection, tracker: str) -> None:
        """Send nothing yet.

        :raises UsageProblem: there is no token, or it cannot be one.
        """
        self._requester = requester_for(connection)
        self.limit = GitHubRateLimit(connection, tracker)
        super().__init__(connection, tracker, read_address(self._requester.base_url)[0].host, self.limit)
        self._sender = _Connection(self._requester, connection.ca_bundle or True, connection.timeout)
        self.repository = connection.target
        """``owner/name``, by the name that the server uses now."""
        self.is_installation = is_installation(connection)
        """The token is an App's or that of Actions, which have no user."""

    @property
    def is_enterprise(self) -> bool:
        """Whether it is GitHub Enterprise Server, whose API is below ``/api/v3``."""
        return self._requester.base_url.endswith("/api/v3")

    @property
    def queries_url(self) -> str:
        """https://docs.github.com/graphql/guides/forming-calls-with-graphql"""
        return str(self._requester.graphql_url)

    def outside(self, path: str) -> str:
        """Return the address of something that is not in the repository: ``/orgs/octo/issue-fields``."""
        return f"{self._requester.base_url}{path}"

    def repository_row(self, name: str = "") -> Row:
        """Read what the server says about a repository.

        :param name: ``owner/name``; empty for the tracker's own.
        :raises RequestRefused: the token may not see it.
        """
        return self.row(f"{self._requester.base_url}/repos/{name}" if name else "", REPOSITORY)

    def _refusal(self, request: Request, answer: Answer) -> TrackerError:
        return refusal(self.tracker, self.repository, answer)

    def _redirected(self, request: Request, answer: Answer) -> Request | None:
        """Return the same request where the repository has another name now."""
        return request if answer.status in _REDIRECTS and self._renamed(request.path) else None

    def _lacks_rights(self, error: RequestRefused) -> bool:
        row = self.repository_row()
        if row.get("archived") or row.get("disabled"):
            raise self.error(f"{self.repository} is read-only", "unarchive it, or name another repository")
        if row.get("has_issues") is False:
            raise self.error(f"issues are disabled in {self.repository}", "enable them in the repository's settings")
        return error.status in _DENIED and bool(_RIGHTS.search(error.said) or not error.said)

    def _renamed(self, path: str) -> bool:
        """Learn the repository's new name after a redirect; False when the redirect was not about its name.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        if path in ("", *_OF_THE_SERVER) or not path.startswith("/"):
            return False
        before, self.repository = self.repository, self._current_name()
        return self.repository.lower() != before.lower()

    def _current_name(self) -> str:
        request = Request("GET", "")
        answer = self._send(request)
        place = on_same_server(self._requester.base_url, answer.headers.get("location", ""))
        if answer.status in _REDIRECTS and place:
            request = Request("GET", place)
            answer = self._send(request)
        return str(self.parsed(REPOSITORY, self._accepted(request, answer).content)["full_name"])

    def _url(self, path: str) -> str:
        if path in _OF_THE_SERVER or path.startswith("http"):
            return path
        return f"/repos/{self.repository}{path}"

    def _exchange(self, request: Request) -> Reply:
        auth = self._requester.auth
        if isinstance(auth, AppLogin) and not auth.is_logged_in:
            self._log_in(auth)
        return self._exchanged(self._requester, request.verb, self._url(request.path), request.query, request.body)

    def _log_in(self, app: AppLogin) -> None:
        """Get the App's token now, so that a failure to do so is not an unclear write."""
        try:
            reply = self._exchanged(self._requester.withAuth(app.key), "POST", app.path, {}, app.wanted)
        except NoAnswer as failure:
            raise NoAnswer(failure.what, failure.hint, sent=False, transient=failure.transient) from None
        if reply.status >= 300 or not app.keep(reply):
            hint = "check the App's id, key and installation id, and that its permission Issues is read and write"
            what = f"{self.host} gives the GitHub App no token (status {reply.status})"
            raise NoAnswer(what, hint, sent=False, transient=reply.status >= 500)

    def _exchanged(self, requester: Requester, verb: str, url: str, query: Query, body: object) -> Reply:
        try:
            requester.requestJson(verb, url, dict(query), None, body, self._sender)
        except Answered as answered:
            return answered.reply
        raise AssertionError("an answer has passed through PyGithub")


class _Connection(HTTPSRequestsConnectionClass):
    """What PyGithub passes a request to.

    PyGithub itself would follow a 301 without the query, so that a list loses its filters, repeat a request for as long
    as it is answered with 202, and fail at limits that are not numbers.
    """

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
