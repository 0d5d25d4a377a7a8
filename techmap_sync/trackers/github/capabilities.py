"""What this server can hold: asked, because GitHub Enterprise Server lags behind github.com."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Capabilities, EdgeKind, Finding
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github.client import Api
from techmap_sync.trackers.github.errors import Refusal
from techmap_sync.trackers.github.issues import blocker_count, child_count, is_issue, parent_of
from techmap_sync.trackers.github.links import CHILD_LIMIT, DEPENDENCY_LIMIT, Shelf

_HOSTED = ("api.github.com", ".ghe.com")


@dataclass
class Features:
    """Whether there are sub-issues and dependencies; None while that is unknown."""

    sub_issues: bool | None = None
    dependencies: bool | None = None

    @classmethod
    def of_host(cls, host: str) -> Features:
        """Return what is known before anything was read: GitHub's own servers have both."""
        return cls(True, True) if host.endswith(_HOSTED) else cls()

    def learn(self, rows: Iterable[Row]) -> None:
        """Take issues that have edges for a proof that there are edges; their mere fields prove nothing."""
        for row in rows:
            self.sub_issues = self.sub_issues or bool(parent_of(row) or child_count(row)) or None
            self.dependencies = self.dependencies or bool(blocker_count(row)) or None

    def ask(self, api: Api, shelf: Shelf) -> None:
        """Ask for what is still unknown: a server that has no such edges answers 404 even for an issue that exists.

        Where there is no issue to ask about yet, GitHub Enterprise Server is taken to have neither; a later run
        finds out.

        :raises TrackerError: the server did not answer.
        """
        if self.sub_issues is not None and self.dependencies is not None:
            return
        number = shelf.any_number or _any_number(api, shelf)
        if not number:
            self.sub_issues = self.dependencies = not api.is_enterprise
            return
        if self.sub_issues is None:
            self.sub_issues = _answers(api, f"/issues/{number}/sub_issues")
        if self.dependencies is None:
            self.dependencies = _answers(api, f"/issues/{number}/dependencies/blocked_by")

    def lack(self, kinds: Collection[EdgeKind]) -> None:
        """Take it from refused links that the server has no edges of some kinds."""
        self.sub_issues = False if EdgeKind.CHILD_OF in kinds else self.sub_issues
        self.dependencies = False if EdgeKind.BLOCKED_BY in kinds else self.dependencies

    def capabilities(self, seconds_per_write: float, creations_per_hour: int | None) -> Capabilities:
        """Return them in the port's words.

        The limits are those of https://docs.github.com/rest/issues/issues: a title of 256 and a body of 65,536
        characters.
        """
        return Capabilities(
            children=CHILD_LIMIT if self.sub_issues else 0,
            blocking_links=bool(self.dependencies),
            native_blocking=bool(self.dependencies),
            blockers=DEPENDENCY_LIMIT,
            blocking=DEPENDENCY_LIMIT,
            seconds_per_write=seconds_per_write,
            creations_per_hour=creations_per_hour,
            title_limit=256,
            body_limit=65_536,
        )


def _any_number(api: Api, shelf: Shelf) -> str:
    # The first page will do.
    rows = islice(api.pages("/issues", shapes.ISSUE, {"state": "all"}), 100)
    for row in filter(is_issue, rows):
        shelf.keep(row)
    return shelf.any_number


def _answers(api: Api, path: str) -> bool:
    try:
        api.read(path, {"per_page": 1})
    except Refusal as error:
        if error.status != 404:
            raise
        return False
    return True


_SCOPES = ("repo", "public_repo")


def of_repository(repository: Row, account: str, scopes: str | None, *, installation: bool) -> list[Finding]:
    """Return what the repository's own row tells of it and of our rights.

    :param account: login of the token's account; empty when it is unknown.
    :param scopes: the scopes of a classic token; None for tokens that have none.
    :param installation: the token is an App's or of Actions.
    """
    return [
        Finding(
            "repository",
            True,
            f"{repository.get('full_name')}, {repository.get('visibility', 'of unknown visibility')}",
        ),
        Finding("token", True, f"of {account}" if account else "accepted; the server does not tell whose it is"),
        _issues(repository),
        _rights(repository, scopes, installation),
    ]


def of_features(capabilities: Capabilities, host: str) -> list[Finding]:
    """Return which edges the server has."""
    without = "; {} written as text"
    children, blocking = capabilities.children != 0, capabilities.native_blocking
    return [
        Finding(
            "sub-issues", True, host + (" has them" if children else " has none" + without.format("a task list is"))
        ),
        Finding("dependencies", True, host + (" has them" if blocking else " has none" + without.format("they are"))),
    ]


def of_limits(left: str) -> list[Finding]:
    """Return how many requests are left, in the pacer's words."""
    return [Finding("requests", not left.startswith("0 "), f"{left} left in this hour" if left else "not limited")]


def of_failure(error: TrackerError) -> Finding:
    """Return why nothing more could be found out."""
    match error:
        case Refusal(status=401 | 403):
            what = "token"
        case Refusal(status=404):
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


def may_label(repository: Row, *, installation: bool) -> bool:
    """Return whether the account may set labels, as far as the repository tells.

    The row speaks of accounts, not of tokens. An App's token has always read ``push: false`` there and that of Actions
    no permissions at all, whatever they may: https://github.com/semantic-release/github/issues/182, and the comments in
    https://github.com/semantic-release/github/blob/master/lib/verify.js.
    """
    permissions = repository.get("permissions")
    if installation or not isinstance(permissions, dict) or not permissions:
        return True
    return any(permissions.get(role) for role in ("admin", "maintain", "push", "triage"))


def _rights(repository: Row, scopes: str | None, installation: bool) -> Finding:
    """Tell what the account may do, and a classic token; other tokens show their rights only when they write.

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
