"""To whom a token may be sent. A token belongs to a host, and a file of the repository never names that host.

A token from the environment goes to the vendor's public server, to the server whose CI runs this, and to one that the
user named: by a flag, a variable or a file of his own. What ``gh`` and ``glab`` print goes to the very host that they
were asked for. Everything goes by https, except to this machine. SECURITY.md has the table.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from techmap_sync import programs
from techmap_sync.checkout import Checkout
from techmap_sync.commands.own_hosts import own_file, own_hosts
from techmap_sync.commands.vendors import SPEAKING, VENDORS, Vendor
from techmap_sync.config import FILE_NAME, PREFIX, Origin, Settings
from techmap_sync.errors import Refused, UsageProblem
from techmap_sync.secrecy import NO_SECRET, Secret, without_passwords
from techmap_sync.servers import BadAddress, Server, read_address, server_named

APP_VARIABLES = {
    "app_id": "TECHMAP_SYNC_GITHUB_APP_ID",
    "private_key": "TECHMAP_SYNC_GITHUB_PRIVATE_KEY",
    "installation_id": "TECHMAP_SYNC_GITHUB_INSTALLATION_ID",
}
"""What a GitHub App logs in with."""
TOKEN, TOKEN_FOR = "TECHMAP_SYNC_TOKEN", "TECHMAP_SYNC_TOKEN_FOR"
"""A token, and the tracker that it is for; by default the repository's whose CI runs this."""
_PATIENCE = 10.0
"""Seconds for a program that may have to ask a keyring."""


@dataclass(frozen=True, slots=True)
class Place:
    """A server's API, and who said that it is there."""

    address: str
    named_by: str
    """Who named it where neither the user nor the CI did; empty else."""


@dataclass(frozen=True, slots=True)
class Login:
    """Where requests go, and who we are there."""

    address: str
    """Of the API, in the form that was compared."""
    token: Secret = NO_SECRET
    credentials: Mapping[str, Secret] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.token or self.credentials)


def login_at(vendor: Vendor, settings: Settings, checkout: Checkout, variables: Mapping[str, str]) -> Login:
    """Return the login for the tracker of a run, without a token where there is none.

    :raises UsageProblem: the address of the server cannot be understood.
    :raises Refused: there is a token, and nobody who may said that it may be sent there.
    """
    place = _place(vendor, settings, checkout, variables)
    server, address = _server(place)
    held = _held(vendor, address, variables)
    if not place.named_by or _is_vouched_for(vendor, server, variables):
        return held or _printed(vendor, server, address, variables)
    own = _printed(vendor, server, address, variables)
    if held and not own:
        raise _refused(vendor, server, address, place, own_file(variables))
    return own


def login_of_ci(vendor: Vendor, variables: Mapping[str, str]) -> Login:
    """Return the login for the repository whose CI runs this, whatever the settings say.

    :raises UsageProblem: the CI names no server.
    """
    server, address = _server(Place(vendor.ci_address(variables) or vendor.public_api, ""))
    own = variables.get("GITHUB_TOKEN", "") if vendor.kind == "github" else ""
    if own:
        return Login(address, Secret(own))
    return _held(vendor, address, variables) or _printed(vendor, server, address, variables)


def ci_target(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return tracker and target of the repository whose CI runs this, or two empty texts."""
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("GITHUB_REPOSITORY"):
        return "github", environment["GITHUB_REPOSITORY"]
    if environment.get("GITLAB_CI") == "true" and environment.get("CI_PROJECT_ID"):
        return "gitlab", environment["CI_PROJECT_ID"]
    return "", ""


def _place(vendor: Vendor, settings: Settings, checkout: Checkout, variables: Mapping[str, str]) -> Place:
    """Return the server: that of the settings, else the CI's, else the remote's, else the public one."""
    if settings.api_url:
        by_user = settings.origin("api_url") is Origin.USER
        return Place(settings.api_url, "" if by_user else f"`api_url` in {FILE_NAME}")
    if by_ci := vendor.ci_address(variables):
        return Place(by_ci, "")
    remote = checkout.remote
    if remote is not None and remote.kind == vendor.kind and remote.host not in vendor.public_hosts:
        return Place(vendor.api_of(remote.host), "the remote of this repository")
    return Place(vendor.public_api, "")


def _server(place: Place) -> tuple[Server, str]:
    try:
        server, path = read_address(place.address)
    except BadAddress as error:
        what = f"not the address of a server: {without_passwords(place.address)}"
        hint = "write https://HOST or https://HOST/PATH in plain ASCII, without user and password"
        raise UsageProblem(what, hint) from error
    if not server.is_private:
        hint = "name it with https://; only a server on this machine is asked without"
        raise Refused(f"no token is sent to {server}: anybody on the way could read it", hint)
    return server, f"{server}{path}"


def _is_vouched_for(vendor: Vendor, server: Server, variables: Mapping[str, str]) -> bool:
    """Whether the user or the CI names a server that a file of the repository names as well."""
    host = vendor.login_host(server)
    by_ci = server_named(vendor.ci_address(variables))
    named = [server_named(variables.get(name, "")) for name in vendor.host_variables]
    named += [server_named(name) for name, kind in own_hosts(variables).items() if kind == vendor.kind]
    if server.scheme == "https" and host in vendor.public_hosts:
        return True
    return any(
        known is not None and (known.scheme, vendor.login_host(known)) == (server.scheme, host)
        for known in (by_ci, *named)
    )


def _held(vendor: Vendor, address: str, variables: Mapping[str, str]) -> Login:
    """Return the login that the environment holds for the servers of a vendor."""
    names = APP_VARIABLES if vendor.kind == "github" else {}
    app = {key: Secret(variables[name]) for key, name in names.items() if variables.get(name)}
    given = variables.get(TOKEN, "") if _is_given_for(vendor, variables) else ""
    token = given or next((variables[name] for name in vendor.tokens if variables.get(name)), "")
    return Login(address, Secret(token), app if len(app) == len(APP_VARIABLES) else {})


def _is_given_for(vendor: Vendor, variables: Mapping[str, str]) -> bool:
    kind = variables.get(TOKEN_FOR, "").partition(":")[0].strip() or ci_target(variables)[0]
    return kind == vendor.kind


def printed_token(vendor: Vendor, host: str, variables: Mapping[str, str]) -> str:
    """Return the token that the vendor's own program has for just this host, empty when it has none.

    It must not answer with a token of the environment, which it would give for any host, nor with that of
    github.com for a host below it (https://github.com/cli/go-gh, ``NormalizeHostname``).
    """
    if any(host.endswith(f".{public}") for public in vendor.public_hosts):
        return ""
    loud = {name for each in VENDORS.values() for name in (*each.tokens, *each.host_variables, each.ci)} | SPEAKING
    quiet = {name: value for name, value in variables.items() if name not in loud and not name.startswith(PREFIX)}
    return programs.run([*vendor.login, host], variables=quiet, seconds=_PATIENCE).said


def _printed(vendor: Vendor, server: Server, address: str, variables: Mapping[str, str]) -> Login:
    return Login(address, Secret(printed_token(vendor, vendor.login_host(server), variables)))


def _refused(vendor: Vendor, server: Server, address: str, place: Place, file: Path | None) -> Refused:
    host = vendor.login_host(server)
    ways = [f"--api-url {shlex.quote(address)}", f"{PREFIX}API_URL={shlex.quote(address)} in the environment"]
    if file is not None and server.scheme == "https":
        ways.append(f'in {file} the table [hosts] with the line "{host}" = "{vendor.kind}"')
    choices = "".join(f"\n  {way}" for way in ways)
    return Refused(
        f"no token is sent to {server.authority}: {place.named_by} names it, and a repository does not choose that",
        f"if you know this server and your token is for it, say so in one of these ways:{choices}",
    )
