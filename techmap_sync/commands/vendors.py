"""What differs between the vendors of servers: hosts, variables and login commands, one row each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from techmap_sync.servers import Server, read_address, server_named


@dataclass(frozen=True, slots=True)
class Vendor:
    """One kind of server, as far as a login has to know it."""

    kind: str
    """What stands before the colon of ``--to``."""
    name: str
    public_api: str
    """Address of the API that everybody uses."""
    tokens: tuple[str, ...]
    """Variables that hold a token, the strongest first."""
    login: tuple[str, ...]
    """Command that prints the token of whoever is logged in on a host, which is its last argument."""
    host_variables: tuple[str, ...]
    """Variables by which the vendor's own program is told a host."""
    ci: str
    """Variable that says that this vendor's CI runs this job."""
    ci_apis: tuple[str, ...]
    """Variables that hold the address of the API of the CI's own server, the best first."""
    ci_server: str
    """Variable that holds the address of that server where its API is at another one; empty where it is not."""
    own_api: str
    """Where a self-hosted server has its API, below its host."""

    def login_host(self, server: Server) -> str:
        """Return the host by which people know a server: it may have a host of its own for its API.

        https://docs.github.com/enterprise-cloud@latest/admin/data-residency: ``api.TENANT.ghe.com``.
        """
        apart = self.kind == "github" and (server.host == "api.github.com" or server.host.endswith(".ghe.com"))
        return server.authority.removeprefix("api.") if apart else server.authority

    def api_of(self, host: str) -> str:
        """Return the address of the API of a server that people know by this host."""
        if self.kind == "github" and host.endswith(".ghe.com"):
            return f"https://api.{host}"
        return self.public_api if host in self.public_hosts else f"https://{host}{self.own_api}"

    @property
    def public_hosts(self) -> frozenset[str]:
        """The hosts of the server that everybody uses."""
        server = read_address(self.public_api)[0]
        return frozenset({server.authority, self.login_host(server)})

    def ci_address(self, variables: Mapping[str, str]) -> str:
        """Return the address of the API of the server whose CI runs this job; empty outside of one."""
        if variables.get(self.ci) != "true":
            return ""
        told = next((variables[name] for name in self.ci_apis if variables.get(name)), "")
        server = server_named(variables.get(self.ci_server, "")) if self.ci_server else None
        return told or (self.api_of(server.authority) if server else "")


GITHUB = Vendor(
    kind="github",
    name="GitHub",
    public_api="https://api.github.com",
    tokens=("TECHMAP_SYNC_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
    login=("gh", "auth", "token", "--hostname"),
    host_variables=("GH_HOST",),
    ci="GITHUB_ACTIONS",
    ci_apis=("GITHUB_API_URL",),
    ci_server="GITHUB_SERVER_URL",
    own_api="/api/v3",
)
GITLAB = Vendor(
    kind="gitlab",
    name="GitLab",
    public_api="https://gitlab.com",
    tokens=("TECHMAP_SYNC_GITLAB_TOKEN", "GITLAB_TOKEN"),
    login=("glab", "config", "get", "token", "--host"),
    host_variables=("GITLAB_HOST", "GL_HOST"),
    ci="GITLAB_CI",
    ci_apis=("CI_SERVER_URL", "CI_API_V4_URL"),
    ci_server="",
    own_api="",
)
VENDORS = {vendor.kind: vendor for vendor in (GITHUB, GITLAB)}
SPEAKING = frozenset(
    {"GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "CODESPACES"}
)
"""Further variables from which ``gh`` and ``glab`` take a token whatever host they are asked for.

https://cli.github.com/manual/gh_help_environment, https://docs.gitlab.com/cli/#environment-variables
"""
