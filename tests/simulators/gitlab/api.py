"""The resources of GitLab's REST API that are simulated, and GraphQL; all others answer 501."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from urllib.parse import unquote

from tests.simulators.gitlab import paging
from tests.simulators.gitlab.entities import Entities
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.faults import Refused
from tests.simulators.gitlab.graphql import QueryRoom
from tests.simulators.gitlab.issues import IssueRoom
from tests.simulators.gitlab.links import LinkRoom
from tests.simulators.gitlab.notes import NoteRoom
from tests.simulators.gitlab.proposals import ProposalRoom
from tests.simulators.gitlab.world import World

_PAGES = "page per_page"
Handler = Callable[..., Reply]


class Api:
    """Answers requests from what a world stores."""

    def __init__(self, world: World, base_url: str) -> None:
        self._world = world
        self._entities = Entities(world, base_url)
        issues, links = IssueRoom(world, self._entities), LinkRoom(world, self._entities)
        notes, proposals = NoteRoom(world, self._entities), ProposalRoom(world)
        self._queries = QueryRoom(world)
        self._routes: list[tuple[str, str, Handler]] = [
            ("GET", r"/user", self._user),
            ("GET", r"/users", self._users),
            ("GET", r"/metadata", self._metadata),
            ("GET", r"/personal_access_tokens/self", self._token),
            ("GET", r"/projects/([^/]+)", self._project),
            ("GET", r"/projects/([^/]+)/members/all", self._members),
            ("GET", r"/projects/([^/]+)/members/all/(\d+)", self._one_member),
            ("GET", r"/projects/([^/]+)/labels", self._labels),
            ("POST", r"/projects/([^/]+)/labels", self._new_label),
            ("DELETE", r"/projects/([^/]+)/labels/(\d+)", self._delete_label),
            ("GET", r"/projects/([^/]+)/milestones", self._milestones),
            ("POST", r"/projects/([^/]+)/milestones", self._new_milestone),
            ("DELETE", r"/projects/([^/]+)/milestones/(\d+)", self._delete_milestone),
            ("GET", r"/projects/([^/]+)/issues", issues.list),
            ("POST", r"/projects/([^/]+)/issues", issues.create),
            ("GET", r"/projects/([^/]+)/issues/(\d+)", issues.show),
            ("PUT", r"/projects/([^/]+)/issues/(\d+)", issues.update),
            ("DELETE", r"/projects/([^/]+)/issues/(\d+)", issues.delete),
            ("POST", r"/projects/([^/]+)/issues/(\d+)/time_estimate", issues.estimate),
            ("GET", r"/projects/([^/]+)/issues/(\d+)/resource_state_events", issues.state_events),
            ("GET", r"/projects/([^/]+)/issues/(\d+)/links", links.list),
            ("POST", r"/projects/([^/]+)/issues/(\d+)/links", links.create),
            ("GET", r"/projects/([^/]+)/issues/(\d+)/links/(\d+)", links.show),
            ("DELETE", r"/projects/([^/]+)/issues/(\d+)/links/(\d+)", links.delete),
            ("GET", r"/projects/([^/]+)/repository/branches/([^/]+)", proposals.branch),
            ("POST", r"/projects/([^/]+)/repository/commits", proposals.commit),
            ("GET", r"/projects/([^/]+)/merge_requests", proposals.listing),
            ("POST", r"/projects/([^/]+)/merge_requests", proposals.open),
            ("PUT", r"/projects/([^/]+)/merge_requests/(\d+)", proposals.edit),
            ("GET", r"/projects/([^/]+)/merge_requests/(\d+)/notes", notes.listing),
            ("POST", r"/projects/([^/]+)/merge_requests/(\d+)/notes", notes.create),
            ("PUT", r"/projects/([^/]+)/merge_requests/(\d+)/notes/(\d+)", notes.update),
        ]

    def answer(self, request: Request, refuses: Sequence[Refused] = ()) -> Reply:
        """Carry out a request."""
        try:
            if (request.verb, request.path) == ("POST", "/api/graphql"):
                self._admit(request, ())
                return self._queries.answer(request, refuses)
            for verb, path, handler in self._routes:
                if verb == request.verb and (match := re.fullmatch(path, request.path)):
                    self._admit(request, match.groups())
                    for refused in refuses:
                        refused.check(request, self._world)
                    arguments = match.groups()[1:] if request.path.startswith("/projects/") else ()
                    return handler(request, *(int(each) if each.isdigit() else each for each in arguments))
            raise Refusal(501, f"not simulated: {request.verb} {request.path}", "error")
        except Refusal as refusal:
            return Reply(refusal.status, refusal.content, refusal.headers)

    def _admit(self, request: Request, parts: tuple[str, ...]) -> None:
        """Let in who may be here: a token, its scope, the project, the role."""
        world = self._world
        if request.token is None:
            raise Refusal(401, "401 Unauthorized")
        writes = request.verb != "GET"
        if "api" not in request.token.scopes and (writes or "read_api" not in request.token.scopes):
            raise Refusal(403, "insufficient_scope", "error")
        if not parts:
            return
        named = unquote(parts[0])
        if world.old_path and named == world.old_path:
            if writes:
                raise Refusal(405, "405 Non GET methods are not allowed for moved projects")
            location = request.url.replace(parts[0], str(world.id), 1)
            raise Refusal(301, "301 Moved Permanently", headers={"Location": location})
        if named not in (str(world.id), world.path) or request.token.user not in world.members:
            raise Refusal(404, "404 Project Not Found")
        if writes and world.archived:
            raise Refusal(403, "403 Forbidden")

    def _user(self, request: Request) -> Reply:
        request.check_names()
        assert request.token
        return Reply(200, self._entities.user(request.token.user))

    def _users(self, request: Request) -> Reply:
        request.check_names(query=f"username {_PAGES}")
        name = request.single.get("username", "").casefold()
        found = [self._entities.user(user) for user in self._world.users if user.username.casefold() == name]
        return self._page(request, found)

    def _token(self, request: Request) -> Reply:
        request.check_names()
        assert request.token
        return Reply(200, self._entities.token(request.token))

    def _metadata(self, request: Request) -> Reply:
        """https://docs.gitlab.com/api/metadata/"""
        request.check_names()
        assert request.token
        kas = {"enabled": False, "externalUrl": None, "version": None}
        return Reply(200, {"version": "18.6.0-ee", "revision": "570e7b2abdd", "kas": kas, "enterprise": True})

    def _project(self, request: Request) -> Reply:
        request.check_names()
        assert request.token
        return Reply(200, self._entities.project(request.token.user))

    def _members(self, request: Request) -> Reply:
        request.check_names(query=f"user_ids[] {_PAGES}")
        asked = {int(number) for number in request.query.get("user_ids[]", [])}
        members = self._world.members.items()
        rows = [self._entities.member(user, level) for user, level in members if not asked or user.id in asked]
        return self._page(request, rows)

    def _one_member(self, request: Request, number: int) -> Reply:
        request.check_names()
        found = next((pair for pair in self._world.members.items() if pair[0].id == number), None)
        if found is None:
            raise Refusal(404, "404 Not found")
        return Reply(200, self._entities.member(*found))

    def _labels(self, request: Request) -> Reply:
        request.check_names(query=f"include_ancestor_groups {_PAGES}")
        return self._page(request, [self._entities.label(name) for name in sorted(self._world.labels)])

    def _new_label(self, request: Request) -> Reply:
        request.check_names(data="name color description priority")
        name, color = request.data.get("name", ""), request.data.get("color", "")
        if not name or "," in name or not re.fullmatch(r"#[0-9a-fA-F]{6}", color):
            raise Refusal(400, {"title": ["is invalid"]})
        if name in self._world.labels:
            raise Refusal(409, "Label already exists")
        self._world.labels[name] = color
        return Reply(201, self._entities.label(name))

    def _delete_label(self, request: Request, number: int) -> Reply:
        request.check_names()
        found = [name for name in self._world.labels if self._entities.label(name)["id"] == number]
        if not found:
            raise Refusal(404, "404 Label Not Found")
        del self._world.labels[found[0]]
        for issue in self._world.issues.values():
            issue.labels = [name for name in issue.labels if name != found[0]]
        return Reply(204)

    def _milestones(self, request: Request) -> Reply:
        request.check_names(query=f"title include_ancestors include_parent_milestones {_PAGES}")
        title = request.single.get("title")
        found = [one for one in self._world.milestones.values() if title is None or one.title == title]
        return self._page(request, [self._entities.milestone(one) for one in found])

    def _new_milestone(self, request: Request) -> Reply:
        request.check_names(data="title description due_date start_date")
        title = request.data["title"]
        if any(one.title == title for one in self._world.milestones.values()):
            raise Refusal(400, {"title": ["already being used for another group or project milestone."]})
        return Reply(201, self._entities.milestone(self._world.milestone(title)))

    def _delete_milestone(self, request: Request, number: int) -> Reply:
        request.check_names()
        if self._world.milestones.pop(number, None) is None:
            raise Refusal(404, "404 Not found")
        for issue in self._world.issues.values():
            issue.milestone = None if issue.milestone and issue.milestone.id == number else issue.milestone
        return Reply(204)

    def _page(self, request: Request, rows: list[dict[str, object]]) -> Reply:
        page = paging.numbered(rows, request.single, request.url)
        return Reply(200, page.rows, page.headers)
