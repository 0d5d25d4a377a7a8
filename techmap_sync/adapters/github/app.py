"""The login of a GitHub App: its key signs a request for a token that lasts an hour.

https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import jwt
from github import Auth

from techmap_sync.adapters.connection import Secret
from techmap_sync.adapters.failures import NoAnswer

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
