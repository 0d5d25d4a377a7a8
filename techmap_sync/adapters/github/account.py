"""Whose token it is."""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.adapters.github import shapes
from techmap_sync.adapters.github.api import Api
from techmap_sync.adapters.github.refusals import Refusal
from techmap_sync.adapters.shapes import Unexpected
from techmap_sync.errors import BudgetSpent, TrackerError

_FORBIDDEN = 403


@dataclass(frozen=True, slots=True)
class Account:
    """Who writes."""

    login: str
    """Empty when the server does not tell."""
    installation: bool
    """It is an App's or that of Actions, and has no user."""


def login(api: Api, *, installation: bool) -> str:
    """Return the login of the account that writes, as ``of_token`` finds it."""
    return of_token(api, installation=installation).login


def of_token(api: Api, *, installation: bool) -> Account:
    """Return the account that writes.

    ``GET /user`` is refused for the tokens of Apps and Actions, which have no user; GraphQL's viewer is the bot that
    their issues are by.

    :param installation: it is known that the token is one of these.
    :raises TrackerError: the token is not accepted at all.
    """
    if not installation:
        try:
            return Account(str(api.row("/user", shapes.ACCOUNT)["login"]), installation=False)
        except Refusal as error:
            if error.status != _FORBIDDEN:
                raise
    try:
        viewer = api.ask("query { viewer { login } }").data.get("viewer")
    except BudgetSpent:
        raise
    except TrackerError:
        viewer = None
    try:
        return Account(str(shapes.ACCOUNT.read(viewer)["login"]), installation=True)
    except Unexpected:
        return Account("", installation=True)
