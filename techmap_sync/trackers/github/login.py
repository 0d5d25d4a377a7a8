"""Logs in to GitHub, with a token or as an App, without PyGithub's own retries, waits and guesses."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import datetime, timedelta

import jwt
from github import Auth, Github
from github.Requester import Requester

from techmap_sync.errors import UsageProblem
from techmap_sync.servers import BadAddress, read_address
from techmap_sync.trackers.connection import Connection, Secret, require_token
from techmap_sync.trackers.session import NoAnswer, Reply

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
