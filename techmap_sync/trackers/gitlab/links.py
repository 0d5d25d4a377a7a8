"""Edges between tickets, kept as links between issues ("Issue links API").

A link has a type and a direction: it starts at one issue and leads to another. ``blocks`` needs Premium; without it a
link says ``relates_to`` and nothing more. To distinguish "blocked by" from most links that people make, ours have a
fixed direction:

- from a parent to its child: ``relates_to``. Whoever made such a link between a task and the tracking ticket that its
  marker names, it says that one is the parent of the other, so its direction is never read.
- blocked by: ``is_blocked_by`` where the tier has it; else ``relates_to`` from the younger ticket to the older.

A pair of issues has one link at most. One that is not of our kind was made by a person, and stays.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from typing_extensions import TypedDict

from techmap_sync.errors import BudgetSpent, NotSupported, OutcomeUnclear, TicketRefused, TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends
from techmap_sync.trackers.answers import Answer, Number, Row, Schema
from techmap_sync.trackers.gitlab.client import GitLabClient, message, refusal
from techmap_sync.trackers.gitlab.issues import is_number
from techmap_sync.trackers.gitlab.links_at_once import BLOCKED, RELATED, Link, Linked, LinksAtOnce

LINK_LIMIT = 100
"""Of all types and from both ends, those of people among them: app/models/concerns/issuable_link.rb in GitLab."""
_LIMIT = lazy(r"exceed|maximum", re.IGNORECASE)
_NO_LICENCE = "not available for current license"


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


class _Written(TypedDict):
    """A link that was created or deleted: https://docs.gitlab.com/api/issue_links/#create-an-issue-link"""

    link_type: str


_LINK = Schema(_Link, "a link")
_WHOLE_LINK = Schema(_WholeLink, "a link")
_WRITTEN = Schema(_Written, "a link")


class Links:
    """The links between the issues of one project."""

    def __init__(self, client: GitLabClient) -> None:
        self._client = client
        self._starts: dict[int, str] = {}
        self._has_blocking: bool | None = None
        self.at_once = LinksAtOnce(client)

    def read(self, numbers: Collection[str]) -> dict[str, Ends]:
        """Read where the edges of some tickets end: a hundred tickets a query, one by one where that is not answered.

        A ticket that is gone is left out. Without ``blocks`` links nothing says which ticket waits for which:
        ``blocked_by`` is unknown then.

        :raises TrackerError: GitLab refused or did not answer.
        """
        found = self.at_once.read(numbers) if len(numbers) > 1 else {}
        alone = {number: self._read_alone(number) for number in numbers if number not in found}
        together = {number: self._ends(linked) for number, linked in found.items()}
        return together | {number: ends for number, ends in alone.items() if ends is not None}

    def _read_alone(self, number: str) -> Ends | None:
        try:
            with self._client.one_ticket():
                rows = self._rows(number) if is_number(number) else None
        except TicketRefused as error:
            return Ends(withheld=error.what)
        if rows is None:
            return None
        blockers, related = (
            frozenset(str(row["iid"]) for row in rows if row["link_type"] == kind) for kind in (BLOCKED, RELATED)
        )
        return self._ends(Linked(blockers, related))

    def _ends(self, linked: Linked) -> Ends:
        return Ends(None, linked.blockers if self.can_block() else None, linked.related)

    def add_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Create links in one request; return those that its answer, or a look afterwards, shows to be there.

        :raises BudgetSpent: nothing more may be sent for now.
        """
        links = {self._link_for(edge): edge for edge in edges if edge.source != edge.target and _has_numbers(edge)}
        added = self.at_once.add(list(links))
        if added is None:
            return self._there(list(links.values()))
        return frozenset(edge for link, edge in links.items() if link in added)

    def _there(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Return those of some edges that GitLab certainly has by now."""
        try:
            ends = self.read(list(dict.fromkeys(edge.source for edge in edges)))
        except BudgetSpent:
            raise
        except TrackerError:
            return frozenset()
        return frozenset(edge for edge in edges if edge.source in ends and _shows(ends[edge.source], edge))

    def add(self, edge: Edge) -> None:
        """Create a link; an existing one is accepted. Without a clear answer it checks whether the link exists.

        :raises NotSupported: the two are linked in another way, which is a person's.
        :raises TrackerError: one of the two is missing, or GitLab refused.
        """
        _check_numbers(self._client, edge)
        if edge.source == edge.target:
            raise self._client.refused(f"{edge.source} cannot be {edge.kind} itself")
        try:
            answer = self._posted(edge)
            if answer.succeeded:
                self._client.stored(_WRITTEN, answer.content)
        except OutcomeUnclear:
            if not self._is_there(edge):
                raise
            return
        if answer.status == 409 and (row := self._between(edge)):
            self._check_same(edge, row)
        elif answer.status == 422 and _LIMIT.search(message(answer)):
            raise NotSupported(self._client.tracker, f"an issue may have {LINK_LIMIT} links of all kinds")
        elif not answer.succeeded:
            raise refusal(self._client.tracker, answer, _purpose(edge))

    def remove(self, edge: Edge) -> None:
        """Remove a link; one that is missing or of another kind is left alone.

        :raises TrackerError: the source is missing, or GitLab refused.
        """
        _check_numbers(self._client, edge)
        row = self._between(edge)
        if row and self._is_same(edge, row):
            self._remove(edge, f"{self._client.project.api}/issues/{edge.source}/links/{row['issue_link_id']}")

    def _remove(self, edge: Edge, path: str) -> None:
        """Remove a link; where the answer does not say that it is gone, check."""
        purpose = f"remove that {_said(edge)}"
        try:
            answer = self._client.write("DELETE", path, purpose=purpose, accepted={404})
            if answer.status != 404:
                self._client.stored(_WRITTEN, answer.content)
        except OutcomeUnclear:
            if self._is_there(edge):
                raise
        else:
            if answer.status == 404 and self._is_there(edge):
                raise refusal(self._client.tracker, answer, purpose)

    def can_block(self) -> bool:
        """Return whether the project is known to have ``blocks`` links: once it does not, it never does in this run."""
        if self._has_blocking is None:
            self._has_blocking = self._client.project.has_blocking
        return self._has_blocking

    def learn(self, issue: Row) -> None:
        """Learn from an issue its id, and which tier the project has, whatever it promises.

        From Premium on alone an issue has a weight, empty as it may be (GitLab's ee/lib/ee/api/entities/issue.rb): so a
        run whose first page shows the tier writes no text that the next one would take back.
        """
        self.at_once.keep(issue)
        has_weight = "weight" in issue
        self._has_blocking = has_weight if self._has_blocking is None else self._has_blocking and has_weight

    def _link_for(self, edge: Edge) -> Link:
        """Return the link for an edge."""
        if edge.kind is EdgeKind.CHILD_OF:
            return Link(edge.target, edge.source, RELATED)
        if self.can_block():
            return Link(edge.source, edge.target, BLOCKED)
        older, younger = sorted((edge.source, edge.target), key=int)
        return Link(younger, older, RELATED)

    def _posted(self, edge: Edge) -> Answer:
        """Send the link of an edge, again as another type when the tier turns out to lack the first one."""
        answer = self._post(self._link_for(edge), edge)
        if _is_no_licence(answer):
            self._has_blocking = False
            answer = self._post(self._link_for(edge), edge)
        return answer

    def _post(self, link: Link, edge: Edge) -> Answer:
        data = {
            "target_project_id": self._client.project.number,
            "target_issue_iid": link.target,
            "link_type": link.type,
        }
        path = f"{self._client.project.api}/issues/{link.source}/links"
        return self._client.write("POST", path, data, _purpose(edge), accepted={400, 403, 404, 409, 422})

    def _check_same(self, edge: Edge, row: Row) -> None:
        if not self._says(edge, row):
            what = f"{edge.source} and {edge.target} are linked in another way already"
            hint = "GitLab allows one link between two issues; remove it there if it should say what the map says"
            raise NotSupported(self._client.tracker, what, hint)

    def _is_there(self, edge: Edge) -> bool:
        row = self._between(edge)
        return row is not None and self._says(edge, row)

    def _says(self, edge: Edge, row: Row) -> bool:
        """Return whether a link means an edge, whoever made it."""
        is_related = edge.kind is EdgeKind.CHILD_OF and row["link_type"] == RELATED
        return is_related or self._is_same(edge, row)

    def _is_same(self, edge: Edge, row: Row) -> bool:
        """Return whether a link is the one that we make for an edge."""
        link = self._link_for(edge)
        if row["link_type"] != link.type:
            return False
        return link.type == BLOCKED or self._start(edge.source, row) == link.source

    def _between(self, edge: Edge) -> Row | None:
        rows = self._rows(edge.source)
        if rows is None:
            raise self._client.refused(f"there is no ticket {edge.source}")
        return next((row for row in rows if str(row["iid"]) == edge.target), None)

    def _rows(self, number: str) -> list[Row] | None:
        path, purpose = f"{self._client.project.api}/issues/{number}/links", f"read the links of ticket {number}"
        with self._client.reading(number):
            first = self._client.page(path, {}, purpose, accepted={404})
            if first.status == 404:
                return None
            rows = list(self._client.rows_from(first, path, _LINK, purpose))
        return [row for row in rows if row["project_id"] == self._client.project.number]

    def _start(self, number: str, row: Row) -> str:
        """Return the number of the issue that a link starts at; a list of links does not say, and it never changes."""
        link = row["issue_link_id"]
        if link not in self._starts:
            path = f"{self._client.project.api}/issues/{number}/links/{link}"
            with self._client.reading(number):
                answer = self._client.row(path, _WHOLE_LINK, f"read a link of ticket {number}")
            self._starts[link] = str(answer["source_issue"]["iid"])
        return self._starts[link]


def _shows(ends: Ends, edge: Edge) -> bool:
    return edge.target in (ends.related if edge.kind is EdgeKind.CHILD_OF else ends.blocked_by or ())


def _is_no_licence(answer: Answer) -> bool:
    """Return whether the tier lacks the type of link: 403 with a licence, 400 in the Community Edition."""
    match answer.status:
        case 403:
            return _NO_LICENCE in message(answer)
        case 400:
            return "link_type" in message(answer)
        case _:
            return False


def _check_numbers(client: GitLabClient, edge: Edge) -> None:
    for number in (edge.source, edge.target):
        if not is_number(number):
            raise client.refused(f"there is no ticket {number}")


def _has_numbers(edge: Edge) -> bool:
    return is_number(edge.source) and is_number(edge.target)


def _said(edge: Edge) -> str:
    return f"{edge.source} is {edge.kind} {edge.target}"


def _purpose(edge: Edge) -> str:
    return f"note that {_said(edge)}"
