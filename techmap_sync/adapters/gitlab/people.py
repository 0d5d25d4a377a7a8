"""Who we are, and what the authors of tickets are to the project."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import cached_property

from techmap_sync.adapters.gitlab import shapes
from techmap_sync.adapters.gitlab.pages import PER_PAGE, read_all
from techmap_sync.adapters.gitlab.project import PLANNER, Project
from techmap_sync.adapters.gitlab.wire import Wire
from techmap_sync.adapters.shapes import Row
from techmap_sync.syncing.tracker import Standing

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
