"""What this server can hold: asked, because GitHub Enterprise Server lags behind github.com."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from techmap_sync.adapters.github import shapes
from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.edges import CHILD_LIMIT, DEPENDENCY_LIMIT
from techmap_sync.adapters.github.issues import blocker_count, child_count, is_issue, parent_of
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.adapters.github.shelf import Shelf
from techmap_sync.adapters.shapes import Row
from techmap_sync.syncing.tracker import Capabilities, EdgeKind

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
