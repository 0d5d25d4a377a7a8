"""What techmap-sync has to know of a shelf."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.ci_run import Ci, CiCommand, CiEvent, CiRun
from techmap_sync.registry import Servers, TrackerKind, WebLinks


class ShelfCi(Ci):
    """Its runner sets the variables of GitHub Actions too, as some do."""

    name = "Shelf CI"

    def runs(self, variables: Mapping[str, str]) -> bool:
        return variables.get("SHELF_CI") == "true"

    def api_url(self, variables: Mapping[str, str]) -> str:
        return variables.get("SHELF_API", "")

    def target(self, variables: Mapping[str, str]) -> str:
        return variables.get("SHELF_REPOSITORY", "")

    def run(self, variables: Mapping[str, str]) -> CiRun:
        branch = variables.get("SHELF_BRANCH", "")
        return CiRun(f"the branch {branch}", branch, "main", "", self.target(variables))

    def event(self, variables: Mapping[str, str], run: CiRun) -> CiEvent:
        return CiEvent(CiCommand.PUSH if run.is_on_default_branch else CiCommand.PLAN, f"a push to {run.branch}")

    def doubt(self, variables: Mapping[str, str]) -> str:
        return "" if variables.get("SHELF_FORK") == "false" else "the change is from a fork"


KIND = TrackerKind(
    name="shelf",
    title="Shelf",
    target="OWNER/NAME",
    connect="shelf_tracker.tracker:connect",
    servers=Servers(
        public_api="https://api.shelf.example",
        aliases={"ssh.shelf.example": "shelf.example"},
        api_apart=("shelf.example",),
        own_api="/api",
        tokens=("TECHMAP_SYNC_SHELF_TOKEN", "SHELF_TOKEN"),
    ),
    web=WebLinks("/files/{commit}/", "/raw/{commit}/", "#{first}"),
    ci=ShelfCi(),
    settings="shelf_tracker.tracker:ShelfTable",
    defaults={"room": "hall", "rows": 3},
    harmless_settings=frozenset({"rows"}),
)
