"""The trackers that the program knows: one ``TrackerKind`` each, looked up by its name, by a host or by a CI.

Those that come with the program are in ``BUILT_IN``. Other packages add theirs by an entry point in the group
``techmap_sync.trackers``, whose name is that of the kind; they are only looked up where none of the built-in ones
matches, because that reads the metadata of every installed package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

from techmap_sync.ci_run import Ci
from techmap_sync.errors import UsageProblem
from techmap_sync.nearest import did_you_mean
from techmap_sync.patterns import lazy
from techmap_sync.servers import Server, read_address

if TYPE_CHECKING:
    from techmap_sync.ownership import Ownership
    from techmap_sync.sync.review import Proposals, Review
    from techmap_sync.sync.tracker import Tracker
    from techmap_sync.trackers.connection import Connection

GROUP = "techmap_sync.trackers"
_KIND = lazy(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Servers:
    """The servers of a kind, and how to log in there. ``credentials.py`` binds a token to a host."""

    public_api: str = ""
    """Address of the public API; empty where each team has its own server."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    """Other names of the public host in remotes -> the host."""
    api_apart: tuple[str, ...] = ()
    """Hosts whose API has its own host, ``api.HOST``; one that begins with a dot is a suffix of hosts."""
    own_api: str = ""
    """Path of the API on other servers."""
    own_host_prefix: str = ""
    """Usual prefix of self-hosted servers. A guess, good enough for ``init``, whose files a person reads first."""
    tokens: tuple[str, ...] = ()
    """Variables with a token, in order of precedence."""
    credentials: Mapping[str, str] = field(default_factory=dict)
    """Another way to log in, which needs all of these: credential -> its variable."""
    ci_token: str = ""
    """Variable with a job's own token, which is used for comments on a review."""
    login: tuple[str, ...] = ()
    """Command that prints the token of the user who is logged in on a host, its last argument."""
    host_variables: tuple[str, ...] = ()
    """Variables with the host of that command."""
    answered_by: tuple[str, ...] = ()
    """Further variables from which that command takes a token, for any host."""

    def login_host(self, server: Server) -> str:
        """Return the host by which people know a server: its API may have its own host."""
        apart = any(
            server.host.endswith(host) if host.startswith(".") else server.host == f"api.{host}"
            for host in self.api_apart
        )
        return server.authority.removeprefix("api.") if apart else server.authority

    def api_of(self, host: str) -> str:
        """Return the address of the API of a server that people know by this host."""
        if any(host.endswith(ending) for ending in self.api_apart if ending.startswith(".")):
            return f"https://api.{host}"
        return self.public_api if host in self.public_hosts else f"https://{host}{self.own_api}"

    @property
    def public_hosts(self) -> frozenset[str]:
        """The hosts of the public server."""
        if not self.public_api:
            return frozenset()
        server = read_address(self.public_api)[0]
        return frozenset({server.authority, self.login_host(server)})

    @property
    def public_host(self) -> str:
        """The host by which people know the public server; empty where no server is public."""
        return self.login_host(read_address(self.public_api)[0]) if self.public_api else ""


@dataclass(frozen=True, slots=True)
class WebLinks:
    """Where the files of a commit are, relative to the address of their repository."""

    page: str
    """Before a path: ``/blob/{commit}/``."""
    raw: str
    """The same for the file itself, which images need."""
    lines: str
    """Lines, after the path: ``#L{first}-L{last}``."""


@dataclass(frozen=True, slots=True)
class OwnersFile:
    """Where a repository of a kind says whose its files are."""

    places: tuple[str, ...]
    """Paths in the repository; the first that is there counts."""
    read: str
    """Place of a function: text of the file -> ``Ownership``."""

    def ownership(self, text: str) -> Ownership:
        """Return what the text of the file says."""
        found: Ownership = resolve_name(self.read)(text)
        return found


@dataclass(frozen=True, slots=True)
class Start:
    """What ``init`` knows about a repository that gets a file for its CI."""

    root: Path
    host: str
    """Of its remote."""
    fill: Callable[..., str]
    """Takes the name of a file in ``config/`` and values by placeholder; returns its text, filled in."""
    commit_of_tag: Callable[[str, str], str]
    """Takes the address of a repository and a tag; returns its commit, empty when the server does not say."""


@dataclass(frozen=True, slots=True, eq=False)
class TrackerKind:
    """Everything the program knows about one kind of tracker. Places, ``module:name``, are imported when used."""

    name: str
    """Before the colon of ``--to``; also the name of the table of settings."""
    title: str
    """In sentences: ``GitHub``."""
    target: str
    """After the colon, for help: ``OWNER/NAME``."""
    connect: str
    """Place of a function: ``Connection -> Tracker``. It checks the target, and sends nothing yet."""
    default_target: str = ""
    """Used where no target is named; empty for the repository of the maps."""
    servers: Servers | None = None
    """None where tickets are files: the target is a path, and no login is needed."""
    web: WebLinks | None = None
    ci: Ci | None = None
    owners_file: OwnersFile | None = None
    review: str = ""
    """Place of a function: ``Connection, number -> Review``; empty where reviews have no comments."""
    proposals: str = ""
    """Place of a function: ``Connection -> Proposals``; empty where nothing can be proposed."""
    settings: str = ""
    """Place of the table of settings, a ``settings.ServerTable``; empty for that class itself."""
    names: tuple[str, ...] = ()
    """Further settings of that class: each the name of something on the server, or empty."""
    defaults: Mapping[str, object] = field(default_factory=dict)
    """Its defaults, for a tracker of another package; those of the built-in ones are in ``config/defaults.toml``."""
    harmless_settings: frozenset[str] = frozenset({"seconds_between_writes"})
    """Keys of that table that count from any checkout, an untrusted one too."""
    start: str = ""
    """Place of a function for ``init``: ``Start -> files for its CI by path, and what is left to do by hand``."""

    @property
    def is_embedded(self) -> bool:
        """Whether the tickets are files in a folder, without a server."""
        return self.servers is None

    @property
    def way_to_write_it(self) -> str:
        """How a target of this kind is written after ``--to``."""
        return f"{self.name}:{self.target}"

    def tracker(self, connection: Connection) -> Tracker:
        """Return the tracker that a connection names.

        :raises UsageProblem: the target is invalid, or there is no login.
        """
        found: Tracker = resolve_name(self.connect)(connection)
        return found

    def review_at(self, connection: Connection, number: str) -> Review:
        """Return a pull or merge request.

        :raises UsageProblem: there is no login, or this kind has no reviews.
        """
        if not self.review:
            raise UsageProblem(f"{self.title} has no comments", "the plan is in the log and in the reports")
        found: Review = resolve_name(self.review)(connection, number)
        return found

    def proposals_at(self, connection: Connection) -> Proposals:
        """Return the pull or merge requests of a repository.

        :raises UsageProblem: there is no login, or this kind has no such requests.
        """
        if not self.proposals:
            raise UsageProblem(f"{self.title} has no pull requests", "use pull --write, and commit yourself")
        found: Proposals = resolve_name(self.proposals)(connection)
        return found

    def settings_table(self) -> Any:
        """Return the class of its table of settings."""
        if self.names:
            return resolve_name("techmap_sync.settings:table_with_names")(self.title, self.names)
        return resolve_name(self.settings or "techmap_sync.settings:ServerTable")

    def started(self, start: Start) -> tuple[dict[str, str], str]:
        """Return the files that its CI needs by their paths, and what is left to do by hand."""
        found: tuple[dict[str, str], str] = resolve_name(self.start)(start) if self.start else ({}, "")
        return found


BUILT_IN = tuple(f"techmap_sync.trackers.{name}.kind:KIND" for name in ("github", "gitlab", "backlog"))


@lru_cache
def built_in() -> Mapping[str, TrackerKind]:
    """Return the kinds that come with the program, by name."""
    return {kind.name: kind for kind in map(resolve_name, BUILT_IN)}


@lru_cache
def installed() -> Mapping[str, TrackerKind]:
    """Return the kinds that other packages add, by name; one that is broken or has a built-in name is left out."""
    found = {}
    for entry in entry_points(group=GROUP):
        if entry.name not in built_in():
            try:
                found[entry.name] = _loaded(entry.name, entry.load)
            except UsageProblem:
                continue  # asked for by name, it is an error
    return found


def kind_named(name: str) -> TrackerKind:
    """Return the kind with a name.

    :raises UsageProblem: the name is unknown, or its package is broken.
    """
    if name in built_in():
        return built_in()[name]
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return _loaded(name, entry.load)
    known = sorted({*built_in(), *installed()})
    listed = f"known are {', '.join(known)}; write --to TRACKER:TARGET"
    raise UsageProblem(f"no such tracker: {name}", f"{did_you_mean(name, known, '')} {listed}".strip())


def find_kind(name: str) -> TrackerKind | None:
    """Return the kind with a name, or None."""
    return built_in().get(name) or (installed().get(name) if _KIND.fullmatch(name) else None)


def embedded() -> TrackerKind:
    """Return the kind that needs no server."""
    return next(kind for kind in built_in().values() if kind.is_embedded)


def on_servers() -> tuple[TrackerKind, ...]:
    """Return all kinds with servers, those of other packages last."""
    return tuple(kind for kind in (*built_in().values(), *installed().values()) if kind.servers)


def same_host(host: str) -> str:
    """Return the canonical name of a host that a remote may call by an alias."""
    name = host.casefold().rstrip(".")
    return next((servers.aliases[name] for servers in _servers_of(name) if name in servers.aliases), name)


def same_source(source: str) -> str:
    """Return the canonical name of a repository, ``HOST/owner/name``, also of one written by another name."""
    host, slash, path = source.partition("/")
    return f"{same_host(host)}{slash}{path}".casefold()


def public_kind(host: str) -> str:
    """Return the name of the kind of a public server; empty for any other.

    Hosts are compared whole: one that only begins or ends like a public one is like any other server.
    """
    for kinds in (built_in, installed):
        for kind in kinds().values() if host else ():
            if kind.servers and kind.servers.public_host == host:
                return kind.name
    return ""


def running(variables: Mapping[str, str]) -> tuple[TrackerKind, ...]:
    """Return the kinds whose CI runs this process.

    One of another package takes precedence: its runner may set the variables of another CI as well.
    """
    ours = tuple(kind for kind in built_in().values() if kind.ci and kind.ci.runs(variables))
    if not ours and not variables.get("CI"):
        return ()
    return tuple(kind for kind in installed().values() if kind.ci and kind.ci.runs(variables)) or ours


def running_ci(variables: Mapping[str, str]) -> tuple[str, Ci] | None:
    """Return the CI that runs this process and the name of its kind; None outside of known CIs."""
    return next(((kind.name, kind.ci) for kind in running(variables) if kind.ci), None)


def known_cis() -> Iterator[Ci]:
    """Yield the CIs of the kinds that come with the program."""
    return (kind.ci for kind in built_in().values() if kind.ci)


def home(variables: Mapping[str, str]) -> tuple[str, str]:
    """Return kind and target of the repository whose CI runs this, or two empty texts."""
    for kind in running(variables):
        if kind.ci and kind.ci.target(variables):
            return kind.name, kind.ci.target(variables)
    return "", ""


def _servers_of(host: str) -> Iterator[Servers]:
    """Yield the kinds' servers, the built-in ones first; others only where no built-in one knows the host."""
    ours = [kind.servers for kind in built_in().values() if kind.servers]
    yield from ours
    if host and not any(host == servers.public_host for servers in ours):
        yield from (kind.servers for kind in installed().values() if kind.servers)


def _loaded(name: str, load: Callable[[], object]) -> TrackerKind:
    """Return what an entry point names.

    :raises UsageProblem: it cannot be imported, or is not a kind.
    """
    hint = f"the entry point {name} in the group {GROUP} has to name a TrackerKind with this very name"
    try:
        kind = load()
    except Exception as error:  # whatever another package raises while it is imported
        raise UsageProblem(f"the tracker {name} cannot be loaded: {error}", hint) from error
    if not isinstance(kind, TrackerKind) or kind.name != name or not _KIND.fullmatch(name):
        raise UsageProblem(f"the entry point {name} is not a tracker", hint)
    return kind
