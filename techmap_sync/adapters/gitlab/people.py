"""Who we are, and what the authors of tickets are to the project."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from techmap_sync.adapters.gitlab.answers import Row
from techmap_sync.adapters.gitlab.pages import PER_PAGE, read_all
from techmap_sync.adapters.gitlab.project import PLANNER, Project
from techmap_sync.adapters.gitlab.wire import Wire
from techmap_sync.syncing.tracker import Standing


class People:
    """Accounts by number and name; asked for once each."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._levels: dict[int, int] = {}
        self._numbers: dict[str, int] = {}

    @cached_property
    def me(self) -> Row:
        """Our own account; for a project access token that is its bot.

        :raises TrackerError: there is no token, or GitLab does not accept it.
        """
        return self._wire.row("/user", "learn whose token this is")

    def meet(self, project: Project, authors: Iterable[int]) -> None:
        """Read the roles of authors, all in one request.

        :raises TrackerError: GitLab refused or did not answer.
        """
        strangers = sorted(set(authors) - self._levels.keys() - {self.me["id"]})
        for start in range(0, len(strangers), PER_PAGE):
            asked = strangers[start : start + PER_PAGE]
            path = f"{project.api}/members/all"
            rows = read_all(self._wire, path, "read the project's members", {"user_ids[]": asked}).rows
            found = {row["id"]: row["access_level"] for row in rows if row.get("state", "active") == "active"}
            self._levels |= {number: found.get(number, 0) for number in asked}

    def standing(self, author: int) -> Standing:
        """Return what an author whom we met is to the project.

        Guests may open issues and nothing more: their tickets are no more trusted than those of strangers.
        """
        if author == self.me["id"]:
            return Standing.SELF
        return Standing.MEMBER if self._levels.get(author, 0) >= PLANNER else Standing.STRANGER

    def number(self, name: str) -> int:
        """Return the number of an account, which is what issues are assigned to.

        :raises TrackerError: there is no such account.
        """
        name = name.removeprefix("@")
        if name not in self._numbers:
            rows = read_all(self._wire, "/users", f"find the account {name}", {"username": name}).rows
            found = next((row["id"] for row in rows if row["username"].casefold() == name.casefold()), None)
            if found is None:
                raise self._wire.ticket_refused(f"there is no account {name}", "check assignees in the settings")
            self._numbers[name] = found
        return self._numbers[name]
