"""What can go wrong with a request, each as one sentence and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from techmap_sync.adapters.gitlab.answers import Answer

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
