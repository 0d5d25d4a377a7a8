"""GitLab, as the rest of the program knows it.

https://docs.gitlab.com/user/gitlab_com/#alternative-ssh-port
https://docs.gitlab.com/cli/#environment-variables
"""

from __future__ import annotations

from techmap_sync.registry import OwnersFile, Servers, TrackerKind, WebLinks
from techmap_sync.trackers.gitlab.ci import GitLabCi

KIND = TrackerKind(
    name="gitlab",
    title="GitLab",
    target="GROUP/NAME",
    connect="techmap_sync.trackers.gitlab.tracker:connect",
    servers=Servers(
        public_api="https://gitlab.com",
        aliases={"altssh.gitlab.com": "gitlab.com", "www.gitlab.com": "gitlab.com"},
        own_host_prefix="gitlab.",  # how GitLab's documents call a server of one's own
        tokens=("TECHMAP_SYNC_GITLAB_TOKEN", "GITLAB_TOKEN"),
        login=("glab", "config", "get", "token", "--host"),
        host_variables=("GITLAB_HOST", "GL_HOST"),
        answered_by=("GITLAB_ACCESS_TOKEN", "OAUTH_TOKEN", "GITLAB_CI"),
    ),
    web=WebLinks("/-/blob/{commit}/", "/-/raw/{commit}/", "#L{first}-{last}"),
    ci=GitLabCi(),
    # https://docs.gitlab.com/user/project/codeowners/#codeowners-file
    owners_file=OwnersFile(
        ("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"), "techmap_sync.trackers.gitlab.code_owners:read"
    ),
    names=("iteration", "epic"),
    review="techmap_sync.trackers.gitlab.review:GitLabReview",
    proposals="techmap_sync.trackers.gitlab.proposals:GitLabProposals",
    start="techmap_sync.trackers.gitlab.ci:pipeline",
)
