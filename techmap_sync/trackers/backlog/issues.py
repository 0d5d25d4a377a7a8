"""Between a task file and the ticket that the port knows."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from pathlib import Path

from techmap_sync import files
from techmap_sync.errors import UnreadableFile
from techmap_sync.sync.tracker import Draft, Patch, State, Ticket
from techmap_sync.trackers.backlog.frontmatter import Value
from techmap_sync.trackers.backlog.location import FolderProblem, Settings, canonical
from techmap_sync.trackers.backlog.task import Place, Task, count_comments, has_other_text, settled


def ticket_of(task: Task, settings: Settings, root: Path) -> Ticket:
    """Return a task as a ticket.

    :param root: the Backlog.md folder, which knows the titles of milestones.
    """
    state = _state(task, settings)
    return Ticket(
        number=canonical(task.number),
        title=task.text("title"),
        body=task.body,
        state=state,
        labels=frozenset(task.listed("labels")),
        assignees=frozenset(name.removeprefix("@") for name in task.listed("assignee")),
        priority=task.text("priority").lower(),
        milestone=_milestone(task, root),
        parent=canonical(parent) if (parent := task.text("parent_task_id")) else None,
        blocked_by=frozenset(canonical(number, settings.prefix) for number in task.listed("dependencies")),
        comments=count_comments(task.content),
        started=state is State.OPEN and _is_started(task, settings),
        created=_moment(task.text("created_date")),
        changed=_moment(task.text("updated_date")) or _moment(task.text("created_date")),
    )


def _moment(text: str) -> datetime | None:
    """Return a time, or the beginning of a day, as Backlog.md writes it: in UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def new_task(
    path: Path,
    number: str,
    draft: Draft,
    settings: Settings,
    *,
    milestone: str,
    parent: str,
    created: str,
    ordinal: int,
) -> Task:
    """Return a draft as a task that is not written yet.

    :param milestone: as the folder names it.
    """
    fields: dict[str, Value] = {
        "id": number,
        "title": draft.title,
        "status": settings.initial,
        "assignee": tuple(f"@{name.removeprefix('@')}" for name in draft.assignees),
        "created_date": created,
        "labels": tuple(sorted(draft.labels)),
        "milestone": milestone,
        "dependencies": (),
        "parent_task_id": parent,
        "priority": draft.priority or "",
        "ordinal": str(ordinal),
    }
    return Task.new(path, {key: value for key, value in fields.items() if value != ""}, draft.body)


def patched(task: Task, patch: Patch, settings: Settings, root: Path) -> Task:
    """Return the task with the fields of a patch; keys that already say the same are not touched."""
    if patch.title is not None:
        task = task.with_field("title", patch.title)
    if patch.body is not None:
        task = task.with_body(patch.body)
    if patch.priority is not None and patch.priority != task.text("priority").lower():
        task = task.with_field("priority", patch.priority)
    if patch.milestone is not None and patch.milestone != _milestone(task, root):
        task = task.with_field("milestone", value_for(root, patch.milestone))
    if patch.state is not None and patch.state is not _state(task, settings):
        task = task.with_field("status", settings.initial if patch.state is State.OPEN else settings.final)
    return task


def assigned(task: Task, added: Collection[str], removed: Collection[str]) -> Task:
    """Return the task with people added and taken away; all others keep their places and their spelling."""
    there = task.listed("assignee")
    gone, known = set(map(_account, removed)), set(map(_account, there))
    new = tuple(f"@{name.removeprefix('@')}" for name in added if _account(name) not in known)
    kept = tuple(name for name in there if _account(name) not in gone)
    return task if (*kept, *new) == there else task.with_field("assignee", (*kept, *new))


def _account(name: str) -> str:
    return name.removeprefix("@").casefold()


def settled_title(title: str) -> str:
    """Return a title on one line, as Backlog.md shows it."""
    return " ".join(settled(title).split())


def _milestone(task: Task, root: Path) -> str | None:
    value = task.text("milestone")
    return title_of(root, value) if value else None


def _state(task: Task, settings: Settings) -> State:
    """Return the state: a task in ``completed`` or the archive is closed, whatever its status."""
    closed = task.place is not Place.TASKS or settings.is_final(task.text("status"))
    return State.CLOSED if closed else State.OPEN


def _is_started(task: Task, settings: Settings) -> bool:
    """Return whether the status has moved on, or someone has written a plan, notes or criteria."""
    return settings.is_started(task.text("status")) or has_other_text(task.content)


def title_of(root: Path, value: str) -> str:
    """Return the title of the milestone that a task names, or the text itself: Backlog.md takes any."""
    return next((title for number, title in _all(root) if number.casefold() == value.casefold()), value)


def value_for(root: Path, title: str) -> str:
    """Return what to write for a title: the id of that milestone, or the title of an unknown one."""
    return next((number for number, known in _all(root) if known.casefold() == title.casefold()), title)


def _all(root: Path) -> Iterator[tuple[str, str]]:
    for directory in (root / "milestones", root / "archive" / "milestones"):
        for path in sorted(directory.glob("m-*.md")):
            try:
                content = files.read(path, files.MIB, Path(os.path.realpath(root)))
                milestone = Task.parse(path, Place.TASKS, content)
            except (FolderProblem, UnreadableFile):
                continue  # Backlog.md also skips what it cannot read here.
            yield milestone.text("id"), milestone.text("title")
