"""Endpoints of https://docs.github.com/rest/issues/issues and https://docs.github.com/rest/issues/labels"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import unquote

from tests.simulators.github import fields
from tests.simulators.github.edges import parent_for
from tests.simulators.github.messages import NOT_FOUND, Json, Request, Response, invalid, refused
from tests.simulators.github.pages import page
from tests.simulators.github.state import Account, Issue, Label, Milestone
from tests.simulators.github.world import World

_MOST_ASSIGNEES = 10
"""https://docs.github.com/rest/issues/assignees#add-assignees-to-an-issue"""
_TITLE_LIMIT, _BODY_LIMIT, _LABEL_LIMIT, _DESCRIPTION_LIMIT = 256, 65_536, 50, 100


def list_issues(world: World, request: Request, _: Account) -> Response:
    """GET /repos/{owner}/{repo}/issues"""
    query = request.query
    found = [issue for issue in world.repository.issues.values() if not issue.gone and _matches(issue, query)]
    found.sort(key=lambda issue: (issue.created, issue.number), reverse=query.get("direction", "desc") == "desc")
    return page(world, request, found, world.rows.issue)


def get_issue(world: World, request: Request, _: Account, number: str) -> Response:
    """GET /repos/{owner}/{repo}/issues/{issue_number}"""
    found = world.issue(number)
    return found if isinstance(found, Response) else Response(200, world.rows.issue(found))


def create_issue(world: World, request: Request, account: Account) -> Response:
    """POST /repos/{owner}/{repo}/issues"""
    if not str(request.body.get("title") or "").strip():
        return invalid("title", "missing_field")
    if wrong := _wrong(world, request.body):
        return wrong
    takes_parents = world.takes_parents and not any("sub_issue" in part for part in world.missing)
    parent = parent_for(world, request.body.get("parent_issue_id")) if takes_parents else None
    if isinstance(parent, Response):
        return parent
    now = world.clock().replace(microsecond=0)
    number = world.next_number()
    issue = Issue(world.repository.next_id(), number, "", "", account, now, now)
    _assign(world, issue, request.body, account)
    issue.parent = parent
    world.repository.issues[number] = issue
    return Response(201, world.rows.issue(issue))


def edit_issue(world: World, request: Request, account: Account, number: str) -> Response:
    """PATCH /repos/{owner}/{repo}/issues/{issue_number}"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    if wrong := _wrong(world, request.body):
        return wrong
    original = world.repository.by_id(request.body.get("duplicate_issue_id") or 0)
    if "duplicate_issue_id" in request.body and original in (None, issue):
        return invalid("duplicate_issue_id", "invalid")
    _assign(world, issue, request.body, account)
    _change_state(world, issue, request.body)
    issue.duplicate_of = original.number if original and issue.state_reason == "duplicate" else None
    issue.updated = world.clock()
    return Response(200, world.rows.issue(issue))


def add_labels(world: World, request: Request, account: Account, number: str) -> Response:
    """POST /repos/{owner}/{repo}/issues/{issue_number}/labels"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    names = request.body if isinstance(request.body, list) else request.body["labels"]
    if any(len(name) > _LABEL_LIMIT for name in names):
        return invalid("name", "custom", "name is too long (maximum is 50 characters)", "Label")
    if account.may_label:
        _set_labels(world, issue, [*issue.labels, *names])
    return Response(200, [world.rows.label(world.repository.label(name)) for name in issue.labels])


def remove_label(world: World, request: Request, account: Account, number: str, name: str) -> Response:
    """DELETE /repos/{owner}/{repo}/issues/{issue_number}/labels/{name}"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    kept = [label for label in issue.labels if label.lower() != unquote(name).lower()]
    if len(kept) == len(issue.labels):
        return refused(404, "Label does not exist")
    issue.labels = kept
    return Response(200, [world.rows.label(world.repository.label(name)) for name in kept])


def add_assignees(world: World, request: Request, account: Account, number: str) -> Response:
    """POST /repos/{owner}/{repo}/issues/{issue_number}/assignees"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    if account.may_label:
        new = [name for name in request.body["assignees"] if name in world.repository.takes]
        issue.assignees = list(dict.fromkeys([*issue.assignees, *new]))[:_MOST_ASSIGNEES]
    return Response(201, world.rows.issue(issue))


def remove_assignees(world: World, request: Request, account: Account, number: str) -> Response:
    """DELETE /repos/{owner}/{repo}/issues/{issue_number}/assignees"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    if account.may_label:
        before, gone = issue.assignees, request.body["assignees"]
        issue.assignees = [name for name in issue.assignees if name not in gone]
        issue.unassigned = issue.unassigned if before == issue.assignees else world.clock()
    return Response(200, world.rows.issue(issue))


def check_assignee(world: World, request: Request, _: Account, assignee: str) -> Response:
    """GET /repos/{owner}/{repo}/assignees/{assignee}"""
    return Response(204) if unquote(assignee) in world.repository.assignable else NOT_FOUND


def list_labels(world: World, request: Request, _: Account) -> Response:
    """GET /repos/{owner}/{repo}/labels"""
    return page(world, request, list(world.repository.labels.values()), world.rows.label)


def create_label(world: World, request: Request, account: Account) -> Response:
    """POST /repos/{owner}/{repo}/labels"""
    name, color, description = (request.body.get(key) or "" for key in ("name", "color", "description"))
    if not account.may_label:
        return refused(403, "You must have push access to create a label")
    if len(name) > _LABEL_LIMIT or len(description) > _DESCRIPTION_LIMIT:
        return invalid("name", "custom", "too long", "Label")
    if len(color) != 6 or not set(color.lower()) <= set("0123456789abcdef"):
        return invalid("color", "invalid", resource="Label")
    if name.lower() in world.repository.labels:
        return invalid("name", "already_exists", resource="Label")
    label = Label(world.repository.next_id(), name, color, description or None)
    world.repository.labels[name.lower()] = label
    return Response(201, world.rows.label(label))


def list_milestones(world: World, request: Request, _: Account) -> Response:
    """GET /repos/{owner}/{repo}/milestones"""
    return page(world, request, list(world.repository.milestones.values()), world.rows.milestone)


def create_milestone(world: World, request: Request, account: Account) -> Response:
    """POST /repos/{owner}/{repo}/milestones"""
    known = world.repository.milestones
    if any(milestone.title == request.body["title"] for milestone in known.values()):
        return invalid("title", "already_exists", resource="Milestone")
    number = max(known, default=0) + 1
    known[number] = Milestone(world.repository.next_id(), number, request.body["title"], world.clock())
    return Response(201, world.rows.milestone(known[number]))


def delete_label(world: World, _: Request, account: Account, name: str) -> Response:
    """DELETE /repos/{owner}/{repo}/labels/{name}"""
    key = unquote(name).lower()
    if not account.may_label or key not in world.repository.labels:
        return NOT_FOUND
    del world.repository.labels[key]
    for issue in world.repository.issues.values():
        issue.labels = [label for label in issue.labels if label.lower() != key]
    return Response(204)


def delete_milestone(world: World, _: Request, account: Account, number: str) -> Response:
    """DELETE /repos/{owner}/{repo}/milestones/{milestone_number}"""
    if not account.may_label or int(number) not in world.repository.milestones:
        return NOT_FOUND
    del world.repository.milestones[int(number)]
    for issue in world.repository.issues.values():
        issue.milestone = None if issue.milestone == int(number) else issue.milestone
    return Response(204)


def _matches(issue: Issue, query: dict[str, str]) -> bool:
    wanted = query.get("labels", "").lower()
    return (
        query.get("state", "open") in ("all", issue.state)
        and query.get("creator", issue.author.login) == issue.author.login
        and set(wanted.split(",") if wanted else ()) <= {label.lower() for label in issue.labels}
    )


def _wrong(world: World, body: Json) -> Response | None:
    if len(body.get("title") or "") > _TITLE_LIMIT:
        return invalid("title", "custom", "title is too long (maximum is 256 characters)")
    if "title" in body and not body["title"].strip():
        return invalid("title", "missing_field")
    if len(body.get("body") or "") > _BODY_LIMIT:
        return invalid("body", "custom", "body is too long (maximum is 65536 characters)")
    if body.get("milestone") is not None and body["milestone"] not in world.repository.milestones:
        return invalid("milestone", "invalid")
    if wrong := fields.wrong(world, body):
        return wrong
    if set(body.get("assignees") or ()) - set(world.repository.assignable):
        return invalid("assignees", "invalid")
    return None


def _assign(world: World, issue: Issue, body: Json, account: Account) -> None:
    issue.title = body.get("title", issue.title)
    if "body" in body:
        issue.body = (body["body"] or "") + world.footer
    if not account.may_label:
        return
    issue.milestone = body.get("milestone", issue.milestone)
    if account.may_push:
        fields.assign(world, issue, body)
    if "assignees" in body:
        issue.assignees = [name for name in body["assignees"] if name not in world.repository.dropped]
    if "labels" in body:
        _set_labels(world, issue, body["labels"])


def _set_labels(world: World, issue: Issue, names: Iterable[str]) -> None:
    issue.labels = list(dict.fromkeys(world.repository.label(name).name for name in names))


def _change_state(world: World, issue: Issue, body: Json) -> None:
    """Open or close; a reason counts only when the state changes."""
    state = body.get("state", issue.state)
    if state == issue.state:
        return
    issue.state = state
    issue.closed = world.clock() if state == "closed" else None
    issue.reopened = world.clock() if state == "open" else issue.reopened
    issue.closer = None
    issue.state_reason = (body.get("state_reason") or "completed") if state == "closed" else "reopened"
