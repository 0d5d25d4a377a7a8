"""What the authors of issues are to the repository: their permission, asked for once each.

``author_association`` is no measure: it tells what the reader may see. Members whose membership is private, and owners
of the organization, come as CONTRIBUTOR or NONE to the tokens of Actions and Apps, while MEMBER includes people who may
only read (https://github.com/github/gh-aw/issues/23565).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from urllib.parse import quote

from techmap_sync.adapters.github import shapes
from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.adapters.shapes import Row
from techmap_sync.syncing.tracker import Standing

_ROLES = ("triage", "write", "maintain", "admin")
"""Those that may edit issues and labels of others."""
_PERMISSIONS = ("write", "admin")
_LESSER = ("read", "none")
_UNAUTHORIZED = 401


class People:
    """Accounts by their logins."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._known: dict[str, Standing | None] = {}

    def standings(self, logins: Collection[str]) -> Mapping[str, Standing]:
        """Return what some accounts are to the repository; those of which GitHub does not tell are left out.

        :raises TrackerError: the server did not answer.
        """
        for login in logins:
            if login not in self._known:
                self._known[login] = self._asked(login)
        return {login: known for login in logins if (known := self._known[login]) is not None}

    def _asked(self, login: str) -> Standing | None:
        """Ask for one; None where the token's account lacks push access (403), or the author is a bot (404).

        https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        try:
            row = self._api.row(f"/collaborators/{quote(login, safe='')}/permission", shapes.PERMISSION)
        except Refusal as error:
            if error.status == _UNAUTHORIZED:
                raise
            return None
        return Standing.MEMBER if _may_edit(row) else Standing.STRANGER


def _may_edit(row: Row) -> bool:
    """Return whether a role is at least Triage. One that an organization made is told by the one that it is built on.

    Triage itself is ``read`` among the permissions, and servers before GitHub Enterprise Server 3.4 tell no roles.
    """
    role = row.get("role_name")
    return role in _ROLES or (role not in _LESSER and row.get("permission") in _PERMISSIONS)
