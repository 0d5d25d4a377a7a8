"""https://docs.github.com/rest/collaborators/collaborators#get-repository-permissions-for-a-user"""

from __future__ import annotations

from urllib.parse import unquote

from tests.simulators.github.messages import Request, Response, refused
from tests.simulators.github.state import Account
from tests.simulators.github.world import World

_PERMISSIONS = {"triage": "read", "maintain": "write"}
_LEVELS = ("pull", "triage", "push", "maintain", "admin")
_HOLDING = {"none": 0, "read": 1, "triage": 2, "write": 3, "maintain": 4, "admin": 5}


def permission(world: World, _: Request, account: Account, login: str) -> Response:
    """GET /repos/{owner}/{repo}/collaborators/{username}/permission"""
    name = unquote(login)
    if not (account.may_label and account.may_push):
        return refused(403, "Must have push access to view collaborator permission.")
    if name.endswith("[bot]"):
        return refused(404, f"{name.removesuffix('[bot]')} is not a user")
    role = world.repository.roles.get(name, "none" if world.repository.private else "read")
    base = world.repository.bases.get(role, role)
    held = {level: place < _HOLDING[base] for place, level in enumerate(_LEVELS)}
    user = {**world.rows.user(name), "permissions": held, "role_name": role}
    return Response(200, {"permission": _PERMISSIONS.get(base, base), "role_name": role, "user": user})
