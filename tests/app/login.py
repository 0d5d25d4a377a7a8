"""Lets the program find its way to a simulated server."""

from __future__ import annotations

from typing import Any

import pytest

from techmap_sync.trackers.connection import Connection
from tests.trackers.servers import OnGitHub, Server


def log_in(server: Server, monkeypatch: pytest.MonkeyPatch, token: str = "") -> str:
    """Give the program a token, and the server's clock, so that waiting takes no time; return the token.

    :param token: another one than the server's own.
    """
    usual = server.connection()

    def connection(*places: Any, **values: Any) -> Connection:
        return Connection(*places, **{**values, "now": usual.now, "sleep": usual.sleep})

    token = token or usual.token.value
    monkeypatch.setattr("techmap_sync.app.targets.Connection", connection)
    monkeypatch.setenv("GITHUB_TOKEN" if isinstance(server, OnGitHub) else "GITLAB_TOKEN", token)
    return token
