"""Whose token it is."""

from __future__ import annotations

from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.errors import BudgetSpent, TrackerError

_FORBIDDEN = 403


def login(api: Api, *, installation: bool) -> str:
    """Return the login of the account that writes; empty when the server does not tell.

    ``GET /user`` is refused for the tokens of Apps and Actions, which have no user; GraphQL's viewer is the bot that
    their issues are by.

    :param installation: it is known that the token is one of these.
    :raises TrackerError: the token is not accepted at all.
    """
    if not installation:
        try:
            return str(api.read("/user").row.get("login", ""))
        except Refusal as error:
            if error.status != _FORBIDDEN:
                raise
    try:
        viewer = api.ask("query { viewer { login } }").data.get("viewer")
    except BudgetSpent:
        raise
    except TrackerError:
        return ""
    return str(viewer.get("login", "")) if isinstance(viewer, dict) else ""
