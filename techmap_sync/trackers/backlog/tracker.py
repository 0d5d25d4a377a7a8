"""The port over a Backlog.md folder."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from techmap_sync.errors import TicketRefused, TrackerError
from techmap_sync.sync import tracker as port
from techmap_sync.sync.tracker import Draft, Edge, Ends, Patch, Snapshot, State, Ticket, Visibility
from techmap_sync.trackers.backlog import issues
from techmap_sync.trackers.backlog.doctor import examine
from techmap_sync.trackers.backlog.folder import Folder, TaskFile, check_unique, next_free, next_ordinal
from techmap_sync.trackers.backlog.location import (
    Settings,
    about_one_task,
    as_tracker_error,
    canonical,
    file_name,
    sort_key,
    usual_folder,
)
from techmap_sync.trackers.backlog.task import Place, Task, linked, unlinked, with_list
from techmap_sync.trackers.connection import Connection

# Backlog.md leaves this gap between two cards of its board, for cards that are dragged there.
_ORDINAL_STEP = 1000
# Every ticket that this program writes contains it.
_OUR_TRACE = "techmap-sync"


def connect(connection: Connection) -> BacklogTracker:
    """Return the tracker over the folder that the connection names. Nothing is read or written yet."""
    return BacklogTracker(connection)


class BacklogTracker:
    """Tickets as files in a folder, in the format that Backlog.md 1.52 reads and writes.

    Every verb raises ``TrackerError`` when a file it needs is broken, several files have the id it needs, a task it
    needs is missing, or the folder cannot be read or written.
    """

    capabilities = port.Capabilities(
        parent_at_creation=True,
        native_priority=True,
        close_reasons=False,
        title_limit=255,
        body_limit=1_000_000,
        mention="",
    )

    def __init__(self, connection: Connection) -> None:
        root = Path(connection.target) if connection.target else usual_folder(Path())
        self.name = f"backlog:{connection.target or f'./{root.as_posix()}'}"
        self._connection = connection
        self._known: frozenset[str] | None = None
        """Numbers that existed when this run first looked, and its own since; None before."""
        self._folder = Folder(root, connection.project or root.resolve().parent.name)

    def snapshot(self, label: str) -> Snapshot:
        """Read every task with the label in ``tasks``, ``completed`` and ``archive/tasks``, in the order of their ids.

        A broken file that may have the label is an error.
        """
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            files = self._list()
            tasks = [file.parsed() for file in files if file.may_hold(label)]
            labelled = [t for t in tasks if label.casefold() in {name.casefold() for name in t.listed("labels")}]
            check_unique(files, {canonical(task.number) for task in labelled})
            return _in_order(self._ticket(task, settings) for task in labelled)

    def own_tickets(self) -> Snapshot:
        """Read every task: a folder has no accounts. A broken file with a marker of this program is an error."""
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            tasks = [file.parsed_unless_foreign(_OUR_TRACE) for file in self._list()]
            return _in_order(self._ticket(task, settings) for task in tasks if task)

    def standings(self, authors: Collection[str]) -> Mapping[str, port.Standing]:
        """Return nothing: a folder has no accounts."""
        return {}

    def history(self, closed: Collection[str], opened: Collection[str]) -> Mapping[str, port.History]:
        """Return nothing: a folder remembers nothing."""
        return {}

    def visibility(self, repository: str = "") -> Visibility | None:
        """Return private: a folder is visible only to those who have it. It knows nothing about repositories."""
        return None if repository else Visibility.PRIVATE

    def examine(self) -> tuple[port.Finding, ...]:
        """Check the folder, its config and its files."""
        return examine(self._folder, self.name)

    def get(self, number: str) -> Ticket | None:
        """Read one task, wherever it is, or return None.

        :raises TicketRefused: its file is broken, or several files have its number.
        """
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            with about_one_task(self.name):
                task = self._folder.find(number)
            return self._ticket(task, settings) if task else None

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read parent and dependencies of some tasks."""
        found = {number: self._ends(number) for number in numbers}
        return {number: ends for number, ends in found.items() if ends is not None}

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return an empty set: a folder takes any name."""
        return frozenset()

    def has_milestone(self, title: str) -> bool:
        """Return True: in a folder, a milestone is just a name."""
        return True

    def create(self, draft: Draft) -> Ticket:
        """Write a new task with the next free id, below its parent when the draft has one."""
        draft = replace(draft, title=self._settled_title(draft.title))
        with as_tracker_error(self.name), self._folder.creating(self._connection.timeout):
            settings = self._folder.settings()
            parent = self._folder.required(draft.parent) if draft.parent else None
            files = self._folder.files()
            self._refuse_a_second(draft, files)
            number = next_free(files, settings, parent)
            task = self._new_task(number, draft, settings, parent, next_ordinal(files))
            self._folder.write(task.path, task.encoded())
            if self._known is not None:
                self._known |= {canonical(number)}
            return self._ticket(task, settings)

    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch; a file that already says all of it is not touched.

        A title does not rename the file, as in Backlog.md's own CLI. A task that is reopened moves back to ``tasks``.
        """
        if patch.title is not None:
            patch = replace(patch, title=self._settled_title(patch.title))
        with as_tracker_error(self.name), self._folder.changing(number, self._connection.timeout) as task:
            settings = self._folder.settings()
            changed = self._stored(task, issues.patched(task, patch, settings, self._folder.root))
            if patch.state is State.OPEN:
                changed = self._folder.moved(changed, Place.TASKS)
            return self._ticket(changed, settings)

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels after the existing ones."""
        self._change(number, lambda task: with_list(task, "labels", added=labels))

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels; the others keep their order."""
        self._change(number, lambda task: with_list(task, "labels", removed=labels))

    def assign(self, number: str, added: Collection[str], removed: Collection[str]) -> frozenset[str]:
        """Assign people as Backlog.md writes them, ``@sara``; however a name is written, nobody is there twice."""
        self._change(number, lambda task: issues.assigned(task, added, removed))
        ticket = self.get(number)
        return ticket.assignees if ticket else frozenset()

    def join_board(self, tickets: Mapping[str, Mapping[str, str]]) -> str:
        """Do nothing: boards here are made of labels."""
        return ""

    def link(self, edge: Edge) -> None:
        """Add an edge: a dependency, or the name of the parent. A task keeps its id when its parent changes."""
        if canonical(edge.source) == canonical(edge.target):
            raise TrackerError(self.name, f"{edge.source} cannot be {edge.kind} itself")
        with as_tracker_error(self.name):
            target = self._folder.required(edge.target)
        self._change(edge.source, lambda task: linked(task, edge.kind, target.number))

    def link_many(self, edges: Sequence[Edge]) -> frozenset[Edge]:
        """Add nothing: here each edge is a separate write."""
        return frozenset()

    def unlink(self, edge: Edge) -> None:
        """Remove an edge, however its target is spelled."""
        self._change(edge.source, lambda task: unlinked(task, edge.kind, edge.target))

    def _ends(self, number: str) -> Ends | None:
        try:
            ticket = self.get(number)
        except TicketRefused as error:
            return Ends(withheld=error.what)
        return Ends(ticket.parent, ticket.blocked_by) if ticket else None

    def _list(self) -> list[TaskFile]:
        """Return all files, and remember which numbers the first call found."""
        found = self._folder.files()
        if self._known is None:
            self._known = frozenset(file.number for file in found)
        return found

    def _refuse_a_second(self, draft: Draft, found: Iterable[TaskFile]) -> None:
        """Refuse a task that has had a file since this run looked, and with it the rest of an outdated plan.

        Another run may have made the file, or a person put it back.
        """
        if self._known is None or not draft.claims:
            return
        for file in found:
            if file.number not in self._known and all(claim.encode() in file.raw for claim in draft.claims):
                what = f"{file.number} has appeared for this in the meantime, from another run or by hand"
                raise TrackerError(self.name, what, "push again once no other run is under way: it finds what is there")

    def _change(self, number: str, edit: Callable[[Task], Task]) -> None:
        with as_tracker_error(self.name), self._folder.changing(number, self._connection.timeout) as task:
            self._stored(task, edit(task))

    def _stored(self, before: Task, after: Task) -> Task:
        """Write a task that has changed, with the time of the change, which alone is not a change."""
        if after != before:
            after = after.with_field("updated_date", self._now())
            self._folder.write(after.path, after.encoded())
        return after

    def _now(self) -> str:
        return self._connection.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M")

    def _new_task(self, number: str, draft: Draft, settings: Settings, parent: Task | None, ordinal: int) -> Task:
        return issues.new_task(
            self._folder.path_of(Place.TASKS, file_name(number, draft.title)),
            number,
            draft,
            settings,
            milestone=issues.value_for(self._folder.root, draft.milestone or ""),
            parent=parent.number if parent else "",
            created=self._now(),
            ordinal=ordinal,
        )

    def _settled_title(self, title: str) -> str:
        if text := issues.settled_title(title):
            return text
        raise TrackerError(self.name, "a ticket needs a title")

    def _ticket(self, task: Task, settings: Settings) -> Ticket:
        return issues.ticket_of(task, settings, self._folder.root)


def _in_order(tickets: Iterable[Ticket]) -> Snapshot:
    return Snapshot(tuple(sorted(tickets, key=lambda ticket: sort_key(ticket.number))))
