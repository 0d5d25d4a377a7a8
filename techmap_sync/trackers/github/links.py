"""Sub-issues and dependencies between the issues of a repository.

https://docs.github.com/rest/issues/sub-issues and https://docs.github.com/rest/issues/issue-dependencies: both name the
other issue by its database id, not by its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from typing_extensions import TypedDict

from techmap_sync.errors import NotSupported, OutcomeUnclear, TicketRefused, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends
from techmap_sync.trackers.answers import Row, Schema
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.features import CHILD_LIMIT, DEPENDENCY_LIMIT, Features
from techmap_sync.trackers.github.issues import (
    Issues,
    blocker_count,
    blocking_count,
    child_count,
    parent_of,
    reference,
)
from techmap_sync.trackers.github.links_at_once import LinksAtOnce
from techmap_sync.trackers.http import RequestRefused


class _Blocker(TypedDict):
    url: str


_BLOCKER = Schema(_Blocker, "an issue")

LEVELS = 8
"""Of sub-issues below one another: the same page."""
_DEPTH = lazy(r"\b(deep|depth|nest\w*|levels?|layers?)\b", re.IGNORECASE)
_LIMIT = lazy(r"more than \d+|maximum|limit|exceed", re.IGNORECASE)
_WORTH_A_LOOK = (400, 404, 410, 422)


class Links:
    """Adds, removes and reads edges. After a refusal or no answer it checks whether the edge is as wanted anyway."""

    def __init__(self, client: GitHubClient, issues: Issues, features: Features) -> None:
        self._client = client
        self._issues = issues
        self._features = features
        self.lacking: set[EdgeKind] = set()
        """Kinds of edges that the server turned out to lack."""
        self.at_once = LinksAtOnce(client, issues, features)

    def read(self, numbers: Collection[str]) -> dict[str, Ends]:
        """Read where the edges of some issues end: a hundred issues a query, one by one where that is not answered.

        An issue that is gone is left out.

        :raises TrackerError: the server refused or did not answer.
        """
        found: dict[str, Ends | None] = {}
        if len(numbers) > 1 or self._features.sub_issues_by_query:
            found = self.at_once.read([number for number in numbers if number.isdecimal()])
        ends = {number: each for number, each in found.items() if each is not None}
        alone = {number: self._read_alone(number) for number in numbers if number not in found}
        return ends | {number: each for number, each in alone.items() if each is not None}

    def _read_alone(self, number: str) -> Ends | None:
        try:
            with self._client.one_ticket():
                known = self._issues.has(number)
                return Ends(self._issues.parent_of(number), self.blockers(number)) if known else None
        except TicketRefused as error:
            return Ends(withheld=error.what)

    def blockers(self, number: str) -> frozenset[str]:
        """Read the numbers of the issues that block one; in other repositories, with the repository's name.

        A server without dependencies, which answers with status 404, has none.
        """
        try:
            with self._client.reading(number):
                rows = list(self._client.rows(f"/issues/{number}/dependencies/blocked_by", _BLOCKER))
        except RequestRefused as error:
            if error.status != 404:
                raise
            return frozenset()
        return frozenset(reference(row["url"], self._client.repository) for row in rows)

    def add(self, edge: Edge) -> None:
        """Add an edge.

        :raises NotSupported: the server has no such edges, or the parent is full.
        :raises TrackerError: an issue is missing, or already a sub-issue of another one.
        """
        if edge.source == edge.target:
            raise self._refused(f"issue {edge.source} cannot be {edge.kind} itself")
        match edge.kind:
            case EdgeKind.CHILD_OF if self._features.sub_issues_by_query:
                self._write_by_query(edge, wanted=True)
                return
            case EdgeKind.CHILD_OF:
                path, body = f"/issues/{edge.target}/sub_issues", {"sub_issue_id": self._issues.id_of(edge.source)}
            case EdgeKind.BLOCKED_BY:
                path = f"/issues/{edge.source}/dependencies/blocked_by"
                body = {"issue_id": self._issues.id_of(edge.target)}
        self._issues.forget(edge.source)
        self._write("POST", path, body, edge, wanted=True)

    def remove(self, edge: Edge) -> None:
        """Remove an edge.

        :raises TrackerError: an issue is missing, or the edge is still there.
        """
        self._issues.forget(edge.source)
        match edge.kind:
            case EdgeKind.CHILD_OF if self._features.sub_issues_by_query:
                self._write_by_query(edge, wanted=False)
            case EdgeKind.CHILD_OF:
                path = f"/issues/{edge.target}/sub_issue"
                body = {"sub_issue_id": self._issues.id_of(edge.source)}
                self._write("DELETE", path, body, edge, wanted=False)
            case EdgeKind.BLOCKED_BY:
                path = f"/issues/{edge.source}/dependencies/blocked_by/{self._issues.id_of(edge.target)}"
                self._write("DELETE", path, None, edge, wanted=False)

    def _write(self, verb: str, path: str, body: object, edge: Edge, *, wanted: bool) -> None:
        try:
            answer = self._client.write(verb, path, body)
        except OutcomeUnclear:
            if self._exists(edge) is not wanted:
                raise
        except RequestRefused as error:
            if error.status not in _WORTH_A_LOOK:
                raise
            if self._exists(edge) is not wanted:
                raise self._explained(error, edge) from error
        else:
            named = str(answer.row.get("number")) in (edge.source, edge.target)
            if not named and self._exists(edge) is not wanted:
                raise TicketRefused(
                    self._client.tracker, f"the edge of issue {edge.source} was not stored", "run again"
                )

    def _write_by_query(self, edge: Edge, *, wanted: bool) -> None:
        """Add or remove a sub-issue where only GraphQL has them.

        :raises TrackerError: an issue is missing, or has another parent, or nothing more may be added.
        """
        for number in (edge.source, edge.target):
            self._issues.required(number)
        try:
            words = self.at_once.change_child(edge, wanted=wanted)
        except OutcomeUnclear:
            if self._exists(edge) is not wanted:
                raise
            return
        if words is None or self._exists(edge) is wanted:
            return
        if wanted and (_LIMIT.search(words) or _DEPTH.search(words)):
            raise self._unsupported(f"issue {edge.target} takes no more sub-issues: {words}")
        raise self._refused(words or f"the edge of issue {edge.source} was not stored", "run again")

    def _exists(self, edge: Edge) -> bool:
        match edge.kind:
            case EdgeKind.CHILD_OF if self._features.sub_issues_by_query:
                ends = self.at_once.read([edge.source]).get(edge.source)
                return ends is not None and ends.parent == edge.target
            case EdgeKind.CHILD_OF:
                return parent_of(self._issues.required(edge.source)) == edge.target
            case EdgeKind.BLOCKED_BY:
                return edge.target in self.blockers(edge.source)

    def _has(self, edge: Edge) -> bool:
        """Return whether the server has such edges: without them it answers 404 for any issue."""
        what = "sub_issues" if edge.kind is EdgeKind.CHILD_OF else "dependencies/blocked_by"
        try:
            self._client.read(f"/issues/{edge.target}/{what}", {"per_page": 1})
        except RequestRefused as error:
            if error.status != 404:
                raise
            return False
        return True

    def _explained(self, error: RequestRefused, edge: Edge) -> TrackerError:
        """Find out why an edge was refused; the server's messages are undocumented."""
        source, target = self._issues.required(edge.source), self._issues.required(edge.target)
        if error.status == 404 and not self._has(edge):
            kind = "sub-issues" if edge.kind is EdgeKind.CHILD_OF else "dependencies"
            self.lacking.add(edge.kind)
            return NotSupported(
                self._client.tracker, f"{self._client.host} has no {kind}", "its next release may have them"
            )
        parent = parent_of(source)
        if edge.kind is EdgeKind.CHILD_OF and parent:
            what = f"issue {edge.source} is a sub-issue of {parent} already"
            return self._refused(what, f"remove it there to have it below {edge.target}")
        if edge.kind is EdgeKind.CHILD_OF and child_count(target) >= CHILD_LIMIT:
            return NotSupported(
                self._client.tracker, f"issue {edge.target} has {CHILD_LIMIT} sub-issues, the most that it may have"
            )
        if edge.kind is EdgeKind.CHILD_OF and error.status == 422 and _DEPTH.search(error.what):
            return NotSupported(
                self._client.tracker, f"sub-issues may be nested {LEVELS} deep, and issue {edge.target} is there"
            )
        if edge.kind is EdgeKind.BLOCKED_BY and error.status == 422 and _is_full(error, source, target):
            what = f"an issue may have at most {DEPENDENCY_LIMIT} dependencies in each direction"
            return self._unsupported(what)
        return error

    def _refused(self, what: str, hint: str = "") -> TicketRefused:
        return TicketRefused(self._client.tracker, what, hint)

    def _unsupported(self, what: str, hint: str = "") -> NotSupported:
        return NotSupported(self._client.tracker, what, hint)


def _is_full(error: RequestRefused, source: Row, target: Row) -> bool:
    """Return whether one of the issues has as many dependencies as it may have.

    Rows contain the counts; the messages are undocumented.
    """
    full = (blocker_count(source) or 0) >= DEPENDENCY_LIMIT or (blocking_count(target) or 0) >= DEPENDENCY_LIMIT
    return full or bool(_LIMIT.search(error.what))
