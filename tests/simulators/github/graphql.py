"""The queries and the mutation of https://docs.github.com/graphql that are sent here; any other is refused.

A query that names an issue that is gone, or a field that this server does not know, is answered with status 200 and
``errors``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.simulators.github import boards, history
from tests.simulators.github.edges import add_child, add_dependency
from tests.simulators.github.messages import Request, Response, refused
from tests.simulators.github.state import Account, Issue
from tests.simulators.github.world import World

_FIRST = 50
_NODE = r"\{ number repository \{ nameWithOwner \} \}"
_ISSUE = re.compile(
    rf"i(\d+): issue\(number: (\d+)\) "
    rf"\{{ parent {_NODE}(?: blockedBy\(first: {_FIRST}\) \{{ totalCount nodes {_NODE} \}})? \}} ?"
)
_REPOSITORY = re.compile(r'query \{ repository\(owner: "([^"]+)", name: "([^"]+)"\) \{ (.+)\} \}')
_HAS_PARENTS = re.compile(r"issue\(number: \d+\) \{ parent \{ number \} \} ?")
_MOST = 100
_MUTATION = re.compile(r"mutation \{ (.+) \}")
_CHILD = re.compile(
    r'e(\d+): (addSubIssue|removeSubIssue)\(input: \{issueId: "I_(\d+)", subIssueId: "I_(\d+)"\}\) '
    r"\{ issue \{ number \} subIssue \{ number \} \} ?"
)
_DELETE = re.compile(r'e0: deleteIssue\(input: \{issueId: "I_(\d+)"\}\) \{ repository \{ nameWithOwner \} \}')
_ADD_BLOCKED_BY = re.compile(
    r'e(\d+): addBlockedBy\(input: \{issueId: "I_(\d+)", blockingIssueId: "I_(\d+)"\}\) '
    r"\{ issue \{ number \} blockingIssue \{ number \} \} ?"
)


def answer(
    world: World, request: Request, account: Account, missing: frozenset[str], holds_back: Callable[[Issue], bool]
) -> Response:
    """POST /graphql

    :param holds_back: whether no dependency of an issue is taken.
    """
    query = " ".join(request.body["query"].split())
    if query == "query { viewer { login } }":
        return Response(200, {"data": {"viewer": {"login": account.login}}})
    if about_boards := boards.answer(world.board, world.repository, query, account):
        return about_boards
    if mutation := _MUTATION.fullmatch(query):
        return _mutated(world, mutation[1], account, missing, holds_back)
    asked = _REPOSITORY.fullmatch(query)
    if asked and history.is_asked(asked[3]):
        return history.answer(world, asked[3], knows_dependencies="dependencies" not in missing)
    lacks_children = bool(missing) and not world.queries_children
    if asked and _HAS_PARENTS.fullmatch(asked[3]):
        answered = Response(200, {"data": {"repository": {"issue": {"parent": None}}}})
        return _failed("Field 'parent' doesn't exist on type 'Issue'") if lacks_children else answered
    if not asked or _ISSUE.sub("", asked[3]):
        return refused(501, f"not played here: {query}")
    if lacks_children or ("blockedBy" in asked[3] and "dependencies" in missing):
        return _failed("Field 'blockedBy' doesn't exist on type 'Issue'")
    if f"{asked[1]}/{asked[2]}".lower() != world.repository.full_name.lower():
        return _failed("Could not resolve to a Repository")
    numbers = [(alias, int(number)) for alias, number in _ISSUE.findall(asked[3])]
    if len(numbers) > _MOST:
        return _failed("too many nodes")
    if world.most_aliases and len(numbers) > world.most_aliases:
        return refused(502, "We couldn't respond to your request in time.")
    if world.query_error:
        return _failed("Resource not accessible by personal access token", world.query_error)
    found = {alias: world.repository.issues.get(number) for alias, number in numbers}
    rows = {f"i{alias}": _row(world, issue) if issue and not issue.gone else None for alias, issue in found.items()}
    errors = [_not_found(alias) for alias, row in rows.items() if row is None]
    for alias in (f"i{number}" for number in world.forbidden if f"i{number}" in rows):
        rows[alias] = None
        errors.append({"type": "FORBIDDEN", "path": ["repository", alias], "message": "Resource not accessible"})
    return Response(200, {"data": {"repository": rows}} | ({"errors": errors} if errors else {}))


def _mutated(
    world: World, fields: str, account: Account, missing: frozenset[str], holds_back: Callable[[Issue], bool]
) -> Response:
    """Carry out aliases one after the other; each may fail by itself.

    https://docs.github.com/graphql/reference/issues#addblockedby
    """
    if deleted := _DELETE.fullmatch(fields):
        return _deleted(world, int(deleted[1]), account)
    if not _CHILD.sub("", f"{fields} "):
        return _changed_children(world, f"{fields} ", missing, holds_back)
    if _ADD_BLOCKED_BY.sub("", f"{fields} "):
        return refused(501, f"not played here: {fields}")
    if not world.mutates or "dependencies" in missing or (missing and not world.queries_children):
        return _failed("Field 'addBlockedBy' doesn't exist on type 'Mutation'")
    if not account.may_write:
        return _failed("Resource not accessible by personal access token", "FORBIDDEN")
    data: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    breaks_at, world.breaks_at = world.breaks_at, None
    for number, blocked, blocking in _ADD_BLOCKED_BY.findall(f"{fields} "):
        if int(number) == breaks_at:
            return refused(502, "Bad Gateway")
        alias, pair = f"e{number}", (world.repository.by_id(int(blocked)), world.repository.by_id(int(blocking)))
        wrong = "" if all(pair) else "Could not resolve to a node with the global id"
        if not wrong and pair[0] and pair[1]:
            wrong = "Something went wrong" if number in world.failing_places or holds_back(pair[0]) else ""
            said = None if wrong else add_dependency(world, pair[0], pair[1])
            wrong = said.body["errors"][0]["message"] if said else wrong
        data[alias] = None if wrong else {"issue": _number(pair[0]), "blockingIssue": _number(pair[1])}
        if wrong:
            errors.append({"type": "UNPROCESSABLE", "path": [alias], "message": wrong})
    return Response(200, {"data": data} | ({"errors": errors} if errors else {}))


def _deleted(world: World, number: int, account: Account) -> Response:
    """https://docs.github.com/graphql/reference/mutations#deleteissue: the right of admins."""
    issue = world.repository.by_id(number)
    if issue is None or world.repository.roles.get(account.login) != "admin":
        said = f"{account.login} does not have the correct permissions to execute `DeleteIssue`"
        error = {"type": "FORBIDDEN", "path": ["e0"], "message": said}
        return Response(200, {"data": {"e0": None}, "errors": [error]})
    issue.gone = "deleted"
    return Response(200, {"data": {"e0": {"repository": {"nameWithOwner": world.repository.full_name}}}})


def _changed_children(
    world: World, fields: str, missing: frozenset[str], holds_back: Callable[[Issue], bool]
) -> Response:
    """https://docs.github.com/graphql/reference/issues#addsubissue"""
    if missing and not world.queries_children:
        return _failed("Field 'addSubIssue' doesn't exist on type 'Mutation'")
    data: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []
    for number, verb, above, below in _CHILD.findall(fields):
        alias, parent, child = f"e{number}", world.repository.by_id(int(above)), world.repository.by_id(int(below))
        said = _child_changed(world, verb, parent, child, number, holds_back)
        data[alias] = None if said else {"issue": _number(parent), "subIssue": _number(child)}
        if said:
            errors.append({"type": "UNPROCESSABLE", "path": [alias], "message": said})
    return Response(200, {"data": data} | ({"errors": errors} if errors else {}))


def _child_changed(
    world: World,
    verb: str,
    parent: Issue | None,
    child: Issue | None,
    place: str,
    holds_back: Callable[[Issue], bool],
) -> str:
    """Add or remove a sub-issue, or say why not."""
    if parent is None or child is None:
        return "Could not resolve to a node with the global id"
    if place in world.failing_places or holds_back(child):
        return "Something went wrong"
    if verb == "removeSubIssue":
        gone = child.parent == parent.number
        child.parent = None if gone else child.parent
        return "" if gone else "The sub-issue is not one of this issue"
    refusal = add_child(world, parent, child)
    return refusal.body["errors"][0]["message"] if refusal else ""


def _number(issue: Issue | None) -> dict[str, int] | None:
    return {"number": issue.number} if issue else None


def _not_found(alias: str) -> dict[str, Any]:
    """What is missing is null and named: the rest of the answer is good."""
    message = f"Could not resolve to an issue or pull request with the number of {alias[1:]}."
    return {"type": "NOT_FOUND", "path": ["repository", alias], "message": message}


def _row(world: World, issue: Issue) -> dict[str, Any]:
    blockers = [_node(world, number) for number in issue.blocked_by]
    return {
        "parent": _node(world, issue.parent) if issue.parent else None,
        "blockedBy": {"totalCount": len(blockers), "nodes": blockers[:_FIRST]},
    }


def _node(world: World, number: int) -> dict[str, Any]:
    return {"number": number, "repository": {"nameWithOwner": world.repository.full_name}}


def _failed(message: str, kind: str = "") -> Response:
    return Response(200, {"data": None, "errors": [{"message": message} | ({"type": kind} if kind else {})]})
