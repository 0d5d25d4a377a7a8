"""The queries and mutations about boards: https://docs.github.com/graphql/reference/projects"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from tests.simulators.github.messages import Response, refused
from tests.simulators.github.state import Account, Repository

_SELECT = r"\.\.\. on ProjectV2SingleSelectField \{ id name options \{ id name \} \}"
_FIND = re.compile(
    r'query \{ repositoryOwner\(login: "([^"]+)"\) \{ \.\.\. on ProjectV2Owner \{ projectV2\(number: (\d+)\) '
    rf"\{{ id title fields\(first: 50\) \{{ nodes \{{ {_SELECT} \}} \}} \}} \}} \}} \}}"
)
_VALUE = r"\{ \.\.\. on ProjectV2ItemFieldSingleSelectValue \{ name \} \}"
_ADD = re.compile(
    r'(p\d+): addProjectV2ItemById\(input: \{projectId: "(\w+)", contentId: "I_(\d+)"\}\) '
    rf'\{{ item \{{ id priority: fieldValueByName\(name: "Priority"\) {_VALUE} '
    rf'phase: fieldValueByName\(name: "Phase"\) {_VALUE} \}} \}} ?'
)
_SET = re.compile(
    r'(v\w+): updateProjectV2ItemFieldValue\(input: \{projectId: "(\w+)", itemId: "PVTI_(\d+)", fieldId: "F_(\w+)", '
    r'value: \{singleSelectOptionId: "O_\w+?_(\w+)"\}\}\) \{ projectV2Item \{ id \} \} ?'
)


@dataclass
class BoardOfOwner:
    """A board with its fields and the issues on it."""

    owner: str
    number: int
    title: str = "Roadmap"
    fields: dict[str, list[str]] = field(default_factory=lambda: {"Priority": ["High", "Medium", "Low"]})
    items: dict[int, dict[str, str]] = field(default_factory=dict)
    """What the fields say of each issue, by its number."""
    writable: bool = True
    """The token may change it."""
    changes: int = 0


def answer(board: BoardOfOwner | None, repository: Repository, query: str, account: Account) -> Response | None:
    """Answer what is about boards; None for anything else."""
    if found := _FIND.fullmatch(query):
        there = board if board and (board.owner, str(board.number)) == found.groups() else None
        return Response(200, {"data": {"repositoryOwner": {"projectV2": _shown(there) if there else None}}})
    fields = query.removeprefix("mutation { ").removesuffix(" }") + " "
    if "ProjectV2" not in query:
        return None
    if _SET.sub("", _ADD.sub("", fields)).strip() or board is None:
        return refused(501, f"not played here: {query}")
    if not board.writable:
        said = "Your token has not been granted the required scopes to execute this query."
        return Response(200, {"data": None, "errors": [{"type": "INSUFFICIENT_SCOPES", "message": said}]})
    data: dict[str, Any] = {}
    for alias, _, content in _ADD.findall(fields):
        issue = repository.by_id(int(content))
        data[alias] = {"item": _joined(board, issue.number)} if issue else None
    for alias, _, item, name, option in _SET.findall(fields):
        board.items[int(item)][name] = option
        board.changes += 1
        data[alias] = {"projectV2Item": {"id": f"PVTI_{item}"}}
    return Response(200, {"data": data})


def _joined(board: BoardOfOwner, number: int) -> dict[str, Any]:
    said = board.items.setdefault(number, {})
    values = {name.lower(): {"name": said[name]} if name in said else None for name in ("Priority", "Phase")}
    return {"id": f"PVTI_{number}", **values}


def _shown(board: BoardOfOwner) -> dict[str, Any]:
    nodes: list[dict[str, Any]] = [{}]  # a field of another type
    for name, options in board.fields.items():
        shown = [{"id": f"O_{name}_{option}", "name": option} for option in options]
        nodes.append({"id": f"F_{name}", "name": name, "options": shown})
    return {"id": "PVT_board", "title": board.title, "fields": {"nodes": nodes}}
