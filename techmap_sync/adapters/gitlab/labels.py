"""Labels and milestones, which are found by their names and made when they are missing."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from techmap_sync.adapters.gitlab import shapes
from techmap_sync.adapters.gitlab.pages import read_all
from techmap_sync.adapters.gitlab.project import Project
from techmap_sync.adapters.gitlab.wire import RefusedByGitLab, Wire
from techmap_sync.errors import UnexpectedAnswer

_USUAL_COLOR = "6699cc"
"""GitLab's own for a label that nobody gave one."""


class Labels:
    """The labels of a project and of the groups above it."""

    def __init__(self, wire: Wire, colors: Mapping[str, str]) -> None:
        self._wire = wire
        self._colors = colors
        self._known: set[str] | None = None

    def ensure(self, project: Project, names: Collection[str]) -> None:
        """Create the labels that are missing; GitLab would make them too, but all in one colour.

        :raises TrackerError: a name holds a comma, which separates names; or the token may not create labels.
        """
        for name in names:
            self.check(name)
        for name in sorted(set(names) - self._there(project) if names else ()):
            data = {"name": name, "color": f"#{self._colors.get(name, _USUAL_COLOR)}"}
            # 409: somebody else was faster.
            self._wire.write("post", f"{project.api}/labels", f"create the label {name}", data, accepted={409})
            self._there(project).add(name)

    def check(self, name: str) -> None:
        """Refuse a name that cannot be sent to GitLab."""
        if "," in name:
            raise self._wire.ticket_refused(f'the label "{name}" holds a comma', "GitLab allows none; rename it")

    def _there(self, project: Project) -> set[str]:
        if self._known is None:
            query = {"include_ancestor_groups": True}
            rows = read_all(self._wire, f"{project.api}/labels", "read the project's labels", query, shapes.LABEL).rows
            self._known = {row["name"] for row in rows}
        return self._known


class Milestones:
    """The milestones of a project and of the groups above it, asked for one by one."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._numbers: dict[str, int] = {}

    def number(self, project: Project, title: str) -> int:
        """Return the number of a milestone, which is created when it is missing.

        :raises TrackerError: the token may not create one.
        """
        if title not in self._numbers:
            found = self._find(project, title)
            self._numbers[title] = self._create(project, title) if found is None else found
        return self._numbers[title]

    def has(self, project: Project, title: str) -> bool:
        """Return whether there is a milestone.

        :raises TrackerError: GitLab refused or did not answer.
        """
        if title not in self._numbers and (found := self._find(project, title)) is not None:
            self._numbers[title] = found
        return title in self._numbers

    def _find(self, project: Project, title: str) -> int | None:
        # The second name of the same thing is for servers before 16.7.
        query = {"title": title, "include_ancestors": True, "include_parent_milestones": True}
        rows = read_all(
            self._wire, f"{project.api}/milestones", f"find the milestone {title}", query, shapes.MILESTONE
        ).rows
        return next((row["id"] for row in rows if row["title"] == title), None)

    def _create(self, project: Project, title: str) -> int:
        deed = f"create the milestone {title}"
        try:
            answer = self._wire.write("post", f"{project.api}/milestones", deed, {"title": title})
        except RefusedByGitLab as error:
            if error.of_run:
                raise
            raise self._wire.ticket_refused(error.what, "create it by hand", field="milestone") from error
        row = self._wire.shaped(shapes.MILESTONE, answer.content)
        if row["title"].strip() != title.strip():
            what = f"GitLab answered with another milestone than {title}"
            raise UnexpectedAnswer(self._wire.tracker, what, "look at the milestones before the next run")
        number: int = row["id"]
        return number
