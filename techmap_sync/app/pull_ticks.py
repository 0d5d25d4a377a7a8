"""``pull``: the way back. A ticket that was closed as completed ticks its boxes in the document.

Nothing else of a document changes, and no ticket is written: the document belongs to its authors, so whatever is not
exactly the open box that was asked for stays as it is. Nothing is committed, either.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
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
from techmap_sync.documents.work import Work
from techmap_sync.errors import TrackerError
from techmap_sync.patterns import lazy
from techmap_sync.reports.pull_report import Left, Pulled, PulledFile, Tick
from techmap_sync.settings import Settings
from techmap_sync.sync.completed import CompletedTask, Match, completed_tasks, is_finished

_LINE = lazy(rb"\r\n|\r|\n")
_BOX = b"[ ]"
_BEFORE_A_BOX = b" \t>-*+.)0123456789"
"""Indentation, quote signs, and the bullets or numbers of the lists that a box is in."""
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class OpenBox(NamedTuple):
    """An open box of a document."""

    line: int
    text: bytes
    """What is written after it on its line."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """A document after boxes were ticked."""

    content: bytes
    """As long as before."""
    refused: tuple[OpenBox, ...] = ()
    """Boxes that were not found as they were asked for."""


def open_boxes(content: bytes) -> dict[int, OpenBox]:
    """Return what looks like an open box on its line, by line; whether it is one, the reader of the document knows."""
    lines = ((line, content[start:end]) for line, start, end in _lines(content))
    return {line: OpenBox(line, text[place + len(_BOX) :]) for line, text in lines if (place := _box_in(text)) >= 0}


def ticked_lines(content: bytes) -> frozenset[int]:
    """Return the lines on which a box is ticked."""
    as_open = content.replace(b"[x]", _BOX).replace(b"[X]", _BOX)
    return frozenset(open_boxes(as_open).keys() - open_boxes(content).keys())


def _box_in(line: bytes) -> int:
    """Return where the open box of a line is; -1 where there is none."""
    place = line.find(_BOX)
    before, after = line[:place], line[place + len(_BOX) :]
    is_first = place > 1 and before[-1:] in (b" ", b"\t") and before.rstrip()[-1:] in (b"-", b"*", b"+", b".", b")")
    return place if is_first and not before.strip(_BEFORE_A_BOX) and after[:1] in (b" ", b"\t") else -1


def tick(content: bytes, boxes: Iterable[OpenBox]) -> Ticked:
    """Tick boxes where each is still open and has the same text on the same line.

    :param content: the document as it is on disk.
    """
    changed, refused = bytearray(content), []
    places = {line: (start, end) for line, start, end in _lines(content)}
    for box in boxes:
        start, end = places.get(box.line, (0, 0))
        place = _box_in(content[start:end])
        if place >= 0 and content[start + place + len(_BOX) : end] == box.text:
            changed[start + place + 1 : start + place + 2] = b"x"
        else:
            refused.append(box)
    return Ticked(bytes(changed), tuple(refused))


def _lines(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield number, start and end of each line, whatever ends it; a byte-order mark belongs to no line."""
    start = len(_BYTE_ORDER_MARK) if content.startswith(_BYTE_ORDER_MARK) else 0
    number = 1
    for end in _LINE.finditer(content):
        yield number, start, end.start()
        number, start = number + 1, end.end()
    yield number, start, len(content)


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
