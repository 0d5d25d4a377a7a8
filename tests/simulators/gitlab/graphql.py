"""The query and the mutation of GitLab's GraphQL API that are sent here; any other is refused.

https://docs.gitlab.com/api/graphql/reference/. Whatever is wrong comes with status 200 and ``errors``; a mutation that
was understood but not carried out says so in ``errors`` of its own. Pairs are linked as in GitLab's
app/services/issuable_links/create_service.rb: several at once, some of which are linked, are linked anew.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from tests.simulators.gitlab import plans
from tests.simulators.gitlab.entities import moment
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.faults import At, Refused
from tests.simulators.gitlab.links import MOST_LINKS
from tests.simulators.gitlab.world import Issue, World

_QUERY = re.compile(
    r'query \{ project\(fullPath: "([^"]+)"\) \{ workItems\(iids: (\[[^\]]*\]), first: 100\) \{ nodes \{ iid '
    r"widgets\(onlyTypes: \[LINKED_ITEMS\]\) \{ \.\.\. on WorkItemWidgetLinkedItems \{ linkedItems\(first: 100\) "
    r"\{ pageInfo \{ hasNextPage \} nodes \{ linkType workItem \{ iid namespace \{ fullPath \} \} \} \} "
    r"\} \} \} \} \} \}"
)
_CHANGES = re.compile(
    r'query \{ project\(fullPath: "([^"]+)"\) \{ workItems\(iids: (\[[^\]]*\]), first: 50\) \{ nodes \{ iid closedAt '
    r"widgets\(onlyTypes: \[DEVELOPMENT\]\) \{ \.\.\. on WorkItemWidgetDevelopment "
    r"\{ closingMergeRequests\(first: 20\) "
    r"\{ nodes \{ mergeRequest \{ iid title webUrl state mergedAt project \{ fullPath \} \} \} \} \} \} \} \} \} \}"
)
_MUTATION = re.compile(r"mutation \{ (.+) \}")
_ADD = re.compile(
    r'(e\d+): workItemAddLinkedItems\(input: \{id: "gid://gitlab/WorkItem/(\d+)", workItemsIds: '
    r'\[((?:"gid://gitlab/WorkItem/\d+",? ?)+)\], linkType: (RELATED|BLOCKS|BLOCKED_BY)\}\) '
    r"\{ workItem \{ iid \} errors \} ?"
)
_ITEM = re.compile(r"WorkItem/(\d+)")
_TYPES = {"RELATED": "relates_to", "BLOCKS": "blocks", "BLOCKED_BY": "is_blocked_by"}
_MOST_ITEMS, _MOST_COMPLEX = 10, 250
_PER_ISSUE, _PER_MUTATION = 0.88, 4


def is_query(request: Request) -> bool:
    """Return whether a request only reads, although its verb is POST."""
    return request.path == "/api/graphql" and str(request.data.get("query", "")).startswith("query")


class QueryRoom:
    """Answers queries, and carries out mutations one after the other."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request, refuses: Sequence[Refused]) -> Reply:
        """POST /api/graphql"""
        request.check_names(data="query")
        world, query = self._world, " ".join(request.data["query"].split())
        if not world.graphql:
            raise Refusal(404, "404 Not Found", "error")
        if asked := _QUERY.fullmatch(query):
            return self._linked_items(asked[1], json.loads(asked[2]), refuses)
        if asked := _CHANGES.fullmatch(query):
            return self._changes(json.loads(asked[2]))
        if (planned := plans.answer(world, query)) is not None:
            return planned
        mutation = _MUTATION.fullmatch(query)
        if not mutation or _ADD.sub("", f"{mutation[1]} "):
            raise Refusal(501, f"not simulated: {query}", "error")
        if not world.linked_items:
            return _failed("Field 'workItemAddLinkedItems' doesn't exist on type 'Mutation'")
        found = _ADD.findall(f"{mutation[1]} ")
        if len(found) * _PER_MUTATION > _MOST_COMPLEX:
            return _too_complex(len(found) * _PER_MUTATION)
        data: dict[str, Any] = {}
        errors: list[dict[str, Any]] = []
        breaks_at, world.breaks_at = world.breaks_at, None
        for alias, source, items, kind in found:
            if int(alias[1:]) == breaks_at:
                raise Refusal(502, "502 Bad Gateway", "error")
            data[alias] = self._added(alias, int(source), [int(n) for n in _ITEM.findall(items)], kind, refuses)
            if data[alias] is None:
                said = "The resource that you are attempting to access does not exist or you don't have permission"
                errors.append({"message": said, "path": [alias]})
        return Reply(200, {"data": data} | ({"errors": errors} if errors else {}))

    def _changes(self, numbers: list[str]) -> Reply:
        """Return the merge requests that close issues: https://docs.gitlab.com/api/graphql/reference/"""
        world = self._world
        if not world.linked_items:
            return _failed("No such type WorkItemWidgetDevelopment, so it can't be a fragment condition")
        issues = [world.issues[int(number)] for number in numbers if int(number) in world.issues]
        return Reply(200, {"data": {"project": {"workItems": {"nodes": [_closed(issue) for issue in issues]}}}})

    def _linked_items(self, path: str, numbers: list[str], refuses: Sequence[Refused]) -> Reply:
        world = self._world
        if not world.linked_items:
            return _failed("No such type WorkItemWidgetLinkedItems, so it can't be a fragment condition")
        if len(numbers) > world.most_queried:
            return Reply(502, {"error": "502 Bad Gateway"}) if world.times_out else _too_complex(300)
        if len(numbers) * _PER_ISSUE > _MOST_COMPLEX:
            return _too_complex(len(numbers) * _PER_ISSUE)
        if path.casefold() != world.path.casefold():
            return Reply(200, {"data": {"project": None}})
        unseen = {refused.title for refused in refuses if At.READ in refused.at}
        issues = [world.issues[int(number)] for number in numbers if int(number) in world.issues]
        nodes = [self._node(one) for one in issues if one.iid not in world.hidden and one.title not in unseen]
        return Reply(200, {"data": {"project": {"workItems": {"nodes": nodes}}}})

    def _node(self, issue: Issue) -> dict[str, Any]:
        links = [link for link in self._world.links.values() if issue.iid in (link.source, link.target)]
        items = []
        for link in links:
            other, kind = link.target, link.type
            if issue.iid == link.target:
                other, kind = link.source, "is_blocked_by" if kind == "blocks" else kind
            item = {"iid": str(other), "namespace": {"fullPath": self._world.path}}
            items.append({"linkType": kind, "workItem": item})
        page = {"pageInfo": {"hasNextPage": len(items) > 100}, "nodes": items[:100]}
        return {"iid": str(issue.iid), "widgets": [{"linkedItems": page}]}

    def _added(
        self, alias: str, source: int, targets: list[int], kind: str, refuses: Sequence[Refused]
    ) -> dict[str, Any] | None:
        """Link one issue with others; None where nobody may see one of them."""
        world, by_id = self._world, {issue.id: issue for issue in self._world.issues.values()}
        if not {source, *targets} <= by_id.keys() or world.archived:
            return None
        start, others = by_id[source], [by_id[number] for number in targets]
        if len(others) > _MOST_ITEMS:
            wrong = [f"No more than {_MOST_ITEMS} work items can be modified at the same time."]
        elif kind != "RELATED" and not world.premium:
            wrong = ["Blocked work items are not available for the current subscription tier"]
        elif alias[1:] in world.failing_places:
            wrong = ["Something went wrong"]
        elif all(world.link_between(start.iid, other.iid) for other in others):
            wrong = ["Items are already linked"]
        else:
            wrong = [said for other in others if (said := self._link(start, other, _TYPES[kind], refuses))]
        return {"workItem": {"iid": str(start.iid)}, "errors": wrong}

    def _link(self, start: Issue, other: Issue, kind: str, refuses: Sequence[Refused]) -> str:
        """Link two issues, or say why not."""
        world = self._world
        titles = {start.title, other.title}
        if start is other or any(At.LINK in refused.at and refused.title in titles for refused in refuses):
            return f"#{other.iid} cannot be added: refused"
        there = world.link_between(start.iid, other.iid)
        if there:
            del world.links[there.id]  # its type and direction change
        for end in (start.iid, other.iid):
            if sum(end in (link.source, link.target) for link in world.links.values()) >= MOST_LINKS:
                return f"#{other.iid} cannot be added: would exceed the maximum number of linked items ({MOST_LINKS})"
        world.add_link(start.iid, other.iid, kind)
        return ""


def _failed(message: str) -> Reply:
    return Reply(200, {"errors": [{"message": message}]})


def _too_complex(score: float) -> Reply:
    return _failed(f"Query has complexity of {score:.0f}, which exceeds max complexity of {_MOST_COMPLEX}")


def _closed(issue: Issue) -> dict[str, Any]:
    requests = [
        {
            "iid": str(each.iid),
            "title": each.title,
            "webUrl": f"https://gitlab.example/{each.path}/-/merge_requests/{each.iid}",
            "state": each.state,
            "mergedAt": moment(each.merged_at) if each.merged_at else None,
            "project": {"fullPath": each.path},
        }
        for each in issue.closing
    ]
    closed_at = moment(issue.closed_at) if issue.closed_at else None
    nodes = [{"mergeRequest": each} for each in requests]
    return {"iid": str(issue.iid), "closedAt": closed_at, "widgets": [{"closingMergeRequests": {"nodes": nodes}}]}
