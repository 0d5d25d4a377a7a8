"""What one request runs into instead of an answer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """A request that goes wrong; by default before it has any effect."""

    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    after_effect: bool = False
    dropped: bool = False
    """The connection breaks."""
    silent: bool = False
    """No answer comes until the client gives up."""
    emptied: bool = False
    """The answer is an empty list."""


def bad_gateway(*, after_effect: bool = True) -> Fault:
    return Fault(502, "<html>Bad Gateway</html>", after_effect=after_effect)


def dropped(*, after_effect: bool = True) -> Fault:
    return Fault(dropped=True, after_effect=after_effect)


def silence(*, after_effect: bool = True) -> Fault:
    return Fault(silent=True, after_effect=after_effect)


def forbidden() -> Fault:
    return Fault(403, '{"message":"403 Forbidden"}')


def too_many(**headers: str) -> Fault:
    """Too many requests; headers by their names with ``_`` for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault(429, "Retry later\n", named)


def web_page() -> Fault:
    """A page for people, as a proxy or a login puts in the way."""
    return Fault(200, "<html>Sign in</html>", {"Content-Type": "text/html"})


def empty_list() -> Fault:
    return Fault(200, "[]", emptied=True)
