"""``pull``: the way back. A ticket that was closed as completed ticks its boxes in the document.

Nothing else of a document changes, nothing is committed, and no ticket is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from techmap_sync import files
from techmap_sync.app.discovery import FoundFile, read_file
from techmap_sync.app.documents_found import MapFile, MapFiles
from techmap_sync.app.run import MapComparison, Planned, RunOptions, make_plan
from techmap_sync.checkout import Checkout
from techmap_sync.documents.text import decode
from techmap_sync.documents.ticks import OpenBox, open_boxes, tick
from techmap_sync.documents.work import Work
from techmap_sync.reports.pull_report import Left, Pulled, PulledFile, Tick
from techmap_sync.settings import Settings
from techmap_sync.sync.completed import CompletedTask, Match, completed_tasks, is_finished

NO_BOX = "it has no box of its own in the document"
OTHER_TEXT = "the ticket does not say this, so something else may have been done; compare them, and tick it by hand"
NOT_APPROVED = "the document is not approved"
CHANGED = "the document has changed since it was read; run the command again"


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What would change, and the documents it was worked out from."""

    files: MapFiles
    pulled: Pulled


def plan_pull(paths: Sequence[str], settings: Settings, checkout: Checkout) -> PullPlan:
    """Read documents and tickets, and work out which boxes to tick. Writes nothing.

    :param paths: files, folders and globs; the setting ``maps`` when there are none.
    :raises Problem: usage, settings or tracker; problems of single documents are in the result instead.
    """
    planned = make_plan(paths, settings, checkout, RunOptions(read_all=True))
    found = [_pulled(each, each.file, planned) for each in planned.compared if each.file]
    changed = tuple(file for file, _ in found if file.ticks)
    return PullPlan(
        planned.files, Pulled(planned.tracker.name, changed, tuple(one for _, left in found for one in left))
    )


def write_pulled(pulled: Pulled) -> None:
    """Tick the boxes in the working tree.

    :raises UnreadableFile: a document changed since it was read, or cannot be written.
    """
    for file in pulled.files:
        files.change_bytes(Path(file.path), file.before, file.after, files.border_of(Path(file.path)))


def _pulled(compared: MapComparison, file: MapFile, planned: Planned) -> tuple[PulledFile, tuple[Left, ...]]:
    content = read_file(FoundFile(file.path, named=True, border=files.border_of(file.path)))
    nothing = PulledFile(file.name, content, content)
    if decode(content, file.name) != file.text:
        return nothing, (Left(file.name, CHANGED),)
    if compared.plan is None:
        finished = sum(is_finished(held) for held in compared.holdings.tickets.values())
        return nothing, tuple([Left(file.name, NOT_APPROVED)] * finished)
    works = dict(zip(file.graph.keys, file.graph.works, strict=True))
    titles = {key: [item.title for item in work.items] for key, work in works.items()}
    found = _Found(file.name, open_boxes(content))
    for task in completed_tasks(compared.plan, compared.holdings, titles, planned.policy):
        found.take(task, works[task.spec.key])
    ticked = tick(content, found.boxes)
    return PulledFile(file.name, content, ticked.content, tuple(found.ticks.values())), tuple(found.left)


class _Found:
    """Sorts the items of completed tasks into boxes to tick and what is left."""

    def __init__(self, path: str, boxes: Mapping[int, OpenBox]) -> None:
        self.path, self._boxes = path, boxes
        self.ticks: dict[int, Tick] = {}
        self.left: list[Left] = []

    @property
    def boxes(self) -> list[OpenBox]:
        """The boxes to tick, in order."""
        return [self._boxes[line] for line in sorted(self.ticks)]

    def take(self, task: CompletedTask, work: Work) -> None:
        """Take in a task that is completed."""
        for item, match in zip(work.items, task.items, strict=True):
            if not item.done:
                self._take_line(item.span.line, item.title, match, task)
        own = [line for line in work.own_lines if line in self._boxes]
        if all(item.done or item.span.line in self.ticks for item in work.items):
            for line in own:
                match = Match.NAMED if task.is_whole else Match.OTHER_TEXT
                self._take_line(line, work.subject, match, task)
        if not (work.items or own or work.done):
            self.left.append(Left(self.path, NO_BOX, text=work.title, key=task.spec.key, ticket=task.number))

    def _take_line(self, line: int, title: str, match: Match, task: CompletedTask) -> None:
        key, number, box = task.spec.key, task.number, self._boxes.get(line)
        if line in self.ticks:
            return
        if box is None:
            self.left.append(Left(self.path, NO_BOX, text=title, key=key, ticket=number))
        elif match is Match.OTHER_TEXT:
            self.left.append(Left(self.path, OTHER_TEXT, line, title, key, number))
        else:
            self.ticks[line] = Tick(line, box.text.decode().strip(), key, number)
