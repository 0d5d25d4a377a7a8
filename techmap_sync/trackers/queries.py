"""GraphQL beside REST, for both vendors: queries that only read, and several writes in one request.

Errors come with status 200, and every part of an answer that they are not about is valid.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from techmap_sync.errors import TrackerError
from techmap_sync.trackers.answers import Answer, Request, Row
from techmap_sync.trackers.http import HttpClient
from techmap_sync.trackers.session import one_line


@dataclass(frozen=True, slots=True)
class Queried:
    """The result of a query."""

    data: Row
    """Null where something could not be answered."""
    errors: tuple[Row, ...] = ()


@dataclass(eq=False)
class QueryFailed(TrackerError):
    """Nothing of a query was answered."""

    said: str = ""
    """The server's own words."""


def query_errors(answer: Answer) -> list[Row]:
    """Return the errors of a query or of mutations."""
    errors = answer.row.get("errors") if answer.status == 200 else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


def words(errors: Iterable[Row]) -> str:
    """Return the server's own words in some errors, on one line."""
    return one_line("; ".join(str(error.get("message", "")) for error in errors))


class QueryClient(HttpClient):
    """A client of a server that answers GraphQL too."""

    @property
    @abstractmethod
    def queries_url(self) -> str:
        """Where queries and mutations are sent."""

    def ask(self, query: str) -> Queried:
        """Send a query that only reads.

        :raises RequestRefused: the server refused it, or failed at it.
        :raises QueryFailed: nothing of it was answered.
        """
        request = Request("POST", self.queries_url, body={"query": query}, purpose="query links", only_reads=True)
        answer = self._accepted(request, self._send(request))
        data, errors = answer.row.get("data"), query_errors(answer)
        if not isinstance(data, dict):
            raise QueryFailed(self.tracker, f"{self.host} did not answer a query", "try again", words(errors))
        return Queried(data, tuple(errors))

    def mutate(self, fields: Sequence[str]) -> Queried:
        """Send mutations in one request; return what each was answered with, null for one that failed.

        The server carries them out one after the other, and one that fails stops none of the others.

        :param fields: the mutations, each with an alias.
        :raises OutcomeUnclear: no clear answer came, and any of them may have taken effect.
        :raises RequestRefused: the server refused all of them.
        """
        body = {"query": f"mutation {{ {' '.join(fields)} }}"}
        answer = self.write("POST", self.queries_url, body, "add several links", parts=len(fields))
        data, errors = answer.row.get("data"), query_errors(answer)
        if not isinstance(data, dict) and not errors:
            raise self.unclear(f"{self.host} answered a write with neither data nor errors")
        return Queried(data if isinstance(data, dict) else {}, tuple(errors))
