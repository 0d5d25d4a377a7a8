"""Which tracker a server is, as far as somebody said so: by a host's name alone only the public ones are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from techmap_sync.checkout import Checkout, checkout_of
from techmap_sync.config import Settings, environment
from techmap_sync.hosts import same_host

_KINDS = ("github", "gitlab")


def checkout_here(settings: Settings) -> Checkout:
    """Return the checkout around the current folder, with what CI and settings say of its server."""
    return recognised(checkout_of(Path.cwd()), settings)


def recognised(checkout: Checkout, settings: Settings) -> Checkout:
    """Return a checkout with what CI and settings say of its server."""
    host = checkout.remote.host if checkout.remote else ""
    return checkout.knowing(dict(_kinds(settings, host, environment())))


def could_be(host: str) -> bool:
    """Whether a host that nobody named has a name as if it were GitHub or GitLab."""
    return any(kind in host for kind in _KINDS)


def _kinds(settings: Settings, host: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield hosts and their trackers, the strongest last.

    :param host: that of the remote; ``to = "gitlab"``, without a target, is about just this one.
    """
    kind, _, target = settings.to.partition(":")
    if kind in _KINDS and host and not target and not settings.api_url:
        yield host, kind
    if kind in _KINDS and settings.api_url:
        yield _host_in(settings.api_url).removeprefix("api."), kind
        yield _host_in(settings.api_url), kind
    if variables.get("GITHUB_ACTIONS") == "true":
        yield _host_in(variables.get("GITHUB_SERVER_URL", "")), "github"
    if variables.get("GITLAB_CI") == "true":
        yield same_host(variables.get("CI_SERVER_HOST") or _host_in(variables.get("CI_SERVER_URL", ""))), "gitlab"


def _host_in(address: str) -> str:
    try:
        return same_host(urlsplit(address).hostname or "")
    except ValueError:
        return ""
