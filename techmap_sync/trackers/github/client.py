"""Reads and writes of one repository: retried, paced, sent on when it was renamed, and told in errors of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from techmap_sync.errors import OutcomeUnclear, TicketRefused, TrackerError, UnexpectedAnswer
from techmap_sync.trackers.answers import Endless, Row, Shape, Unexpected, Walk, read_what_fits, size_of
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github import issues as shapes
from techmap_sync.trackers.github.errors import Refusal, not_found, refusal, seconds_demanded
from techmap_sync.trackers.github.rate_limit import Cost, Pacer
from techmap_sync.trackers.github.transport import Answer, Transport
from techmap_sync.trackers.http import AnswerTooLarge, NoAnswer, TooLarge, on_same_server

_SECONDS_BEFORE_RETRIES = (1.0, 2.0, 4.0)
_REDIRECTS = (301, 302, 307, 308)
_MOST_MOVES = 3
_TRY_AGAIN = "try again; check what proxy is in between, and the release of the server"
_ACCEPTED, _NOT_IMPLEMENTED = 202, 501
_OF_THE_SERVER = ("/user",)

Parameters = Mapping[str, str | int]
_NONE: Parameters = {}


@dataclass(frozen=True, slots=True)
class Queried:
    """What a GraphQL query brought."""

    data: Row
    """Null stands where something could not be answered."""
    gone: frozenset[str]
    """The last name on the path of everything that does not exist."""


class Api:
    """The server as one repository's tracker sees it. Paths are those below the repository."""

    def __init__(self, connection: Connection, name: str, repository: str, transport: Transport) -> None:
        self._connection = connection
        self._name = name
        self._transport = transport
        self.repository = repository
        """``owner/name``, by the name that the server uses now."""
        self.pacer = Pacer(connection, name)

    @property
    def host(self) -> str:
        """The server's name."""
        return self._transport.host

    @property
    def is_enterprise(self) -> bool:
        """Whether it is GitHub Enterprise Server, whose API lies below ``/api/v3``."""
        return self._transport.base_url.endswith("/api/v3")

    def read(self, path: str, parameters: Parameters = _NONE) -> Answer:
        """Read something, again after a failure that may pass.

        :raises Refusal: the server said no.
        :raises TrackerError: it did not answer.
        """
        retries = iter(_SECONDS_BEFORE_RETRIES)
        while (answer := self._send("GET", path, parameters)).status == _ACCEPTED or _fails(answer):
            seconds = next(retries, None)
            if seconds is None:
                what = f"{self.host} answered with status {answer.status} again and again"
                raise TrackerError(self._name, what, "try again later")
            self._connection.sleep(seconds)
        return self._accepted(answer)

    def repository_row(self, name: str) -> Row:
        """Read what the server tells of a repository.

        :param name: ``owner/name``; empty for the tracker's own.
        :raises Refusal: there is none that the token may see.
        """
        return self.row(f"{self._transport.base_url}/repos/{name}" if name else "", shapes.REPOSITORY)

    def row(self, path: str, shape: Shape) -> Row:
        """Read one object.

        :raises Refusal: the server said no.
        :raises TrackerError: it did not answer, or with something else.
        """
        return self.shaped(shape, self.read(path).data)

    def shaped(self, shape: Shape, value: object) -> Row:
        """Return a row of an answer.

        :raises UnexpectedAnswer: it is something else.
        """
        try:
            return shape.read(value)
        except Unexpected as unexpected:
            raise UnexpectedAnswer(self._name, f"{self.host} answered with {unexpected}", _TRY_AGAIN) from None

    def pages(self, path: str, shape: Shape, parameters: Parameters = _NONE) -> Iterator[Row]:
        """Read a whole list, a hundred rows a request.

        :param shape: what each row is.
        :raises TrackerError: a page is missing or is no list.
        """
        query: Parameters = {**parameters, "per_page": 100}
        answer, query = read_what_fits(partial(self.read, path), query)
        size = size_of(query)
        walk = Walk(self._connection.now, answer.last_page)
        while True:
            try:
                walk.page(repr(query), answer.listed, answer.size)
            except Unexpected as unexpected:
                raise UnexpectedAnswer(self._name, f"{self.host} answered with {unexpected}", _TRY_AGAIN) from None
            except Endless as endless:
                what = f"a list of {self.host} has no end: {endless.why}"
                raise TrackerError(self._name, what, "try again later") from None
            yield from (self.shaped(shape, row) for row in answer.data)
            query = answer.next_query
            if not query:
                return
            answer, query = read_what_fits(partial(self.read, path), query)
            if (now := size_of(query)) < size:
                walk.split(size // now)
                size = now

    def ask(self, query: str) -> Queried:
        """Send a GraphQL query that only reads.

        https://docs.github.com/graphql/guides/forming-calls-with-graphql: errors come with status 200, and what they
        are not about is answered nevertheless.

        :raises Refusal: the server refused it, or broke down over it.
        :raises TrackerError: nothing of it was answered.
        """
        answer = self._accepted(self._send("POST", self._transport.graphql_url, _NONE, {"query": query}, reads=True))
        data = answer.row.get("data")
        if not isinstance(data, dict):
            raise TrackerError(self._name, f"{self.host} did not answer a query", "try again")
        return Queried(data, not_found(answer))

    def write(self, verb: str, path: str, body: object = None) -> Answer:
        """Write something, never twice.

        :raises Refusal: the server said no, and nothing was written.
        :raises OutcomeUnclear: it may or may not have been written.
        """
        answer = self._send(verb, path, _NONE, body)
        if _fails(answer):
            what = f"{self.host} answered with status {answer.status} to a write"
            raise OutcomeUnclear(self._name, what, "run again: it looks first for what was written")
        return self._accepted(answer)

    def _accepted(self, answer: Answer) -> Answer:
        if answer.status >= 300:
            raise refusal(self._name, self.repository, answer)
        return answer

    def _send(
        self, verb: str, path: str, parameters: Parameters, body: object = None, *, reads: bool = False
    ) -> Answer:
        """Send a request until it was neither refused for its pace nor sent to the repository's former name.

        Neither of the two has an effect, so that a write may be sent again.
        """
        cost = Cost(1) if reads else Cost.of(verb, path)
        refused = moved = 0
        while True:
            answer = self._send_once(verb, path, parameters, body, cost)
            seconds = seconds_demanded(answer, refused, self._connection.now())
            if seconds is not None:
                refused += 1
                self.pacer.hold(seconds, refused)
            elif answer.status in _REDIRECTS and moved < _MOST_MOVES and self._renamed(path):
                moved += 1
            else:
                return answer

    def _send_once(self, verb: str, path: str, parameters: Parameters, body: object, cost: Cost) -> Answer:
        """Send a request, again only where that can do no harm: a read, or what never reached the server."""
        retries = iter(_SECONDS_BEFORE_RETRIES)
        while True:
            self.pacer.wait(cost)
            try:
                answer = self._transport.send(verb, self._url(path), parameters, body)
            except NoAnswer as failure:
                self.pacer.record(cost, None)
                if cost.writes and failure.sent:
                    hint = "run again: it looks first for what was written"
                    raise OutcomeUnclear(self._name, failure.what, hint) from failure
                if isinstance(failure, TooLarge):
                    raise AnswerTooLarge(self._name, failure.what, failure.hint) from None
                seconds = next(retries, None)
                if seconds is None or not failure.transient:
                    raise TrackerError(self._name, failure.what, failure.hint) from failure
                self._connection.sleep(seconds)
            else:
                self.pacer.record(cost, answer)
                return answer

    def _renamed(self, path: str) -> bool:
        """Learn the repository's new name after a redirect; False when it is not the repository that has moved.

        https://docs.github.com/rest/using-the-rest-api/best-practices-for-using-the-rest-api#follow-redirects
        """
        if path in ("", *_OF_THE_SERVER) or not path.startswith("/"):
            return False
        before, self.repository = self.repository, self._current_name()
        return self.repository.lower() != before.lower()

    def _current_name(self) -> str:
        answer = self._send("GET", "", _NONE)
        place = on_same_server(self._transport.base_url, answer.headers.get("location", ""))
        if answer.status in _REDIRECTS and place:
            answer = self._send("GET", place, _NONE)
        return str(self.shaped(shapes.REPOSITORY, self._accepted(answer).data)["full_name"])

    def _url(self, path: str) -> str:
        if path in _OF_THE_SERVER or path.startswith("http"):
            return path
        return f"/repos/{self.repository}{path}"


def _fails(answer: Answer) -> bool:
    """Return whether the server broke down over a request, which it may have carried out."""
    return answer.status >= 500 and answer.status != _NOT_IMPLEMENTED


_ABOUT_CONTENT = (400, 406, 409, 411, 412, 413, 414, 415, 422)
"""Status of a request that was understood and allowed, and whose content was not taken."""
_RIGHTS = re.compile(r"not accessible|must have|access|permission|scope|forbidden|not found", re.IGNORECASE)


@contextmanager
def one_issue(api: Api, name: str) -> Iterator[None]:
    """Tell a refusal of this issue from a refusal of everything.

    :raises TicketRefused: the repository takes other issues, as far as it tells.
    :raises TrackerError: it is the token, the repository or the server.
    """
    try:
        yield
    except AnswerTooLarge as error:
        raise TicketRefused(error.tracker, error.what, error.hint) from error
    except Refusal as error:
        raise _judged(api, name, error) from error


def _judged(api: Api, name: str, error: Refusal) -> TrackerError:
    if error.of_run:
        return error
    if error.status not in _ABOUT_CONTENT:
        try:
            row = api.repository_row("")
        except Refusal as of_run:
            return of_run
        if row.get("archived") or row.get("disabled"):
            return TrackerError(name, f"{api.repository} is read-only", "unarchive it, or name another repository")
        if row.get("has_issues") is False:
            what = f"issues are disabled in {api.repository}"
            return TrackerError(name, what, "enable them in the repository's settings")
    denied = error.status in (401, 403, 404) and bool(_RIGHTS.search(error.said) or not error.said)
    return TicketRefused(name, error.what, error.hint, denied, error.field)
