"""Tokens for the installations of a GitHub App.

https://docs.github.com/rest/apps/apps#create-an-installation-access-token-for-an-app
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import jwt

from tests.simulators.github.messages import NOT_FOUND, Request, Response, refused
from tests.simulators.github.rows import time
from tests.simulators.github.state import Account

if TYPE_CHECKING:
    from tests.simulators.github.server import GitHub

APP_ID, INSTALLATION = "12", "34"
BOT = Account("maps-app[bot]", "NONE", is_installation=True, scopes=None)


def issue_token(github: GitHub, request: Request) -> Response:
    """POST /app/installations/{installation_id}/access_tokens"""
    if request.verb != "POST" or request.path != f"/app/installations/{INSTALLATION}/access_tokens":
        return NOT_FOUND
    try:
        claims = jwt.decode(request.headers["authorization"].split()[1], github.app_key, algorithms=["RS256"])
    except jwt.PyJWTError:
        return refused(401, "A JSON web token could not be decoded")
    if claims["iss"] != APP_ID:
        return refused(401, "Integration not found")
    token = f"ghs_{len(github.accounts)}"
    github.accounts[token] = BOT
    expires = time(github.clock() + timedelta(hours=1))
    return Response(201, {"token": token, "expires_at": expires, "permissions": request.body["permissions"]})
