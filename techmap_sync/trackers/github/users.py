"""Accounts on GitHub: whose token we hold, and what others may do in the repository."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import NotRequired
from urllib.parse import quote

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, TrackerError
from techmap_sync.sync.tracker import Standing
from techmap_sync.trackers.answers import Row, Schema, Unexpected
from techmap_sync.trackers.github.client import GitHubClient
from techmap_sync.trackers.http import RequestRefused


class Owner(TypedDict):
    """An account, as rows of other things name it."""

    login: str


class _Permission(TypedDict):
    permission: str
    role_name: NotRequired[str | None]


_ACCOUNT = Schema(Owner, "an account")
_PERMISSION = Schema(_Permission, "a permission")
_ROLES = ("triage", "write", "maintain", "admin")
"""Those that may edit issues and labels of others."""
_PERMISSIONS = ("write", "admin")
_LESSER = ("read", "none")
_UNAUTHORIZED, _FORBIDDEN = 401, 403


@dataclass(frozen=True, slots=True)
class Account:
    """The account whose token we hold."""

    login: str
    """Empty when the server does not say."""
    installation: bool
    """It is an App's or that of Actions, and has no user."""


def account_of_token(client: GitHubClient) -> Account:
    """Return the account that writes.

    ``GET /user`` is refused for the tokens of Apps and Actions, which have no user; GraphQL's viewer is the bot
    that creates their issues.

    :raises TrackerError: the token is not accepted at all.
    """
    if not client.is_installation:
        try:
            return Account(str(client.row("/user", _ACCOUNT)["login"]), installation=False)
        except RequestRefused as error:
            if error.status != _FORBIDDEN:
                raise
    try:
        viewer = client.ask("query { viewer { login } }").data.get("viewer")
    except BudgetSpent:
        raise
    except TrackerError:
        viewer = None
    try:
        return Account(str(_ACCOUNT.read(viewer)["login"]), installation=True)
    except Unexpected:
        return Account("", installation=True)


class Users:
    """The standing of accounts in the repository; each is asked about once."""

    def __init__(self, client: GitHubClient) -> None:
        self._client = client
        self._known: dict[str, Standing | None] = {}

    def standings(self, logins: Collection[str]) -> Mapping[str, Standing]:
        """Return the standing of some accounts; those about which GitHub says nothing are left out.

        :raises TrackerError: the server did not answer.
        """
        for login in logins:
            if login not in self._known:
                self._known[login] = self._asked(login)
        return {login: known for login in logins if (known := self._known[login]) is not None}

    def _asked(self, login: str) -> Standing | None:
        """Ask for one account; None where the token's account lacks push access (403), or the author is a bot (404).

        https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        try:
            row = self._client.row(f"/collaborators/{quote(login, safe='')}/permission", _PERMISSION)
        except RequestRefused as error:
            if error.status == _UNAUTHORIZED:
                raise
            return None
        return Standing.MEMBER if _may_edit(row) else Standing.STRANGER


def _may_edit(row: Row) -> bool:
    """Return whether a role is at least Triage. An organization's own role counts as the one it is based on.

    Triage itself is ``read`` among the permissions, and GitHub Enterprise Server before 3.4 names no roles.
    """
    role = row.get("role_name")
    return role in _ROLES or (role not in _LESSER and row.get("permission") in _PERMISSIONS)


def may_label(repository: Row, *, installation: bool) -> bool:
    """Return whether the account may set labels according to the repository's row.

    The row is about accounts, not tokens. For an App's token it has always said ``push: false`` and for that of Actions
    no permissions at all, whatever they may do: https://github.com/semantic-release/github/issues/182, and comments in
    https://github.com/semantic-release/github/blob/master/lib/verify.js.
    """
    permissions = repository.get("permissions")
    if installation or not isinstance(permissions, dict) or not permissions:
        return True
    return any(permissions.get(role) for role in ("admin", "maintain", "push", "triage"))


def is_assignable(client: GitHubClient, account: str) -> bool:
    """Return whether tickets can be assigned to an account.

    :raises TrackerError: the server refused or did not answer.
    """
    try:
        client.read(f"/assignees/{quote(account.removeprefix('@'), safe='')}")
    except RequestRefused as error:
        if error.status != 404:
            raise
        return False
    return True
