"""Endpoints of https://docs.github.com/rest/issues/sub-issues and https://docs.github.com/rest/issues/issue-dependencies"""

from __future__ import annotations

from tests.simulators.github.messages import NOT_FOUND, Request, Response, invalid
from tests.simulators.github.pages import page
from tests.simulators.github.state import Account, Issue
from tests.simulators.github.world import World

_CHILDREN, _LEVELS = 100, 8
_DEPENDENCIES = 50
"""In each direction: https://github.blog/changelog/2025-08-21-dependencies-on-issues/"""


def list_sub_issues(world: World, request: Request, _: Account, number: str) -> Response:
    """GET /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"""
    parent = world.issue(number)
    if isinstance(parent, Response):
        return parent
    return page(world, request, world.repository.children(parent.number), world.rows.issue)


def add_sub_issue(world: World, request: Request, _: Account, number: str) -> Response:
    """POST /repos/{owner}/{repo}/issues/{issue_number}/sub_issues"""
    parent, child = world.issue(number), world.repository.by_id(request.body["sub_issue_id"])
    if isinstance(parent, Response):
        return parent
    if child is None:
        return NOT_FOUND
    return add_child(world, parent, child) or Response(201, world.rows.issue(child))


def add_child(world: World, parent: Issue, child: Issue) -> Response | None:
    """Put one issue below another; the refusal where it cannot."""
    if child.parent == parent.number:
        return invalid("sub_issue_id", "custom", "Issue may not contain duplicate sub-issues")
    if child.parent:
        return invalid("sub_issue_id", "custom", "Sub issue may only have one parent")
    if len(world.repository.children(parent.number)) >= _CHILDREN:
        return invalid("sub_issue_id", "custom", "Parent cannot have more than 100 sub-issues")
    ancestors = _ancestors(world, parent)
    if child.number in ancestors or len(ancestors) > _LEVELS:
        return invalid("sub_issue_id", "custom", "Sub-issues cannot form a cycle or be nested so deep")
    child.parent = parent.number
    return None


def parent_for(world: World, identity: int | None) -> int | Response | None:
    """Return the number of the issue that a new issue may be a sub-issue of, or why it may not."""
    if identity is None:
        return None
    parent = world.repository.by_id(identity)
    if parent is None or parent.is_pull_request:
        return invalid("parent_issue_id", "invalid")
    if len(world.repository.children(parent.number)) >= _CHILDREN or len(_ancestors(world, parent)) > _LEVELS:
        return invalid("parent_issue_id", "custom", "Parent cannot have more than 100 sub-issues")
    return parent.number


def remove_sub_issue(world: World, request: Request, _: Account, number: str) -> Response:
    """DELETE /repos/{owner}/{repo}/issues/{issue_number}/sub_issue"""
    parent, child = world.issue(number), world.repository.by_id(request.body["sub_issue_id"])
    if isinstance(parent, Response):
        return parent
    if child is None or child.parent != parent.number:
        return NOT_FOUND
    child.parent = None
    return Response(200, world.rows.issue(child))


def list_blockers(world: World, request: Request, _: Account, number: str) -> Response:
    """GET /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    blockers = [world.repository.issues[other] for other in issue.blocked_by]
    return page(world, request, blockers, world.rows.issue)


def add_blocker(world: World, request: Request, _: Account, number: str) -> Response:
    """POST /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by"""
    issue, blocker = world.issue(number), world.repository.by_id(request.body["issue_id"])
    if isinstance(issue, Response):
        return issue
    if blocker is None:
        return NOT_FOUND
    return add_dependency(world, issue, blocker) or Response(201, world.rows.issue(issue))


def add_dependency(world: World, issue: Issue, blocker: Issue) -> Response | None:
    """Let one issue wait for another; the refusal where it cannot."""
    if blocker.is_pull_request:
        return invalid("issue_id", "custom", "Target issue may only be an issue")
    if blocker is issue or blocker.number in issue.blocked_by:
        return invalid("issue_id", "custom", "Target issue has already been taken")
    awaiting = sum(blocker.number in other.blocked_by for other in world.repository.issues.values())
    if max(len(issue.blocked_by), awaiting) >= _DEPENDENCIES:
        return invalid("issue_id", "custom", "Issue cannot have more than 50 dependencies")
    issue.blocked_by.append(blocker.number)
    issue.waits_since[blocker.number] = world.clock()
    return None


def remove_blocker(world: World, request: Request, _: Account, number: str, blocker_id: str) -> Response:
    """DELETE /repos/{owner}/{repo}/issues/{issue_number}/dependencies/blocked_by/{issue_id}"""
    issue, blocker = world.issue(number), world.repository.by_id(int(blocker_id))
    if isinstance(issue, Response):
        return issue
    if blocker is None or blocker.number not in issue.blocked_by:
        return NOT_FOUND
    issue.blocked_by.remove(blocker.number)
    return Response(200, world.rows.issue(issue))


def _ancestors(world: World, issue: Issue) -> list[int]:
    found = [issue.number]
    while parent := world.repository.issues[found[-1]].parent:
        found.append(parent)
    return found
