"""Who asks which server: a requester of PyGithub with none of its defaults that repeat, wait or guess."""

from __future__ import annotations

import math
from dataclasses import dataclass

from github import Auth, Github
from github.Requester import Requester

from techmap_sync.errors import BudgetSpent, TrackerError, UsageProblem
from techmap_sync.servers import BadAddress, read_address
from techmap_sync.trackers.answers import Unexpected
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github.client import Api
from techmap_sync.trackers.github.errors import Refusal
from techmap_sync.trackers.github.transport import AppLogin

PUBLIC_API = "https://api.github.com"
_APP_CREDENTIALS = ("app_id", "private_key", "installation_id")


def requester_for(connection: Connection) -> Requester:
    """Return PyGithub's requester for the server and account of a connection; nothing is sent yet.

    :raises UsageProblem: there is no token, or it cannot be one.
    """
    try:
        server, path = read_address(connection.api_url or PUBLIC_API)
    except BadAddress as error:
        what, hint = "the address of GitHub's API cannot be read", "write https://HOST/api/v3, without a password"
        raise UsageProblem(what, hint) from error
    return Github(
        auth=_auth(connection),
        base_url=f"{server}{path}",
        timeout=math.ceil(connection.timeout),
        user_agent="techmap-sync",
        verify=connection.ca_bundle or True,
        # It would send a POST again after a time-out, and would wait by the computer's clock: Api and Pacer do both.
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    ).requester


def is_installation(connection: Connection) -> bool:
    """Return whether the token is an App's, as that of GitHub Actions is: such a token has no user.

    https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
    names the prefix ``ghs_``.
    """
    return bool(connection.credentials) or connection.token.value.startswith("ghs_")


def _auth(connection: Connection) -> Auth.Auth:
    if connection.credentials:
        return _app_login(connection)
    token = connection.token.value.strip()
    if not token:
        raise UsageProblem("no token for GitHub", "set GITHUB_TOKEN, or log in with: gh auth login")
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise UsageProblem("the token for GitHub holds characters that no token has", "copy it again, without quotes")
    return Auth.Token(token)


def _app_login(connection: Connection) -> AppLogin:
    missing = [name for name in _APP_CREDENTIALS if not connection.credentials.get(name)]
    if missing:
        raise UsageProblem(f"the login as a GitHub App lacks {', '.join(missing)}", "give all three, or a token")
    app_id, private_key, installation = (connection.credentials[name].value.strip() for name in _APP_CREDENTIALS)
    if not (installation.isascii() and installation.isdecimal()):
        raise UsageProblem("the installation id of the GitHub App is no number", "it ends the address of its settings")
    return AppLogin(app_id, private_key, installation, connection.now)


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
