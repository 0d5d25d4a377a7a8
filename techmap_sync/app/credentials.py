"""Where a token may be sent. A token belongs to a host, and a file of the repository never names that host.

A token from the environment goes to the vendor's public server, to the server whose CI runs this, and to one that the
user named: by a flag, a variable or a file of their own. What ``gh`` and ``glab`` print goes only to the host that they
were asked for. Requests use https, except to this machine. SECURITY.md has the table.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import tomli

from techmap_sync import files, programs
from techmap_sync.checkout import Checkout
from techmap_sync.config import FILE_NAME, PREFIX
from techmap_sync.errors import Refused, SettingsProblem, UnreadableFile, UsageProblem
from techmap_sync.registry import Servers, TrackerKind, home, on_servers, running
from techmap_sync.secrecy import NO_SECRET, Secret, without_passwords
from techmap_sync.servers import BadAddress, Server, read_address, server_named
from techmap_sync.settings import Origin, Settings

_HINT = 'it has one table [hosts] with lines like "git.example.org" = "TRACKER"'


def own_file(variables: Mapping[str, str]) -> Path | None:
    """Return the path of the user's own file; None when the system has no place for it.

    https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute is to be ignored.
    """
    places = [variables.get("XDG_CONFIG_HOME", ""), variables.get("APPDATA", "")]
    places += [f"{variables['HOME']}/.config"] if variables.get("HOME") else []
    folder = next((place for place in places if place and Path(place).is_absolute()), "")
    return Path(folder, "techmap-sync", "config.toml") if folder else None


def own_hosts(variables: Mapping[str, str]) -> Mapping[str, str]:
    """Return the hosts that the user's own file names, each with its tracker.

    A file in the repository is not the user's own, whatever the variables say.

    :raises SettingsProblem: the file says something else.
    """
    file = own_file(variables)
    if file is None or not file.is_file() or files.is_within(file, files.repository_around(Path.cwd())):
        return {}
    try:
        content = tomli.loads(files.read(file, files.MIB, None).decode("utf-8"))
    except (UnreadableFile, ValueError, RecursionError) as error:
        raise SettingsProblem(str(file), str(error) or "cannot be read", _HINT) from error
    hosts = content.get("hosts", {})
    if content.keys() - {"hosts"} or not isinstance(hosts, dict) or not all(isinstance(v, str) for v in hosts.values()):
        raise SettingsProblem(str(file), "not understood", _HINT)
    return hosts


TOKEN, TOKEN_FOR = "TECHMAP_SYNC_TOKEN", "TECHMAP_SYNC_TOKEN_FOR"
"""A token and the tracker it is for; by default the one whose CI runs this."""
_PATIENCE = 10.0
"""Seconds for a program that may ask a keyring."""


@dataclass(frozen=True, slots=True)
class Place:
    """The API of a server, and who named it."""

    address: str
    named_by: str
    """Who named it, when neither the user nor the CI did; else empty."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where requests go, and with which token."""

    address: str
    """Of the API, in the form that was compared."""
    token: Secret = NO_SECRET
    credentials: Mapping[str, Secret] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.token or self.credentials)


def login_at(kind: TrackerKind, settings: Settings, checkout: Checkout, variables: Mapping[str, str]) -> Login:
    """Return the login for the tracker of a run; it may have no token.

    :raises UsageProblem: the address of the server cannot be understood.
    :raises Refused: there is a token, but neither user nor CI named the server for it.
    """
    place = _place(kind, settings, checkout, variables)
    server, address = _server(place)
    held = _held(kind, address, variables)
    if not place.named_by or _is_vouched_for(kind, server, variables):
        return held or _printed(kind, server, address, variables)
    own = _printed(kind, server, address, variables)
    if held and not own:
        raise _refused(kind, server, address, place, own_file(variables))
    return own


def login_of_ci(kind: TrackerKind, variables: Mapping[str, str]) -> Login:
    """Return the login for the repository whose CI runs this, whatever the settings say.

    :raises UsageProblem: the CI names no server.
    """
    servers = _servers(kind)
    server, address = _server(Place(_named_by_ci(kind, variables) or servers.public_api, ""))
    own = variables.get(servers.ci_token, "")
    if own:
        return Login(address, Secret(own))
    return _held(kind, address, variables) or _printed(kind, server, address, variables)


def _place(kind: TrackerKind, settings: Settings, checkout: Checkout, variables: Mapping[str, str]) -> Place:
    """Return the server: that of the settings, else the CI's, else the remote's, else the public one."""
    if settings.api_url:
        by_user = settings.origin("api_url") is Origin.USER
        return Place(settings.api_url, "" if by_user else f"`api_url` in {FILE_NAME}")
    if by_ci := _named_by_ci(kind, variables):
        return Place(by_ci, "")
    remote, servers = checkout.remote, _servers(kind)
    if remote is not None and remote.kind == kind.name and remote.host not in servers.public_hosts:
        return Place(servers.api_of(remote.host), "the remote of this repository")
    return Place(servers.public_api, "")


def _servers(kind: TrackerKind) -> Servers:
    """Return the servers of a kind of tracker, which must have some."""
    return kind.servers or Servers()


def _named_by_ci(kind: TrackerKind, variables: Mapping[str, str]) -> str:
    """Return the API of the server whose CI runs this job; empty when that is of another kind."""
    ci = next((each.ci for each in running(variables) if each.name == kind.name), None)
    return ci.api_url(variables) if ci else ""


def _server(place: Place) -> tuple[Server, str]:
    if not place.address:
        raise UsageProblem("nothing says where the server is", "name it with --api-url https://HOST")
    try:
        server, path = read_address(place.address)
    except BadAddress as error:
        what = f"not the address of a server: {without_passwords(place.address)}"
        hint = "write https://HOST or https://HOST/PATH in plain ASCII, without user and password"
        raise UsageProblem(what, hint) from error
    if not server.is_private:
        hint = "name it with https://; only a server on this machine is asked without"
        raise Refused(f"no token is sent to {server}: anyone in between could read it", hint)
    return server, f"{server}{path}"


def _is_vouched_for(kind: TrackerKind, server: Server, variables: Mapping[str, str]) -> bool:
    """Whether the user or the CI named a server that a file of the repository names."""
    servers = _servers(kind)
    host = servers.login_host(server)
    by_ci = server_named(_named_by_ci(kind, variables))
    named = [server_named(variables.get(name, "")) for name in servers.host_variables]
    named += [server_named(name) for name, theirs in own_hosts(variables).items() if theirs == kind.name]
    if server.scheme == "https" and host in servers.public_hosts:
        return True
    return any(
        known is not None and (known.scheme, servers.login_host(known)) == (server.scheme, host)
        for known in (by_ci, *named)
    )


def _held(kind: TrackerKind, address: str, variables: Mapping[str, str]) -> Login:
    """Return the login for a kind of tracker from the environment."""
    servers = _servers(kind)
    app = {key: Secret(variables[name]) for key, name in servers.credentials.items() if variables.get(name)}
    given = variables.get(TOKEN, "") if _is_given_for(kind, variables) else ""
    token = given or next((variables[name] for name in servers.tokens if variables.get(name)), "")
    return Login(address, Secret(token), app if len(app) == len(servers.credentials) else {})


def _is_given_for(kind: TrackerKind, variables: Mapping[str, str]) -> bool:
    name = variables.get(TOKEN_FOR, "").partition(":")[0].strip() or home(variables)[0]
    return name == kind.name


def printed_token(kind: TrackerKind, host: str, variables: Mapping[str, str]) -> str:
    """Return the token that the vendor's own program has for exactly this host, or an empty text.

    It must not return a token of the environment, which it would give for any host, nor the one of
    github.com for a host below it (https://github.com/cli/go-gh, ``NormalizeHostname``).
    """
    servers = _servers(kind)
    if not servers.login or any(host.endswith(f".{public}") for public in servers.public_hosts):
        return ""
    every = [each.servers for each in on_servers() if each.servers]
    loud = {name for each in every for name in (*each.tokens, *each.host_variables, *each.answered_by)}
    quiet = {name: value for name, value in variables.items() if name not in loud and not name.startswith(PREFIX)}
    return programs.run([*servers.login, host], variables=quiet, seconds=_PATIENCE).said


def _printed(kind: TrackerKind, server: Server, address: str, variables: Mapping[str, str]) -> Login:
    return Login(address, Secret(printed_token(kind, _servers(kind).login_host(server), variables)))


def _refused(kind: TrackerKind, server: Server, address: str, place: Place, file: Path | None) -> Refused:
    host = _servers(kind).login_host(server)
    ways = [f"--api-url {shlex.quote(address)}", f"{PREFIX}API_URL={shlex.quote(address)} in the environment"]
    if file is not None and server.scheme == "https":
        ways.append(f'in {file} the table [hosts] with the line "{host}" = "{kind.name}"')
    choices = "".join(f"\n  {way}" for way in ways)
    return Refused(
        f"no token is sent to {server.authority}: {place.named_by} names it, and a repository does not choose that",
        f"if you know this server and your token is for it, say so in one of these ways:{choices}",
    )
