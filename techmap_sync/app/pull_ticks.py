"""``pull``: the way back. A ticket that was closed as completed ticks its boxes in the document.

Nothing else of a document changes, nothing is committed, and no ticket is written.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from techmap_sync import files
from techmap_sync.app.discovery import FoundFile, read_file
from techmap_sync.app.documents_found import MapFile, MapFiles
from techmap_sync.app.results import MapComparison, Planned, unread_problem
from techmap_sync.app.run import make_plan
from techmap_sync.app.run_options import RunOptions
from techmap_sync.checkout import Checkout
from techmap_sync.documents.text import decode
from techmap_sync.documents.ticks import OpenBox, open_boxes, tick, ticked_lines
from techmap_sync.documents.work import Work
from techmap_sync.errors import TrackerError
from techmap_sync.reports.pull_report import Left, Pulled, PulledFile, Tick
from techmap_sync.settings import Settings
from techmap_sync.sync.completed import CompletedTask, Match, completed_tasks, is_finished

NO_BOX = "no open box [ ] in the document is its own"
OTHER_TEXT = "the ticket does not say this, so something else may have been done; compare them, and tick it by hand"
NOT_APPROVED = "the document is not approved"
CHANGED = "the document has changed since it was read; run the command again"


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What would change, and the documents it was worked out from."""

    files: MapFiles
    pulled: Pulled
    problem: TrackerError | None = None
    """Why not every ticket counted."""


def plan_pull(paths: Sequence[str], settings: Settings, checkout: Checkout) -> PullPlan:
    """Read documents and tickets, and work out which boxes to tick. Writes nothing.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single documents are in the result instead.
    """
    planned = make_plan(paths, settings, checkout, RunOptions(read_all=True, read_works=True))
    found = [
        each for compared in planned.compared if compared.file for each in _pulled(compared, compared.file, planned)
    ]
    changed = tuple(each.pulled for each in found if each.pulled.ticks)
    pulled = Pulled(planned.tracker.name, changed, tuple(one for each in found for one in each.left))
    return PullPlan(planned.files, pulled, unread_problem(planned.tracker.name, planned.unread))


def write_pulled(pulled: Pulled) -> None:
    """Tick the boxes in the working tree.

    :raises UnreadableFile: a document changed since it was read, or cannot be written.
    """
    for file in pulled.files:
        files.change_bytes(file.place, file.before, file.after, files.border_of(file.place))


class _Read(NamedTuple):
    """A file of a document, and what is left in it."""

    pulled: PulledFile
    left: tuple[Left, ...] = ()


def _pulled(compared: MapComparison, file: MapFile, planned: Planned) -> Iterator[_Read]:
    """Yield what changes in each file of a document."""
    if compared.plan is None:
        finished = sum(is_finished(held) for held in compared.holdings.tickets.values())
        yield _Read(PulledFile(file.place, file.path, b"", b""), tuple([Left(file.place, NOT_APPROVED)] * finished))
        return
    works = dict(zip(file.graph.keys, file.graph.works, strict=True))
    titles = {key: [item.title for item in work.items] for key, work in works.items()}
    completed: dict[str, list[CompletedTask]] = {}
    for task in completed_tasks(compared.plan, compared.holdings, titles, planned.policy):
        completed.setdefault(works[task.spec.key].path, []).append(task)
    for path, tasks in completed.items():
        yield _of_file(file, path, [(task, works[task.spec.key]) for task in tasks])


def _of_file(file: MapFile, path: str, tasks: Sequence[tuple[CompletedTask, Work]]) -> _Read:
    """Return what changes in one file.

    :param path: from the root of the repository; empty for the file that stands for the document.
    """
    border = files.border_of(file.path)
    place = Path(os.path.relpath((border or Path.cwd()) / path)) if path else file.path
    shown, text = files.path_in_repository(place), file.sources.beside[path] if path else file.text
    content = read_file(FoundFile(place, named=True, border=border))
    if decode(content, shown) != text:
        return _Read(PulledFile(shown, place, content, content), (Left(shown, CHANGED),))
    found = _Found(shown, open_boxes(content), ticked_lines(content))
    for task, work in tasks:
        found.take(task, work)
    ticked = tick(content, found.boxes)
    return _Read(PulledFile(shown, place, content, ticked.content, tuple(found.ticks.values())), tuple(found.left))


class _Found:
    """Sorts the items of completed tasks into boxes to tick and what is left."""

    def __init__(self, path: str, boxes: Mapping[int, OpenBox], ticked: Set[int]) -> None:
        self.path, self._boxes, self._ticked = path, boxes, ticked
        self.ticks: dict[int, Tick] = {}
        self.left: list[Left] = []

    @property
    def boxes(self) -> list[OpenBox]:
        """The boxes to tick, in order."""
        return [self._boxes[line] for line in sorted(self.ticks)]

    def take(self, task: CompletedTask, work: Work) -> None:
        """Take in a task that is completed."""
        for item, match, is_ticked in zip(work.items, task.items, task.ticked, strict=True):
            if not item.done and (is_ticked or not item.optional):
                self._take_line(item.span.line, item.title, match, task)
        own = [line for line in work.own_lines if line in self._boxes]
        done = self.ticks.keys() | self._ticked
        if all(item.done or item.optional or item.span.line in done for item in work.items):
            for line in own:
                match = Match.NAMED if task.is_whole else Match.OTHER_TEXT
                self._take_line(line, work.subject, match, task)
        if not (work.items or own or work.done):
            self.left.append(Left(self.path, NO_BOX, text=work.title, key=task.spec.key, ticket=task.number))

    def _take_line(self, line: int, title: str, match: Match, task: CompletedTask) -> None:
        key, number, box = task.spec.key, task.number, self._boxes.get(line)
        if line in self.ticks or line in self._ticked:
            return
        if box is None:
            self.left.append(Left(self.path, NO_BOX, text=title, key=key, ticket=number))
        elif match is Match.OTHER_TEXT:
            self.left.append(Left(self.path, OTHER_TEXT, line, title, key, number))
        else:
            self.ticks[line] = Tick(line, box.text.decode().strip(), key, number)
