"""Labels and milestones, which are found by their names and made when they are missing."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from techmap_sync.errors import UnexpectedAnswer
from techmap_sync.sync.tracker import Standing
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.gitlab import client as shapes
from techmap_sync.trackers.gitlab.client import RefusedByGitLab, Wire
from techmap_sync.trackers.gitlab.issues import PER_PAGE, read_all
from techmap_sync.trackers.gitlab.project import PLANNER, Project

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


_GHOST = re.compile("ghost[0-9]*")


class People:
    """Accounts by number and name; asked for once each."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._authors: dict[str, int] = {}
        self._levels: dict[int, int] = {}
        self._numbers: dict[str, int | None] = {}

    @cached_property
    def me(self) -> Row:
        """Our own account; for a project access token that is its bot.

        :raises TrackerError: there is no token, or GitLab does not accept it.
        """
        return self._wire.row("/user", "learn whose token this is", shapes.ACCOUNT)

    def author(self, row: Row) -> tuple[str, Standing]:
        """Return the name of an issue's author, and what the issue alone tells of it."""
        author = row.get("author") or {}
        name, number = str(author.get("username") or ""), author.get("id")
        if name and isinstance(number, int):
            self._authors[name] = number
            if number == self.me["id"]:
                return name, Standing.SELF
        return name, Standing.GONE if not name or _is_ghost(author) else Standing.STRANGER

    def standings(self, project: Project, authors: Collection[str]) -> Mapping[str, Standing]:
        """Return what the authors of issues that were read are to the project; a request for each hundred.

        Guests may open issues and nothing more: their tickets are no more trusted than those of strangers.

        :raises TrackerError: GitLab refused or did not answer.
        """
        numbers = {name: self._authors[name] for name in authors if name in self._authors}
        asked = sorted(set(numbers.values()) - self._levels.keys())
        for start in range(0, len(asked), PER_PAGE):
            self._meet(project, asked[start : start + PER_PAGE])
        return {
            name: Standing.MEMBER if self._levels[number] >= PLANNER else Standing.STRANGER
            for name, number in numbers.items()
        }

    def _meet(self, project: Project, numbers: list[int]) -> None:
        """Read the roles of a hundred accounts at most."""
        path = f"{project.api}/members/all"
        rows = read_all(self._wire, path, "read the project's members", {"user_ids[]": numbers}, shapes.MEMBER).rows
        found = {row["id"]: row["access_level"] for row in rows if row.get("state", "active") == "active"}
        self._levels |= {number: found.get(number, 0) for number in numbers}

    def number(self, name: str) -> int:
        """Return the number of an account, which is what issues are assigned to.

        :raises TrackerError: there is no such account.
        """
        found = self.find(name)
        if found is None:
            what, hint = f"there is no account {name}", "check assignees in the settings"
            raise self._wire.ticket_refused(what, hint, field="assignees")
        return found

    def find(self, name: str) -> int | None:
        """Return the number of an account; None when there is none of this name.

        :raises TrackerError: GitLab refused or did not answer.
        """
        name = name.removeprefix("@")
        if name not in self._numbers:
            rows = read_all(self._wire, "/users", f"find the account {name}", {"username": name}, shapes.ACCOUNT).rows
            found = next((row["id"] for row in rows if row["username"].casefold() == name.casefold()), None)
            self._numbers[name] = found
        return self._numbers[name]


def _is_ghost(author: Row) -> bool:
    """Return whether an account stands in for those that were deleted, such as the bots of replaced tokens.

    https://docs.gitlab.com/user/profile/account/delete_account/#associated-records
    """
    return author.get("name") == "Ghost User" and _GHOST.fullmatch(str(author["username"])) is not None
