"""What an answer that is not a success means, and what to do about it."""

from __future__ import annotations

from urllib.parse import urlsplit

from techmap_sync.errors import NotAllowed, TrackerError
from techmap_sync.trackers.answers import Answer
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.session import one_line

_DENIED = (401, 403)


def message(answer: Answer) -> str:
    """Return what GitLab says went wrong, on one line."""
    row = answer.row
    return one_line(_words(row.get("message") or row.get("error_description") or row.get("error") or ""))


def _words(content: object) -> str:
    """Return the words of a message, which may be a text, a list, or texts by field."""
    match content:
        case dict():
            return "; ".join(f"{field} {_words(what)}" for field, what in content.items())
        case list():
            return ", ".join(_words(what) for what in content)
        case _:
            return str(content)


ACCESS = (
    "use a project, group or personal access token with scope api and the role Planner or higher; "
    "a CI_JOB_TOKEN may not write issues"
)


def refusal(tracker: str, answer: Answer, purpose: str) -> TrackerError:
    """Return the error for an answer that is not a success.

    :param purpose: what was tried, to follow "to": ``create a ticket``.
    """
    match answer.status:
        case 401:
            what, hint = "GitLab does not accept the token", f"it is wrong, expired or revoked; {ACCESS}"
        case 403:
            what, hint = f"the token is not allowed to {purpose}{_said(answer)}", ACCESS
        case 404:
            what, hint = f"GitLab finds nothing there to {purpose}{_said(answer)}", "check what the token may see"
        case 405 if "moved" in message(answer):
            what, hint = "the project has moved", "write its new path after gitlab:"
        case 413:
            what, hint = f"the text is too long to {purpose}", "shorten the section of the map"
        case status if 300 <= status < 400:
            what, hint = f"the server redirects to {_place(answer)}", "use that address as API address if it is right"
        case status if status >= 500:
            what, hint = f"GitLab failed to {purpose} (status {status})", "try again later"
        case status:
            what, hint = f"GitLab refused to {purpose} (status {status}){_said(answer)}", ""
    what, affects_run = one_line(what), _affects_run(answer)
    if answer.status in _DENIED and affects_run:
        return NotAllowed(tracker, what, hint)
    return RequestRefused(tracker, what, hint, answer.status, message(answer), affects_run=affects_run)


def _affects_run(answer: Answer) -> bool:
    """Return whether the answer itself says that nothing can be written here.

    Scopes: https://docs.gitlab.com/api/rest/authentication/, "insufficient_scope".
    """
    if answer.status == 403:
        return "insufficient_scope" in message(answer) or "scope" in message(answer)
    moved = answer.status == 405 and "moved" in message(answer)
    return moved or answer.status in (401, 408, 429) or 300 <= answer.status < 400 or answer.status >= 500


def _said(answer: Answer) -> str:
    return f": {message(answer)}" if message(answer) else ""


def _place(answer: Answer) -> str:
    """Return the server that a redirect leads to, without a user and password."""
    try:
        target = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return "another address"
    host = target.netloc.rpartition("@")[2]
    return f"{target.scheme}://{host}" if host else "another address"
