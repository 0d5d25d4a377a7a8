"""The queries about what happened to issues: https://docs.github.com/graphql/reference/issues#issuetimelineitems"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from tests.simulators.github.messages import Response, refused
from tests.simulators.github.rows import time
from tests.simulators.github.state import Issue
from tests.simulators.github.world import World

_CLOSED = (
    r"closed: timelineItems\(last: 1, itemTypes: \[CLOSED_EVENT\]\) \{ nodes \{ \.\.\. on ClosedEvent \{ closer "
    r"\{ \.\.\. on PullRequest \{ number title url merged repository \{ nameWithOwner \} \} "
    r"\.\.\. on Commit \{ abbreviatedOid messageHeadline url \} \} \} \} \}"
)
_OPENED = (
    r"reopened: timelineItems\(last: 1, itemTypes: \[REOPENED_EVENT\]\) "
    r"\{ nodes \{ \.\.\. on ReopenedEvent \{ createdAt \} \} \} "
    r"unassigned: timelineItems\(last: 1, itemTypes: \[UNASSIGNED_EVENT\]\) "
    r"\{ nodes \{ \.\.\. on UnassignedEvent \{ createdAt \} \} \}"
)
_BLOCKED = (
    r"blocked: timelineItems\(last: 50, itemTypes: \[BLOCKED_BY_ADDED_EVENT\]\) \{ nodes \{ \.\.\. on "
    r"BlockedByAddedEvent \{ createdAt blockingIssue \{ number repository \{ nameWithOwner \} \} \} \} \}"
)
_ISSUE = re.compile(rf"i(\d+): issue\(number: (\d+)\) \{{ (?:({_CLOSED})|{_OPENED}( {_BLOCKED})?) \}} ?")


def is_asked(fields: str) -> bool:
    """Return whether a query is about what happened to issues."""
    return "timelineItems" in fields


def answer(world: World, fields: str, *, knows_dependencies: bool) -> Response:
    """Answer one query about many issues."""
    if _ISSUE.sub("", fields):
        return refused(501, f"not played here: {fields}")
    if "BLOCKED_BY_ADDED_EVENT" in fields and not knows_dependencies:
        said = "Argument 'itemTypes' on Field 'timelineItems' has an invalid value"
        return Response(200, {"data": None, "errors": [{"message": said}]})
    rows: dict[str, Any] = {}
    for alias, number, is_closed, asks_blocked in _ISSUE.findall(fields):
        issue = world.repository.issues.get(int(number))
        shown = _row(world, issue, bool(is_closed), bool(asks_blocked)) if issue and not issue.gone else None
        rows[f"i{alias}"] = None if int(number) in world.forbidden else shown
    return Response(200, {"data": {"repository": rows}})


def _row(world: World, issue: Issue, is_closed: bool, asks_blocked: bool) -> dict[str, Any]:
    if is_closed:
        return {"closed": {"nodes": [{"closer": issue.closer}] if issue.state == "closed" else []}}
    home = {"nameWithOwner": world.repository.full_name}
    waits = [
        {"createdAt": time(since), "blockingIssue": {"number": number, "repository": home}}
        for number, since in issue.waits_since.items()
    ]
    row = {"reopened": _event(issue.reopened), "unassigned": _event(issue.unassigned)}
    return row | ({"blocked": {"nodes": waits}} if asks_blocked else {})


def _event(moment: datetime | None) -> dict[str, Any]:
    return {"nodes": [{"createdAt": time(moment)}] if moment else []}


def pull_request(number: int, title: str, repository: str, *, merged: bool = True) -> dict[str, Any]:
    """Return a pull request that closed an issue."""
    return {
        "number": number,
        "title": title,
        "url": f"https://github.com/{repository}/pull/{number}",
        "merged": merged,
        "repository": {"nameWithOwner": repository},
    }


def commit(name: str, title: str, repository: str) -> dict[str, Any]:
    """Return a commit that closed an issue."""
    url = f"https://github.com/{repository}/commit/{name}"
    return {"abbreviatedOid": name, "messageHeadline": title, "url": url}
