"""Links between issues of the simulated project ("Issue links API")."""

from __future__ import annotations

from tests.simulators.gitlab.entities import Entities
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.world import Link, World

_TYPES = ("relates_to", "blocks", "is_blocked_by")
MOST_LINKS = 100


class LinkRoom:
    """Makes, shows and removes links."""

    def __init__(self, world: World, entities: Entities) -> None:
        self._world = world
        self._entities = entities

    def list(self, request: Request, number: int) -> Reply:
        request.check_names(query="per_page")
        self._check(number)
        links = [link for link in self._world.links.values() if number in (link.source, link.target)]
        return Reply(200, [self._entities.linked_issue(link, number) for link in links])

    def create(self, request: Request, number: int) -> Reply:
        request.check_names(data="target_project_id target_issue_iid link_type")
        self._check(number)
        kind, target = request.data.get("link_type", "relates_to"), int(request.data["target_issue_iid"])
        known = _TYPES if self._world.enterprise else _TYPES[:1]
        if kind not in known:
            raise Refusal(400, "link_type does not have a valid value", "error")
        self._check(target)
        if kind != "relates_to" and not self._world.premium:
            raise Refusal(403, "Blocked issues not available for current license")
        if target == number:
            raise Refusal(404, "No matching issue found. Make sure that you are adding a valid issue URL.")
        if self._world.link_between(number, target):
            raise Refusal(409, "Issue(s) already assigned")
        for end in (number, target):
            if sum(end in (link.source, link.target) for link in self._world.links.values()) >= MOST_LINKS:
                # app/models/concerns/issuable_link.rb
                what = f"This issue would exceed the maximum number of linked issues ({MOST_LINKS})."
                raise Refusal(422, what)
        return Reply(201, self._entities.link(self._world.add_link(number, target, kind)))

    def show(self, request: Request, number: int, link: int) -> Reply:
        request.check_names()
        return Reply(200, self._entities.link(self._link(number, link)))

    def delete(self, request: Request, number: int, link: int) -> Reply:
        request.check_names()
        found = self._link(number, link)
        shown = self._entities.link(found)
        del self._world.links[found.id]
        return Reply(200, shown)

    def _check(self, number: int) -> None:
        if number not in self._world.issues:
            raise Refusal(404, "404 Not found")

    def _link(self, number: int, link: int) -> Link:
        found = self._world.links.get(link)
        if found is None or number not in (found.source, found.target):
            raise Refusal(404, "404 Not found")
        return found
