"""What can go wrong below HTTP, in one sentence each."""

from __future__ import annotations

import requests
from urllib3.exceptions import MaxRetryError, NewConnectionError

_AGAIN = "try again, or give a longer timeout"
_NETWORK = "check the address and the network"


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


def no_answer(error: OSError, host: str) -> NoAnswer:
    """Tell what happened to a request, and whether the server can have seen it."""
    match error:
        case requests.exceptions.SSLError() if "CERTIFICATE_VERIFY_FAILED" in str(error):
            hint = "name the file of your certificate authority in ca_bundle or REQUESTS_CA_BUNDLE"
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
        case requests.exceptions.ConnectionError() if _is_unconnected(error):
            failure = NoAnswer(f"{host} cannot be reached", _NETWORK, sent=False)
        case requests.exceptions.ConnectionError() | requests.exceptions.ChunkedEncodingError():
            # A body that does not come in time looks like this too.
            failure = NoAnswer(f"{host} dropped the connection", _AGAIN)
        case OSError() if not isinstance(error, requests.RequestException) and error.errno is None:
            # So requests says that the file of certificates is missing.
            failure = NoAnswer(str(error), "check ca_bundle and REQUESTS_CA_BUNDLE", sent=False, transient=False)
        case _:
            failure = NoAnswer(f"the request to {host} failed: {type(error).__name__}", _NETWORK)
    return failure


def _is_unconnected(error: OSError) -> bool:
    reason = error.args[0].reason if error.args and isinstance(error.args[0], MaxRetryError) else None
    return isinstance(reason, NewConnectionError)
