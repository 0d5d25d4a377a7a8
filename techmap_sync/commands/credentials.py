"""Who we are for a tracker, and where it is, as far as the environment tells. A secret never stands in a file."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync import programs
from techmap_sync.adapters.connection import Secret
from techmap_sync.remotes import Remote

TOKENS = {
    "github": ("TECHMAP_SYNC_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
    "gitlab": ("TECHMAP_SYNC_GITLAB_TOKEN", "GITLAB_TOKEN"),
}
"""Variables that hold a token, the strongest first."""
LOGINS = {"github": ("gh", "auth", "token"), "gitlab": ("glab", "config", "get", "token")}
"""Commands of the vendors that print the token of whoever is logged in."""
APP_VARIABLES = {
    "app_id": "TECHMAP_SYNC_GITHUB_APP_ID",
    "private_key": "TECHMAP_SYNC_GITHUB_PRIVATE_KEY",
    "installation_id": "TECHMAP_SYNC_GITHUB_INSTALLATION_ID",
}
"""What a GitHub App logs in with."""
_PATIENCE = 10.0
"""Seconds for a program that may have to ask a keyring."""
PUBLIC_HOSTS = frozenset({"github.com", "gitlab.com"})


def token_for(kind: str, host: str, environment: Mapping[str, str]) -> Secret:
    """Return the token for a tracker, empty when there is none.

    :param host: the server, for the vendor's own command.
    """
    for name in TOKENS.get(kind, ()):
        if environment.get(name):
            return Secret(environment[name])
    return Secret(_printed_token(kind, host, environment))


def app_credentials(kind: str, environment: Mapping[str, str]) -> dict[str, Secret]:
    """Return what a GitHub App logs in with, empty when it is not set."""
    if kind != "github" or not all(environment.get(name) for name in APP_VARIABLES.values()):
        return {}
    return {key: Secret(environment[name]) for key, name in APP_VARIABLES.items()}


def api_url_for(kind: str, environment: Mapping[str, str], remote: Remote | None) -> str:
    """Return the address of the server: the CI's, else the remote's, else empty for the public one."""
    by_ci = environment.get("GITHUB_API_URL" if kind == "github" else "CI_SERVER_URL", "")
    if by_ci or remote is None or remote.kind != kind or remote.host in PUBLIC_HOSTS:
        return by_ci
    return api_url_of(kind, remote.host)


def api_url_of(kind: str, host: str) -> str:
    """Return where a server of one's own has its API."""
    return f"https://{host}/api/v3" if kind == "github" else f"https://{host}"


def ci_target(environment: Mapping[str, str]) -> tuple[str, str]:
    """Return tracker and target of the repository whose CI runs this, or two empty texts."""
    if environment.get("GITHUB_ACTIONS") == "true" and environment.get("GITHUB_REPOSITORY"):
        return "github", environment["GITHUB_REPOSITORY"]
    if environment.get("GITLAB_CI") == "true" and environment.get("CI_PROJECT_ID"):
        return "gitlab", environment["CI_PROJECT_ID"]
    return "", ""


def _printed_token(kind: str, host: str, environment: Mapping[str, str]) -> str:
    if kind not in LOGINS:
        return ""
    flags = ("--hostname" if kind == "github" else "--host", host) if host else ()
    return programs.run([*LOGINS[kind], *flags], variables=environment, seconds=_PATIENCE).said
