"""What can go wrong below HTTP, in one sentence each."""

from __future__ import annotations

from dataclasses import dataclass

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError, ReadTimeoutError

from techmap_sync.errors import TrackerError

_AGAIN = "try again, or give a longer timeout"
_NETWORK = "check the address and the network"
_CERTIFICATES = "ca_bundle in the settings, or the variable REQUESTS_CA_BUNDLE"


class NoAnswer(Exception):
    """No answer came that could be understood."""

    def __init__(self, what: str, hint: str, *, sent: bool = True, transient: bool = True) -> None:
        super().__init__(what, hint)
        self.what = what
        self.hint = hint
        self.sent = sent
        """The request may have reached the server."""
        self.transient = transient
        """It may pass by itself."""


class TooLarge(NoAnswer):
    """The answer is larger than any that was asked for, or takes that much room when it is unpacked."""


@dataclass(eq=False)
class AnswerTooLarge(TrackerError):
    """The answer to a read takes more room than it may; a part of it may fit."""


def no_answer(error: Exception, host: str) -> NoAnswer:
    """Say what happened to a request, and whether the server can have seen it.

    The error's own text is never shown: it may hold the address of a proxy with a password in it.
    """
    match error:
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            hint = f"name a file with its authority's certificates: {_CERTIFICATES}"
            failure = NoAnswer(f"the certificate of {host} is not trusted", hint, sent=False, transient=False)
        case requests.exceptions.SSLError():
            failure = NoAnswer(f"no secure connection to {host}", "check the address, and what proxy is in between")
        case requests.exceptions.ProxyError() | requests.exceptions.InvalidProxyURL():
            hint = "check the address in HTTPS_PROXY, and that NO_PROXY names the servers that need none"
            failure = NoAnswer(f"the proxy did not connect to {host}", hint, sent=False, transient=False)
        case requests.exceptions.ConnectTimeout():
            failure = NoAnswer(f"{host} cannot be reached in time", _NETWORK, sent=False)
        case requests.exceptions.Timeout():
            failure = NoAnswer(f"{host} did not answer in time", _AGAIN)
        case requests.exceptions.ConnectionError() if _is_cause(error, ReadTimeoutError):
            failure = NoAnswer(f"{host} did not answer in full in time", _AGAIN)
        case requests.exceptions.ConnectionError() if _is_unconnected(error):
            failure = NoAnswer(f"{host} cannot be reached", _NETWORK, sent=False)
        case requests.exceptions.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            failure = NoAnswer(f"{host} dropped the connection", _AGAIN)
        case requests.exceptions.ContentDecodingError():
            failure = NoAnswer(f"{host} answered with something that cannot be unpacked", _AGAIN)
        case OSError() if not isinstance(error, requests.RequestException) and error.errno is None:
            # So requests says that the file of certificates is missing.
            what = "the file with certificates cannot be read"
            failure = NoAnswer(what, f"check its path: {_CERTIFICATES}", sent=False, transient=False)
        case _:
            failure = NoAnswer(f"the request to {host} failed: {type(error).__name__}", _NETWORK)
    return failure


def _is_unconnected(error: OSError) -> bool:
    reason = error.args[0].reason if error.args and isinstance(error.args[0], MaxRetryError) else None
    return isinstance(reason, NewConnectionError)


def _is_cause(error: OSError, kind: type[Exception]) -> bool:
    return bool(error.args) and isinstance(error.args[0], kind)
