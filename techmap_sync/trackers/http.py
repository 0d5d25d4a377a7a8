"""Requests to a vendor's API, for all vendors: paced, retried where that is safe, redirected, with the port's errors.

A read is retried after a failure that may pass. A write is sent once: when no clear answer comes, it is unknown whether
it took effect (``OutcomeUnclear``). Only what cannot have had an effect is sent again: a request that never left, came
too early or was redirected. A vendor's client says how its library sends a request, and what its answers mean.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from techmap_sync.errors import BudgetSpent, OutcomeUnclear, TicketRefused, TrackerError, UnexpectedAnswer
from techmap_sync.trackers.answers import (
    Answer,
    Endless,
    Pages,
    Query,
    Request,
    Row,
    Schema,
    Unexpected,
    size_of,
    smaller,
)
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.session import NoAnswer, Reply, TooLarge

_NO_FIELDS: Query = {}
_SECONDS_BEFORE_RETRIES = (1.0, 2.0, 4.0)
_MOST_REDIRECTS = 5
_ACCEPTED, _TIMED_OUT, _NOT_IMPLEMENTED = 202, 408, 501
_LOOK_AGAIN = "run again: it looks first for what was written"
_TRY_AGAIN = "try again; check any proxy in between, and the release of the server"
_MOST_UNREADABLE = 3
"""When so many tickets in a row cannot be read, the server is at fault and not the tickets."""
_ABOUT_CONTENT = (400, 406, 409, 411, 412, 413, 414, 415, 422)
"""Status of a request that was understood and allowed, and whose content was not accepted."""


@dataclass(eq=False)
class RequestRefused(TrackerError):
    """The server understood the request and refused it; it had no effect."""

    status: int = 0
    said: str = ""
    """The server's own words."""
    field: str = ""
    """The one field of an issue that a validation error is about."""
    affects_run: bool = False
    """The token, the project or the server is at fault: any other request would be refused too."""


@dataclass(eq=False)
class AnswerTooLarge(TrackerError):
    """The answer to a read is larger than allowed; a part of it may fit."""


@dataclass(eq=False)
class Unanswered(TrackerError):
    """A read got no usable answer, however often it was tried."""


def budget_spent(tracker: str, seconds: float) -> BudgetSpent:
    """Return the error for a limit that takes too long to wait for."""
    hint = f"run again in {math.ceil(seconds / 60)} min; that run continues where this one stopped"
    return BudgetSpent(tracker, "no further request is allowed for now", hint, seconds)


class RateLimit(Protocol):
    """A vendor's limits, kept so that they are never exceeded."""

    def wait(self, request: Request) -> None:
        """Wait until a request may be sent.

        :raises BudgetSpent: that would take too long.
        """
        ...

    def record(self, request: Request, answer: Answer | None) -> None:
        """Record that a request was sent, and what its answer says about the limits."""
        ...

    def came_too_soon(self, answer: Answer, times: int) -> bool:
        """Return whether an answer refuses a request for its pace, which may then be sent again.

        :param times: how often the same request was refused for its pace before.
        :raises BudgetSpent: the server wants too long a wait.
        """
        ...


class HttpClient(ABC):
    """Sends requests to one server for one repository or project."""

    vendor = ""
    """As people write it."""
    address_hint = ""
    """What to check where a server answers in another way than the vendor's."""

    def __init__(self, connection: Connection, tracker: str, host: str, limit: RateLimit) -> None:
        """Send nothing yet.

        :param tracker: its name in errors.
        :param host: the server's name in errors.
        """
        self.tracker = tracker
        self.host = host
        self._connection = connection
        self._limit = limit
        self._unreadable: set[str] = set()
        """Tickets that could not be read since one last could."""

    @abstractmethod
    def _exchange(self, request: Request) -> Reply:
        """Send a request once, by the vendor's library.

        :raises NoAnswer: no answer came.
        """

    @abstractmethod
    def _refusal(self, request: Request, answer: Answer) -> TrackerError:
        """Return the error for an answer that is not a success."""

    @abstractmethod
    def _redirected(self, request: Request, answer: Answer) -> Request | None:
        """Return the request to send instead after a redirect; None to accept the answer."""

    @abstractmethod
    def _lacks_rights(self, error: RequestRefused) -> bool:
        """Return whether a refusal about one ticket may be due to the token's rights.

        :raises TrackerError: the whole repository or project is at fault.
        """

    def read(self, path: str, query: Query = _NO_FIELDS, purpose: str = "", accepted: Collection[int] = ()) -> Answer:
        """Read something, with retries.

        :param purpose: to follow "to" in a sentence.
        :param accepted: statuses that are not a failure to the caller.
        :raises AnswerTooLarge: the answer is too large.
        :raises RequestRefused: the server refused.
        :raises TrackerError: it did not answer.
        """
        request = Request("GET", path, query, purpose=purpose)
        retries = iter(_SECONDS_BEFORE_RETRIES)
        while (answer := self._send(request, retries)).status == _ACCEPTED or _is_server_error(answer):
            seconds = next(retries, None)
            if seconds is None:
                what = f"{self.host} keeps answering with status {answer.status}"
                raise Unanswered(self.tracker, what, "try again later")
            self._connection.sleep(seconds)
        return self._accepted(request, answer, accepted)

    def write(
        self,
        verb: str,
        path: str,
        body: Any = None,
        purpose: str = "",
        accepted: Collection[int] = (),
        parts: int = 1,
    ) -> Answer:
        """Write something, never twice.

        :param parts: how many writes the request carries.
        :raises OutcomeUnclear: no clear answer came, and it may have taken effect.
        :raises RequestRefused: the server refused, and nothing was written.
        :raises TrackerError: the request did not reach it.
        """
        request = Request(verb, path, {}, body, purpose, parts=parts)
        answer = self._send(request)
        is_empty = answer.succeeded and answer.content is None and verb != "DELETE"
        if answer.status == _TIMED_OUT or is_empty or _is_server_error(answer):
            raise self.unclear(f"{self.host} answered a write with status {answer.status}")
        return self._accepted(request, answer, accepted)

    def row(self, path: str, schema: Schema, purpose: str = "") -> Row:
        """Read one object.

        :raises TrackerError: as ``read``, or the answer is something else.
        """
        return self.parsed(schema, self.read(path, purpose=purpose).content)

    def parsed(self, schema: Schema, value: object) -> Row:
        """Return a row of an answer.

        :raises UnexpectedAnswer: it is something else.
        """
        try:
            return schema.read(value)
        except Unexpected as unexpected:
            raise self._unexpected(unexpected) from None

    def stored(self, schema: Schema, value: object) -> Row:
        """Return a row of the answer to a write.

        :raises OutcomeUnclear: it is something else, so it is unknown what was written.
        """
        try:
            return schema.read(value)
        except Unexpected as unexpected:
            raise self.unclear(f"{self.host} answered a write with {unexpected}") from None

    def rows(self, path: str, schema: Schema, query: Query = _NO_FIELDS, purpose: str = "") -> Iterator[Row]:
        """Read a whole list.

        :raises TrackerError: a page is missing or is not a list, or the list has no end.
        """
        return self.rows_from(self.page(path, query, purpose), path, schema, purpose)

    def rows_from(self, page: Answer, path: str, schema: Schema, purpose: str = "") -> Iterator[Row]:
        """Read the rest of a list.

        :param page: its first page.
        :raises TrackerError: as ``rows``.
        """
        size = size_of(page.query)
        announced = page.last_page if page.total is None else -(-page.total // size)
        pages = Pages(self._connection.now, announced)
        while True:
            try:
                pages.count(repr(page.query), page.listed, page.size)
            except Unexpected as unexpected:
                raise self._unexpected(unexpected) from None
            except Endless as endless:
                raise self.error(f"a list of {self.host} has no end: {endless.why}", "try again later") from None
            yield from (self.parsed(schema, row) for row in page.content)
            if not page.next_query:
                return
            page = self.page(path, page.next_query, purpose)
            if (now := size_of(page.query)) < size:
                pages.split(size // now)
                size = now

    def page(self, path: str, query: Query, purpose: str = "", accepted: Collection[int] = ()) -> Answer:
        """Read one page of a list, or as much of it as fits into one answer: a hundred issues may be 100 MB.

        :raises AnswerTooLarge: one row alone is too large.
        :raises TrackerError: as ``read``.
        """
        query = {"per_page": size_of(query), **query}
        while True:
            try:
                return replace(self.read(path, query, purpose, accepted), query=query)
            except AnswerTooLarge:
                less = smaller(query)
                if less is None:
                    raise
                query = less

    @contextmanager
    def one_ticket(self) -> Iterator[None]:
        """Distinguish a refusal of one ticket from a refusal of everything.

        :raises TicketRefused: the server refused this ticket, and may accept others.
        :raises TrackerError: the token, the project or the server is at fault.
        """
        try:
            yield
        except AnswerTooLarge as error:
            raise TicketRefused(error.tracker, error.what, error.hint) from error
        except RequestRefused as error:
            if error.affects_run:
                raise
            is_denied = error.status not in _ABOUT_CONTENT and self._lacks_rights(error)
            raise TicketRefused(error.tracker, error.what, error.hint, is_denied, error.field) from error

    @contextmanager
    def reading(self, number: str) -> Iterator[None]:
        """Distinguish a ticket that cannot be read from a server that does not answer.

        :raises TicketRefused: the server fails at this ticket; it may answer for others.
        :raises TrackerError: it fails at too many in a row.
        """
        try:
            yield
        except (Unanswered, UnexpectedAnswer, RequestRefused) as error:
            if isinstance(error, RequestRefused) and not _is_failure(error.status):
                raise
            self._unreadable.add(number)
            if len(self._unreadable) >= _MOST_UNREADABLE:
                raise
            raise TicketRefused(self.tracker, f"ticket {number} cannot be read: {error.what}", error.hint) from error
        self._unreadable.clear()

    def error(self, what: str, hint: str = "") -> TrackerError:
        """Return an error of this tracker."""
        return TrackerError(self.tracker, what, hint)

    def unclear(self, what: str) -> OutcomeUnclear:
        """Return the error for a write that may have taken effect."""
        return OutcomeUnclear(self.tracker, what, _LOOK_AGAIN)

    def _unexpected(self, unexpected: Unexpected) -> UnexpectedAnswer:
        return UnexpectedAnswer(self.tracker, f"{self.host} answered with {unexpected}", _TRY_AGAIN)

    def _accepted(self, request: Request, answer: Answer, accepted: Collection[int] = ()) -> Answer:
        if answer.succeeded or answer.status in accepted:
            return answer
        raise self._refusal(request, answer)

    def _send(self, request: Request, retries: Iterator[float] | None = None) -> Answer:
        """Send a request until it is neither refused for its pace nor redirected.

        Neither has an effect, so a write may be sent again.
        """
        retries = iter(_SECONDS_BEFORE_RETRIES) if retries is None else retries
        too_soon = redirects = 0
        while True:
            answer = self._send_once(request, retries)
            if self._limit.came_too_soon(answer, too_soon):
                too_soon += 1
            elif redirects < _MOST_REDIRECTS and (elsewhere := self._redirected(request, answer)):
                redirects += 1
                request = elsewhere
            else:
                return answer

    def _send_once(self, request: Request, retries: Iterator[float]) -> Answer:
        """Send a request; again only a read, or what never reached the server.

        :param retries: seconds to wait before each further attempt.
        """
        while True:
            self._limit.wait(request)
            try:
                answer = self._answer(request)
            except NoAnswer as failure:
                self._limit.record(request, None)
                if request.writes and failure.sent:
                    raise self.unclear(failure.what) from failure
                if isinstance(failure, TooLarge):
                    raise AnswerTooLarge(self.tracker, failure.what, failure.hint) from None
                seconds = next(retries, None) if failure.transient else None
                if seconds is None:
                    kind = Unanswered if failure.sent and not request.writes else TrackerError
                    raise kind(self.tracker, failure.what, failure.hint) from failure
                self._connection.sleep(seconds)
            else:
                self._limit.record(request, answer)
                return answer

    def _answer(self, request: Request) -> Answer:
        reply = self._exchange(request)
        try:
            return Answer.of(reply, request)
        except ValueError:
            raise NoAnswer(f"{self.host} does not answer as {self.vendor} does", self.address_hint) from None


def _is_failure(status: int) -> bool:
    """Return whether the server failed at a request instead of refusing it."""
    return status >= 500 or status == _TIMED_OUT


def _is_server_error(answer: Answer) -> bool:
    """Return whether the server failed at a request, which it may have carried out."""
    return answer.status >= 500 and answer.status != _NOT_IMPLEMENTED


class HasClient(Protocol):
    """A tracker over HTTP."""

    @property
    def client(self) -> HttpClient:
        """What it sends requests with."""
        ...


Over = TypeVar("Over", bound=HasClient)
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def about_one_ticket(
    verb: Callable[Concatenate[Over, Arguments], Result],
) -> Callable[Concatenate[Over, Arguments], Result]:
    """Let a verb of a tracker distinguish a refusal of its ticket from a refusal of everything."""

    @wraps(verb)
    def judged(tracker: Over, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        """Call the verb; what is refused in it is refused for one ticket."""
        with tracker.client.one_ticket():
            return verb(tracker, *arguments, **named)

    return judged
