"""What GitHub remembers of issues, by GraphQL: https://docs.github.com/graphql/reference/issues#issuetimelineitems

One query asks about fifty issues. Whatever an answer leaves open is left out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NotRequired

from typing_extensions import TypedDict

from techmap_sync.sync.tracker import History, MergedChange
from techmap_sync.trackers.answers import Number, Row, Schema, Unexpected, moment
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.github.features import DEPENDENCY_LIMIT
from techmap_sync.trackers.queries import QueryFailed

_AT_ONCE = 50
_CLOSER = (
    "closer { ... on PullRequest { number title url merged repository { nameWithOwner } } "
    "... on Commit { abbreviatedOid messageHeadline url } }"
)
_CLOSED = (
    f"closed: timelineItems(last: 1, itemTypes: [CLOSED_EVENT]) {{ nodes {{ ... on ClosedEvent {{ {_CLOSER} }} }} }}"
)
_OPENED = (
    "reopened: timelineItems(last: 1, itemTypes: [REOPENED_EVENT]) { nodes { ... on ReopenedEvent { createdAt } } } "
    "unassigned: timelineItems(last: 1, itemTypes: [UNASSIGNED_EVENT]) "
    "{ nodes { ... on UnassignedEvent { createdAt } } }"
)
_BLOCKED = (
    f"blocked: timelineItems(last: {DEPENDENCY_LIMIT}, itemTypes: [BLOCKED_BY_ADDED_EVENT]) "
    "{ nodes { ... on BlockedByAddedEvent { createdAt blockingIssue { number repository { nameWithOwner } } } } }"
)


class _Home(TypedDict):
    nameWithOwner: str


class _Closer(TypedDict):
    number: NotRequired[Number]
    title: NotRequired[str]
    url: NotRequired[str]
    merged: NotRequired[bool]
    repository: NotRequired[_Home]
    abbreviatedOid: NotRequired[str]
    messageHeadline: NotRequired[str]


class _Closed(TypedDict):
    closer: _Closer | None


class _Blocking(TypedDict):
    number: Number
    repository: _Home


class _Event(TypedDict):
    createdAt: str
    blockingIssue: NotRequired[_Blocking | None]


class _ClosedEvents(TypedDict):
    nodes: list[_Closed | None]


class _Events(TypedDict):
    nodes: list[_Event | None]


class _Issue(TypedDict):
    closed: NotRequired[_ClosedEvents]
    reopened: NotRequired[_Events]
    unassigned: NotRequired[_Events]
    blocked: NotRequired[_Events]


_ISSUE = Schema(_Issue, "what happened to an issue")


def read_history(
    client: GitHubClient, closed: Collection[str], opened: Collection[str], has_dependencies: bool
) -> dict[str, History]:
    """Return what closed some issues, and since when others are as they are.

    A server that does not know these queries says nothing of any.

    :raises TrackerError: the server refused or did not answer.
    """
    of_open = f"{_OPENED} {_BLOCKED}" if has_dependencies else _OPENED
    wanted = [*((number, _CLOSED) for number in closed), *((number, of_open) for number in opened)]
    owner, _, name = client.repository.partition("/")
    found: dict[str, History] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        some = [(number, fields) for number, fields in wanted[start : start + _AT_ONCE] if number.isdecimal()]
        fields = " ".join(f"i{number}: issue(number: {number}) {{ {fields} }}" for number, fields in some)
        try:
            answer = client.ask(f'query {{ repository(owner: "{owner}", name: "{name}") {{ {fields} }} }}')
        except QueryFailed:
            return found
        rows = answer.data.get("repository")
        shown: Row = rows if isinstance(rows, dict) else {}
        read = ((number, _history(shown.get(f"i{number}"), client.repository)) for number, _ in some)
        found |= {number: history for number, history in read if history}
    return found


def _history(row: object, repository: str) -> History | None:
    try:
        known = _ISSUE.read(row)
    except Unexpected:
        return None
    blocked = {_named(event["blockingIssue"], repository): time for event, time in _events(known, "blocked")}
    return History(
        closed_by=_closer(known, repository),
        reopened=next((time for _, time in _events(known, "reopened")), None),
        unassigned=next((time for _, time in _events(known, "unassigned")), None),
        blocked=blocked,
    )


def _events(row: Row, name: str) -> Iterator[tuple[Row, datetime]]:
    for event in (row.get(name) or {"nodes": []})["nodes"]:
        if event and (time := moment(event["createdAt"])) and (name != "blocked" or event.get("blockingIssue")):
            yield event, time


def _closer(row: Row, repository: str) -> MergedChange | None:
    """Return what closed an issue last; None for a person, and for a pull request that was not merged."""
    closer: Row | None = next(
        (event["closer"] for event in (row.get("closed") or {"nodes": []})["nodes"] if event), None
    )
    if closer and closer.get("merged") and closer.keys() >= {"number", "repository"}:
        name = _named(closer, repository)
        return MergedChange(f"#{name}" if name.isdecimal() else name, closer.get("title", ""), closer.get("url", ""))
    if closer and closer.get("abbreviatedOid"):
        return MergedChange(closer["abbreviatedOid"], closer.get("messageHeadline", ""), closer.get("url", ""))
    return None


def _named(node: Mapping[str, Any], repository: str) -> str:
    home = node["repository"]["nameWithOwner"]
    return str(node["number"]) if home.casefold() == repository.casefold() else f"{home}#{node['number']}"
