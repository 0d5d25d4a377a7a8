"""GitHub, as the rest of the program knows it.

https://docs.github.com/authentication/troubleshooting-ssh/using-ssh-over-the-https-port
https://docs.github.com/enterprise-cloud@latest/admin/data-residency: ``api.TENANT.ghe.com``
https://cli.github.com/manual/gh_help_environment
"""

from __future__ import annotations

from techmap_sync.registry import OwnersFile, Servers, TrackerKind, WebLinks
from techmap_sync.trackers.github.ci import GitHubActions

_SERVERS = Servers(
    public_api="https://api.github.com",
    aliases={"ssh.github.com": "github.com", "www.github.com": "github.com"},
    api_apart=("github.com", ".ghe.com"),
    own_api="/api/v3",
    tokens=("TECHMAP_SYNC_GITHUB_TOKEN", "GH_TOKEN", "GITHUB_TOKEN"),
    credentials={
        "app_id": "TECHMAP_SYNC_GITHUB_APP_ID",
        "private_key": "TECHMAP_SYNC_GITHUB_PRIVATE_KEY",
        "installation_id": "TECHMAP_SYNC_GITHUB_INSTALLATION_ID",
    },
    ci_token="GITHUB_TOKEN",  # noqa: S106 - the name of a variable
    login=("gh", "auth", "token", "--hostname"),
    host_variables=("GH_HOST",),
    answered_by=("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN", "GITHUB_ACTIONS", "CODESPACES"),
)
KIND = TrackerKind(
    name="github",
    title="GitHub",
    target="OWNER/NAME",
    connect="techmap_sync.trackers.github.tracker:connect",
    servers=_SERVERS,
    web=WebLinks("/blob/{commit}/", "/raw/{commit}/", "#L{first}-L{last}"),
    ci=GitHubActions(_SERVERS.api_of),
    # https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners#codeowners-file-location
    owners_file=OwnersFile(
        (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"), "techmap_sync.trackers.github.code_owners:read"
    ),
    names=("type", "priority_field", "project"),
    review="techmap_sync.trackers.github.review:GitHubReview",
    proposals="techmap_sync.trackers.github.proposals:GitHubProposals",
    start="techmap_sync.trackers.github.ci:workflow",
)
