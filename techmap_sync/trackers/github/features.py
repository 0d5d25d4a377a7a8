"""What a GitHub server has: sub-issues, dependencies, and by which of its two APIs."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import islice

from techmap_sync.errors import BudgetSpent, TrackerError
from techmap_sync.sync.tracker import Capabilities, EdgeKind
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.issues import ISSUE, Issues, blocker_count, child_count, is_issue, parent_of
from techmap_sync.trackers.http import RequestRefused

_HOSTED = ("api.github.com", ".ghe.com")
CHILD_LIMIT = 100
"""https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues"""

DEPENDENCY_LIMIT = 50
"""In each direction: https://github.blog/changelog/2025-08-21-dependencies-on-issues/"""

_MOST_ASSIGNEES = 10
"""https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue"""


@dataclass
class Features:
    """Whether the server has sub-issues and dependencies; None while that is unknown."""

    sub_issues: bool | None = None
    dependencies: bool | None = None
    parent_at_creation: bool | None = None
    """A new issue can name its parent: since 2026-08; older servers ignore it, as the first creation shows."""

    sub_issues_by_query: bool = False
    """They are in GraphQL only, so no list of issues shows them: GitHub Enterprise Server from 3.17 on."""

    @classmethod
    def of_host(cls, host: str) -> Features:
        """Return what is known before anything was read: GitHub's own servers have both."""
        return cls(True, True, True) if host.endswith(_HOSTED) else cls()

    def learn(self, rows: Iterable[Row]) -> None:
        """Learn from issues that have edges; the fields alone prove nothing."""
        for row in rows:
            self.sub_issues = self.sub_issues or bool(parent_of(row) or child_count(row)) or None
            self.dependencies = self.dependencies or bool(blocker_count(row)) or None

    def ask(self, client: GitHubClient, issues: Issues) -> None:
        """Ask for what is still unknown: a server without such edges answers 404 even for an issue that exists.

        While there is no issue to ask about, GitHub Enterprise Server counts as having neither; a later run asks.

        :raises TrackerError: the server did not answer.
        """
        if self.sub_issues is not None and self.dependencies is not None:
            return
        number = issues.any_number or _any_number(client, issues)
        if not number:
            self.sub_issues = self.dependencies = not client.is_enterprise
            return
        if self.sub_issues is None:
            self.sub_issues = _answers(client, f"/issues/{number}/sub_issues")
            self.sub_issues_by_query = not self.sub_issues and _has_children_in_queries(client, number)
            self.sub_issues = self.sub_issues or self.sub_issues_by_query
        if self.dependencies is None:
            self.dependencies = _answers(client, f"/issues/{number}/dependencies/blocked_by")

    @property
    def parents_listed(self) -> bool:
        """Whether an issue in an answer of the REST API names its parent."""
        return not self.sub_issues_by_query

    def learn_from_creation(self, row: Row, parent: str) -> None:
        """Learn from a new issue whether it got the parent that was named with it."""
        self.parent_at_creation = parent_of(row) == parent

    def lack(self, kinds: Collection[EdgeKind]) -> None:
        """Remember that the server lacks some kinds of edges, as refused links have shown."""
        self.sub_issues = False if EdgeKind.CHILD_OF in kinds else self.sub_issues
        self.dependencies = False if EdgeKind.BLOCKED_BY in kinds else self.dependencies

    def capabilities(
        self, seconds_per_write: float, creations_per_hour: int | None, links_at_once: int = 1
    ) -> Capabilities:
        """Return the capabilities of the port.

        The limits are those of https://docs.github.com/rest/issues/issues: a title of 256 and a body of 65,536
        characters.
        """
        return Capabilities(
            children=CHILD_LIMIT if self.sub_issues else 0,
            parent_at_creation=bool(self.sub_issues) and self.parent_at_creation is not False and self.parents_listed,
            parents_listed=self.parents_listed,
            links_at_once=links_at_once if self.dependencies or self.sub_issues_by_query else 1,
            blocking_links=bool(self.dependencies),
            native_blocking=bool(self.dependencies),
            blockers=DEPENDENCY_LIMIT,
            blocking=DEPENDENCY_LIMIT,
            dates_events=True,
            most_assignees=_MOST_ASSIGNEES,
            seconds_per_write=seconds_per_write,
            creations_per_hour=creations_per_hour,
            title_limit=256,
            body_limit=65_536,
        )


def _any_number(client: GitHubClient, issues: Issues) -> str:
    # The first page is enough.
    rows = islice(client.rows("/issues", ISSUE, {"state": "all"}), 100)
    for row in filter(is_issue, rows):
        issues.keep(row)
    return issues.any_number


def _answers(client: GitHubClient, path: str) -> bool:
    try:
        client.read(path, {"per_page": 1})
    except RequestRefused as error:
        if error.status != 404:
            raise
        return False
    return True


def _has_children_in_queries(client: GitHubClient, number: str) -> bool:
    """Return whether GraphQL knows the parent of an issue: https://docs.github.com/graphql/reference/issues."""
    owner, _, name = client.repository.partition("/")
    asked = f"issue(number: {number}) {{ parent {{ number }} }}"
    try:
        client.ask(f'query {{ repository(owner: "{owner}", name: "{name}") {{ {asked} }} }}')
    except BudgetSpent:
        raise
    except TrackerError:
        return False
    return True
