"""Sub-issues and dependencies between the issues of a repository.

https://docs.github.com/rest/issues/sub-issues and https://docs.github.com/rest/issues/issue-dependencies: both name the
other issue by its database id, not by its number.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from techmap_sync.errors import BudgetSpent, NotSupported, OutcomeUnclear, TicketRefused, TrackerError, UnexpectedAnswer
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends
from techmap_sync.trackers.answers import Row, Unexpected
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github.client import Api, one_issue
from techmap_sync.trackers.github.errors import Refusal
from techmap_sync.trackers.github.issues import (
    blocker_count,
    blocking_count,
    child_count,
    is_issue,
    parent_of,
    reference,
)

_GONE = (301, 404, 410)
"""Status of an issue that was transferred, never was, or was deleted."""


class Shelf:
    """Reads single issues, and remembers the ids of all that came by."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._name = name
        self._ids: dict[str, int] = {}
        self._parents: dict[str, str | None] = {}

    @property
    def any_number(self) -> str:
        """The number of an issue that exists; empty when none came by."""
        return next(iter(self._ids), "")

    def keep(self, row: Row) -> Row:
        """Remember an issue that was read; a pull request, which lists hold too, is passed through."""
        if is_issue(row):
            self._ids[str(row["number"])] = row["id"]
            self._parents[str(row["number"])] = parent_of(row)
        return row

    def find(self, number: str) -> Row | None:
        """Read an issue; None when there is none, or only a pull request.

        A repository that cannot be seen is no answer to whether an issue is gone.

        :raises TrackerError: it could not be read.
        """
        if not number.isdecimal():
            return None
        try:
            row = self._api.row(f"/issues/{number}", shapes.ISSUE)
        except Refusal as error:
            if error.status not in _GONE or "disabled" in error.said:
                raise
            if not self._ids:
                self._api.read("")
            return None
        if str(row["number"]) != str(int(number)):
            what = f"{self._api.host} answered with issue {row['number']} instead of {number}"
            raise UnexpectedAnswer(self._name, what, "try again")
        self.keep(row)
        return row if is_issue(row) else None

    def required(self, number: str) -> Row:
        """Read an issue that has to exist.

        :raises TicketRefused: it does not.
        :raises TrackerError: it could not be read.
        """
        row = self.find(number)
        if row is None:
            what = f"there is no issue {number} in {self._api.repository}"
            raise TicketRefused(self._name, what, "it was deleted or transferred: run again")
        return row

    def has(self, number: str) -> bool:
        """Return whether there is such an issue: one that came by is not read again.

        :raises TrackerError: it could not be read.
        """
        return number in self._parents or self.find(number) is not None

    def parent_of(self, number: str) -> str | None:
        """Return the parent that an issue had when it last came by; it is read if it never did.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._parents:
            self.required(number)
        return self._parents[number]

    def forget(self, number: str) -> None:
        """Take what is known of an issue's parent for out of date."""
        self._parents.pop(number, None)

    def id_of(self, number: str) -> int:
        """Return the database id of an issue, which is read if it never came by.

        :raises TrackerError: there is no such issue.
        """
        if number not in self._ids:
            self.required(number)
        return self._ids[number]


CHILD_LIMIT = 100
"""https://docs.github.com/issues/tracking-your-work-with-issues/using-issues/adding-sub-issues"""

DEPENDENCY_LIMIT = 50
"""In each direction: https://github.blog/changelog/2025-08-21-dependencies-on-issues/"""

LEVELS = 8
"""Of sub-issues below one another: the same page."""
_DEPTH = re.compile(r"\b(deep|depth|nest\w*|levels?|layers?)\b", re.IGNORECASE)
_LIMIT = re.compile(r"more than \d+|maximum|limit|exceed", re.IGNORECASE)
_SETTLED_BY_A_LOOK = (400, 404, 410, 422)

_TOO_MUCH = (502, 504)
"""Status that a query gets which takes the server too long."""
_QUERIED_AT_ONCE = 100
_ENDS = (
    "parent { number repository { nameWithOwner } } "
    "blockedBy(first: 50) { totalCount nodes { number repository { nameWithOwner } } }"
)
"""A hundred issues with these cost one point: https://docs.github.com/graphql/reference/objects#issue"""


class Edges:
    """Adds, removes and reads edges. After a refusal or no answer it looks whether the edge is as wanted anyway."""

    def __init__(self, api: Api, name: str, shelf: Shelf) -> None:
        self._api = api
        self._name = name
        self._shelf = shelf
        self.lacking: set[EdgeKind] = set()
        """Kinds of edges that the server turned out not to know."""

    def read(self, numbers: Collection[str]) -> dict[str, Ends]:
        """Read where the edges of some issues end: a hundred issues a query, one by one where that is not answered.

        An issue that is gone, or of which the server refuses to tell, is left out.

        :raises TrackerError: the server refused or did not answer.
        """
        told: dict[str, Ends | None] = {}
        if len(numbers) > 1:
            for some in _portions([number for number in numbers if number.isdecimal()]):
                told |= self._queried(some)
        ends = {number: each for number, each in told.items() if each is not None}
        for number in numbers:
            if number not in told:
                with suppress(TicketRefused), one_issue(self._api, self._name):
                    ends |= self._read_alone(number)
        return ends

    def _read_alone(self, number: str) -> dict[str, Ends]:
        if not self._shelf.has(number):
            return {}
        return {number: Ends(self._shelf.parent_of(number), self.blockers(number))}

    def _queried(self, numbers: Sequence[str], again: bool = True) -> dict[str, Ends | None]:
        """Ask for many issues at once: None for one that is gone, and nothing of one that is not told in full.

        :param again: where the server breaks down over so many, ask for half of them at a time.
        """
        owner, _, name = self._api.repository.partition("/")
        fields = " ".join(f"i{number}: issue(number: {number}) {{ {_ENDS} }}" for number in numbers)
        try:
            answer = self._api.ask(f'query {{ repository(owner: "{owner}", name: "{name}") {{ {fields} }} }}')
        except BudgetSpent:
            raise
        except Refusal as error:
            if error.status not in _TOO_MUCH or not again or len(numbers) == 1:
                return {}
            half = len(numbers) // 2
            return self._queried(numbers[:half], again=False) | self._queried(numbers[half:], again=False)
        except TrackerError:
            return {}
        rows = answer.data.get("repository")
        found = {number: self._ends_of(rows.get(f"i{number}")) for number in numbers} if isinstance(rows, dict) else {}
        gone = {number: None for number in numbers if f"i{number}" in answer.gone}
        return {number: ends for number, ends in found.items() if ends is not None} | gone

    def _ends_of(self, row: object) -> Ends | None:
        """Return the edges of an issue; None where something of them is missing or hidden."""
        try:
            known = shapes.ENDS.read(row)
        except Unexpected:
            return None
        blockers = known["blockedBy"]
        if blockers["totalCount"] > len(blockers["nodes"]):
            return None
        parent = self._named(known["parent"]) if known["parent"] else None
        return Ends(parent, frozenset(map(self._named, blockers["nodes"])))

    def _named(self, node: Mapping[str, Any]) -> str:
        return reference(f"{node['repository']['nameWithOwner']}/issues/{node['number']}", self._api.repository)

    def blockers(self, number: str) -> frozenset[str]:
        """Read the numbers of the issues that block one; those of other repositories bear their names.

        A server without dependencies, which answers with status 404, has none.
        """
        try:
            rows = list(self._api.pages(f"/issues/{number}/dependencies/blocked_by", shapes.BLOCKER))
        except Refusal as error:
            if error.status != 404:
                raise
            return frozenset()
        return frozenset(reference(row["url"], self._api.repository) for row in rows)

    def add(self, edge: Edge) -> None:
        """Add an edge.

        :raises NotSupported: the server has no such edges, or the parent has no room.
        :raises TrackerError: an issue is missing, or it is a sub-issue of another one.
        """
        if edge.source == edge.target:
            raise TicketRefused(self._name, f"issue {edge.source} cannot be {edge.kind} itself")
        match edge.kind:
            case EdgeKind.CHILD_OF:
                path, body = f"/issues/{edge.target}/sub_issues", {"sub_issue_id": self._shelf.id_of(edge.source)}
            case EdgeKind.BLOCKED_BY:
                path = f"/issues/{edge.source}/dependencies/blocked_by"
                body = {"issue_id": self._shelf.id_of(edge.target)}
        self._shelf.forget(edge.source)
        self._write("POST", path, body, edge, wanted=True)

    def remove(self, edge: Edge) -> None:
        """Remove an edge.

        :raises TrackerError: an issue is missing, or the edge is still there.
        """
        self._shelf.forget(edge.source)
        match edge.kind:
            case EdgeKind.CHILD_OF:
                path = f"/issues/{edge.target}/sub_issue"
                body = {"sub_issue_id": self._shelf.id_of(edge.source)}
                self._write("DELETE", path, body, edge, wanted=False)
            case EdgeKind.BLOCKED_BY:
                path = f"/issues/{edge.source}/dependencies/blocked_by/{self._shelf.id_of(edge.target)}"
                self._write("DELETE", path, None, edge, wanted=False)

    def _write(self, verb: str, path: str, body: object, edge: Edge, *, wanted: bool) -> None:
        try:
            answer = self._api.write(verb, path, body)
        except OutcomeUnclear:
            if self._exists(edge) is not wanted:
                raise
        except Refusal as error:
            if error.status not in _SETTLED_BY_A_LOOK:
                raise
            if self._exists(edge) is not wanted:
                raise self._explained(error, edge) from error
        else:
            named = str(answer.row.get("number")) in (edge.source, edge.target)
            if not named and self._exists(edge) is not wanted:
                raise TicketRefused(self._name, f"the edge of issue {edge.source} was not stored", "run again")

    def _exists(self, edge: Edge) -> bool:
        match edge.kind:
            case EdgeKind.CHILD_OF:
                return parent_of(self._shelf.required(edge.source)) == edge.target
            case EdgeKind.BLOCKED_BY:
                return edge.target in self.blockers(edge.source)

    def _has(self, edge: Edge) -> bool:
        """Return whether the server knows such edges: one that does not answers 404 of any issue."""
        what = "sub_issues" if edge.kind is EdgeKind.CHILD_OF else "dependencies/blocked_by"
        try:
            self._api.read(f"/issues/{edge.target}/{what}", {"per_page": 1})
        except Refusal as error:
            if error.status != 404:
                raise
            return False
        return True

    def _explained(self, error: Refusal, edge: Edge) -> TrackerError:
        """Find out why an edge was refused; the server's sentences for it are documented nowhere."""
        source, target = self._shelf.required(edge.source), self._shelf.required(edge.target)
        if error.status == 404 and not self._has(edge):
            kind = "sub-issues" if edge.kind is EdgeKind.CHILD_OF else "dependencies"
            self.lacking.add(edge.kind)
            return NotSupported(self._name, f"{self._api.host} has no {kind}", "its next release may have them")
        parent = parent_of(source)
        if edge.kind is EdgeKind.CHILD_OF and parent:
            what = f"issue {edge.source} is a sub-issue of {parent} already"
            return TicketRefused(self._name, what, f"remove it there to have it below {edge.target}")
        if edge.kind is EdgeKind.CHILD_OF and child_count(target) >= CHILD_LIMIT:
            return NotSupported(self._name, f"issue {edge.target} has {CHILD_LIMIT} sub-issues, and there is no room")
        if edge.kind is EdgeKind.CHILD_OF and error.status == 422 and _DEPTH.search(error.what):
            return NotSupported(self._name, f"sub-issues may be nested {LEVELS} deep, and issue {edge.target} is there")
        if edge.kind is EdgeKind.BLOCKED_BY and error.status == 422 and _is_full(error, source, target):
            what = f"{DEPENDENCY_LIMIT} dependencies in each direction are all that an issue may have"
            return NotSupported(self._name, what)
        return error


def _is_full(error: Refusal, source: Row, target: Row) -> bool:
    """Return whether one of the issues has as many dependencies as it may have.

    Rows tell how many; what the refusal says is documented nowhere.
    """
    full = (blocker_count(source) or 0) >= DEPENDENCY_LIMIT or (blocking_count(target) or 0) >= DEPENDENCY_LIMIT
    return full or bool(_LIMIT.search(error.what))


def _portions(numbers: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (numbers[start : start + _QUERIED_AT_ONCE] for start in range(0, len(numbers), _QUERIED_AT_ONCE))
