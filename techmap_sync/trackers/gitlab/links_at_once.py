"""Links of many issues in one request, by GraphQL: https://docs.gitlab.com/api/graphql/reference/.

There an issue is a work item with the same id. Whatever an answer leaves open is left out, for the caller to read or
write by itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field
from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.trackers.answers import Row, Schema, Unexpected
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.gitlab.issues import is_number
from techmap_sync.trackers.http import RequestRefused
from techmap_sync.trackers.queries import QueryFailed

RELATED, BLOCKED = "relates_to", "is_blocked_by"

Digits = Annotated[str, Field(pattern=r"^[0-9]{1,18}$")]


class _Namespace(TypedDict):
    fullPath: str


class _Item(TypedDict):
    iid: Digits
    namespace: _Namespace | None


class _Linked(TypedDict):
    linkType: str
    workItem: _Item | None


class _More(TypedDict):
    hasNextPage: bool


class _LinkedItems(TypedDict):
    pageInfo: _More
    nodes: list[_Linked]


class _Node(TypedDict):
    iid: Digits
    widgets: list[dict[str, Any]]


class _Numbered(TypedDict):
    iid: Digits


class _Added(TypedDict):
    workItem: _Numbered
    errors: list[Any]


_NODE = Schema(_Node, "an issue")
_LINKS = Schema(_LinkedItems, "an issue's links")
_ADDED = Schema(_Added, "an added link")

_READ_AT_ONCE = 100
ADDED_AT_ONCE = 10
_LINKS_QUERY = (
    "iid widgets(onlyTypes: [LINKED_ITEMS]) { ... on WorkItemWidgetLinkedItems { linkedItems(first: 100) "
    "{ pageInfo { hasNextPage } nodes { linkType workItem { iid namespace { fullPath } } } } } }"
)
"""No issue has more links than that. A query of this shape for a hundred issues scores about 90 of the 250 points that
one query may cost: https://docs.gitlab.com/api/graphql/#limits."""
_TOO_MUCH = (502, 503, 504)
_TOO_COMPLEX = lazy(r"complexity|timeout|timed out", re.IGNORECASE)
_TYPES = {RELATED: "RELATED", BLOCKED: "BLOCKED_BY"}


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the API creates and shows it."""

    source: str
    target: str
    type: str


@dataclass(frozen=True, slots=True)
class Linked:
    """The issues of the same project that one issue is linked with."""

    blockers: frozenset[str]
    related: frozenset[str]
    """Nothing says at which of the two such a link starts."""


class LinksAtOnce:
    """Reads the links of a hundred issues in one request, and adds ten in one."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._ids: dict[str, int] = {}
        self._can_read = True
        """Whether the server answers such queries, as far as is known."""
        self.most = ADDED_AT_ONCE
        """How many links one request can add; 1 for a server that turned out not to take several."""

    def keep(self, issue: Row) -> None:
        """Remember the id of an issue, which mutations need instead of its number."""
        if issue.get("id"):
            self._ids[str(issue["iid"])] = issue["id"]

    def read(self, numbers: Collection[str]) -> dict[str, Linked]:
        """Return the links of those issues about which an answer leaves nothing open.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        found: dict[str, Linked] = {}
        wanted = [number for number in numbers if is_number(number)]
        for start in range(0, len(wanted), _READ_AT_ONCE):
            if self._can_read:
                found |= self._queried(wanted[start : start + _READ_AT_ONCE])
        return found

    def add(self, links: Sequence[Link]) -> frozenset[Link] | None:
        """Add links in one request; return those that its answer shows to be there, None where no clear answer came.

        Each link is a mutation of its own: one for several may change the type of a link that a person made. GitLab's
        app/services/issuable_links/create_service.rb refuses pairs that are linked already only if all of them are.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        named = [link for link in links if {link.source, link.target} <= self._ids.keys()]
        if self.most == 1 or not named:
            return frozenset()
        try:
            answers = self._client.mutate([self._mutation(place, link) for place, link in enumerate(named)]).data
        except BudgetSpent:
            raise
        except OutcomeUnclear:
            return None
        except TrackerError:
            answers = {}
        if not answers:
            self.most = 1
        return frozenset(link for place, link in enumerate(named) if _is_added(link, answers.get(f"e{place}")))

    def _mutation(self, place: int, link: Link) -> str:
        source, target = (f'"gid://gitlab/WorkItem/{self._ids[number]}"' for number in (link.source, link.target))
        given = f"{{id: {source}, workItemsIds: [{target}], linkType: {_TYPES[link.type]}}}"
        return f"e{place}: workItemAddLinkedItems(input: {given}) {{ workItem {{ iid }} errors }}"

    def _queried(self, numbers: Sequence[str], again: bool = True) -> dict[str, Linked]:
        """Send one query.

        :param again: where it is too much for the server, ask for half of them at a time.
        """
        path, given = json.dumps(self._client.project.path), json.dumps(numbers)
        fields = f"workItems(iids: {given}, first: {_READ_AT_ONCE}) {{ nodes {{ {_LINKS_QUERY} }} }}"
        try:
            answer = self._client.ask(f"query {{ project(fullPath: {path}) {{ {fields} }} }}")
        except BudgetSpent:
            raise
        except TrackerError as error:
            if again and len(numbers) > 1 and _is_too_much(error):
                half = len(numbers) // 2
                first = self._queried(numbers[:half], again=False)
                return first | (self._queried(numbers[half:], again=False) if self._can_read else {})
            self._can_read = False
            return {}
        return dict(self._answered(answer.data, frozenset(numbers)))

    def _answered(self, data: Row, asked: frozenset[str]) -> Iterator[tuple[str, Linked]]:
        """Yield the links of each issue whose part of an answer is complete."""
        for node in _nodes(data):
            try:
                row = _NODE.read(node)
                given = next((widget["linkedItems"] for widget in row["widgets"] if "linkedItems" in widget), None)
                links = _LINKS.read(given)
            except Unexpected:
                continue
            if row["iid"] in asked and not links["pageInfo"]["hasNextPage"]:
                yield row["iid"], self._linked(links["nodes"])

    def _linked(self, nodes: Sequence[Row]) -> Linked:
        """Return the links within the project; those to other projects are people's."""
        here = [(node["linkType"], node["workItem"]["iid"]) for node in nodes if self._is_here(node["workItem"])]
        blockers, related = (frozenset(iid for kind, iid in here if kind == wanted) for wanted in (BLOCKED, RELATED))
        return Linked(blockers, related)

    def _is_here(self, item: Row | None) -> bool:
        home: Row = (item["namespace"] if item else None) or {"fullPath": ""}
        path: str = home["fullPath"]
        return path.casefold() == self._client.project.path.casefold()


def _is_too_much(error: TrackerError) -> bool:
    """Return whether the server may answer a smaller query."""
    if isinstance(error, RequestRefused):
        return error.status in _TOO_MUCH
    return isinstance(error, QueryFailed) and bool(_TOO_COMPLEX.search(error.said))


def _nodes(data: Row) -> list[Any]:
    """Return the issues in an answer."""
    found: Any = data
    for name in ("project", "workItems", "nodes"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []


def _is_added(link: Link, answer: object) -> bool:
    """Return whether the answer to a mutation says that a link was added."""
    try:
        row = _ADDED.read(answer)
    except Unexpected:
        return False
    return not row["errors"] and row["workItem"]["iid"] == link.source
