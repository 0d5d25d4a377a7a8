"""Labels and milestones: found by name, or created."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from typing_extensions import TypedDict

from techmap_sync.errors import UnexpectedAnswer
from techmap_sync.trackers.answers import Number, Schema
from techmap_sync.trackers.gitlab.client import GitLabClient
from techmap_sync.trackers.http import RequestRefused


class _Label(TypedDict):
    name: str


class _Milestone(TypedDict):
    id: Number
    title: str


_LABEL = Schema(_Label, "a label")
_MILESTONE = Schema(_Milestone, "a milestone")
_USUAL_COLOR = "6699cc"
"""GitLab's own for a label without one."""


class Labels:
    """The labels of a project and of the groups above it."""

    def __init__(self, client: GitLabClient, colors: Mapping[str, str]) -> None:
        self._client = client
        self._colors = colors
        self._known: set[str] | None = None

    def ensure(self, names: Collection[str]) -> None:
        """Create the labels that are missing; GitLab would create them too, but all in one colour.

        :raises TrackerError: a name contains a comma, which separates names, or the token may not create labels.
        """
        for name in names:
            self.check(name)
        for name in sorted(set(names) - self._there() if names else ()):
            data = {"name": name, "color": f"#{self._colors.get(name, _USUAL_COLOR)}"}
            path, purpose = f"{self._client.project.api}/labels", f"create the label {name}"
            self._client.write("POST", path, data, purpose, accepted={409})  # 409: another client has created it
            self._there().add(name)

    def check(self, name: str) -> None:
        """Refuse a name that cannot be sent to GitLab."""
        if "," in name:
            raise self._client.refused(f'the label "{name}" holds a comma', "GitLab allows none; rename it")

    def _there(self) -> set[str]:
        if self._known is None:
            query = {"include_ancestor_groups": True}
            path = f"{self._client.project.api}/labels"
            rows = self._client.rows(path, _LABEL, query, "read the project's labels")
            self._known = {row["name"] for row in rows}
        return self._known


class Milestones:
    """The milestones of a project and of the groups above it, asked for one by one."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._numbers: dict[str, int] = {}

    def number(self, title: str) -> int:
        """Return the number of a milestone, which is created when it is missing.

        :raises TrackerError: the token may not create one.
        """
        if title not in self._numbers:
            found = self._find(title)
            self._numbers[title] = self._create(title) if found is None else found
        return self._numbers[title]

    def has(self, title: str) -> bool:
        """Return whether there is a milestone.

        :raises TrackerError: GitLab refused or did not answer.
        """
        if title not in self._numbers and (found := self._find(title)) is not None:
            self._numbers[title] = found
        return title in self._numbers

    def _find(self, title: str) -> int | None:
        # The second parameter means the same to servers before 16.7.
        query = {"title": title, "include_ancestors": True, "include_parent_milestones": True}
        path = f"{self._client.project.api}/milestones"
        rows = list(self._client.rows(path, _MILESTONE, query, f"find the milestone {title}"))
        return next((row["id"] for row in rows if row["title"] == title), None)

    def _create(self, title: str) -> int:
        path, purpose = f"{self._client.project.api}/milestones", f"create the milestone {title}"
        try:
            answer = self._client.write("POST", path, {"title": title}, purpose)
        except RequestRefused as error:
            if error.affects_run:
                raise
            raise self._client.refused(error.what, "create it by hand", field="milestone") from error
        row = self._client.parsed(_MILESTONE, answer.content)
        if row["title"].strip() != title.strip():
            what = f"GitLab answered with another milestone than {title}"
            raise UnexpectedAnswer(self._client.tracker, what, "look at the milestones before the next run")
        number: int = row["id"]
        return number
