"""Accounts on GitLab: whose token we hold, and the roles of others in the project."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import NotRequired

from typing_extensions import TypedDict

from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Standing
from techmap_sync.trackers.answers import Number, Row, Schema
from techmap_sync.trackers.gitlab.client import MEMBER, PLANNER, GitLabClient


class Owner(TypedDict):
    """An account, as rows of other things name it."""

    id: Number
    username: str
    name: NotRequired[str | None]


_ACCOUNT = Schema(Owner, "an account")
_AT_ONCE = 100
_GHOST = lazy("ghost[0-9]*")


class Users:
    """Accounts by number and name; each is asked for once."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._authors: dict[str, int] = {}
        self._levels: dict[int, int] = {}
        self._numbers: dict[str, int | None] = {}

    @cached_property
    def me(self) -> Row:
        """Our own account; for a project access token, its bot.

        :raises TrackerError: the token is missing, or GitLab does not accept it.
        """
        return self._client.row("/user", _ACCOUNT, "learn whose token this is")

    def author(self, row: Row) -> tuple[str, Standing]:
        """Return the name of an issue's author, and what the issue alone says about it."""
        author = row.get("author") or {}
        name, number = str(author.get("username") or ""), author.get("id")
        if name and isinstance(number, int):
            self._authors[name] = number
            if number == self.me["id"]:
                return name, Standing.SELF
        return name, Standing.GONE if not name or _is_ghost(author) else Standing.STRANGER

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """Return the standing of authors in the project, one request per hundred.

        Guests may only open issues: their tickets are trusted no more than those of strangers.

        :raises TrackerError: GitLab refused or did not answer.
        """
        numbers = {name: self._authors[name] for name in authors if name in self._authors}
        asked = sorted(set(numbers.values()) - self._levels.keys())
        for start in range(0, len(asked), _AT_ONCE):
            self._read_roles(asked[start : start + _AT_ONCE])
        return {
            name: Standing.MEMBER if self._levels[number] >= PLANNER else Standing.STRANGER
            for name, number in numbers.items()
        }

    def _read_roles(self, numbers: list[int]) -> None:
        """Read the roles of at most a hundred accounts."""
        path = f"{self._client.project.api}/members/all"
        rows = self._client.rows(path, MEMBER, {"user_ids[]": numbers}, "read the project's members")
        found = {row["id"]: row["access_level"] for row in rows if row.get("state", "active") == "active"}
        self._levels |= {number: found.get(number, 0) for number in numbers}

    def number(self, name: str) -> int:
        """Return the number of an account, which is what issues are assigned to.

        :raises TrackerError: there is no such account.
        """
        found = self.find(name)
        if found is None:
            what, hint = f"there is no account {name}", "check assignees in the settings"
            raise self._client.refused(what, hint, field="assignees")
        return found

    def find(self, name: str) -> int | None:
        """Return the number of an account; None when no account has this name.

        :raises TrackerError: GitLab refused or did not answer.
        """
        name = name.removeprefix("@")
        if name not in self._numbers:
            rows = list(self._client.rows("/users", _ACCOUNT, {"username": name}, f"find the account {name}"))
            found = next((row["id"] for row in rows if row["username"].casefold() == name.casefold()), None)
            self._numbers[name] = found
        return self._numbers[name]


def _is_ghost(author: Row) -> bool:
    """Return whether an account stands in for those that were deleted, such as the bots of replaced tokens.

    https://docs.gitlab.com/user/profile/account/delete_account/#associated-records
    """
    return author.get("name") == "Ghost User" and _GHOST.fullmatch(str(author["username"])) is not None
