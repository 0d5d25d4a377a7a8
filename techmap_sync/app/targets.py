"""Where the tickets go: the tracker that flags, settings, CI and repository name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from techmap_sync.app.credentials import Login, login_at
from techmap_sync.checkout import Checkout, checkout_of
from techmap_sync.config import FILE_NAME
from techmap_sync.errors import UsageProblem
from techmap_sync.programs import environment
from techmap_sync.registry import TrackerKind, built_in, embedded, find_kind, home, kind_named, running, same_host
from techmap_sync.settings import Settings
from techmap_sync.trackers.connection import Connection

if TYPE_CHECKING:
    from techmap_sync.sync.tracker import Tracker


def checkout_here(settings: Settings) -> Checkout:
    """Return the checkout around the current folder, with what CI and settings say about its server."""
    return recognised(checkout_of(Path.cwd()), settings)


def recognised(checkout: Checkout, settings: Settings) -> Checkout:
    """Return a checkout with what CI and settings say about its server."""
    host = checkout.remote.host if checkout.remote else ""
    return checkout.knowing(dict(_kinds(settings, host, environment())))


def could_be(host: str) -> bool:
    """Whether an unknown host has the name of a tracker in it."""
    return any(kind.name in host for kind in built_in().values() if kind.servers)


def _kinds(settings: Settings, host: str, variables: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield hosts and their trackers; later ones win.

    :param host: of the remote; a tracker without a target means this host.
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


def connect_tracker(settings: Settings, checkout: Checkout, sharers: int = 1) -> Tracker:
    """Return the tracker that a run is about.

    :param sharers: number of runs at the same time that share the rate limit of our account.
    :raises UsageProblem: the tracker is unknown, or none was chosen and the repository offers more than one.
    :raises Refused: the token must not be sent to that server.
    """
    variables = environment()
    name, target = _choice(settings.to, checkout, variables)
    kind = kind_named(name)
    login = login_at(kind, settings, checkout, variables) if kind.servers else Login(settings.api_url)
    connection = connection_to(name, target, settings, checkout, login)
    gap = connection.seconds_between_writes * sharers
    return kind.tracker(replace(connection, seconds_between_writes=gap, sharers=sharers))


def source_name(settings: Settings, checkout: Checkout, tracker: Tracker) -> str:
    """Return the canonical name of the repository that the maps belong to; never a local path."""
    if settings.source:
        return settings.source
    if checkout.remote:
        return checkout.remote.canonical
    return kind_of(tracker) if is_embedded(tracker) else tracker.name


def is_embedded(tracker: Tracker) -> bool:
    """Whether the tickets are local files: no server, and no other readers."""
    kind = find_kind(kind_of(tracker))
    return kind is not None and kind.is_embedded


def kind_of(tracker: Tracker) -> str:
    """Return the name of a tracker's kind."""
    return tracker.name.partition(":")[0]


def tracker_without_login(settings: Settings, checkout: Checkout) -> str:
    """Return the tracker of a run if it needs a login and has none, else an empty text.

    :raises Refused: there is a token, but neither user nor CI named the server for it.
    """
    variables = environment()
    name, target = _choice(settings.to, checkout, variables)
    kind = find_kind(name)
    if kind is None or kind.servers is None or login_at(kind, settings, checkout, variables):
        return ""
    return f"{name}:{target}"


def connection_to(name: str, target: str, settings: Settings, checkout: Checkout, login: Login) -> Connection:
    """Return what an adapter needs to reach a repository or a folder."""
    server = settings.server(name)
    return Connection(
        target,
        now=lambda: datetime.now(UTC),
        project=checkout.root.name,
        timeout=settings.timeout,
        api_url=login.address,
        token=login.token,
        credentials=login.credentials,
        label_colors=settings.labels.colors,
        seconds_between_writes=server.seconds_between_writes,
        ca_bundle=server.ca_bundle,
        settings=server.model_dump(),
    )


def _check_own(by_ci: tuple[str, str], checkout: Checkout, variables: Mapping[str, str]) -> None:
    """Refuse to write the maps of one repository to the tickets of another that was not named.

    :raises UsageProblem: the maps come from elsewhere, such as a fork.
    """
    (kind, target), remote = by_ci, checkout.remote
    ci = kind_named(kind).ci
    path = ci.path(variables) if ci else target
    if remote and path and not f"/{remote.path}".casefold().endswith(f"/{path}".casefold()):
        what = f"the maps belong to {remote.canonical}, and this job runs in {path}"
        raise UsageProblem(what, f"say where the tickets go:\n  --to {kind}:{path}")


def _choice(to: str, checkout: Checkout, variables: Mapping[str, str]) -> tuple[str, str]:
    by_ci = home(variables)
    if to:
        name, _, target = to.partition(":")
        own = checkout.remote.path if checkout.remote and checkout.remote.kind == name else ""
        return name, target or _implied(find_kind(name), by_ci) or own
    if by_ci[0]:
        _check_own(by_ci, checkout, variables)
        return by_ci
    if checkout.remote and checkout.remote.kind:
        own = f"{checkout.remote.kind}:{checkout.remote.path}"
        choices = f"--to {own}\n  --to {_folder()}"
        hint = f"say which:\n  {choices}\ntechmap-sync init writes the choice into {FILE_NAME}"
        raise UsageProblem("no target chosen, and this repository could have two", hint)
    if checkout.remote and could_be(checkout.remote.host):
        what = f"no target chosen, and nothing says what {checkout.remote.host} is"
        choices = "".join(f"\n  --to {each.name}" for each in built_in().values() if each.servers)
        choices += f"\n  --to {_folder()}"
        raise UsageProblem(what, f"say which:{choices}")
    return embedded().name, embedded().default_target


def _implied(kind: TrackerKind | None, by_ci: tuple[str, str]) -> str:
    """Return the target of a tracker that is named without one."""
    return kind.default_target or (by_ci[1] if kind.name == by_ci[0] else "") if kind else ""


def _folder() -> str:
    """Return the tracker that needs no server, as ``--to`` takes it."""
    return f"{embedded().name}:{embedded().default_target}"
