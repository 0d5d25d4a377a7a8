"""Which function answers which request."""

from __future__ import annotations

import re
from collections.abc import Callable

from tests.simulators.github import comments, edges, fields, issues, people
from tests.simulators.github.messages import NOT_FOUND, Request, Response, refused
from tests.simulators.github.state import Account
from tests.simulators.github.world import World

Endpoint = Callable[..., Response]

# Paths as GitHub's description writes them, below /repos/{owner}/{repo}.
ROUTES: dict[tuple[str, str], Endpoint] = {
    ("GET", "/issues"): issues.list_issues,
    ("POST", "/issues"): issues.create_issue,
    ("GET", "/issues/{issue_number}"): issues.get_issue,
    ("PATCH", "/issues/{issue_number}"): issues.edit_issue,
    ("POST", "/issues/{issue_number}/labels"): issues.add_labels,
    ("DELETE", "/issues/{issue_number}/labels/{name}"): issues.remove_label,
    ("POST", "/issues/{issue_number}/assignees"): issues.add_assignees,
    ("DELETE", "/issues/{issue_number}/assignees"): issues.remove_assignees,
    ("GET", "/issues/{issue_number}/comments"): comments.list_comments,
    ("POST", "/issues/{issue_number}/comments"): comments.create_comment,
    ("PATCH", "/issues/comments/{comment_id}"): comments.edit_comment,
    ("GET", "/issues/{issue_number}/sub_issues"): edges.list_sub_issues,
    ("POST", "/issues/{issue_number}/sub_issues"): edges.add_sub_issue,
    ("DELETE", "/issues/{issue_number}/sub_issue"): edges.remove_sub_issue,
    ("GET", "/issues/{issue_number}/dependencies/blocked_by"): edges.list_blockers,
    ("POST", "/issues/{issue_number}/dependencies/blocked_by"): edges.add_blocker,
    ("DELETE", "/issues/{issue_number}/dependencies/blocked_by/{issue_id}"): edges.remove_blocker,
    ("GET", "/collaborators/{username}/permission"): people.permission,
    ("GET", "/assignees/{assignee}"): issues.check_assignee,
    ("GET", "/issue-types"): fields.list_types,
    ("GET", "/labels"): issues.list_labels,
    ("POST", "/labels"): issues.create_label,
    ("DELETE", "/labels/{name}"): issues.delete_label,
    ("GET", "/milestones"): issues.list_milestones,
    ("POST", "/milestones"): issues.create_milestone,
    ("DELETE", "/milestones/{milestone_number}"): issues.delete_milestone,
}

_NUMBERS = re.compile(r"\\{\w*(?:number|id)\\}")
_NAMES = re.compile(r"\\{(?:\w*name|assignee)\\}")
_BY_PATTERN = [
    (verb, re.compile(_NAMES.sub("([^/]+)", _NUMBERS.sub(r"(\\d+)", re.escape(path)))), made)
    for (verb, path), made in ROUTES.items()
]

_REPOSITORY = re.compile(r"/repos/([^/]+/[^/]+)(/.*)?")
_BY_ID = re.compile(r"/repositories/(\d+)(/.*)?")


def dispatch(world: World, request: Request, account: Account, missing: frozenset[str]) -> Response:
    """Answer a request for the repository or something in it.

    :param missing: parts of paths that this server does not know: ``sub_issues``, ``dependencies``.
    """
    repository = world.repository
    if request.path == f"/orgs/{repository.full_name.partition('/')[0]}/issue-fields" and request.verb == "GET":
        return fields.list_fields(world, account)
    if by_id := _BY_ID.fullmatch(request.path):
        known, rest = by_id[1] == str(repository.id), by_id[2] or ""
    elif named := _REPOSITORY.fullmatch(request.path):
        known, rest = named[1].lower() == repository.full_name.lower(), named[2] or ""
        if named[1] in repository.former_names:
            return _moved(world, request, rest)
    else:
        return refused(501, f"not played here: {request.verb} {request.path}")
    if not known:
        return NOT_FOUND
    if request.writes and repository.archived:
        return refused(403, "Repository was archived so is read-only.")
    if request.writes and not account.may_write:
        whose = "integration" if account.is_installation else "personal access token"
        return refused(403, f"Resource not accessible by {whose}")
    return _within(world, request, account, rest, missing)


def _within(world: World, request: Request, account: Account, rest: str, missing: frozenset[str]) -> Response:
    if not rest and request.verb == "GET":
        roles = dict.fromkeys(
            ("admin", "maintain", "push", "triage"), account.may_label and not account.is_installation
        )
        return Response(200, world.rows.repository({**roles, "pull": True}))
    if any(f"/{part}" in rest for part in missing):
        return NOT_FOUND
    if not world.repository.has_issues and rest.startswith("/issues"):
        return refused(410, "Issues has been disabled in this repository.")
    if world.proposals and (answer := world.proposals.answer(request, rest)):
        return answer
    for verb, pattern, endpoint in _BY_PATTERN:
        if verb == request.verb and (found := pattern.fullmatch(rest)):
            return endpoint(world, request, account, *found.groups())
    return refused(501, f"not played here: {request.verb} {request.path}")


def _moved(world: World, request: Request, rest: str) -> Response:
    """Send on to the repository's id; the body tells the address too, the query is lost in neither."""
    status = 301 if request.verb == "GET" else 307
    url = f"{world.base_url}/repositories/{world.repository.id}{rest}"
    body = {"message": "Moved Permanently", "url": url, "documentation_url": "https://docs.github.com/rest"}
    return Response(status, body, {"location": url})
