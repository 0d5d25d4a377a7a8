"""All that the endpoints work on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tests.simulators.github.boards import BoardOfOwner
from tests.simulators.github.messages import NOT_FOUND, Response, refused
from tests.simulators.github.proposals import ProposalRoom
from tests.simulators.github.rows import OLDEST, Rows
from tests.simulators.github.state import Account, Issue, Repository


@dataclass
class World:
    """One repository on one server."""

    repository: Repository
    clock: Callable[[], datetime]
    base_url: str = ""
    version: str = OLDEST
    """Version of the API in which the server answers."""
    reader: Account | None = None
    """Whom the answer is for."""
    missing: frozenset[str] = frozenset()
    """Parts of paths that the server does not know."""
    takes_parents: bool = True
    """A new issue can name its parent; servers before 2026-08 ignore that."""
    queries_children: bool = False
    """GraphQL has sub-issues even where REST lacks them: GitHub Enterprise Server from 3.17 on."""
    mutates: bool = True
    """GraphQL adds dependencies; older servers do not know the mutation."""
    failing_places: frozenset[str] = frozenset()
    """The places in a mutation at which the server fails, whatever is asked there: ``0`` is the first."""
    breaks_at: int | None = None
    """Place in the next request for several mutations at which the server breaks down without an answer."""
    most_aliases: int = 0
    """How many issues a GraphQL query may name before it takes too long; 0 for any number."""
    query_error: str = ""
    """Type of the error that every query for issues is answered with, status 200 and no data; empty for none."""
    forbidden: frozenset[int] | set[int] = frozenset()
    """Issues of which a query is told nothing but that it may not see them."""
    proposals: ProposalRoom | None = None
    """Branches and pull requests, where a test needs them."""
    board: BoardOfOwner | None = None
    """The one board of the owner."""
    footer: str = ""
    """What something on the way adds to each text that is written."""

    @property
    def rows(self) -> Rows:
        """What turns values into JSON."""
        shows_children = not any("sub_issue" in part for part in self.missing)
        return Rows(self.base_url, self.repository, self.reader, self.version, shows_children)

    def next_number(self) -> int:
        """Return the next number of an issue or a pull request."""
        return max(self.repository.issues, default=0) + 1

    def issue(self, number: str) -> Issue | Response:
        """Return an issue, or the answer that there is none."""
        issue = self.repository.issues.get(int(number))
        if issue is None:
            return NOT_FOUND
        if issue.gone == "deleted":
            return refused(410, "This issue was deleted")
        if issue.gone:
            return refused(301, "Moved Permanently").plus(location=f"{self.base_url}{issue.gone}")
        return issue
