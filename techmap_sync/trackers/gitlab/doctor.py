"""What ``doctor`` reports about a project on GitLab; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NotRequired

from typing_extensions import TypedDict

from techmap_sync.errors import TrackerError
from techmap_sync.sync.tracker import Finding
from techmap_sync.trackers.answers import Schema
from techmap_sync.trackers.gitlab.client import PLANNER, GitLabClient, Project
from techmap_sync.trackers.gitlab.users import Users


class _Token(TypedDict):
    scopes: list[str]
    expires_at: NotRequired[str | None]


_TOKEN = Schema(_Token, "a token")

_ROLES = {
    5: "Minimal Access",
    10: "Guest",
    15: "Planner",
    20: "Reporter",
    25: "Security Manager",
    30: "Developer",
    40: "Maintainer",
    50: "Owner",
}
"""https://docs.gitlab.com/api/access_requests/#valid-access-levels"""
_BLOCKING = "blocked-by edges become links of the type"


def examine(client: GitLabClient, users: Users) -> tuple[Finding, ...]:
    """Look at everything that a push needs; the first thing that fails ends the list."""
    findings: list[Finding] = []
    try:
        findings.extend(_token(client, users))
        found = client.project
        findings.append(Finding("project", True, f"{found.path}, {found.visibility}, has issues"))
        findings.extend(_rights(found))
        findings.append(_blocking(found))
    except TrackerError as error:
        what = ("token", "project")[min(len(findings), 1)]
        findings.append(Finding(what, False, f"{error.what}; {error.hint}" if error.hint else error.what))
    return tuple(findings)


def _token(client: GitLabClient, users: Users) -> Iterator[Finding]:
    account = users.me["username"]
    # Only access tokens can ask about themselves; OAuth tokens have no such page.
    answer = client.read("/personal_access_tokens/self", purpose="read the token's scopes", accepted={401, 403, 404})
    if not answer.succeeded:
        yield Finding("token", True, f"belongs to {account}")
        return
    row = client.parsed(_TOKEN, answer.content)
    scopes = ", ".join(row["scopes"])
    until = f", until {row['expires_at']}" if row.get("expires_at") else ""
    if "api" in row["scopes"]:
        yield Finding("token", True, f"belongs to {account}, scope {scopes}{until}")
    else:
        yield Finding("token", False, f"has the scope {scopes}; make one with the scope api")


def _rights(found: Project) -> Iterator[Finding]:
    if found.is_archived:
        yield Finding("issues", False, "the project is archived and read-only; unarchive it in its settings")
    elif found.role is None:
        yield Finding("issues", True, "GitLab does not say whether this token may write them")
    elif found.role < PLANNER:
        role = _ROLES.get(found.role, str(found.role))
        yield Finding("issues", False, f"the role {role} may not edit them; the account needs Planner or higher")
    else:
        yield Finding("issues", True, f"may be written as {_ROLES.get(found.role, found.role)}")


def _blocking(found: Project) -> Finding:
    if found.has_blocking:
        return Finding("links", True, f"{_BLOCKING} is_blocked_by")
    return Finding("links", True, f"{_BLOCKING} relates_to, because is_blocked_by needs GitLab Premium")
