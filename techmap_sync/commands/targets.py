"""Where the tickets go: the tracker that flags, settings, the CI and the repository choose."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import EntryPoint, entry_points

from techmap_sync.adapters.connection import Connection
from techmap_sync.checkout import Checkout
from techmap_sync.commands.credentials import Login, ci_target, login_at
from techmap_sync.commands.hosting import could_be
from techmap_sync.commands.vendors import VENDORS
from techmap_sync.config import Settings, environment
from techmap_sync.errors import UsageProblem
from techmap_sync.syncing.tracker import Tracker

GROUP = "techmap_sync.trackers"
EMBEDDED = "backlog"
DEFAULT_FOLDER = "./backlog"


def connect_tracker(settings: Settings, checkout: Checkout, sharers: int = 1) -> Tracker:
    """Return the tracker that a run is about.

    :param sharers: how many runs there are at once that share what the server allows to our account.
    :raises UsageProblem: there is no such tracker, or none was chosen and the repository offers more than one.
    :raises Refused: the token may not be sent to the server that is named.
    """
    variables = environment()
    name, target = _choice(settings.to, checkout, variables)
    found = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name not in found:
        known = ", ".join(sorted(found))
        raise UsageProblem(f"no such tracker: {name}", f"known are {known}; write --to TRACKER:TARGET")
    return _connect(found[name], target, settings, checkout, variables, sharers)


def source_name(settings: Settings, checkout: Checkout, tracker: Tracker) -> str:
    """Return the canonical name of the repository that the maps belong to; never a path of this machine."""
    if settings.source:
        return settings.source
    if checkout.remote:
        return checkout.remote.canonical
    return EMBEDDED if is_embedded(tracker) else tracker.name


def is_embedded(tracker: Tracker) -> bool:
    """Whether the tickets are files of the folder itself: no server, nobody else who sees them."""
    return tracker.name.startswith(f"{EMBEDDED}:")


def tracker_without_login(settings: Settings, checkout: Checkout) -> str:
    """Return the tracker that a run is about when it wants a login and there is none, else an empty text.

    :raises Refused: there is a token, and nobody who may said that it may be sent there.
    """
    variables = environment()
    name, target = _choice(settings.to, checkout, variables)
    if name not in VENDORS or login_at(VENDORS[name], settings, checkout, variables):
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
    )


def _connect(
    entry: EntryPoint,
    target: str,
    settings: Settings,
    checkout: Checkout,
    variables: Mapping[str, str],
    sharers: int,
) -> Tracker:
    connect: Callable[[Connection], Tracker] = entry.load()
    vendor = VENDORS.get(entry.name)
    login = login_at(vendor, settings, checkout, variables) if vendor else Login(settings.api_url)
    connection = connection_to(entry.name, target, settings, checkout, login)
    gap = connection.seconds_between_writes * sharers
    return connect(replace(connection, seconds_between_writes=gap, sharers=sharers))


def _check_own(by_ci: tuple[str, str], checkout: Checkout, variables: Mapping[str, str]) -> None:
    """Refuse to write the maps of one repository to the tickets of another, which nobody named.

    :raises UsageProblem: the maps were cloned from elsewhere, such as a fork.
    """
    (kind, target), remote = by_ci, checkout.remote
    path = variables.get("CI_PROJECT_PATH", "") if kind == "gitlab" else target
    if remote and path and not f"/{remote.path}".casefold().endswith(f"/{path}".casefold()):
        what = f"the maps are those of {remote.canonical}, this job runs in {path}"
        raise UsageProblem(what, f"say where the tickets go:\n  --to {kind}:{path}")


def _choice(to: str, checkout: Checkout, variables: Mapping[str, str]) -> tuple[str, str]:
    by_ci = ci_target(variables)
    if to:
        name, _, target = to.partition(":")
        own = checkout.remote.path if checkout.remote and checkout.remote.kind == name else ""
        implied = {EMBEDDED: DEFAULT_FOLDER, by_ci[0]: by_ci[1]}.get(name, own)
        return name, target or implied
    if by_ci[0]:
        _check_own(by_ci, checkout, variables)
        return by_ci
    if checkout.remote and checkout.remote.kind:
        own = f"{checkout.remote.kind}:{checkout.remote.path}"
        choices = f"--to {own}\n  --to {EMBEDDED}:{DEFAULT_FOLDER}"
        raise UsageProblem("no target chosen, and this repository could have two", f"say which:\n  {choices}")
    if checkout.remote and could_be(checkout.remote.host):
        what = f"no target chosen, and nothing says what {checkout.remote.host} is"
        choices = "".join(f"\n  --to {each}" for each in ("github", "gitlab", f"{EMBEDDED}:{DEFAULT_FOLDER}"))
        raise UsageProblem(what, f"say which:{choices}")
    return EMBEDDED, DEFAULT_FOLDER
