"""Edges between tickets, kept as links between issues ("Issue links API").

A link has a type and a direction: it starts at one issue and leads to another. ``blocks`` needs Premium; without it a
link says ``relates_to`` and nothing more. So that both kinds of edges can be told from each other, and most links that
people make from either, ours have a direction of their own:

- from a parent to its child: ``relates_to``. The parent is older, so the link leads from the older ticket.
- blocked by: ``is_blocked_by`` where the tier has it; else ``relates_to`` from the younger ticket to the older.

A pair of issues has one link at most. One of another kind than ours was made by a person, and stays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from techmap_sync.errors import NotSupported, OutcomeUnclear
from techmap_sync.sync.tracker import Edge, EdgeKind, Ends
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.gitlab import client as shapes
from techmap_sync.trackers.gitlab.client import Wire
from techmap_sync.trackers.gitlab.errors import Answer, about_refusal
from techmap_sync.trackers.gitlab.issues import PER_PAGE, follow, is_number
from techmap_sync.trackers.gitlab.project import Project

RELATED, BLOCKED = "relates_to", "is_blocked_by"
LINK_LIMIT = 100
"""Of all types and from both ends, those of people among them: app/models/concerns/issuable_link.rb in GitLab."""
_LIMIT = re.compile(r"exceed|maximum", re.IGNORECASE)
_NO_LICENCE = "not available for current license"


@dataclass(frozen=True, slots=True)
class Link:
    """A link as the API makes and shows it."""

    source: str
    target: str
    type: str


class Links:
    """The links between the issues of one project."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._starts: dict[int, str] = {}
        self._no_licence = False

    def read(self, project: Project, number: str) -> Ends | None:
        """Read the edges of a ticket; None when it is gone.

        Without ``blocks`` links nothing says who waits for whom: ``blocked_by`` is unknown then.

        :raises TrackerError: GitLab refused or did not answer.
        """
        rows = self._rows(project, number)
        if rows is None:
            return None
        blockers = frozenset(str(row["iid"]) for row in rows if row["link_type"] == BLOCKED)
        # A parent is older than its children; asking only for those saves a request per child of a tracking ticket.
        older = (row for row in rows if row["link_type"] == RELATED and row["iid"] < int(number))
        parents = (str(row["iid"]) for row in older if self._start(project, number, row) == str(row["iid"]))
        return Ends(next(parents, None), blockers if self.can_block(project) else None)

    def add(self, project: Project, edge: Edge) -> None:
        """Make a link; one that is there already is no error. Without a clear answer it looks whether it is there.

        :raises NotSupported: the two are linked in another way, which is a person's.
        :raises TrackerError: one of the two is not there, or GitLab refused.
        """
        _check_numbers(self._wire, edge)
        if edge.source == edge.target:
            raise self._wire.ticket_refused(f"{edge.source} cannot be {edge.kind} itself")
        try:
            answer = self._posted(project, edge)
        except OutcomeUnclear:
            if not self._is_there(project, edge):
                raise
            return
        if answer.status == 409 and (row := self._between(project, edge)):
            self._check_same(project, edge, row)
        elif answer.status == 422 and _LIMIT.search(answer.message):
            raise NotSupported(self._wire.tracker, f"an issue may have {LINK_LIMIT} links of all kinds")
        elif not answer.succeeded:
            raise self._wire.error(about_refusal(answer, _deed(edge)))

    def remove(self, project: Project, edge: Edge) -> None:
        """Remove a link; one that is not there, or of another kind, is no error and is left alone.

        :raises TrackerError: the source is not there, or GitLab refused.
        """
        _check_numbers(self._wire, edge)
        row = self._between(project, edge)
        if row and self._is_same(project, edge, row):
            path = f"{project.api}/issues/{edge.source}/links/{row['issue_link_id']}"
            self._wire.write("delete", path, f"take away that {_told(edge)}", {}, accepted={404})

    def can_block(self, project: Project) -> bool:
        """Return whether the project has ``blocks`` links, as far as that was seen."""
        return project.has_blocking and not self._no_licence

    def learn(self, issue: Row) -> None:
        """Take it from an issue that the tier has no ``blocks`` links, whatever the project promises.

        From Premium on alone an issue has a weight, empty as it may be (GitLab's ee/lib/ee/api/entities/issue.rb): so a
        run whose first page tells the tier writes no text that the next one would take back.
        """
        self._no_licence = self._no_licence or "weight" not in issue

    def _link_for(self, project: Project, edge: Edge) -> Link:
        """Return the link that stands for an edge."""
        if edge.kind is EdgeKind.CHILD_OF:
            return Link(edge.target, edge.source, RELATED)
        if self.can_block(project):
            return Link(edge.source, edge.target, BLOCKED)
        older, younger = sorted((edge.source, edge.target), key=int)
        return Link(younger, older, RELATED)

    def _posted(self, project: Project, edge: Edge) -> Answer:
        """Send the link of an edge, again as another type when the tier turns out to lack the first one."""
        answer = self._post(project, self._link_for(project, edge), edge)
        if _is_no_licence(answer):
            self._no_licence = True
            answer = self._post(project, self._link_for(project, edge), edge)
        return answer

    def _post(self, project: Project, link: Link, edge: Edge) -> Answer:
        data = {"target_project_id": project.number, "target_issue_iid": link.target, "link_type": link.type}
        path = f"{project.api}/issues/{link.source}/links"
        return self._wire.write("post", path, _deed(edge), data, accepted={400, 403, 404, 409, 422})

    def _check_same(self, project: Project, edge: Edge, row: Row) -> None:
        if not self._is_same(project, edge, row):
            what = f"{edge.source} and {edge.target} are linked in another way already"
            hint = "GitLab allows one link between two issues; remove it there if it should say what the map says"
            raise NotSupported(self._wire.tracker, what, hint)

    def _is_there(self, project: Project, edge: Edge) -> bool:
        row = self._between(project, edge)
        return row is not None and self._is_same(project, edge, row)

    def _is_same(self, project: Project, edge: Edge, row: Row) -> bool:
        link = self._link_for(project, edge)
        if row["link_type"] != link.type:
            return False
        return link.type == BLOCKED or self._start(project, edge.source, row) == link.source

    def _between(self, project: Project, edge: Edge) -> Row | None:
        rows = self._rows(project, edge.source)
        if rows is None:
            raise self._wire.ticket_refused(f"there is no ticket {edge.source}")
        return next((row for row in rows if str(row["iid"]) == edge.target), None)

    def _rows(self, project: Project, number: str) -> list[Row] | None:
        path, deed = f"{project.api}/issues/{number}/links", f"read the links of ticket {number}"
        first = self._wire.read(path, deed, {"per_page": PER_PAGE}, accepted={404})
        if first.status == 404:
            return None
        return [
            row
            for row in follow(self._wire, path, deed, first, shapes.LINK).rows
            if row["project_id"] == project.number
        ]

    def _start(self, project: Project, number: str, row: Row) -> str:
        """Return the number of the issue that a link starts at; a list of links does not tell, and it never changes."""
        link = row["issue_link_id"]
        if link not in self._starts:
            path = f"{project.api}/issues/{number}/links/{link}"
            answer = self._wire.row(path, f"read a link of ticket {number}", shapes.WHOLE_LINK)
            self._starts[link] = str(answer["source_issue"]["iid"])
        return self._starts[link]


def _is_no_licence(answer: Answer) -> bool:
    """Return whether the tier lacks the type of link: 403 with a licence, 400 in the Community Edition."""
    match answer.status:
        case 403:
            return _NO_LICENCE in answer.message
        case 400:
            return "link_type" in answer.message
        case _:
            return False


def _check_numbers(wire: Wire, edge: Edge) -> None:
    for number in (edge.source, edge.target):
        if not is_number(number):
            raise wire.ticket_refused(f"there is no ticket {number}")


def _told(edge: Edge) -> str:
    return f"{edge.source} is {edge.kind} {edge.target}"


def _deed(edge: Edge) -> str:
    return f"note that {_told(edge)}"
