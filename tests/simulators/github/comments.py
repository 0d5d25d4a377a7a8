"""Endpoints of https://docs.github.com/rest/issues/comments"""

from __future__ import annotations

from tests.simulators.github.messages import NOT_FOUND, Request, Response, invalid
from tests.simulators.github.pages import page
from tests.simulators.github.state import Account, Comment, Issue
from tests.simulators.github.world import World

_LIMIT = 65_536


def list_comments(world: World, request: Request, _: Account, number: str) -> Response:
    """GET /repos/{owner}/{repo}/issues/{issue_number}/comments"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    return page(world, request, issue.conversation, lambda comment: world.rows.comment(issue, comment))


def create_comment(world: World, request: Request, account: Account, number: str) -> Response:
    """POST /repos/{owner}/{repo}/issues/{issue_number}/comments"""
    issue = world.issue(number)
    if isinstance(issue, Response):
        return issue
    if wrong := _wrong(request):
        return wrong
    now = world.clock().replace(microsecond=0)
    comment = Comment(world.repository.next_id(), request.body["body"], account, now, now)
    issue.conversation.append(comment)
    issue.comments += 1
    return Response(201, world.rows.comment(issue, comment))


def edit_comment(world: World, request: Request, _: Account, comment_id: str) -> Response:
    """PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}"""
    found = _found(world, int(comment_id))
    if found is None:
        return NOT_FOUND
    if wrong := _wrong(request):
        return wrong
    issue, comment = found
    comment.body, comment.updated = request.body["body"], world.clock()
    return Response(200, world.rows.comment(issue, comment))


def _found(world: World, comment_id: int) -> tuple[Issue, Comment] | None:
    every = ((issue, comment) for issue in world.repository.issues.values() for comment in issue.conversation)
    return next((both for both in every if both[1].id == comment_id), None)


def _wrong(request: Request) -> Response | None:
    body = request.body.get("body") or ""
    if not body.strip():
        return invalid("body", "missing_field", resource="IssueComment")
    if len(body) > _LIMIT:
        return invalid("body", "custom", "body is too long (maximum is 65536 characters)", "IssueComment")
    return None
