"""https://docs.github.com/rest/repos/issue-types and https://docs.github.com/rest/orgs/issue-fields"""

from __future__ import annotations

from tests.simulators.github.fields_shown import FIELD, MOMENT, type_row
from tests.simulators.github.messages import NOT_FOUND, Json, Request, Response, invalid
from tests.simulators.github.state import Account, Issue
from tests.simulators.github.world import World


def list_types(world: World, request: Request, _: Account) -> Response:
    """GET /repos/{owner}/{repo}/issue-types"""
    return Response(200, [type_row(name) for name in world.repository.issue_types])


def list_fields(world: World, account: Account) -> Response:
    """GET /orgs/{org}/issue-fields"""
    if not world.repository.priority_options or account.is_installation:
        return NOT_FOUND
    options = [
        {
            "id": 700 + place,
            "name": name,
            "description": None,
            "color": "red",
            "priority": place,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }
        for place, name in enumerate(world.repository.priority_options)
    ]
    field = {"id": FIELD, "node_id": f"IFSS_{FIELD}", "name": "Priority", "description": None}
    field |= {"data_type": "single_select", "options": options, "created_at": MOMENT, "updated_at": MOMENT}
    return Response(200, [field])


def wrong(world: World, body: Json) -> Response | None:
    """Refuse a type that the organization does not have."""
    if body.get("type") and body["type"] not in world.repository.issue_types and world.repository.issue_types:
        return invalid("type", "invalid")
    return None


def assign(world: World, issue: Issue, body: Json) -> None:
    """Set type and fields, where the organization has them; otherwise they are dropped."""
    if "type" in body and (body["type"] is None or body["type"] in world.repository.issue_types):
        issue.type = body["type"]
    for value in body.get("issue_field_values", ()):
        if value["field_id"] == FIELD and value["value"] in world.repository.priority_options:
            issue.priority = value["value"]
