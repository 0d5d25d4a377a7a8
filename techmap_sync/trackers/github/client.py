"""GitHub's API as one repository's tracker uses it. PyGithub builds and signs each request.

The login is a token or an App; PyGithub's own retries, waits and guesses are off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, NoReturn, NotRequired

import jwt
from github import Auth, Github
from github.Requester import HTTPSRequestsConnectionClass, Requester
from typing_extensions import TypedDict

from techmap_sync.errors import TrackerError, UsageProblem
from techmap_sync.patterns import lazy
from techmap_sync.servers import BadAddress, read_address
from techmap_sync.trackers.answers import Answer, Path, Query, Request, Row, Schema
from techmap_sync.trackers.connection import Connection, Secret, require_token
from techmap_sync.trackers.github.errors import refusal
from techmap_sync.trackers.github.rate_limit import GitHubRateLimit
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.queries import QueryClient
from techmap_sync.trackers.session import Answered, NoAnswer, Reply, Session, on_same_server

PUBLIC_API = "https://api.github.com"
_APP_CREDENTIALS = ("app_id", "private_key", "installation_id")
_EARLY = timedelta(minutes=1)
"""A token is replaced this long before it expires."""


def requester_for(connection: Connection) -> Requester:
    """Return PyGithub's requester for the server and account of a connection; nothing is sent yet.

    :raises UsageProblem: the token is missing or invalid.
    """
    try:
        server, path = read_address(connection.api_url or PUBLIC_API)
    except BadAddress as error:
        what, hint = "the address of GitHub's API cannot be read", "write https://HOST/api/v3, without a password"
        raise UsageProblem(what, hint) from error
    return Github(
        auth=_auth(connection),
        base_url=f"{server}{path}",
        timeout=math.ceil(connection.timeout),
        user_agent="techmap-sync",
        verify=connection.ca_bundle or True,
        # PyGithub would repeat a POST after a timeout, and wait by the system's clock.
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    ).requester


def is_installation(connection: Connection) -> bool:
    """Return whether the token belongs to an App, as the one of GitHub Actions does: such a token has no user.

    https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    names the prefix ``ghs_``.
    """
    return bool(connection.credentials) or connection.token.value.startswith("ghs_")


def _auth(connection: Connection) -> Auth.Auth:
    if connection.credentials:
        return _app_login(connection)
    return Auth.Token(require_token(connection, "GitHub", "set GITHUB_TOKEN, or log in with: gh auth login"))


def _app_login(connection: Connection) -> AppLogin:
    missing = [name for name in _APP_CREDENTIALS if not connection.credentials.get(name)]
    if missing:
        raise UsageProblem(f"the login as a GitHub App lacks {', '.join(missing)}", "give all three, or a token")
    app_id, private_key, installation = (connection.credentials[name].value.strip() for name in _APP_CREDENTIALS)
    if not (installation.isascii() and installation.isdecimal()):
        raise UsageProblem(
            "the installation id of the GitHub App is not a number", "it ends the address of its settings"
        )
    return AppLogin(app_id, private_key, installation, connection.now)


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
        """Whether there is a token that has not expired."""
        return self._until is not None and self._now() + _EARLY < self._until

    def keep(self, reply: Reply) -> bool:
        """Take the token from the answer; False where it has none.

        https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
        """
        try:
            content = reply.json()
        except ValueError:
            return False
        match content:
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
    """The App itself, which may only ask for tokens."""

    @property
    def token(self) -> str:
        """A token, signed now.

        :raises NoAnswer: the key cannot be read.
        """
        try:
            return self.create_jwt()
        except (ValueError, TypeError, jwt.PyJWTError):
            hint = "give the whole PEM file that GitHub made for the App"
            raise NoAnswer("the GitHub App's key cannot be read", hint, sent=False, transient=False) from None


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
