"""The queries and mutations about iterations and epics: https://docs.gitlab.com/api/graphql/reference/#workitem

The Community Edition does not know the fields of Premium. Without a licence there are none of either, and an issue
takes none.
"""

from __future__ import annotations

import json
import re
from typing import Any

from tests.simulators.gitlab.exchange import Reply
from tests.simulators.gitlab.world import Issue, World

_WIDGETS = (
    r"widgets\(onlyTypes: \[ITERATION, HIERARCHY\]\) \{ \.\.\. on WorkItemWidgetIteration \{ iteration \{ id \} \} "
    r"\.\.\. on WorkItemWidgetHierarchy \{ parent \{ id \} \} \}"
)
_ITERATIONS = re.compile(
    r'query \{ project\(fullPath: "([^"]+)"\) \{ iterations\('
    r'(?:search: ("(?:[^"\\]|\\.)*"), in: \[TITLE\], state: opened|'
    r"state: current), includeAncestors: true, first: 20\) \{ nodes \{ id title \} \} \} \}"
)
_EPICS = re.compile(
    r'query \{ group\(fullPath: "([^"]*)"\) \{ workItems\('
    r'search: ("(?:[^"\\]|\\.)*"), in: \[TITLE\], types: \[EPIC\], '
    r"state: opened, includeAncestors: true, first: 20\) \{ nodes \{ id title \} \} \} \}"
)
_SHOWN = re.compile(
    r'query \{ project\(fullPath: "([^"]+)"\) \{ workItems\(iids: (\[[^\]]*\]), first: 50\) '
    rf"\{{ nodes \{{ id iid {_WIDGETS} \}} \}} \}} \}}"
)
_JOIN = re.compile(
    r'(j\d+): workItemUpdate\(input: \{id: "gid://gitlab/WorkItem/(\d+)", (?:iterationWidget: \{iterationId: '
    r'"gid://gitlab/Iteration/(\d+)"\}|hierarchyWidget: \{parentId: "gid://gitlab/WorkItem/(\d+)"\})\}\) '
    rf"\{{ workItem \{{ id iid {_WIDGETS} \}} errors \}} ?"
)


def answer(world: World, query: str) -> Reply | None:
    """Answer what is about iterations and epics; None for anything else."""
    if asked := _ITERATIONS.fullmatch(query):
        if not world.enterprise:
            return _failed("Field 'iterations' doesn't exist on type 'Project'")
        wanted = json.loads(asked[2]) if asked[2] else None
        there = world.iterations.items() if world.premium else ()
        found = [(n, t) for n, t in there if (n == world.current if wanted is None else _holds(t, wanted))]
        return Reply(200, {"data": {"project": {"iterations": _nodes("Iteration", found)}}})
    if asked := _EPICS.fullmatch(query):
        if asked[1] != world.path.rpartition("/")[0]:
            return Reply(200, {"data": {"group": None}})
        there = world.epics.items() if world.premium else ()
        found = [(n, t) for n, t in there if _holds(t, json.loads(asked[2]))]
        return Reply(200, {"data": {"group": {"workItems": _nodes("WorkItem", found)}}})
    if asked := _SHOWN.fullmatch(query):
        issues = [world.issues[int(n)] for n in json.loads(asked[2]) if int(n) in world.issues]
        return Reply(200, {"data": {"project": {"workItems": {"nodes": [_item(issue) for issue in issues]}}}})
    fields = query.removeprefix("mutation { ").removesuffix(" }") + " "
    if "workItemUpdate" not in query or _JOIN.sub("", fields):
        return None
    by_id = {issue.id: issue for issue in world.issues.values()}
    joins = _JOIN.findall(fields)
    data = {alias: _joined(world, by_id[int(item)], iteration, epic) for alias, item, iteration, epic in joins}
    return Reply(200, {"data": data})


def _joined(world: World, issue: Issue, iteration: str, epic: str) -> dict[str, Any]:
    widget = "iteration_widget" if iteration else "hierarchy_widget"
    if not world.premium:
        said = f"Following widget keys are not supported by Issue type: [:{widget}]"
        return {"workItem": None, "errors": [said]}
    if not world.drops_plans:
        issue.iteration = int(iteration) if iteration else issue.iteration
        issue.epic = int(epic) if epic else issue.epic
    return {"workItem": _item(issue), "errors": []}


def _item(issue: Issue) -> dict[str, Any]:
    iteration = {"id": f"gid://gitlab/Iteration/{issue.iteration}"} if issue.iteration else None
    parent = {"id": f"gid://gitlab/WorkItem/{issue.epic}"} if issue.epic else None
    widgets = [{"iteration": iteration}, {"parent": parent}]
    return {"id": f"gid://gitlab/WorkItem/{issue.id}", "iid": str(issue.iid), "widgets": widgets}


def _holds(title: str | None, part: str) -> bool:
    return part.casefold() in (title or "").casefold()


def _nodes(kind: str, found: list[tuple[int, Any]]) -> dict[str, Any]:
    return {"nodes": [{"id": f"gid://gitlab/{kind}/{number}", "title": title} for number, title in found]}


def _failed(message: str) -> Reply:
    return Reply(200, {"errors": [{"message": message}]})
