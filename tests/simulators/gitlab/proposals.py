"""Branches, commits and merge requests ("Branches API", "Commits API", "Merge requests API")."""

from __future__ import annotations

import base64
from urllib.parse import unquote

from tests.simulators.bare import Bare
from tests.simulators.gitlab.exchange import Refusal, Reply, Request
from tests.simulators.gitlab.world import MergeRequest, World


class ProposalRoom:
    """Answers what a proposal asks."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def _repository(self) -> Bare:
        if self._world.repository is None:
            raise Refusal(404, "404 Branch Not Found")
        return self._world.repository

    def branch(self, request: Request, name: str) -> Reply:
        request.check_names()
        branch = unquote(name)
        commit = self._repository.head(branch)
        if not commit:
            raise Refusal(404, "404 Branch Not Found")
        return Reply(200, {"name": branch, "commit": self._commit(commit)})

    def commit(self, request: Request) -> Reply:
        request.check_names(data="branch start_sha commit_message actions force")
        self._writing()
        data, repository = request.data, self._repository
        if repository.head(data["branch"]) and not data.get("force"):
            raise Refusal(400, f"A branch called '{data['branch']}' already exists.")
        entries = []
        for action in data["actions"]:
            assert (action["action"], action["encoding"]) == ("update", "base64")
            entry = repository.git("ls-tree", data["start_sha"], "--", action["file_path"])
            if not entry:
                raise Refusal(400, "A file with this name doesn't exist")
            blob = repository.blob(base64.b64decode(action["content"]))
            entries.append((entry.split()[0], blob, action["file_path"]))
        tree = repository.changed(repository.tree(data["start_sha"]), entries)
        commit = repository.commit(data["commit_message"], tree, data["start_sha"])
        repository.put(data["branch"], commit)
        return Reply(201, self._commit(commit))

    def listing(self, request: Request) -> Reply:
        request.check_names(query="source_branch state order_by sort page per_page")
        branch = request.single["source_branch"]
        found = [each for each in self._world.proposed if each.source_branch == branch]
        return Reply(200, [self._row(each) for each in reversed(found)])

    def open(self, request: Request) -> Reply:
        request.check_names(data="source_branch target_branch title description remove_source_branch")
        self._writing()
        data = request.data
        branch = data["source_branch"]
        if any(each.source_branch == branch and each.state == "opened" for each in self._world.proposed):
            raise Refusal(409, ["Another open merge request already exists for this source branch"])
        made = MergeRequest(
            50 + len(self._world.proposed), branch, data["target_branch"], data["title"], data["description"]
        )
        self._world.proposed.append(made)
        return Reply(201, self._row(made))

    def edit(self, request: Request, number: int) -> Reply:
        request.check_names(data="title description")
        self._writing()
        found = next(each for each in self._world.proposed if each.iid == number)
        found.title, found.description = request.data["title"], request.data["description"]
        return Reply(200, self._row(found))

    def _writing(self) -> None:
        if not self._world.may_commit:
            raise Refusal(403, "You are not allowed to push into this branch")

    def _commit(self, commit: str) -> dict[str, object]:
        return {"id": commit, "message": self._repository.message(commit)}

    def _row(self, one: MergeRequest) -> dict[str, object]:
        return {
            "iid": one.iid,
            "state": one.state,
            "source_branch": one.source_branch,
            "target_branch": one.target_branch,
            "source_project_id": one.source_project_id or self._world.id,
            "target_project_id": self._world.id,
            "title": one.title,
            "description": one.description or None,
            "web_url": f"https://gitlab.com/{self._world.path}/-/merge_requests/{one.iid}",
        }
