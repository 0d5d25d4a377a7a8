"""The one place where requests leave for GitLab: which are repeated, how fast, and what their failures mean.

By default python-gitlab repeats a POST after a time-out, waits by itself, and has no time-out at all. Here it sends
each request once, and this module decides what happens next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

import gitlab
from gitlab.exceptions import GitlabError

from techmap_sync.adapters.connection import Connection
from techmap_sync.adapters.gitlab.answers import Answer, Query, Row
from techmap_sync.adapters.gitlab.pace import LONGEST_WAIT, Pace
from techmap_sync.adapters.gitlab.problems import Complaint, NoAnswer, about_refusal, about_silence, no_gitlab
from techmap_sync.adapters.gitlab.session import Session
from techmap_sync.adapters.words import one_line
from techmap_sync.errors import BudgetSpent, NotAllowed, OutcomeUnclear, TicketRefused, TrackerError

PUBLIC = "https://gitlab.com"
_TRIES = 4
"""How often a read, or a request that came too soon, is sent at most."""

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
        self._session = Session()
        # Tokens of every kind may come as a bearer, those of OAuth only so.
        self._client = gitlab.Gitlab(
            self.base_url,
            oauth_token=connection.token.value or None,
            ssl_verify=connection.ca_bundle or True,
            timeout=connection.timeout,
            session=self._session,
        )

    def read(self, path: str, deed: str, query: Query | None = None, accepted: Collection[int] = ()) -> Answer:
        """Read something; tried again when the server stumbles.

        :param deed: what this is for, to follow "to" in a sentence.
        :param accepted: statuses that tell the caller something and are no failure.
        :raises TrackerError: GitLab refused, or did not answer.
        """
        problem = Complaint("")
        for attempt in range(_TRIES):
            if attempt:
                self._connection.sleep(2.0 ** (attempt - 1))
            try:
                answer = self._paced(self._pace.wait_to_read, "get", path, query, None)
            except NoAnswer as silence:
                problem = about_silence(silence, self._connection.timeout)
                if silence.is_final:
                    break
                continue
            if answer.status in accepted or (answer.succeeded and answer.content is not None):
                return answer
            problem = self._about(answer, deed)
            if answer.status < 500:
                break
        raise self.error(problem)

    def row(self, path: str, deed: str) -> Row:
        """Read one object.

        :raises TrackerError: as ``read``, or the answer is something else.
        """
        return self.required(self.read(path, deed).row)

    def write(self, verb: str, path: str, deed: str, data: Query, accepted: Collection[int] = ()) -> Answer:
        """Send one write, once; only one that came too soon is sent again.

        :raises OutcomeUnclear: no clear answer came, and it may have taken effect.
        :raises TrackerError: GitLab refused, or cannot have seen the request.
        """
        creates = verb == "post" and path.endswith("/issues")
        try:
            answer = self._paced(lambda: self._pace.wait_to_write(creates=creates), verb, path, None, data)
        except NoAnswer as silence:
            problem = about_silence(silence, self._connection.timeout)
            raise self.error(problem, unclear=not silence.was_never_sent) from None
        if answer.status in accepted or (answer.succeeded and (answer.row is not None or verb == "delete")):
            return answer
        unclear = answer.succeeded or answer.status == 408 or answer.status >= 500
        raise self.error(self._about(answer, deed), unclear=unclear)

    def required(self, part: Part | None) -> Part:
        """Return a part of an answer.

        :raises TrackerError: the answer does not have it.
        """
        if part is None:
            raise self.error(no_gitlab(self.base_url))
        return part

    def error(self, problem: Complaint, *, unclear: bool = False) -> TrackerError:
        """Return the error that says this, without the token even if the server has repeated it."""
        token = self._connection.token.value
        what = one_line(problem.what, token)
        if problem.status and not unclear and not (problem.denied and problem.of_run):
            return RefusedByGitLab(self.tracker, what, problem.hint, problem.status, problem.of_run)
        kind = OutcomeUnclear if unclear else NotAllowed if problem.denied else TrackerError
        return kind(self.tracker, what, problem.hint)

    def ticket_refused(self, what: str, hint: str = "", *, denied: bool = False) -> TicketRefused:
        """Return the error for something about one ticket alone."""
        return TicketRefused(self.tracker, one_line(what, self._connection.token.value), hint, denied)

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
        try:
            # An error of python-gitlab's tells less than the answer itself, which is looked at in any case.
            with suppress(GitlabError):
                self._client.http_request(
                    verb,
                    path,
                    query_data=dict(query or {}),
                    post_data=dict(data) if data else None,
                    obey_rate_limit=False,
                    retry_transient_errors=False,
                    max_retries=0,
                )
        except OSError as error:
            # Not chained: its text may hold the address of a proxy with a password in it.
            raise NoAnswer(error, urlsplit(self.base_url).netloc) from None
        return self._session.last_answer()
