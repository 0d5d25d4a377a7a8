"""The rows of GitLab's answers, as far as they are used.

https://docs.gitlab.com/api/issues/ and its neighbours say which fields there are, and which may be null.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NotRequired, TypeVar
from urllib.parse import urlsplit

import gitlab
from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, NotAllowed, OutcomeUnclear, TicketRefused, TrackerError, UnexpectedAnswer
from techmap_sync.trackers.answers import Count, Number, Path, Row, Shape, Unexpected, Walk
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab.errors import Answer, Complaint, Query, about_refusal, no_gitlab, place_to_go_on
from techmap_sync.trackers.http import (
    Answered,
    AnswerTooLarge,
    NoAnswer,
    Reply,
    Session,
    TooLarge,
    one_line,
    reset_time,
    seconds_to_wait,
)


class _Account(TypedDict):
    id: Number
    username: str
    name: NotRequired[str | None]


class _Member(TypedDict):
    id: Number
    access_level: Count
    state: NotRequired[str | None]


class _Label(TypedDict):
    name: str


class _Milestone(TypedDict):
    id: Number
    title: str


class _Times(TypedDict):
    total_time_spent: NotRequired[Count | None]


class _Issue(TypedDict):
    id: NotRequired[Number]
    iid: Number
    title: str
    state: str
    labels: list[str]
    description: NotRequired[str | None]
    author: NotRequired[_Account | None]
    assignees: NotRequired[list[_Account | None] | None]
    milestone: NotRequired[_Milestone | None]
    user_notes_count: NotRequired[Count | None]
    merge_requests_count: NotRequired[Count | None]
    time_stats: NotRequired[_Times | None]
    moved_to_id: NotRequired[Number | None]
    web_url: NotRequired[str | None]
    weight: NotRequired[Any]


class _Link(TypedDict):
    """An issue at the other end of a link."""

    iid: Number
    project_id: Number
    issue_link_id: Number
    link_type: str


class _End(TypedDict):
    iid: Number


class _WholeLink(TypedDict):
    source_issue: _End


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


class _Token(TypedDict):
    scopes: list[str]
    expires_at: NotRequired[str | None]


class _Note(TypedDict):
    id: Number
    body: NotRequired[str | None]
    author: NotRequired[_Account | None]
    system: NotRequired[bool | None]


ACCOUNT = Shape(_Account, "an account")
MEMBER = Shape(_Member, "a member")
LABEL = Shape(_Label, "a label")
MILESTONE = Shape(_Milestone, "a milestone")
ISSUE = Shape(_Issue, "an issue")
LINK = Shape(_Link, "a link")
WHOLE_LINK = Shape(_WholeLink, "a link")
PROJECT = Shape(_Project, "a project")
TOKEN = Shape(_Token, "a token")
NOTE = Shape(_Note, "a note")


CREATIONS_PER_MINUTE = 200
"""Issues that one account may create on gitlab.com."""
SECONDS_PER_CREATION = 60 / CREATIONS_PER_MINUTE
LONGEST_WAIT = 300.0
"""Seconds that a run waits for a limit before it rather ends and goes on next time. GitLab counts by the minute."""
_MINUTE = timedelta(seconds=60)
_PATIENCE_WITHOUT_ADVICE = 60.0


class Pace:
    """Knows when the next request may be sent."""

    def __init__(
        self,
        now: Callable[[], datetime],
        sleep: Callable[[float], None],
        seconds_between_writes: float = 0.0,
        sharers: int = 1,
    ) -> None:
        self._now = now
        self._sleep = sleep
        self._gap = timedelta(seconds=seconds_between_writes)
        self._earliest: datetime | None = None
        self._last_write: datetime | None = None
        self._creations: deque[datetime] = deque(maxlen=max(CREATIONS_PER_MINUTE // sharers, 1))

    def wait_to_read(self) -> float:
        """Wait until the server takes requests again; return the seconds that were too many to wait, else 0."""
        return self._wait_until(self._earliest)

    def wait_to_write(self, *, creates: bool) -> float:
        """Wait until a write may be sent; return the seconds that were too many to wait, else 0."""
        times = [self._earliest, self._last_write + self._gap if self._last_write else None]
        if creates and len(self._creations) == self._creations.maxlen:
            times.append(self._creations[0] + _MINUTE)
        too_long = self._wait_until(max((time for time in times if time), default=None))
        if not too_long:
            self._last_write = self._now()
            if creates:
                self._creations.append(self._last_write)
        return too_long

    def heed(self, status: int, headers: Mapping[str, str]) -> None:
        """Take in what an answer says about the next request.

        :param headers: by names in lower case.
        """
        now = self._now()
        reset = reset_time(headers.get("ratelimit-reset", ""), now)
        if status == 429:
            seconds = seconds_to_wait(headers, now)
            if seconds is None:
                self._earliest = reset or now + timedelta(seconds=_PATIENCE_WITHOUT_ADVICE)
            else:
                self._earliest = now + timedelta(seconds=seconds)
        elif headers.get("ratelimit-remaining", "").strip() == "0":
            self._earliest = reset

    def _wait_until(self, time: datetime | None) -> float:
        seconds = (time - self._now()).total_seconds() if time else 0.0
        if seconds > LONGEST_WAIT:
            return seconds
        if seconds > 0:
            self._sleep(seconds)
        return 0.0


PUBLIC = "https://gitlab.com"
_TRIES = 4
"""How often a read, or a request that came too soon, is sent at most."""

_REDIRECTS = 5

Part = TypeVar("Part")


@dataclass(eq=False)
class RefusedByGitLab(TrackerError):
    """GitLab understood and said no; the request had no effect."""

    status: int = 0
    of_run: bool = False
    """Every request would be refused like this."""


class Wire:
    """Sends requests to one server with one token."""

    def __init__(self, connection: Connection, tracker: str) -> None:
        self.tracker = tracker
        self.base_url = (connection.api_url or PUBLIC).rstrip("/").removesuffix("/api/v4").rstrip("/")
        self._connection = connection
        gap, sharers = connection.seconds_between_writes, connection.sharers
        self._pace = Pace(connection.now, connection.sleep, gap, sharers)
        # Tokens of every kind may come as a bearer, those of OAuth only so.
        self._client = gitlab.Gitlab(
            self.base_url,
            oauth_token=connection.token.value or None,
            ssl_verify=connection.ca_bundle or True,
            timeout=connection.timeout,
            session=Session(urlsplit(self.base_url).netloc.rpartition("@")[2]),
        )

    def read(self, path: str, deed: str, query: Query | None = None, accepted: Collection[int] = ()) -> Answer:
        """Read something; tried again when the server stumbles.

        :param deed: what this is for, to follow "to" in a sentence.
        :param accepted: statuses that tell the caller something and are no failure.
        :raises AnswerTooLarge: it takes too much room.
        :raises TrackerError: GitLab refused, or did not answer.
        """
        problem = Complaint("")
        for attempt in range(_TRIES):
            if attempt:
                self._connection.sleep(2.0 ** (attempt - 1))
            try:
                answer = self._paced(self._pace.wait_to_read, "get", path, query, None)
            except NoAnswer as failure:
                if isinstance(failure, TooLarge):
                    raise AnswerTooLarge(self.tracker, failure.what, failure.hint) from None
                problem = Complaint(failure.what, failure.hint)
                if not failure.transient:
                    break
                continue
            if answer.status in accepted or (answer.succeeded and answer.content is not None):
                return answer
            problem = self._about(answer, deed)
            if answer.status < 500:
                break
        raise self.error(problem)

    def row(self, path: str, deed: str, shape: Shape) -> Row:
        """Read one object.

        :raises TrackerError: as ``read``, or the answer is something else.
        """
        return self.shaped(shape, self.required(self.read(path, deed).row))

    def shaped(self, shape: Shape, value: object) -> Row:
        """Return a row of an answer.

        :raises UnexpectedAnswer: it is something else.
        """
        try:
            return shape.read(value)
        except Unexpected as unexpected:
            hint = "try again; check what proxy is in between, and the release of the server"
            raise UnexpectedAnswer(self.tracker, f"{self.base_url} answered with {unexpected}", hint) from None

    def written(self, shape: Shape, answer: Answer) -> Row:
        """Return the row that a write was answered with.

        :raises OutcomeUnclear: it is something else, so that nobody knows what was written.
        """
        try:
            return shape.read(answer.content)
        except Unexpected as unexpected:
            what = f"{self.base_url} answered a write with {unexpected}"
            raise OutcomeUnclear(self.tracker, what, "run again: it looks first for what was written") from None

    def write(self, verb: str, path: str, deed: str, data: Query, accepted: Collection[int] = ()) -> Answer:
        """Send one write, once; only one that came too soon is sent again.

        :raises OutcomeUnclear: no clear answer came, and it may have taken effect.
        :raises TrackerError: GitLab refused, or cannot have seen the request.
        """
        creates = verb == "post" and path.endswith("/issues")
        try:
            answer = self._paced(lambda: self._pace.wait_to_write(creates=creates), verb, path, None, data)
        except NoAnswer as failure:
            raise self.error(Complaint(failure.what, failure.hint), unclear=failure.sent) from None
        if answer.status in accepted or (answer.succeeded and (answer.row is not None or verb == "delete")):
            return answer
        unclear = answer.succeeded or answer.status == 408 or answer.status >= 500
        raise self.error(self._about(answer, deed), unclear=unclear)

    def walk(self, pages: int | None) -> Walk:
        """Begin a list.

        :param pages: how many the server announced; None where it did not.
        """
        return Walk(self._connection.now, pages)

    def required(self, part: Part | None) -> Part:
        """Return a part of an answer.

        :raises TrackerError: the answer does not have it.
        """
        if part is None:
            raise self.error(no_gitlab(self.base_url))
        return part

    def error(self, problem: Complaint, *, unclear: bool = False) -> TrackerError:
        """Return the error that says this, without the token even if the server has repeated it."""
        what = one_line(problem.what)
        if problem.status and not unclear and not (problem.denied and problem.of_run):
            return RefusedByGitLab(self.tracker, what, problem.hint, problem.status, problem.of_run)
        kind = OutcomeUnclear if unclear else NotAllowed if problem.denied else TrackerError
        return kind(self.tracker, what, problem.hint)

    def ticket_refused(self, what: str, hint: str = "", *, denied: bool = False, field: str = "") -> TicketRefused:
        """Return the error for something about one ticket alone."""
        return TicketRefused(self.tracker, one_line(what), hint, denied, field)

    def _about(self, answer: Answer, deed: str) -> Complaint:
        if answer.succeeded:
            return no_gitlab(self.base_url)
        return about_refusal(answer, deed)

    def _paced(
        self, wait: Callable[[], float], verb: str, path: str, query: Query | None, data: Query | None
    ) -> Answer:
        """Send a request as soon as the pace allows.

        One that came too soon had no effect, so even a write may follow it.
        """
        for _ in range(_TRIES):
            if seconds := wait():
                raise self._spent(seconds)
            answer = self._send(verb, path, query, data)
            self._pace.heed(answer.status, answer.headers)
            if answer.status != 429:
                return answer
        raise self._spent(LONGEST_WAIT)

    def _spent(self, seconds: float) -> BudgetSpent:
        minutes = max(1, round(seconds / 60))
        hint = f"run again in {minutes} min; it goes on where it stopped"
        return BudgetSpent(self.tracker, "GitLab takes no further request for now", hint, seconds)

    def _send(self, verb: str, path: str, query: Query | None, data: Query | None) -> Answer:
        """Send a request, and a read on to where the same server says that it is."""
        reply = self._exchange(verb, path, query, data)
        for _ in range(_REDIRECTS if verb == "get" else 0):
            place = place_to_go_on(reply)
            if not place:
                break
            reply = self._exchange(verb, place, None, None)
        return Answer.of(reply)

    def _exchange(self, verb: str, path: str, query: Query | None, data: Query | None) -> Reply:
        try:
            self._client.http_request(
                verb,
                path,
                query_data=dict(query or {}),
                post_data=dict(data) if data else None,
                obey_rate_limit=False,
                retry_transient_errors=False,
                max_retries=0,
            )
        except Answered as answered:
            return answered.reply
        raise AssertionError("an answer has passed through python-gitlab")
