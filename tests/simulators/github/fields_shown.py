"""What the row of an issue says of its type and its fields."""

from __future__ import annotations

from tests.simulators.github.messages import Json
from tests.simulators.github.state import Issue

FIELD = 77
MOMENT = "2026-01-01T00:00:00Z"


def shown(world_options: list[str], issue: Issue) -> Json:
    """Return what an issue's row says of them."""
    values = []
    if issue.priority:
        option = {"id": 700 + world_options.index(issue.priority), "name": issue.priority, "color": "red"}
        named = {"issue_field_id": FIELD, "issue_field_name": "Priority", "node_id": f"IFSSV_{issue.id}"}
        values = [{**named, "data_type": "single_select", "value": issue.priority, "single_select_option": option}]
    return {"type": type_row(issue.type) if issue.type else None, "issue_field_values": values}


def type_row(name: str) -> Json:
    """Return a type as lists and issues hold it."""
    return {
        "id": sum(name.encode()),
        "node_id": f"IT_{name}",
        "name": name,
        "description": None,
        "color": None,
        "created_at": MOMENT,
        "updated_at": MOMENT,
        "is_enabled": True,
    }
