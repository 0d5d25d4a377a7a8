"""The port over one GitLab project."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from functools import cached_property, wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from techmap_sync.errors import TicketRefused, UsageProblem
from techmap_sync.sync.tracker import (
    Capabilities,
    Draft,
    Edge,
    Ends,
    Finding,
    Patch,
    Snapshot,
    Standing,
    State,
    Ticket,
    Visibility,
)
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab import issues as rows
from techmap_sync.trackers.gitlab import issues as texts
from techmap_sync.trackers.gitlab import project
from techmap_sync.trackers.gitlab.client import SECONDS_PER_CREATION, Wire
from techmap_sync.trackers.gitlab.doctor import examine
from techmap_sync.trackers.gitlab.errors import check_login
from techmap_sync.trackers.gitlab.issues import Issues
from techmap_sync.trackers.gitlab.labels import Labels, Milestones, People
from techmap_sync.trackers.gitlab.links import LINK_LIMIT, Links
from techmap_sync.trackers.gitlab.project import Project, one_issue

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

_VISIBILITY = {"public": Visibility.PUBLIC, "internal": Visibility.INTERNAL}
_UNKNOWN = Ends()


def connect(connection: Connection) -> GitLabTracker:
    """Return the tracker over the project that the connection names. No request is sent yet.

    :raises UsageProblem: no project is named, or there is no token, or it cannot be one.
    """
    if not connection.target.strip("/"):
        raise UsageProblem("no project on GitLab is named", "write --to gitlab:GROUP/PROJECT")
    check_login(connection)
    return GitLabTracker(connection)


def _of_one_issue(
    verb: Callable[Concatenate[GitLabTracker, Arguments], Result],
) -> Callable[Concatenate[GitLabTracker, Arguments], Result]:
    """Let a verb tell a refusal of its issue from a refusal of everything."""

    @wraps(verb)
    def judged(tracker: GitLabTracker, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Result:
        with one_issue(tracker._wire, tracker._connection.target):
            return verb(tracker, *arguments, **named)

    return judged


class GitLabTracker:
    """Tickets as issues of a project, over GitLab's REST API, version 4."""

    def __init__(self, connection: Connection) -> None:
        self.name = f"gitlab:{connection.target}"
        self._connection = connection
        self._wire = Wire(connection, self.name)
        self._people = People(self._wire)
        self._labels = Labels(self._wire, connection.label_colors)
        self._milestones = Milestones(self._wire)
        self._links = Links(self._wire)
        self._rights_checked = False

    @property
    def capabilities(self) -> Capabilities:
        """What the project can hold: links say who waits for whom from Premium on.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return Capabilities(
            native_blocking=self._links.can_block(self._project),
            children=LINK_LIMIT,
            links=LINK_LIMIT,
            close_reasons=False,
            estimates=True,
            seconds_per_write=max(
                self._connection.seconds_between_writes, SECONDS_PER_CREATION * self._connection.sharers
            ),
            title_limit=255,
            body_limit=1_048_576,
            text_ends_kept=False,
            parents_listed=False,
        )

    @cached_property
    def _project(self) -> Project:
        return project.find(self._wire, self._connection.target)

    @cached_property
    def _issues(self) -> Issues:
        return Issues(self._wire, self._project)

    def snapshot(self, label: str) -> Snapshot:
        """Read every issue with the label, 100 at a time. Links are not in the list: edges are unknown.

        :raises TrackerError: GitLab refused or did not answer, or the label cannot be asked for.
        """
        self._labels.check(label)
        return self._listed({"labels": label})

    def own_tickets(self) -> Snapshot:
        """Read every issue that our account created.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._listed({"author_id": self._people.me["id"]})

    @_of_one_issue
    def get(self, number: str) -> Ticket | None:
        """Read one issue, whose edges stay unknown; None when it was deleted or moved to another project.

        :raises TrackerError: GitLab refused or did not answer.
        """
        row = self._issues.get(number)
        return None if row is None else self._ticket(row)

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """Ask for the roles of authors.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._people.standings(self._project, authors)

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read the links of some issues, one request each and one for each link that may lead to a parent.

        :raises TrackerError: GitLab refused or did not answer.
        """
        found: dict[str, Ends] = {}
        for number in numbers:
            with suppress(TicketRefused), one_issue(self._wire, self._connection.target):
                ends = self._links.read(self._project, number)
                found |= {number: ends} if ends else {}
        return found

    def visibility(self, repository: str = "") -> Visibility | None:
        """Tell who can read the issues, or another project.

        :raises TrackerError: GitLab refused or did not answer.
        """
        told = project.visibility(self._wire, repository) if repository else self._project.visibility
        return _VISIBILITY.get(told, Visibility.PRIVATE) if told else None

    def examine(self) -> tuple[Finding, ...]:
        """Look at server, token, project, rights and tier."""
        return examine(self._wire, self._people, self._connection.target)

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return those of some accounts that GitLab does not have.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return frozenset(account for account in accounts if self._people.find(account) is None)

    def has_milestone(self, title: str) -> bool:
        """Return whether the project or a group above it has a milestone.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._milestones.has(self._project, title)

    @_of_one_issue
    def create(self, draft: Draft) -> Ticket:
        """Create one issue; an estimate is a second request.

        :raises OutcomeUnclear: it may have been created.
        :raises TrackerError: GitLab refused, knows no such assignee, or ran a line of the text as a quick action.
        """
        self._require_rights()
        data: dict[str, Any] = {"title": self._title(draft.title), "description": draft.body}
        self._labels.ensure(self._project, draft.labels)
        if draft.labels:
            data["labels"] = ",".join(sorted(draft.labels))
        if draft.milestone:
            data["milestone_id"] = self._milestones.number(self._project, draft.milestone)
        if draft.assignees:
            data["assignee_ids"] = [self._people.number(name) for name in draft.assignees]
        row = self._issues.create(data)
        number = str(row["iid"])
        if draft.estimate_minutes:
            self._issues.estimate(number, draft.estimate_minutes)
        return self._ticket(row, Ends(None, frozenset()))

    @_of_one_issue
    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch; the edges are unknown afterwards.

        :raises OutcomeUnclear: the fields may have been set.
        :raises TrackerError: there is no such issue, GitLab refused, or ran a line of the text as a quick action.
        """
        data = self._changes(patch)
        row = self._issues.change(number, f"change ticket {number}", data) if data else self._issues.get(number)
        if row is None:
            raise self._wire.ticket_refused(f"there is no ticket {number}")
        return self._ticket(row)

    @_of_one_issue
    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels; the project's missing ones are created first.

        :raises TrackerError: there is no such issue, or the role of the token may not set labels.
        """
        self._labels.ensure(self._project, labels)
        if labels:
            self._issues.set_labels(number, labels, ())

    @_of_one_issue
    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels.

        :raises TrackerError: there is no such issue, or the role of the token may not set labels.
        """
        for label in labels:
            self._labels.check(label)
        if labels:
            self._issues.set_labels(number, (), labels)

    @_of_one_issue
    def link(self, edge: Edge) -> None:
        """Add an edge as a link between two issues; see ``links`` for its type.

        :raises NotSupported: a person has linked the two in another way.
        :raises TrackerError: one of the two is not there, or GitLab refused.
        """
        self._links.add(self._project, edge)

    @_of_one_issue
    def unlink(self, edge: Edge) -> None:
        """Remove the link that ``link`` made; one that means something else stays.

        :raises TrackerError: the source is not there, or GitLab refused.
        """
        self._links.remove(self._project, edge)

    def _require_rights(self) -> None:
        """Make sure before the first issue that it will get its labels: for Guests GitLab drops them.

        :raises NotAllowed: the role of the account does not suffice.
        :raises TrackerError: the project is archived, or GitLab did not answer.
        """
        if not self._rights_checked:
            project.require_writable(self._wire, self._project, self._people.me["id"])
            self._rights_checked = True

    def _listed(self, query: dict[str, Any]) -> Snapshot:
        listing = self._issues.select(query)
        tickets = tuple(self._ticket(row) for row in listing.rows if not rows.is_gone(row))
        gone = len(listing.rows) - len(tickets)
        return Snapshot(tickets, None if listing.total is None else listing.total - gone)

    def _ticket(self, row: Row, ends: Ends = _UNKNOWN) -> Ticket:
        self._links.learn(row)
        return rows.ticket(row, self._people.author(row), ends)

    def _changes(self, patch: Patch) -> dict[str, Any]:
        """Return a patch as fields of GitLab's. There is no reason and no priority among them."""
        data: dict[str, Any] = {}
        if patch.title is not None:
            data["title"] = self._title(patch.title)
        if patch.body is not None:
            data["description"] = patch.body
        if patch.milestone is not None:
            data["milestone_id"] = self._milestones.number(self._project, patch.milestone)
        if patch.state is not None:
            data["state_event"] = "close" if patch.state is State.CLOSED else "reopen"
        return data

    def _title(self, title: str) -> str:
        line = texts.one_line(title)
        if not line:
            raise self._wire.ticket_refused("a ticket needs a title")
        return line
