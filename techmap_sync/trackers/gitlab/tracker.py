"""The port over one GitLab project."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from techmap_sync.errors import UsageProblem
from techmap_sync.sync.tracker import (
    Capabilities,
    Draft,
    Edge,
    Ends,
    Finding,
    History,
    Patch,
    Snapshot,
    Standing,
    State,
    Ticket,
    Visibility,
)
from techmap_sync.trackers.answers import Row
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.gitlab import issues
from techmap_sync.trackers.gitlab.board import Board
from techmap_sync.trackers.gitlab.client import SECONDS_PER_CREATION, GitLabClient
from techmap_sync.trackers.gitlab.doctor import examine
from techmap_sync.trackers.gitlab.history import Histories
from techmap_sync.trackers.gitlab.issues import Issues
from techmap_sync.trackers.gitlab.labels import Labels, Milestones
from techmap_sync.trackers.gitlab.links import LINK_LIMIT, Links
from techmap_sync.trackers.gitlab.users import Users
from techmap_sync.trackers.http import about_one_ticket

_VISIBILITY = {"public": Visibility.PUBLIC, "internal": Visibility.INTERNAL}
_UNKNOWN = Ends()


def connect(connection: Connection) -> GitLabTracker:
    """Return the tracker over the project that the connection names. No request is sent yet.

    :raises UsageProblem: no project is named, or the token is missing or invalid.
    """
    if not connection.target.strip("/"):
        raise UsageProblem("no project on GitLab is named", "write --to gitlab:GROUP/PROJECT")
    return GitLabTracker(connection)


class GitLabTracker:
    """Tickets as issues of a project, over GitLab's REST API, version 4."""

    def __init__(self, connection: Connection) -> None:
        self.name = f"gitlab:{connection.target}"
        self.client = GitLabClient(connection, self.name)
        self._seconds_per_write = max(connection.seconds_between_writes, SECONDS_PER_CREATION * connection.sharers)
        self._users = Users(self.client)
        self._labels = Labels(self.client, connection.label_colors)
        self._milestones = Milestones(self.client)
        self._links = Links(self.client)
        self._issues = Issues(self.client)
        self._histories = Histories(self.client)
        self._board = Board(self.client, connection.settings)
        self._rights_checked = False

    @property
    def capabilities(self) -> Capabilities:
        """What the project can hold: from Premium on, links say which ticket waits for which.

        :raises TrackerError: GitLab refused or did not answer.
        """
        premium = self._links.can_block()
        return Capabilities(
            native_blocking=premium,
            most_assignees=None if premium else 1,
            children=LINK_LIMIT,
            links_at_once=self._links.at_once.most,
            links=LINK_LIMIT,
            close_reasons=False,
            estimates=True,
            due_dates=True,
            board=self._board.name,
            seconds_per_write=self._seconds_per_write,
            title_limit=255,
            body_limit=1_048_576,
            text_ends_kept=False,
            parents_listed=False,
        )

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
        return self._listed({"author_id": self._users.me["id"]})

    @about_one_ticket
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
        return self._users.standings(authors)

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read the links of some issues, a hundred in one request.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._links.read(numbers)

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        """Read which merge requests closed some issues, fifty in one request, and when others were reopened.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._histories.read(closed, opened)

    def visibility(self, repository: str = "") -> Visibility | None:
        """Return who can read the issues, or another project.

        :raises TrackerError: GitLab refused or did not answer.
        """
        found = self.client.visibility_of(repository) if repository else self.client.project.visibility
        return _VISIBILITY.get(found, Visibility.PRIVATE) if found else None

    def examine(self) -> tuple[Finding, ...]:
        """Check server, token, project, rights and tier."""
        found = examine(self.client, self._users)
        return (*found, *self._board.examine()) if all(each.ok for each in found) else found

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return those of some accounts that GitLab does not have.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return frozenset(account for account in accounts if self._users.find(account) is None)

    def has_milestone(self, title: str) -> bool:
        """Return whether the project or a group above it has a milestone.

        :raises TrackerError: GitLab refused or did not answer.
        """
        return self._milestones.has(title)

    @about_one_ticket
    def create(self, draft: Draft) -> Ticket:
        """Create one issue; an estimate is a second request.

        :raises OutcomeUnclear: it may have been created.
        :raises TrackerError: GitLab refused, knows no such assignee, or ran a line of the text as a quick action.
        """
        self._require_rights()
        data: dict[str, Any] = {"title": self._title(draft.title), "description": draft.body}
        self._labels.ensure(draft.labels)
        if draft.labels:
            data["labels"] = ",".join(sorted(draft.labels))
        if draft.milestone:
            data["milestone_id"] = self._milestones.number(draft.milestone)
        if draft.due:
            data["due_date"] = draft.due
        if draft.assignees:
            data["assignee_ids"] = [self._users.number(name) for name in draft.assignees]
        row = self._issues.create(data)
        number = str(row["iid"])
        if draft.estimate_minutes:
            self._issues.estimate(number, draft.estimate_minutes)
        return self._ticket(row, Ends(None, frozenset()))

    @about_one_ticket
    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch; the edges are unknown afterwards.

        :raises OutcomeUnclear: the fields may have been set.
        :raises TrackerError: there is no such issue, GitLab refused, or ran a line of the text as a quick action.
        """
        data = self._changes(patch)
        row = self._issues.change(number, f"change ticket {number}", data) if data else self._issues.get(number)
        if row is None:
            raise self.client.refused(f"there is no ticket {number}")
        return self._ticket(row)

    @about_one_ticket
    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels; the project's missing ones are created first.

        :raises TrackerError: there is no such issue, or the role of the token may not set labels.
        """
        self._labels.ensure(labels)
        if labels:
            self._issues.set_labels(number, labels, ())

    @about_one_ticket
    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels.

        :raises TrackerError: there is no such issue, or the role of the token may not set labels.
        """
        for label in labels:
            self._labels.check(label)
        if labels:
            self._issues.set_labels(number, (), labels)

    @about_one_ticket
    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Set who is assigned, those included whom the issue had just before: GitLab sets all of them at once.

        An issue of the Free tier has one assignee: a person whom somebody else assigned keeps it.

        :raises TrackerError: there is no such issue or account, or GitLab refused.
        """
        row = self._issues.get(number)
        if row is None:
            raise self.client.refused(f"there is no ticket {number}")
        gone = {name.removeprefix("@").casefold() for name in removed}
        there = [each["id"] for each in row.get("assignees") or () if each and each["username"].casefold() not in gone]
        wanted = list(dict.fromkeys((*there, *(self._users.number(name) for name in added))))
        if self.capabilities.most_assignees == 1:
            wanted = wanted[:1]
        # https://docs.gitlab.com/api/issues/#edit-an-issue: 0 takes everybody away.
        row = self._issues.change(number, f"assign ticket {number}", {"assignee_ids": wanted or [0]})
        return self._ticket(row).assignees

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        """Put issues into the iteration and the epic of the settings; boards here are made of labels.

        Return what went wrong, once a run.
        """
        return self._board.join(tickets)

    @about_one_ticket
    def link(self, edge: Edge) -> None:
        """Add an edge as a link between two issues; see ``links`` for its type.

        :raises NotSupported: a person has linked the two in another way.
        :raises TrackerError: one of the two is missing, or GitLab refused.
        """
        self._links.add(edge)

    @about_one_ticket
    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Add edges in one request; return those that are there for certain.

        :raises TrackerError: nothing more may be sent for now.
        """
        return self._links.add_many(edges)

    @about_one_ticket
    def unlink(self, edge: Edge) -> None:
        """Remove the link that ``link`` made; one that means something else stays.

        :raises TrackerError: the source is missing, or GitLab refused.
        """
        self._links.remove(edge)

    def _require_rights(self) -> None:
        """Make sure before the first issue that it will get its labels: for Guests GitLab drops them.

        :raises NotAllowed: the role of the account does not suffice.
        :raises TrackerError: the project is archived, or GitLab did not answer.
        """
        if not self._rights_checked:
            self.client.require_writable(self._users.me["id"])
            self._rights_checked = True

    def _listed(self, query: dict[str, Any]) -> Snapshot:
        listing = self._issues.select(query)
        tickets = tuple(self._ticket(row) for row in listing.rows if not issues.is_gone(row))
        gone = len(listing.rows) - len(tickets)
        return Snapshot(tickets, None if listing.total is None else listing.total - gone)

    def _ticket(self, row: Row, ends: Ends = _UNKNOWN) -> Ticket:
        self._links.learn(row)
        self._histories.learn(row)
        return issues.ticket(row, self._users.author(row), ends)

    def _changes(self, patch: Patch) -> dict[str, Any]:
        """Return a patch as fields of GitLab, which has neither a reason nor a priority."""
        data: dict[str, Any] = {}
        if patch.title is not None:
            data["title"] = self._title(patch.title)
        if patch.body is not None:
            data["description"] = patch.body
        if patch.milestone is not None:
            data["milestone_id"] = self._milestones.number(patch.milestone)
        if patch.due is not None:
            data["due_date"] = patch.due
        if patch.state is not None:
            data["state_event"] = "close" if patch.state is State.CLOSED else "reopen"
        return data

    def _title(self, title: str) -> str:
        line = issues.one_line(title)
        if not line:
            raise self.client.refused("a ticket needs a title")
        return line
