"""The port over a repository's issues."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from urllib.parse import quote

from techmap_sync.errors import NotAllowed, OutcomeUnclear, TicketRefused, TrackerError, UsageProblem
from techmap_sync.patterns import lazy
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
    Ticket,
    Visibility,
)
from techmap_sync.trackers.answers import Answer, Row
from techmap_sync.trackers.connection import Connection
from techmap_sync.trackers.github import doctor, issues
from techmap_sync.trackers.github.board import Board
from techmap_sync.trackers.github.client import REPOSITORY, GitHubClient
from techmap_sync.trackers.github.features import Features
from techmap_sync.trackers.github.history import read_history
from techmap_sync.trackers.github.issue_fields import Assignees, IssueFields
from techmap_sync.trackers.github.issues import ISSUE, Issues
from techmap_sync.trackers.github.labels import Labels, as_named, labels_in
from techmap_sync.trackers.github.links import Links
from techmap_sync.trackers.github.users import Account, Users, account_of_token, is_assignable, may_label
from techmap_sync.trackers.http import RequestRefused, about_one_ticket

_INVALID = 422
_VISIBILITY = {"public": Visibility.PUBLIC, "internal": Visibility.INTERNAL}

_REPOSITORY = lazy(r"[\w.-]+/[\w.-]+", re.ASCII)

# In this order a new issue comes last, so that no page shifts while the next one is read.
_OLDEST_FIRST = {"state": "all", "sort": "created", "direction": "asc"}


def connect(connection: Connection) -> GitHubTracker:
    """Return the tracker over the repository that the connection names. Nothing is sent yet.

    :raises UsageProblem: the target is not ``owner/name``, or there is no login.
    """
    if not _REPOSITORY.fullmatch(connection.target):
        what = f"not a repository on GitHub: {connection.target or 'none is named'}"
        raise UsageProblem(what, "write --to github:OWNER/NAME")
    return GitHubTracker(connection)


class GitHubTracker:
    """Tickets as issues."""

    def __init__(self, connection: Connection) -> None:
        self.name = f"github:{connection.target}"
        self.client = GitHubClient(connection, self.name)
        self._seconds_between_writes = connection.seconds_between_writes
        self._issues = Issues(self.client)
        self._features = Features.of_host(self.client.host)
        self._links = Links(self.client, self._issues, self._features)
        self._labels = Labels(self.client, connection.label_colors)
        self._users = Users(self.client)
        self._assignees = Assignees(self.client, self._issues)
        self._fields = IssueFields(self.client, connection.settings)
        self._board = Board(self.client, self._issues, connection.settings)
        self._spelling: dict[str, str] = {}
        self._repository_row: Row | None = None
        self._rights_checked = False

    @property
    def capabilities(self) -> Capabilities:
        """What the server can hold; GitHub Enterprise Server is asked once.

        :raises TrackerError: it did not answer.
        """
        self._features.ask(self.client, self._issues)
        self._features.lack(self._links.lacking)
        hourly = self.client.limit.creations_per_hour
        able = self._features.capabilities(self._seconds_between_writes, hourly, self._links.at_once.most)
        has_field = self._fields.priority is not None
        return replace(
            able,
            ticket_type=self._fields.type,
            native_priority=has_field,
            priority_field=has_field,
            board=f"the board {self._board.name}" if self._board.name else "",
        )

    def snapshot(self, label: str) -> Snapshot:
        """Read every issue with the label, a hundred per request; ``blocked_by`` is None where there are blockers.

        :raises TrackerError: the server refused or did not answer.
        """
        if "," in label:
            raise TrackerError(self.name, f"GitHub cannot list by the label {label}", "choose one without a comma")
        return self._listed({**_OLDEST_FIRST, "labels": self._spelt([label])[0]})

    def own_tickets(self) -> Snapshot:
        """Read every issue that our account created.

        :raises TrackerError: the server refused, did not answer, or does not say whose token it is.
        """
        if not self._login():
            raise TrackerError(self.name, f"{self.client.host} does not say whose token this is", "use another token")
        return self._listed({**_OLDEST_FIRST, "creator": self._login()})

    @about_one_ticket
    def get(self, number: str) -> Ticket | None:
        """Read one issue; None when it was deleted or transferred, or is a pull request.

        Its row says only whether there are blockers.

        :raises TrackerError: the server refused or did not answer.
        """
        row = self._issues.find(number)
        return None if row is None or not issues.is_issue(row) else self._ticket(row)

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """Ask for the permissions of authors.

        :raises TrackerError: the server did not answer.
        """
        return self._users.standings(authors)

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read the parents and blockers of some issues.

        :raises TrackerError: the server refused or did not answer.
        """
        return self._links.read(numbers)

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, History]:
        """Read what closed some issues, and since when others are as they are, fifty in one request.

        :raises TrackerError: the server refused or did not answer.
        """
        if opened:
            self._features.ask(self.client, self._issues)
        return read_history(self.client, closed, opened, bool(self._features.dependencies))

    def visibility(self, repository: str = "") -> Visibility | None:
        """Return who can read the issues, or another repository.

        :raises TrackerError: the server refused or did not answer.
        """
        try:
            row = self.client.repository_row(repository)
        except RequestRefused as error:
            if error.status == 404 and repository:
                return None
            raise
        if not repository:
            self._repository_row = row
        # Before GitHub Enterprise Server 3.0 there was only this.
        told = row.get("visibility") or ("private" if row["private"] else "public")
        return _VISIBILITY.get(told, Visibility.PRIVATE)

    def examine(self) -> tuple[Finding, ...]:
        """Check the repository, the token, its rights, and the server's features and limits; nothing is written."""
        found: list[Finding] = []
        try:
            answer = self.client.read("")
            row = self.client.parsed(REPOSITORY, answer.content)
            account, scopes = self._account, answer.headers.get("x-oauth-scopes")
            found += doctor.of_repository(row, account.login, scopes, installation=account.installation)
            found += doctor.of_features(self.capabilities, self.client.host)
            found += (*self._fields.examine(), *self._board.examine())
            found += doctor.of_limits(self.client.limit.left)
        except TrackerError as error:
            found.append(doctor.of_failure(error))
        return tuple(found)

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Ask for each account whether issues can be assigned to it.

        https://docs.github.com/rest/issues/assignees#check-if-a-user-can-be-assigned

        :raises TrackerError: the server refused or did not answer.
        """
        return frozenset(account for account in accounts if not is_assignable(self.client, account))

    def has_milestone(self, title: str) -> bool:
        """Return whether the repository has a milestone, open or closed.

        :raises TrackerError: the server refused or did not answer.
        """
        return self._labels.has_milestone(title)

    @about_one_ticket
    def create(self, draft: Draft) -> Ticket:
        """Create an issue, and before it the labels and the milestone that the repository lacks.

        :raises OutcomeUnclear: the issue may or may not exist.
        :raises TrackerError: it was refused, or stored in another way than it was sent.
        """
        self._require_rights()
        fields: dict[str, object] = {"title": issues.settled_title(self.name, draft.title), "body": draft.body}
        # Everything that has to be read is read first: a failure after the write would hide its effect.
        self._login()
        self._labels.require_labels(draft.labels)
        if draft.labels:
            fields["labels"] = self._spelt(draft.labels)
        if draft.milestone:
            fields["milestone"] = self._labels.milestone(draft.milestone)
        if draft.assignees:
            fields["assignees"] = [account.removeprefix("@") for account in draft.assignees]
        row = self._created(fields | self._fields.to_send(draft), draft.parent)
        issues.check_stored(self.name, row, fields)
        issues.check_labelled(self.name, row["number"], issues.label_names(row["labels"]), draft.labels)
        return self._ticket(row)

    @about_one_ticket
    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch in one request.

        :raises OutcomeUnclear: the issue may or may not have been written.
        :raises TrackerError: it was refused, or stored in another way than it was sent.
        """
        fields: dict[str, object] = {}
        if patch.title is not None:
            fields["title"] = issues.settled_title(self.name, patch.title)
        if patch.body is not None:
            fields["body"] = patch.body
        if patch.milestone is not None:
            fields["milestone"] = self._labels.milestone(patch.milestone) if patch.milestone else None
        if patch.state is not None:
            fields |= issues.state_fields(patch.state, patch.reason)
        fields |= self._fields.to_send(patch)
        if not fields:
            return self._ticket(self._issues.required(number))
        return self._ticket(self._closed(number, fields, patch.duplicate_of) or self._written(number, fields))

    @about_one_ticket
    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels with the call that leaves all others alone; labels that the repository lacks are created.

        :raises TrackerError: the server refused, or dropped them.
        """
        self._labels.require_labels(labels)
        try:
            answer = self.client.write("POST", f"/issues/{number}/labels", {"labels": self._spelt(labels)})
            stored = labels_in(self.client, answer)
        except OutcomeUnclear:
            stored = self._labels_of(number)
            if not as_named(labels) <= as_named(stored):
                raise
        if missing := issues.missing_labels(stored, labels):
            what = f"issue {number} was written, but GitHub dropped its labels: {', '.join(missing)}"
            raise TicketRefused(self.name, what, "the token's account needs the role Triage or Write", denied=True)

    @about_one_ticket
    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels one by one, which leaves all others alone.

        :raises TrackerError: the server refused, or does not say which labels are left.
        """
        for label in sorted(labels):
            try:
                labels_in(self.client, self.client.write("DELETE", f"/issues/{number}/labels/{quote(label, safe='')}"))
            except (RequestRefused, OutcomeUnclear):
                if label.lower() in as_named(self._labels_of(number)):
                    raise

    @about_one_ticket
    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Assign people and take people away by the calls that leave all others alone.

        https://docs.github.com/rest/issues/assignees: whom GitHub does not take is left out silently.

        :raises TrackerError: the server refused.
        """
        return self._assignees.change(number, added, removed)

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        """Put issues on the board of the settings, and set its fields there; return what went wrong, once a run."""
        return self._board.join(tickets)

    @about_one_ticket
    def link(self, edge: Edge) -> None:
        """Add a sub-issue or a dependency.

        :raises NotSupported: the server has no such edges, or the issue is full.
        :raises TrackerError: it was refused.
        """
        self._links.add(edge)

    @about_one_ticket
    def unlink(self, edge: Edge) -> None:
        """Remove a sub-issue or a dependency.

        :raises TrackerError: it was refused.
        """
        self._links.remove(edge)

    @about_one_ticket
    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Add dependencies in one request; return those that are there for certain.

        :raises TrackerError: nothing more may be sent for now, or what took effect could not be read.
        """
        return self._links.at_once.add(edges)

    def _created(self, fields: Mapping[str, object], parent: str | None) -> Row:
        """Create an issue, below its parent where the server supports that.

        A refusal may be about the parent, in undocumented words: then the issue is created without it.
        """
        if not parent:
            return self._stored(self.client.write("POST", "/issues", fields))
        try:
            answer = self.client.write("POST", "/issues", {**fields, "parent_issue_id": self._issues.id_of(parent)})
        except RequestRefused as error:
            if error.status != _INVALID:
                raise
            return self._stored(self.client.write("POST", "/issues", fields))
        row = self._stored(answer)
        self._features.learn_from_creation(row, parent)
        return row

    def _require_rights(self) -> None:
        """Make sure before the first issue is created that it will get its labels: without them it would be lost.

        :raises NotAllowed: the account may not set labels.
        :raises TrackerError: the server refused or did not answer.
        """
        if self._rights_checked:
            return
        row = self._repository_row or self.client.repository_row("")
        if not may_label(row, installation=self._account.installation):
            what = f"the account may not set labels in {self.client.repository}, and nothing was written"
            raise NotAllowed(self.name, what, "it needs the role Triage or Write")
        self._rights_checked = True

    def _listed(self, parameters: dict[str, str]) -> Snapshot:
        listed = map(self._issues.keep, self.client.rows("/issues", ISSUE, parameters))
        rows = {row["number"]: row for row in listed if issues.is_issue(row)}
        self._features.learn(rows.values())
        if rows and self.client.is_enterprise:
            self._features.ask(self.client, self._issues)  # whether these rows show all edges
        if rows:
            self.client.limit.recall(issues.creations(rows.values(), self._login()))
        return Snapshot(tuple(self._ticket(row) for row in rows.values()))

    def _ticket(self, row: Row) -> Ticket:
        ticket = self._fields.shown(issues.ticket(row, self._login(), self._spelling), row)
        return ticket if self._features.parents_listed else replace(ticket, blocked_by=None)

    def _spelt(self, labels: Collection[str]) -> list[str]:
        """Remember the spelling of labels, and return them in a stable order."""
        self._spelling |= {label.lower(): label for label in labels}
        return sorted(labels)

    def _closed(self, number: str, fields: dict[str, object], original: str) -> Row | None:
        """Close an issue as a duplicate of another one; None where that is not asked for, or the server refuses it.

        https://docs.github.com/rest/issues/issues#update-an-issue: ``duplicate_issue_id``, since 2026-07; older servers
        ignore it.
        """
        if not original or not self._issues.has(original):
            return None
        try:
            return self._written(number, {**fields, "duplicate_issue_id": self._issues.id_of(original)})
        except RequestRefused as error:
            if error.status != _INVALID:
                raise
            return None

    def _written(self, number: str, fields: dict[str, object]) -> Row:
        """Patch an issue; when no answer comes, check whether it has what was sent."""
        try:
            row = self._stored(self.client.write("PATCH", f"/issues/{number}", fields))
        except OutcomeUnclear:
            row = self._issues.required(number)
            if issues.differing(row, fields):
                raise
        issues.check_stored(self.name, row, fields, number)
        return row

    def _stored(self, answer: Answer) -> Row:
        return self._issues.keep(self.client.stored(ISSUE, answer.content))

    def _labels_of(self, number: str) -> list[str]:
        return issues.label_names(self._issues.required(number)["labels"])

    def _login(self) -> str:
        return self._account.login

    @cached_property
    def _account(self) -> Account:
        return account_of_token(self.client)
