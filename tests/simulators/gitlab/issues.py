"""Issues of the simulated project ("Issues API")."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from tests.simulators.gitlab import paging, quick_actions
from tests.simulators.gitlab.entities import Entities, moment
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.world import Issue, World

PLANNER, OWNER = 15, 50
_FILTERS = "labels state scope author_id iids[] order_by sort pagination cursor page per_page"
_FIELDS = "title description labels milestone_id assignee_ids due_date"
_CHANGES = f"{_FIELDS} add_labels remove_labels state_event"
_TITLE, _DESCRIPTION = 255, 1_048_576


class IssueRoom:
    """Creates, changes and lists issues, and runs the quick actions in their texts."""

    def __init__(self, world: World, entities: Entities) -> None:
        self._world = world
        self._entities = entities

    def list(self, request: Request) -> Reply:
        request.check_names(query=_FILTERS)
        query = request.single
        if query.get("pagination") == "keyset" and not self._world.keyset:
            raise Refusal(405, "Keyset pagination is not yet available for this type of request", "error")
        found = sorted(self._selected(query), key=lambda issue: issue.iid, reverse=query.get("sort") != "asc")
        pages = paging.keyset if query.get("pagination") == "keyset" else paging.numbered
        page = pages(found, query, request.url)
        return Reply(200, [self._entities.issue(issue) for issue in page.rows], page.headers)

    def show(self, request: Request, number: int) -> Reply:
        request.check_names()
        return Reply(200, self._entities.issue(self._issue(number)))

    def create(self, request: Request) -> Reply:
        request.check_names(data=_FIELDS)
        assert request.token
        self._check(request.data)
        if not str(request.data.get("title", "")).strip():
            raise Refusal(400, {"title": ["can't be blank"]})
        issue = self._world.add_issue("", request.token.user)
        self._set(issue, request)
        return Reply(201, self._entities.issue(issue))

    def update(self, request: Request, number: int) -> Reply:
        request.check_names(data=_CHANGES)
        issue = self._issue(number)
        if not request.data:
            raise Refusal(
                400, "title, description, labels are missing, at least one parameter must be provided", "error"
            )
        if self._level(request) < PLANNER and request.token and request.token.user != issue.author:
            raise Refusal(403, "403 Forbidden")
        self._check(request.data)
        self._set(issue, request)
        if event := request.data.get("state_event"):
            issue.state = {"close": "closed", "reopen": "opened"}[event]
            issue.closed_at = self._world.clock() if event == "close" else None
            issue.reopened_at += [self._world.clock()] if event == "reopen" else []
        return Reply(200, self._entities.issue(issue))

    def delete(self, request: Request, number: int) -> Reply:
        """https://docs.gitlab.com/api/issues/#delete-an-issue: for owners."""
        request.check_names()
        self._issue(number)
        if self._level(request) < OWNER:
            raise Refusal(403, "403 Forbidden")
        del self._world.issues[number]
        links = self._world.links
        self._world.links = {n: link for n, link in links.items() if number not in (link.source, link.target)}
        return Reply(204)

    def estimate(self, request: Request, number: int) -> Reply:
        request.check_names(data="duration")
        issue, duration = self._issue(number), re.fullmatch(r"(\d+)m", request.data.get("duration", ""))
        if not duration:
            raise Refusal(400, "400 Bad request")
        issue.seconds_estimated = int(duration[1]) * 60
        return Reply(201, self._entities.time_stats(issue))

    def state_events(self, request: Request, number: int) -> Reply:
        """GET /projects/:id/issues/:issue_iid/resource_state_events"""
        request.check_names(query="page per_page")
        issue = self._issue(number)
        rows = [
            {
                "id": 100 + place,
                "user": self._entities.user(issue.author),
                "created_at": moment(time),
                "resource_type": "Issue",
                "resource_id": issue.id,
                "state": "reopened",
            }
            for place, time in enumerate(issue.reopened_at)
        ]
        return Reply(200, rows)

    def _issue(self, number: int) -> Issue:
        if number not in self._world.issues:
            raise Refusal(404, "404 Not found")
        return self._world.issues[number]

    def _level(self, request: Request) -> int:
        assert request.token
        return self._world.members.get(request.token.user, 0)

    def _selected(self, query: Mapping[str, str]) -> Iterable[Issue]:
        wanted = {label for label in query.get("labels", "").split(",") if label}
        for issue in self._world.issues.values():
            if not wanted <= set(issue.labels):
                continue
            if "author_id" in query and issue.author.id != int(query["author_id"]):
                continue
            if query.get("state", "all") in ("all", issue.state):
                yield issue

    def _check(self, data: Mapping[str, Any]) -> None:
        title, description = data.get("title"), data.get("description")
        if title is not None and (not title.strip() or len(title) > _TITLE):
            raise Refusal(400, {"title": ["can't be blank" if not title.strip() else "is too long"]})
        if description is not None and len(description) > _DESCRIPTION:
            raise Refusal(400, {"description": ["is too long (maximum is 1048576 characters)"]})

    def _set(self, issue: Issue, request: Request) -> None:
        """Set fields. Whoever may not, is not told: GitLab drops them."""
        data = request.data
        if "title" in data:
            issue.title = data["title"].strip()
        if self._level(request) >= PLANNER:
            self._set_metadata(issue, data)
        if "description" in data:
            issue.description = quick_actions.extract(
                data["description"],
                lambda name, argument: self._run(issue, name, argument),
                paragraphs_only=self._world.paragraphs_only,
            )

    def _set_metadata(self, issue: Issue, data: Mapping[str, Any]) -> None:
        if "labels" in data:
            issue.labels = _names(data["labels"])
        issue.labels += [name for name in _names(data.get("add_labels", "")) if name not in issue.labels]
        gone = _names(data.get("remove_labels", ""))
        issue.labels = [name for name in issue.labels if name not in gone]
        for name in issue.labels:
            self._world.labels.setdefault(name, "#6699cc")
        if "milestone_id" in data:
            issue.milestone = self._world.milestones.get(data["milestone_id"])
        if "due_date" in data:
            issue.due = data["due_date"] or None
        if "assignee_ids" in data:
            chosen = [user for user in self._world.users if user.id in data["assignee_ids"]]
            members = [user for user in chosen if user in self._world.members]
            issue.assignees = members if self._world.premium else members[:1]

    def _run(self, issue: Issue, name: str, argument: str) -> None:
        self._world.executed.append(f"/{name} {argument}".strip())
        match name:
            case "close":
                issue.state = "closed"
            case "reopen":
                issue.state = "opened"
            case "title":
                issue.title = argument.strip()
            case "label":
                issue.labels.append(argument.strip().strip('~"'))
            case "unlabel":
                issue.labels.clear()
            case _:
                pass


def _names(labels: str | list[str]) -> list[str]:
    """Return the names in a list, or in a text with commas between them."""
    parts = labels.split(",") if isinstance(labels, str) else labels
    return [name for name in (part.strip() for part in parts) if name]
