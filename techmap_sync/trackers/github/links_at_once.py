"""Edges of many issues in one request, by GraphQL: https://docs.github.com/graphql/reference/issues.

Whatever an answer leaves open is left out, for the caller to read or write by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends
from techmap_sync.trackers.answers import Count, Number, Row, Schema, Unexpected
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.errors import not_found
from techmap_sync.trackers.github.features import Features
from techmap_sync.trackers.github.issues import LINKS_AT_ONCE, Issues, reference
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.queries import words


class _Home(TypedDict):
    nameWithOwner: str


class _Node(TypedDict):
    number: Number
    repository: _Home


class _Nodes(TypedDict):
    totalCount: Count
    nodes: list[_Node]


class _Ends(TypedDict):
    parent: _Node | None
    blockedBy: NotRequired[_Nodes]


class _Numbered(TypedDict):
    number: Number


class _Added(TypedDict):
    issue: _Numbered
    blockingIssue: _Numbered


class _Child(TypedDict):
    issue: _Numbered
    subIssue: _Numbered


_ENDS = Schema(_Ends, "an issue's links")
_ADDED = Schema(_Added, "a dependency")
_CHILD = Schema(_Child, "a sub-issue")

_TOO_MUCH = (502, 504)
"""Status of a query that takes the server too long."""
_READ_AT_ONCE = 100
_NODE_ID = lazy(r"[\w=+/-]{1,200}", re.ASCII)
_PARENT_QUERY = "parent { number repository { nameWithOwner } }"
_ENDS_QUERY = f"{_PARENT_QUERY} blockedBy(first: 50) {{ totalCount nodes {{ number repository {{ nameWithOwner }} }} }}"
"""A hundred issues with these cost one point: https://docs.github.com/graphql/reference/objects#issue"""


class LinksAtOnce:
    """Reads the edges of a hundred issues in one request, and adds ten dependencies in one."""

    def __init__(self, client: GitHubClient, issues: Issues, features: Features) -> None:
        self._client = client
        self._issues = issues
        self._features = features
        self.most = min(LINKS_AT_ONCE, client.limit.most_at_once)
        """How many dependencies one request can add; 1 for a server that turned out not to take several."""

    def read(self, numbers: Sequence[str]) -> dict[str, Ends | None]:
        """Ask where the edges of issues end: None for one that is gone; one without a complete answer is left out."""
        found: dict[str, Ends | None] = {}
        for some in _batches(numbers):
            found |= self._queried(some)
        return found

    def add(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Add dependencies in one request; return those that its answer, or a look afterwards, shows to be there.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        named = [edge for edge in edges if self._has_node_ids(edge)]
        if self.most == 1 or not named:
            return frozenset()
        try:
            answers = self._client.mutate([self._mutation(place, edge) for place, edge in enumerate(named)]).data
        except BudgetSpent:
            raise
        except OutcomeUnclear:
            return self._there(named)
        except TrackerError:
            answers = {}
        if not answers:
            self.most = 1
        return frozenset(edge for place, edge in enumerate(named) if _is_about(edge, answers.get(f"e{place}")))

    def change_child(self, edge: Edge, *, wanted: bool) -> str | None:
        """Add or remove one sub-issue; return the server's words where its answer does not confirm it.

        :raises OutcomeUnclear: no clear answer came, and it may have taken effect.
        """
        verb = "addSubIssue" if wanted else "removeSubIssue"
        answer = self._client.mutate([self._child_mutation(verb, 0, edge)])
        return None if _is_about(edge, answer.data.get("e0")) else words(answer.errors)

    def _queried(self, numbers: Sequence[str], again: bool = True) -> dict[str, Ends | None]:
        """Send one query.

        :param again: where the server fails at so many, ask for half of them at a time.
        """
        owner, _, name = self._client.repository.partition("/")
        wanted = _PARENT_QUERY if self._features.dependencies is False else _ENDS_QUERY
        fields = " ".join(f"i{number}: issue(number: {number}) {{ {wanted} }}" for number in numbers)
        try:
            answer = self._client.ask(f'query {{ repository(owner: "{owner}", name: "{name}") {{ {fields} }} }}')
        except BudgetSpent:
            raise
        except RequestRefused as error:
            if error.status not in _TOO_MUCH or not again or len(numbers) == 1:
                return {}
            half = len(numbers) // 2
            return self._queried(numbers[:half], again=False) | self._queried(numbers[half:], again=False)
        except TrackerError:
            return {}
        rows, lost = answer.data.get("repository"), not_found(answer.errors)
        found = {number: self.ends_of(rows.get(f"i{number}")) for number in numbers} if isinstance(rows, dict) else {}
        gone = {number: None for number in numbers if f"i{number}" in lost}
        return {number: ends for number, ends in found.items() if ends is not None} | gone

    def ends_of(self, row: object) -> Ends | None:
        """Return the edges of an issue in an answer; None where something of them is missing or hidden."""
        try:
            known = _ENDS.read(row)
        except Unexpected:
            return None
        lacking: Row = {"totalCount": 0, "nodes": []} if self._features.dependencies is False else {}
        blockers = known.get("blockedBy", lacking)
        if not blockers or blockers["totalCount"] > len(blockers["nodes"]):
            return None
        parent = self._named(known["parent"]) if known["parent"] else None
        return Ends(parent, frozenset(map(self._named, blockers["nodes"])))

    def _named(self, node: Mapping[str, Any]) -> str:
        return reference(f"{node['repository']['nameWithOwner']}/issues/{node['number']}", self._client.repository)

    def _has_node_ids(self, edge: Edge) -> bool:
        names = (self._issues.node_id_of(edge.source), self._issues.node_id_of(edge.target))
        can_be_added = edge.kind is EdgeKind.BLOCKED_BY or self._features.sub_issues_by_query
        return can_be_added and all(map(_NODE_ID.fullmatch, names))

    def _mutation(self, place: int, edge: Edge) -> str:
        if edge.kind is EdgeKind.CHILD_OF:
            return self._child_mutation("addSubIssue", place, edge)
        blocked, blocking = self._issues.node_id_of(edge.source), self._issues.node_id_of(edge.target)
        return (
            f'e{place}: addBlockedBy(input: {{issueId: "{blocked}", blockingIssueId: "{blocking}"}}) '
            "{ issue { number } blockingIssue { number } }"
        )

    def _child_mutation(self, verb: str, place: int, edge: Edge) -> str:
        child, parent = self._issues.node_id_of(edge.source), self._issues.node_id_of(edge.target)
        given = f'{{issueId: "{parent}", subIssueId: "{child}"}}'
        return f"e{place}: {verb}(input: {given}) {{ issue {{ number }} subIssue {{ number }} }}"

    def _there(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Return those of some dependencies that the server has by now."""
        ends = self.read(list(dict.fromkeys(edge.source for edge in edges)))
        return frozenset(edge for edge in edges if _shows(ends.get(edge.source), edge))


def _shows(ends: Ends | None, edge: Edge) -> bool:
    if ends is None:
        return False
    return ends.parent == edge.target if edge.kind is EdgeKind.CHILD_OF else edge.target in (ends.blocked_by or ())


def _is_about(edge: Edge, answer: object) -> bool:
    """Return whether the answer to a mutation names both issues of an edge."""
    schema, names = (_ADDED, ("issue", "blockingIssue"))
    if edge.kind is EdgeKind.CHILD_OF:
        schema, names = _CHILD, ("subIssue", "issue")
    try:
        row = schema.read(answer)
    except Unexpected:
        return False
    return (edge.source, edge.target) == tuple(str(row[name]["number"]) for name in names)


def _batches(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (numbers[start : start + _READ_AT_ONCE] for start in range(0, len(numbers), _READ_AT_ONCE))
