"""What can go wrong with a request, each as one sentence and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import NewConnectionError

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


class NoAnswer(Exception):
    """A request broke before its answer was there."""

    def __init__(self, error: OSError, host: str) -> None:
        super().__init__(host)
        self.error = error
        self.host = host

    @property
    def is_final(self) -> bool:
        """Whether the same request will break in the same way again."""
        proxy = isinstance(self.error, requests.exceptions.ProxyError)
        return proxy or _is_untrusted(self.error) or _is_ours(self.error)

    @property
    def was_never_sent(self) -> bool:
        """Whether it broke so early that the server cannot have seen the request."""
        connecting = isinstance(self.error, requests.exceptions.ConnectTimeout)
        return self.is_final or connecting or _is_unreachable(self.error)


def about_silence(silence: NoAnswer, timeout: float) -> Complaint:
    """Return what to say of a request that brought no answer.

    :param timeout: how many seconds were waited for one.
    """
    host = silence.host
    if _is_untrusted(silence.error):
        hint = "name a file with its authority's certificates: setting gitlab.ca_bundle or variable REQUESTS_CA_BUNDLE"
        return Complaint(f"the certificate of {host} is not trusted", hint)
    match silence.error:
        case requests.exceptions.ProxyError():
            return Complaint(f"the proxy does not let us through to {host}", "check HTTPS_PROXY and NO_PROXY")
        case requests.exceptions.SSLError():
            return Complaint(f"no safe connection to {host} could be made", "check the address and the server's TLS")
        case requests.exceptions.Timeout():
            return Complaint(f"{host} did not answer within {timeout:g} seconds", "try again, or raise the timeout")
        case error if _is_ours(error):
            return Complaint("the file with certificates cannot be read", "check its path: setting gitlab.ca_bundle")
        case _:
            return Complaint(f"{host} cannot be reached", "check the address and the network")


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
    target = urlsplit(answer.headers.get("Location", ""))
    return f"{target.scheme}://{target.netloc}" if target.netloc else "another address"


def _is_ours(error: OSError) -> bool:
    """Return whether something on this machine is wrong: the file with certificates is not there."""
    return not isinstance(error, requests.RequestException)


def _is_untrusted(error: OSError) -> bool:
    return isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)


def _is_unreachable(error: OSError) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(reason, NewConnectionError)
