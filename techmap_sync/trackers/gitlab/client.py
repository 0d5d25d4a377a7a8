"""GitLab's API as one project's tracker uses it. python-gitlab builds and signs each request.

Its rate limits are obeyed as its answers and its documentation state them,
https://docs.gitlab.com/security/rate_limits/, and an answer that is not a success says what it means and what to do
about it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal, NotRequired
from urllib.parse import quote, urlsplit

import gitlab
from typing_extensions import TypedDict

from techmap_sync.errors import NotAllowed, TicketRefused, TrackerError
from techmap_sync.trackers.answers import Answer, Count, Number, Path, Request, Row, Schema
from techmap_sync.trackers.connection import Connection, require_token
from techmap_sync.trackers.http import RequestRefused, budget_spent
from techmap_sync.trackers.queries import QueryClient
from techmap_sync.trackers.session import (
    Answered,
    Reply,
    Session,
    on_same_server,
    one_line,
    reset_time,
    seconds_to_wait,
)

_DENIED = (401, 403)


def message(answer: Answer) -> str:
    """Return what GitLab says went wrong, on one line."""
    row = answer.row
    return one_line(_words(row.get("message") or row.get("error_description") or row.get("error") or ""))


def _words(content: object) -> str:
    """Return the words of a message, which may be a text, a list, or texts by field."""
    match content:
        case dict():
            return "; ".join(f"{field} {_words(what)}" for field, what in content.items())
        case list():
            return ", ".join(_words(what) for what in content)
        case _:
            return str(content)


ACCESS = (
    "use a project, group or personal access token with scope api and the role Planner or higher; "
    "a CI_JOB_TOKEN may not write issues"
)


def refusal(tracker: str, answer: Answer, purpose: str) -> TrackerError:
    """Return the error for an answer that is not a success.

    :param purpose: what was tried, to follow "to": ``create a ticket``.
    """
    match answer.status:
        case 401:
            what, advice = "GitLab does not accept the token", f"it is wrong, expired or revoked; {ACCESS}"
        case 403:
            what, advice = f"the token is not allowed to {purpose}{_said(answer)}", ACCESS
        case 404:
            what, advice = f"GitLab finds nothing there to {purpose}{_said(answer)}", "check what the token may see"
        case 405 if "moved" in message(answer):
            what, advice = "the project has moved", "write its new path after gitlab:"
        case 413:
            what, advice = f"the text is too long to {purpose}", "shorten the section of the map"
        case status if 300 <= status < 400:
            what, advice = f"the server redirects to {_place(answer)}", "use that address as API address if it is right"
        case status if status >= 500:
            what, advice = f"GitLab failed to {purpose} (status {status})", "try again later"
        case status:
            what, advice = f"GitLab refused to {purpose} (status {status}){_said(answer)}", ""
    what, affects_run = one_line(what), _affects_run(answer)
    if answer.status in _DENIED and affects_run:
        return NotAllowed(tracker, what, advice)
    return RequestRefused(tracker, what, advice, answer.status, message(answer), affects_run=affects_run)


def _affects_run(answer: Answer) -> bool:
    """Return whether the answer itself says that nothing can be written here.

    Scopes: https://docs.gitlab.com/api/rest/authentication/, "insufficient_scope".
    """
    if answer.status == 403:
        return "insufficient_scope" in message(answer) or "scope" in message(answer)
    moved = answer.status == 405 and "moved" in message(answer)
    return moved or answer.status in (401, 408, 429) or 300 <= answer.status < 400 or answer.status >= 500


def _said(answer: Answer) -> str:
    return f": {message(answer)}" if message(answer) else ""


def _place(answer: Answer) -> str:
    """Return the server that a redirect leads to, without a user and password."""
    try:
        target = urlsplit(answer.headers.get("location", ""))
    except ValueError:
        return "another address"
    host = target.netloc.rpartition("@")[2]
    return f"{target.scheme}://{host}" if host else "another address"


CREATIONS_PER_MINUTE = 200
"""Issues that one account may create on gitlab.com."""
SECONDS_PER_CREATION = 60 / CREATIONS_PER_MINUTE
_PATIENCE = 300.0
"""Seconds that one request may have to wait; a run that would have to wait longer ends. GitLab counts by the minute."""
_MOST_REFUSALS = 3
_MINUTE = timedelta(seconds=60)
_SECONDS_WITHOUT_ADVICE = 60.0
_TOO_MANY = 429


class GitLabRateLimit:
    """Waits until the next request may be sent."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._now = connection.now
        self._sleep = connection.sleep
        self._name = name
        self._gap = timedelta(seconds=connection.seconds_between_writes)
        self._earliest: datetime | None = None
        self._last_write: datetime | None = None
        self._creations: deque[datetime] = deque(maxlen=max(CREATIONS_PER_MINUTE // connection.sharers, 1))

    def wait(self, request: Request) -> None:
        """Wait until a request may be sent.

        :raises BudgetSpent: that would take too long.
        """
        if not request.writes:
            self._wait_until(self._earliest)
            return
        times = [self._earliest, self._last_write + self._gap if self._last_write else None]
        creates = _creates(request)
        if creates and len(self._creations) == self._creations.maxlen:
            times.append(self._creations[0] + _MINUTE)
        self._wait_until(max((time for time in times if time), default=None))
        self._last_write = self._now()
        if creates:
            self._creations.append(self._last_write)

    def record(self, request: Request, answer: Answer | None) -> None:
        """Note what an answer says about the next request."""
        if answer is None:
            return
        now, headers = self._now(), answer.headers
        reset = reset_time(headers.get("ratelimit-reset", ""), now)
        if answer.status == _TOO_MANY:
            seconds = seconds_to_wait(headers, now)
            if seconds is None:
                self._earliest = reset or now + timedelta(seconds=_SECONDS_WITHOUT_ADVICE)
            else:
                self._earliest = now + timedelta(seconds=seconds)
        elif headers.get("ratelimit-remaining", "").strip() == "0":
            self._earliest = reset

    def came_too_soon(self, answer: Answer, times: int) -> bool:
        """Return whether an answer refuses a request for its pace; the next ``wait`` is as long as it demands.

        :raises BudgetSpent: the same request was refused too often.
        """
        if answer.status != _TOO_MANY:
            return False
        if times >= _MOST_REFUSALS:
            raise budget_spent(self._name, _PATIENCE)
        return True

    def _wait_until(self, time: datetime | None) -> None:
        seconds = (time - self._now()).total_seconds() if time else 0.0
        if seconds > _PATIENCE:
            raise budget_spent(self._name, seconds)
        if seconds > 0:
            self._sleep(seconds)


def _creates(request: Request) -> bool:
    return request.verb == "POST" and request.path.endswith("/issues")


PUBLIC = "https://gitlab.com"
PLANNER = 15
"""The lowest role that may edit issues of others and their labels ("Roles and permissions")."""
_REDIRECTS = (301, 302, 303, 307, 308)


class _Access(TypedDict):
    access_level: Count


class _Project(TypedDict):
    id: Number
    path_with_namespace: Path
    visibility: NotRequired[Literal["public", "internal", "private"]]
    permissions: NotRequired[dict[str, _Access | None] | None]
    archived: NotRequired[bool | None]
    issues_access_level: NotRequired[str | None]
    issues_enabled: NotRequired[bool | None]
    approvals_before_merge: NotRequired[Any]


class _Member(TypedDict):
    id: Number
    access_level: Count
    state: NotRequired[str | None]


MEMBER = Schema(_Member, "a member")
_PROJECT = Schema(_Project, "a project")


@dataclass(frozen=True, slots=True)
class Project:
    """What a tracker needs to know about its project."""

    number: int
    path: str
    visibility: str
    has_blocking: bool
    """Whether links of the types ``blocks`` and ``is_blocked_by`` may be made: Premium and Ultimate."""
    is_archived: bool
    role: int | None
    """Access level of our account; None where GitLab does not say."""

    @classmethod
    def of(cls, row: Row) -> Project:
        """Return what a row says about a project."""
        given = row.get("permissions") or {}
        roles = [access["access_level"] for access in given.values() if access]
        return cls(
            number=row["id"],
            path=row["path_with_namespace"],
            visibility=row.get("visibility", ""),
            # Only present from Premium on (GitLab's ee/lib/ee/api/entities/project.rb): a sign of the tier that needs
            # no further request. Where it promises too much, the first issue shows it.
            has_blocking="approvals_before_merge" in row,
            is_archived=bool(row.get("archived")),
            role=max(roles, default=None),
        )

    @property
    def api(self) -> str:
        """Path of its REST resources."""
        return f"/projects/{self.number}"


class GitLabClient(QueryClient):
    """The API of one server, with one token, for one project."""

    vendor = "GitLab"
    address_hint = "check the API address and any proxy before it"

    def __init__(self, connection: Connection, tracker: str) -> None:
        """Send nothing yet.

        :raises UsageProblem: the token is missing or invalid.
        """
        advice = f"set GITLAB_TOKEN, or log in with: glab auth login; {ACCESS}"
        token = require_token(connection, self.vendor, advice)
        self.base_url = (connection.api_url or PUBLIC).rstrip("/").removesuffix("/api/v4").rstrip("/")
        host = urlsplit(self.base_url).netloc.rpartition("@")[2]
        super().__init__(connection, tracker, host, GitLabRateLimit(connection, tracker))
        self._target = connection.target.strip("/")
        self._gitlab = gitlab.Gitlab(
            self.base_url,
            oauth_token=token,  # tokens of all kinds are accepted as a bearer; those of OAuth only so
            ssl_verify=connection.ca_bundle or True,
            timeout=connection.timeout,
            session=Session(host),
        )

    @property
    def queries_url(self) -> str:
        """https://docs.gitlab.com/api/graphql/"""
        return f"{self.base_url}/api/graphql"

    @cached_property
    def project(self) -> Project:
        """The project, found once by its path or number.

        :raises TrackerError: the token may not see it, it has moved, or issues are disabled.
        """
        return self._read_project()

    def require_writable(self, account: int) -> None:
        """Make sure that our account may write issues with labels.

        The project's row leaves out roles through a group that it is shared with: the members are asked before it
        refuses.

        :param account: our number.
        :raises NotAllowed: its role does not suffice.
        :raises TrackerError: the project is read-only, or GitLab did not answer.
        """
        project = self.project
        self._require_not_archived(project)
        if project.role is None or project.role >= PLANNER:
            return
        path = f"{project.api}/members/all/{account}"
        answer = self.read(path, purpose="read our role", accepted={403, 404})
        level: int = self.parsed(MEMBER, answer.content)["access_level"] if answer.succeeded else project.role
        if level < PLANNER:
            what = f"the account may not set labels in {project.path}, and nothing was written"
            raise NotAllowed(self.tracker, what, ACCESS)

    def visibility_of(self, path: str) -> str:
        """Return who can see another project, in GitLab's words; empty when the token cannot see it.

        :raises TrackerError: GitLab refused or did not answer.
        """
        place = f"/projects/{quote(path.strip('/'), safe='')}"
        answer = self.read(place, purpose="read the maps' project", accepted={403, 404})
        return str(self.parsed(_PROJECT, answer.content).get("visibility", "")) if answer.succeeded else ""

    def refused(self, what: str, hint: str = "", *, denied: bool = False, field: str = "") -> TicketRefused:
        """Return the error for something about one ticket alone."""
        return TicketRefused(self.tracker, one_line(what), hint, denied, field)

    def _read_project(self) -> Project:
        target = self._target
        answer = self.read(f"/projects/{quote(target, safe='')}", purpose="read the project", accepted={404})
        if answer.status == 404:
            what = f"there is no project {target} at {self.base_url} that the token may see"
            raise self.error(what, f"check the path after gitlab: and the token; {ACCESS}")
        row = self.parsed(_PROJECT, answer.content)
        path = row["path_with_namespace"]
        # GitLab redirects reads of an old path, and refuses writes there.
        if not target.isdigit() and path.casefold() != target.casefold():
            raise self.error(f"the project {target} has moved to {path}", f"write gitlab:{path}")
        if row.get("issues_access_level") == "disabled" or row.get("issues_enabled") is False:
            hint = "turn them on in the project's settings: General, Visibility, project features, Issues"
            raise self.error(f"the project {path} has no issues", hint)
        return Project.of(row)

    def _require_not_archived(self, project: Project) -> None:
        if project.is_archived:
            raise self.error(f"the project {project.path} is archived", "unarchive it in its settings")

    def _refusal(self, request: Request, answer: Answer) -> TrackerError:
        return refusal(self.tracker, answer, request.purpose)

    def _redirected(self, request: Request, answer: Answer) -> Request | None:
        """Return where a read is redirected to on the same server."""
        if request.verb != "GET" or answer.status not in _REDIRECTS:
            return None
        place = on_same_server(answer.url, answer.headers.get("location", ""))
        return Request("GET", place, purpose=request.purpose) if place else None

    def _lacks_rights(self, error: RequestRefused) -> bool:
        project = self._read_project()
        self._require_not_archived(project)
        return project.role is None or project.role < PLANNER

    def _exchange(self, request: Request) -> Reply:
        try:
            self._gitlab.http_request(
                request.verb.lower(),
                request.path,
                query_data=dict(request.query),
                post_data=request.body or None,
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except Answered as answered:
            return answered.reply
        raise AssertionError("an answer has passed through python-gitlab")
