"""Which tracker a server is, as far as somebody said so: by a host's name alone only the public ones are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from techmap_sync.checkout import Checkout, checkout_of
from techmap_sync.config import Settings, environment
from techmap_sync.registry import built_in, find_kind, running, same_host


def checkout_here(settings: Settings) -> Checkout:
    """Return the checkout around the current folder, with what CI and settings say of its server."""
    return recognised(checkout_of(Path.cwd()), settings)


def recognised(checkout: Checkout, settings: Settings) -> Checkout:
    """Return a checkout with what CI and settings say of its server."""
    host = checkout.remote.host if checkout.remote else ""
    return checkout.knowing(dict(_kinds(settings, host, environment())))


def could_be(host: str) -> bool:
    """Whether a host that nobody named has a name as if it were one of a kind that we know."""
    return any(kind.name in host for kind in built_in().values() if kind.servers)


def _kinds(settings: Settings, host: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield hosts and their trackers, the strongest last.

    :param host: that of the remote; a tracker without a target is about just this one.
    """
    kind, _, target = settings.to.partition(":")
    found = find_kind(kind)
    is_on_a_server = found is not None and found.servers is not None
    if is_on_a_server and host and not target and not settings.api_url:
        yield host, kind
    if is_on_a_server and settings.api_url:
        yield _host_in(settings.api_url).removeprefix("api."), kind
        yield _host_in(settings.api_url), kind
    for each in running(variables):
        if each.ci:
            yield _host_in(each.ci.host(variables)), each.name


def _host_in(text: str) -> str:
    """Return the host of an address or of a bare host."""
    try:
        return same_host(urlsplit(text if "://" in text else f"https://{text}").hostname or "")
    except ValueError:
        return ""
