"""Who asks which server: a requester of PyGithub with none of its defaults that repeat, wait or guess."""

from __future__ import annotations

import math

from github import Auth, Github
from github.Requester import Requester

from techmap_sync.adapters.connection import Connection
from techmap_sync.adapters.github.app import AppLogin
from techmap_sync.errors import UsageProblem
from techmap_sync.servers import BadAddress, read_address

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
