"""What ``doctor`` reports about a repository on GitHub; nothing is written."""

from __future__ import annotations

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Capabilities, Finding
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.github.users import may_label
from techmap_sync.trackers.http import RequestRefused

_SCOPES = ("repo", "public_repo")


def of_repository(repository: Row, account: str, scopes: str | None, *, installation: bool) -> list[Finding]:
    """Return what the repository's row says about it and our rights.

    :param account: login of the token's account; empty when it is unknown.
    :param scopes: the scopes of a classic token; None for tokens that have none.
    :param installation: the token is an App's or that of Actions.
    """
    return [
        Finding(
            "repository",
            True,
            f"{repository.get('full_name')}, {repository.get('visibility', 'of unknown visibility')}",
        ),
        Finding("token", True, f"of {account}" if account else "accepted; the server does not say whose it is"),
        _issues(repository),
        _rights(repository, scopes, installation),
    ]


def of_features(capabilities: Capabilities, host: str) -> list[Finding]:
    """Return which links the server has."""
    without = "; {} written as text"
    children, blocking = capabilities.children != 0, capabilities.native_blocking
    return [
        Finding(
            "sub-issues", True, host + (" has them" if children else " has none" + without.format("a task list is"))
        ),
        Finding("dependencies", True, host + (" has them" if blocking else " has none" + without.format("they are"))),
    ]


def of_limits(left: str) -> list[Finding]:
    """Return how many requests are left, in the words of the rate limit."""
    return [Finding("requests", not left.startswith("0 "), f"{left} left in this hour" if left else "not limited")]


def of_failure(error: TrackerError) -> Finding:
    """Return why nothing more could be found out."""
    match error:
        case RequestRefused(status=401 | 403):
            what = "token"
        case RequestRefused(status=404):
            what = "repository"
        case _:
            what = "server"
    return Finding(what, False, f"{error.what}: {error.hint}")


def _issues(repository: Row) -> Finding:
    if repository.get("archived"):
        return Finding("issues", False, "the repository is archived: unarchive it, or name another one")
    if not repository.get("has_issues"):
        return Finding("issues", False, "they are disabled: enable them in the repository's settings")
    return Finding("issues", True, "enabled")


def _rights(repository: Row, scopes: str | None, installation: bool) -> Finding:
    """Return what the account and a classic token may do; other tokens show their rights only when they write.

    https://docs.github.com/apps/oauth-apps/building-oauth-apps/scopes-for-oauth-apps
    """
    if not may_label(repository, installation=installation):
        return Finding("rights", False, "the account may not set labels here: it needs the role Triage or Write")
    if scopes is not None and not set(_SCOPES) & set(scopes.replace(" ", "").split(",")):
        return Finding("rights", False, "the token lacks the scope repo (public_repo for a public repository)")
    if scopes is None:
        return Finding(
            "rights", True, "the account may set labels; the token needs the permission Issues: read and write"
        )
    return Finding("rights", True, "may create issues and labels")
