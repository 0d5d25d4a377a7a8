"""What can go wrong with a request, each as one sentence and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from techmap_sync.errors import UsageProblem
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.http import Reply, on_same_server, one_line

Query = Mapping[str, Any]
"""Fields of a request."""

_MOVED = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By names in lower case."""
    content: object
    """The parsed JSON; None when the body is no JSON."""
    next_query: Mapping[str, str] = field(default_factory=dict)
    """The query that brings the next page of a list, empty at its end."""
    size: int = 0
    """Bytes of the body."""

    @classmethod
    def of(cls, reply: Reply) -> Answer:
        """Return what an HTTP answer says."""
        try:
            content = reply.json()
        except ValueError:
            content = None
        return cls(reply.status, reply.headers, content, reply.link_query("next"), len(reply.body))

    @property
    def succeeded(self) -> bool:
        """Whether GitLab did what it was asked for."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What GitLab says went wrong, on one line."""
        content = self.content if isinstance(self.content, dict) else {}
        told = content.get("message") or content.get("error_description") or content.get("error") or ""
        return one_line(_words(told))

    @property
    def row(self) -> Row | None:
        """The object that was asked for; None when the answer holds something else."""
        return self.content if isinstance(self.content, dict) else None

    @property
    def rows(self) -> list[object] | None:
        """The list that was asked for; None when the answer holds something else."""
        return self.content if isinstance(self.content, list) else None


def place_to_go_on(reply: Reply) -> str:
    """Return where a read is sent on to; empty where it is not, or to another server."""
    return on_same_server(reply.url, reply.headers.get("location", "")) if reply.status in _MOVED else ""


def _words(told: object) -> str:
    """Return the words of a message, which may be a text, a list, or texts by field."""
    match told:
        case dict():
            return "; ".join(f"{field} {_words(what)}" for field, what in told.items())
        case list():
            return ", ".join(_words(what) for what in told)
        case _:
            return str(told)


ACCESS = (
    "use a project, group or personal access token with scope api and the role Planner or higher; "
    "a CI_JOB_TOKEN may not write issues"
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One clear sentence, lower case, and what to do next."""

    what: str
    hint: str = ""
    denied: bool = False
    """The rights of the token do not suffice."""
    status: int = 0
    """Of the answer that said so; 0 where it was none."""
    of_run: bool = True
    """It is not about what was asked for: every request would end like this."""


def about_refusal(answer: Answer, deed: str) -> Complaint:
    """Return what to say of an answer that says no.

    :param deed: what was tried, to follow "to": ``create a ticket``.
    """
    match answer.status:
        case 401:
            what, hint = "GitLab does not accept the token", f"it is wrong, expired or revoked; {ACCESS}"
        case 403:
            what, hint = f"the token is not allowed to {deed}{_told(answer)}", ACCESS
        case 404:
            what, hint = f"GitLab finds nothing there to {deed}{_told(answer)}", "check what the token may see"
        case 405 if "moved" in answer.message:
            what, hint = "the project has moved", "name its new path behind gitlab:"
        case 413:
            what, hint = f"the text is too long to {deed}", "shorten the section of the map"
        case status if 300 <= status < 400:
            what, hint = f"the server sends us on to {_place(answer)}", "use that address as API address if it is right"
        case status if status >= 500:
            what, hint = f"GitLab failed to {deed} (status {status})", "try again later"
        case status:
            what, hint = f"GitLab refused to {deed} (status {status}){_told(answer)}", ""
    return Complaint(what, hint, answer.status in (401, 403), answer.status, _is_of_run(answer))


def _is_of_run(answer: Answer) -> bool:
    """Return whether the answer itself says that nothing here can be written.

    Scopes: https://docs.gitlab.com/api/rest/authentication/, "insufficient_scope".
    """
    if answer.status == 403:
        return "insufficient_scope" in answer.message or "scope" in answer.message
    moved = answer.status == 405 and "moved" in answer.message
    return moved or answer.status in (401, 408, 429) or 300 <= answer.status < 400 or answer.status >= 500


def no_gitlab(base_url: str) -> Complaint:
    """Return what to say of an answer that GitLab would not give."""
    return Complaint(f"{base_url} does not answer as GitLab does", "check the API address and any proxy before it")


def _told(answer: Answer) -> str:
    return f": {answer.message}" if answer.message else ""


def _place(answer: Answer) -> str:
    """Return the server that a redirect leads to, without a user and a password in its address."""
    try:
        target = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return "another address"
    host = target.netloc.rpartition("@")[2]
    return f"{target.scheme}://{host}" if host else "another address"


def check_login(connection: Connection) -> None:
    """Refuse to ask a server with a token that cannot be one.

    :raises UsageProblem: there is no token, or it cannot be one.
    """
    token = connection.token.value
    if not token:
        raise UsageProblem("no token for GitLab", f"set GITLAB_TOKEN, or log in with: glab auth login; {ACCESS}")
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageProblem("the token for GitLab holds characters that no token has", "copy it again, without quotes")
