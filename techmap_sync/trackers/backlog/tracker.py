"""The port over a Backlog.md folder."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from datetime import UTC
from pathlib import Path

from techmap_sync.errors import TrackerError
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
from techmap_sync.trackers.backlog.doctor import examine
from techmap_sync.trackers.backlog.folder import Folder, TaskFile, only, title_of, value_for
from techmap_sync.trackers.backlog.frontmatter import Value
from techmap_sync.trackers.backlog.location import (
    Settings,
    as_tracker_error,
    canonical,
    file_name,
    next_child,
    next_number,
    number_in_name,
    sort_key,
    usual_folder,
)
from techmap_sync.trackers.backlog.task import (
    Place,
    Task,
    count_comments,
    has_other_text,
    linked,
    settled,
    unlinked,
    with_list,
)
from techmap_sync.trackers.connection import Connection

# Backlog.md leaves this much room between two cards of its board, for cards that are dragged there.
_ORDINAL_STEP = 1000
# Is in the text of every ticket that this program writes.
_OUR_TRACE = "techmap-sync"


def connect(connection: Connection) -> BacklogTracker:
    """Return the tracker over the folder that the connection names. Nothing is read or written yet."""
    return BacklogTracker(connection)


class BacklogTracker:
    """Tickets as files in a folder, in the format that Backlog.md 1.52 reads and writes."""

    capabilities = Capabilities(
        parent_at_creation=True, native_priority=True, close_reasons=False, title_limit=255, body_limit=1_000_000
    )

    def __init__(self, connection: Connection) -> None:
        root = Path(connection.target) if connection.target else usual_folder(Path())
        self.name = f"backlog:{connection.target or f'./{root.as_posix()}'}"
        self._connection = connection
        self._known: frozenset[str] | None = None
        """Numbers that were there when this run first looked, and its own since; None before."""
        self._folder = Folder(root, connection.project or root.resolve().parent.name)

    def snapshot(self, label: str) -> Snapshot:
        """Read every task with the label in ``tasks``, ``completed`` and ``archive/tasks``, in the order of their ids.

        :raises TrackerError: a broken file may have the label, or several tasks have the id of a labelled one.
        """
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            files = self._list()
            tasks = [file.parsed() for file in files if file.may_hold(label)]
            labelled = [t for t in tasks if label.casefold() in {name.casefold() for name in t.listed("labels")}]
            _check_unique(files, {canonical(task.number) for task in labelled})
            return _in_order(self._ticket(task, settings) for task in labelled)

    def own_tickets(self) -> Snapshot:
        """Read every task: a folder knows no accounts.

        :raises TrackerError: a broken file has a trace of this program.
        """
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            tasks = [file.parsed_unless_foreign(_OUR_TRACE) for file in self._list()]
            return _in_order(self._ticket(task, settings) for task in tasks if task)

    def standings(self, authors: Collection[str]) -> Mapping[str, Standing]:
        """A folder knows no accounts."""
        return {}

    def visibility(self, repository: str = "") -> Visibility | None:
        """A folder is visible to everyone who has it; it knows nothing about repositories."""
        return None if repository else Visibility.PRIVATE

    def examine(self) -> tuple[Finding, ...]:
        """Look at the folder, its config and its files."""
        return examine(self._folder, self.name)

    def get(self, number: str) -> Ticket | None:
        """Read one task, wherever it is; None when there is none.

        :raises TrackerError: its file is broken, or several files have this id.
        """
        with as_tracker_error(self.name):
            settings = self._folder.settings()
            task = self._folder.find(number)
            return self._ticket(task, settings) if task else None

    def ends(self, numbers: Collection[str]) -> Mapping[str, Ends]:
        """Read parent and dependencies of some tasks.

        :raises TrackerError: a file is broken, or several files have one of these ids.
        """
        found = filter(None, map(self.get, numbers))
        return {ticket.number: Ends(ticket.parent, ticket.blocked_by) for ticket in found}

    def unassignable(self, accounts: Collection[str]) -> frozenset[str]:
        """Return nobody: a folder takes any name."""
        return frozenset()

    def has_milestone(self, title: str) -> bool:
        """Return that there is one: to a folder, a milestone is just a name."""
        return True

    def create(self, draft: Draft) -> Ticket:
        """Write a new task with the next free id; below its parent when the draft has one.

        :raises TrackerError: the title is empty, the parent is unknown, or the folder cannot be written.
        """
        draft = replace(draft, title=self._settled_title(draft.title))
        with as_tracker_error(self.name), self._folder.creating(self._connection.timeout):
            settings = self._folder.settings()
            parent = self._folder.required(draft.parent) if draft.parent else None
            files = self._folder.files()
            self._refuse_a_second(draft, files)
            number = _next_number(files, settings, parent)
            task = self._new_task(number, draft, settings, parent, _next_ordinal(files))
            self._folder.write(task.path, task.encoded())
            if self._known is not None:
                self._known |= {canonical(number)}
            return self._ticket(task, settings)

    def update(self, number: str, patch: Patch) -> Ticket:
        """Set the fields of the patch; a file that already says all of it is not touched.

        A title does not rename the file, as in Backlog.md's own CLI. A task that is reopened comes back to ``tasks``.

        :raises TrackerError: there is no such task, or its file is broken.
        """
        with as_tracker_error(self.name), self._folder.changing(number, self._connection.timeout) as task:
            settings = self._folder.settings()
            changed = self._stored(task, self._patched(task, patch, settings))
            if patch.state is State.OPEN:
                changed = self._folder.moved(changed, Place.TASKS)
            return self._ticket(changed, settings)

    def add_labels(self, number: str, labels: Collection[str]) -> None:
        """Add labels after those that are there.

        :raises TrackerError: there is no such task, or its file is broken.
        """
        self._change(number, lambda task: with_list(task, "labels", added=labels))

    def remove_labels(self, number: str, labels: Collection[str]) -> None:
        """Remove labels; all others keep their order.

        :raises TrackerError: there is no such task, or its file is broken.
        """
        self._change(number, lambda task: with_list(task, "labels", removed=labels))

    def link(self, edge: Edge) -> None:
        """Add an edge: a dependency, or the name of the parent. A task keeps its id when its parent changes.

        :raises TrackerError: one of the two tasks is not there, or both are the same.
        """
        if canonical(edge.source) == canonical(edge.target):
            raise TrackerError(self.name, f"{edge.source} cannot be {edge.kind} itself")
        with as_tracker_error(self.name):
            target = self._folder.required(edge.target)
        self._change(edge.source, lambda task: linked(task, edge.kind, target.number))

    def unlink(self, edge: Edge) -> None:
        """Remove an edge, however its target is spelt.

        :raises TrackerError: the source is not there, or its file is broken.
        """
        self._change(edge.source, lambda task: unlinked(task, edge.kind, edge.target))

    def _list(self) -> list[TaskFile]:
        """Return all files, and remember which numbers the first call found."""
        found = self._folder.files()
        if self._known is None:
            self._known = frozenset(file.number for file in found)
        return found

    def _refuse_a_second(self, draft: Draft, found: Iterable[TaskFile]) -> None:
        """Refuse a task that another run made since this one looked, and with it the rest of a plan that is outdated.

        :raises TrackerError: there is one.
        """
        if self._known is None or not draft.claims:
            return
        for file in found:
            if file.number not in self._known and all(claim.encode() in file.raw for claim in draft.claims):
                what = f"another run has made {file.number} for this in the meantime"
                raise TrackerError(self.name, what, "push again when that run is done: it will find what is there")

    def _change(self, number: str, edit: Callable[[Task], Task]) -> None:
        with as_tracker_error(self.name), self._folder.changing(number, self._connection.timeout) as task:
            self._stored(task, edit(task))

    def _stored(self, before: Task, after: Task) -> Task:
        """Write what has changed, with the time of the change, which alone is not a change."""
        if after != before:
            after = after.with_field("updated_date", self._now())
            self._folder.write(after.path, after.encoded())
        return after

    def _now(self) -> str:
        return self._connection.now().astimezone(UTC).strftime("%Y-%m-%d %H:%M")

    def _new_task(self, number: str, draft: Draft, settings: Settings, parent: Task | None, ordinal: int) -> Task:
        fields: dict[str, Value] = {
            "id": number,
            "title": draft.title,
            "status": settings.initial,
            "assignee": tuple(f"@{name.removeprefix('@')}" for name in draft.assignees),
            "created_date": self._now(),
            "labels": tuple(sorted(draft.labels)),
            "milestone": value_for(self._folder.root, draft.milestone or ""),
            "dependencies": (),
            "parent_task_id": parent.number if parent else "",
            "priority": draft.priority or "",
            "ordinal": str(ordinal),
        }
        path = self._folder.path_of(Place.TASKS, file_name(number, draft.title))
        return Task.new(path, {key: value for key, value in fields.items() if value != ""}, draft.body)

    def _patched(self, task: Task, patch: Patch, settings: Settings) -> Task:
        if patch.title is not None:
            task = task.with_field("title", self._settled_title(patch.title))
        if patch.body is not None:
            task = task.with_body(patch.body)
        if patch.priority is not None and patch.priority != task.text("priority").lower():
            task = task.with_field("priority", patch.priority)
        if patch.milestone is not None and patch.milestone != self._milestone(task):
            task = task.with_field("milestone", value_for(self._folder.root, patch.milestone))
        if patch.state is not None and patch.state is not _state(task, settings):
            task = task.with_field("status", settings.initial if patch.state is State.OPEN else settings.final)
        return task

    def _settled_title(self, title: str) -> str:
        """Return the title on one line; Backlog.md shows it so."""
        text = " ".join(settled(title).split())
        if not text:
            raise TrackerError(self.name, "a ticket needs a title")
        return text

    def _milestone(self, task: Task) -> str | None:
        value = task.text("milestone")
        return title_of(self._folder.root, value) if value else None

    def _ticket(self, task: Task, settings: Settings) -> Ticket:
        state = _state(task, settings)
        return Ticket(
            number=canonical(task.number),
            title=task.text("title"),
            body=task.body,
            state=state,
            labels=frozenset(task.listed("labels")),
            assignees=frozenset(name.removeprefix("@") for name in task.listed("assignee")),
            priority=task.text("priority").lower() or None,
            milestone=self._milestone(task),
            parent=canonical(parent) if (parent := task.text("parent_task_id")) else None,
            blocked_by=frozenset(canonical(number, settings.prefix) for number in task.listed("dependencies")),
            comments=count_comments(task.content),
            started=state is State.OPEN and _is_started(task, settings),
        )


def _in_order(tickets: Iterable[Ticket]) -> Snapshot:
    return Snapshot(tuple(sorted(tickets, key=lambda ticket: sort_key(ticket.number))))


def _state(task: Task, settings: Settings) -> State:
    """Return the state: a task in ``completed`` or the archive is closed, whatever its status."""
    closed = task.place is not Place.TASKS or settings.is_final(task.text("status"))
    return State.CLOSED if closed else State.OPEN


def _is_started(task: Task, settings: Settings) -> bool:
    """Return whether the status has moved on, or someone has written a plan, notes or criteria."""
    return settings.is_started(task.text("status")) or has_other_text(task.content)


def _check_unique(files: list[TaskFile], numbers: set[str]) -> None:
    for number in numbers:
        only(number, [file for file in files if file.number == number])


def _next_number(files: list[TaskFile], settings: Settings, parent: Task | None) -> str:
    # A broken file counts by its name. Archived tasks count too: Backlog.md would give their ids again.
    taken = {file.number for file in files} | {number_in_name(file.path.name) for file in files}
    if parent:
        return next_child(taken, parent.number, settings.padding)
    return next_number(taken, settings.prefix, settings.padding)


def _next_ordinal(files: list[TaskFile]) -> int:
    found = (re.search(rb"^ordinal:[ ]*([0-9]{1,9})", file.raw, re.M) for file in files if file.place is Place.TASKS)
    return max((int(match[1]) for match in found if match), default=0) + _ORDINAL_STEP
