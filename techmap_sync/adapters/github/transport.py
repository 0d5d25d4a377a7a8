"""One request, one answer: PyGithub's transport without what it does behind one's back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from github import GithubException
from github.Requester import (
    HTTPRequestsConnectionClass,
    HTTPSRequestsConnectionClass,
    Requester,
    RequestsResponse,
)

from techmap_sync.adapters.github.failures import NoAnswer, no_answer

Row = Mapping[str, Any]
"""An object of an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    data: Any
    """The JSON; None when there was none."""

    @property
    def row(self) -> Row:
        """The object of the answer, empty when it is none."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def rows(self) -> list[Row]:
        """The objects of the answer's list."""
        return [row for row in self.data if isinstance(row, dict)] if isinstance(self.data, list) else []

    @property
    def message(self) -> str:
        """The server's own sentence in an error."""
        return str(self.row.get("message", ""))


class Transport:
    """Sends single requests to one server. It neither repeats nor follows anything."""

    def __init__(self, requester: Requester, verify: bool | str, timeout: float) -> None:
        self._requester = requester
        kind = _Https if requester.scheme == "https" else _Http
        _, _, port = requester.hostname_and_port.partition(":")
        self._connection = kind(
            requester.hostname,
            int(port) if port else None,
            timeout=timeout,  # type: ignore[arg-type]  # requests takes fractions of seconds too
            verify=verify,
        )
        self.host = requester.hostname
        self.base_url = requester.base_url
        self.graphql_url = requester.graphql_url

    @property
    def secret(self) -> str:
        """The token that requests are sent with."""
        auth = self._requester.auth
        return auth.token if auth else ""

    def send(self, verb: str, url: str, parameters: Mapping[str, str | int], body: object = None) -> Answer:
        """Send a request once.

        :param url: a path below the base URL, or a whole URL of this server.
        :raises NoAnswer: none came, or one that is not GitHub's.
        """
        self._renew_token()
        try:
            status, headers, text = self._requester.requestJson(
                verb, url, dict(parameters), None, body, self._connection
            )
        except _Unfollowed as unfollowed:
            answer = unfollowed.response
            status, headers, text = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        except OSError as error:
            raise no_answer(error, self.host) from error
        return Answer(status, headers, self._parsed(status, text))

    def _parsed(self, status: int, text: str) -> Any:
        try:
            return json.loads(text) if text else None
        except ValueError as error:
            if status >= 300:
                return None
            hint = "check the address of the API: on GitHub Enterprise Server it ends in /api/v3"
            raise NoAnswer(f"{self.host} answered with something that is not JSON", hint) from error

    def _renew_token(self) -> None:
        """Let an App fetch its token now, so that a failure to do so is no unclear write."""
        try:
            _ = self._requester.auth and self._requester.auth.token
        except GithubException as error:
            hint = "check the App's id, key and installation id, and that its permission Issues is read and write"
            what = f"{self.host} gives the GitHub App no token (status {error.status})"
            raise NoAnswer(what, hint, sent=False, transient=error.status >= 500) from None
        except OSError as error:
            failure = no_answer(error, self.host)
            raise NoAnswer(failure.what, failure.hint, sent=False, transient=failure.transient) from error
        except (ValueError, TypeError, jwt.PyJWTError):
            hint = "give the whole PEM file that GitHub made for the App"
            raise NoAnswer("the GitHub App's key cannot be read", hint, sent=False, transient=False) from None


class _Unfollowed(Exception):
    """An answer that PyGithub may not see."""

    def __init__(self, response: RequestsResponse) -> None:
        super().__init__(response.status)
        self.response = response


class _Https(HTTPSRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _as_it_came(super().getresponse())


class _Http(HTTPRequestsConnectionClass):
    def getresponse(self) -> RequestsResponse:
        return _as_it_came(super().getresponse())


def _as_it_came(response: RequestsResponse) -> RequestsResponse:
    """Keep an answer from PyGithub where it would go on by itself.

    It follows a 301 without the query, so that a list loses its filters, and asks again on a 202 as long as one comes.
    """
    response.response.encoding = "utf-8"
    if response.status in (202, 301):
        raise _Unfollowed(response)
    return response
