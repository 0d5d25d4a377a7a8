"""Whether there is a token that can be one, before any request is sent."""

from __future__ import annotations

from techmap_sync.adapters.connection import Connection
from techmap_sync.adapters.gitlab.problems import ACCESS
from techmap_sync.errors import UsageProblem


def check_login(connection: Connection) -> None:
    """Refuse to ask a server with a token that cannot be one.

    :raises UsageProblem: there is no token, or it cannot be one.
    """
    token = connection.token.value
    if not token:
        raise UsageProblem("no token for GitLab", f"set GITLAB_TOKEN, or log in with: glab auth login; {ACCESS}")
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageProblem("the token for GitLab holds characters that no token has", "copy it again, without quotes")
