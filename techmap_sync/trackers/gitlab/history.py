"""What GitLab remembers of issues: the merge requests that closed them, and when they were reopened.

The first comes from GraphQL, fifty issues a query, and only about issues that have merge requests
(https://docs.gitlab.com/api/graphql/reference/#workitemwidgetdevelopment). The second takes a request for each issue
(https://docs.gitlab.com/api/resource_state_events/). Nothing says when people were taken away, or links were added.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from typing_extensions import TypedDict

from techmap_sync.sync.tracker import History, MergedChange
from techmap_sync.trackers.answers import Row, Schema, Unexpected, moment
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.gitlab.issues import is_number
from techmap_sync.trackers.gitlab.links_at_once import Digits
from techmap_sync.trackers.queries import QueryFailed

_AT_ONCE = 50
_MOST_CHANGES = 20
_QUERY = (
    f"iid closedAt widgets(onlyTypes: [DEVELOPMENT]) {{ ... on WorkItemWidgetDevelopment {{ "
    f"closingMergeRequests(first: {_MOST_CHANGES}) {{ nodes {{ mergeRequest {{ "
    "iid title webUrl state mergedAt project { fullPath } } } } } }"
)
_SLACK = timedelta(minutes=1)
"""An issue is closed by a job of its own, before or after the time of the merge is stored."""


class _Project(TypedDict):
    fullPath: str


class _MergeRequest(TypedDict):
    iid: Digits
    title: str
    webUrl: str | None
    state: str
    mergedAt: str | None
    project: _Project


class _Closing(TypedDict):
    mergeRequest: _MergeRequest | None


class _Closings(TypedDict):
    nodes: list[_Closing | None]


class _Item(TypedDict):
    iid: Digits
    closedAt: str | None
    widgets: list[dict[str, Any]]


class _StateEvent(TypedDict):
    state: str
    created_at: str


_ITEM = Schema(_Item, "an issue")
_CLOSINGS = Schema(_Closings, "the merge requests of an issue")
_EVENT = Schema(_StateEvent, "a change of state")


class Histories:
    """Reads what happened to the issues of one project."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._without: set[str] = set()

    def learn(self, issue: Row) -> None:
        """Remember whether an issue has merge requests."""
        if issue.get("merge_requests_count") == 0:
            self._without.add(str(issue["iid"]))

    def read(self, closed: Collection[str], opened: Collection[str]) -> dict[str, History]:
        """Return what closed some issues, and when others were reopened.

        :raises TrackerError: GitLab refused or did not answer.
        """
        asked = [number for number in closed if is_number(number) and number not in self._without]
        found = {number: History(closed_by=change) for number, change in self._changes(asked)}
        times = ((number, self._reopened(number)) for number in opened if is_number(number))
        return found | {number: History(reopened=time) for number, time in times if time}

    def _changes(self, numbers: Sequence[str]) -> Iterator[tuple[str, MergedChange]]:
        path = json.dumps(self._client.project.path) if numbers else ""
        for start in range(0, len(numbers), _AT_ONCE):
            some = numbers[start : start + _AT_ONCE]
            wanted = f"workItems(iids: {json.dumps(some)}, first: {_AT_ONCE}) {{ nodes {{ {_QUERY} }} }}"
            try:
                answer = self._client.ask(f"query {{ project(fullPath: {path}) {{ {wanted} }} }}")
            except QueryFailed:
                return
            for node in _nodes(answer.data):
                yield from self._change(node)

    def _change(self, node: object) -> Iterator[tuple[str, MergedChange]]:
        """Yield the last merge request that was merged when an issue was closed."""
        try:
            item = _ITEM.read(node)
            given = next(
                (each["closingMergeRequests"] for each in item["widgets"] if "closingMergeRequests" in each), None
            )
            rows = [closing["mergeRequest"] for closing in _CLOSINGS.read(given)["nodes"] if closing]
        except Unexpected:
            return
        closed_at = moment(item["closedAt"] or "")
        merged = [(time, row) for row in rows if row and (time := _merged_at(row)) and _is_before(time, closed_at)]
        if merged:
            _, row = max(merged, key=lambda each: each[0])
            path: str = row["project"]["fullPath"]
            home = "" if path.casefold() == self._client.project.path.casefold() else path
            yield item["iid"], MergedChange(f"{home}!{row['iid']}", row["title"], row["webUrl"] or "")

    def _reopened(self, number: str) -> datetime | None:
        path = f"{self._client.project.api}/issues/{number}/resource_state_events"
        answer = self._client.read(
            path, {"per_page": 100}, purpose=f"read what happened to ticket {number}", accepted={403, 404}
        )
        if not answer.succeeded or not isinstance(answer.content, list):
            return None
        events = [self._client.parsed(_EVENT, row) for row in answer.content]
        times = (moment(event["created_at"]) for event in events if event["state"] in ("reopened", "opened"))
        return max((time for time in times if time), default=None)


def _merged_at(row: Row) -> datetime | None:
    return moment(row["mergedAt"] or "") if row["state"] == "merged" else None


def _is_before(merged: datetime, closed: datetime | None) -> bool:
    return closed is None or merged <= closed + _SLACK


def _nodes(data: Row) -> list[Any]:
    found: Any = data
    for name in ("project", "workItems", "nodes"):
        found = found.get(name) if isinstance(found, dict) else None
    return found if isinstance(found, list) else []
