"""A Backlog.md folder on disk: which files it holds, and how one is written."""

from __future__ import annotations

import os
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from techmap_sync import files
from techmap_sync.trackers.backlog import lock
from techmap_sync.trackers.backlog.location import (
    ID_LINE,
    FolderProblem,
    Settings,
    canonical,
    config_of,
    git_directory,
    new_config,
    next_child,
    next_number,
    number_in_name,
    read_settings,
)
from techmap_sync.trackers.backlog.task import Place, Task

_FOLDERS = (
    "tasks",
    "completed",
    "milestones",
    "drafts",
    "decisions",
    "docs",
    "archive/tasks",
    "archive/milestones",
    "archive/drafts",
)
_MOST_BYTES = 8 * 1024 * 1024
"""Twice the longest description, in any script."""
_MOST_KNOWN = 64 * 1024 * 1024
"""Bytes of files that are kept in memory."""
_TICK, _COARSE_TICK = 100_000_000, 3_000_000_000
"""Nanoseconds: more than a tick of the kernel, and more than the two seconds of FAT."""
_COARSE = 10_000_000
"""Times that are multiples of this come from a coarse clock."""
# Backlog.md only reads task-*.md. Writers take turns, so one name serves them all.
_UNFINISHED = ".techmap-sync.tmp"


# Backlog.md leaves this much room between two cards of its board, for cards that are dragged there.
_ORDINAL_STEP = 1000


@dataclass(frozen=True)
class TaskFile:
    """A file that may be a task, as it is on disk."""

    path: Path
    place: Place
    raw: bytes

    @cached_property
    def number(self) -> str:
        """The canonical id, from the text or else from the file's name; empty where it is not a task."""
        front = self.raw.partition(b"\n---")[0].decode(errors="replace")
        found = ID_LINE.search(front)
        return canonical(found[2]) if found else number_in_name(self.path.name)

    def may_hold(self, text: str) -> bool:
        """Return whether the file can hold this text; YAML may escape letters outside ASCII."""
        return text.encode().lower() in self.raw.lower() or not text.isascii()

    def parsed(self) -> Task:
        """Return the task in the file.

        :raises FolderProblem: the file is broken.
        """
        return Task.parse(self.path, self.place, self.raw)

    def parsed_unless_foreign(self, trace: str) -> Task | None:
        """Return the task in the file, or None for a broken file that lacks the text which all our tasks contain.

        :raises FolderProblem: the file is broken and may be ours.
        """
        try:
            return self.parsed()
        except FolderProblem:
            if self.may_hold(trace):
                raise
            return None


_Stamp = tuple[int, int, int, int]
"""What changes with a file."""
_Names = tuple[frozenset[str], ...]
"""Of the files in each place."""


class _KnownFiles:
    """Files that were read before and are the same on disk: each single write looks for its task in all of them."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[_Stamp, TaskFile]] = {}
        self._bytes = 0
        self._settings: tuple[Path, _Stamp, Settings] | None = None
        self._names: _Names = ()
        self._listed: dict[str, list[tuple[Path, Place]]] = {}

    def remember(self, names: _Names, found: Iterable[TaskFile]) -> None:
        """Remember where a listing found each number.

        :param names: of all files, as they were before the listing.
        """
        self._names, self._listed = names, defaultdict(list)
        for file in found:
            self._listed[file.number].append((file.path, file.place))

    def listed(self, number: str, names: _Names) -> list[tuple[Path, Place]]:
        """Return where the last listing found a number; nothing if files have come, gone or moved since."""
        return self._listed.get(number, []) if names == self._names else []

    def file(self, path: str, place: Place, found: os.stat_result) -> TaskFile:
        """Return a file, read only if it may have changed.

        :raises FileNotFoundError: it was moved meanwhile.
        """
        stamp = _stamp_of(found)
        known = self._files.get(path)
        if known and known[0] == stamp:
            return known[1]
        file = TaskFile(Path(path), place, _bytes_of(Path(path)))
        if _is_settled(found) and self._bytes < _MOST_KNOWN:
            self._bytes += len(file.raw)
            self._files[path] = stamp, file
        return file

    def settings(self, config: Path) -> Settings:
        """Return what a config says, read only if it may have changed.

        :raises FolderProblem: as of ``read_settings``.
        """
        found = config.stat()
        stamp = _stamp_of(found)
        if self._settings and self._settings[:2] == (config, stamp):
            return self._settings[2]
        settings = read_settings(config)
        self._settings = (config, stamp, settings) if _is_settled(found) else None
        return settings


def _stamp_of(found: os.stat_result) -> _Stamp:
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_settled(found: os.stat_result) -> bool:
    """Return whether the next change of a file is certain to change its time: clocks of file systems are coarse."""
    age = time.time_ns() - max(found.st_mtime_ns, found.st_ctime_ns)
    return age > (_TICK if found.st_mtime_ns % _COARSE else _COARSE_TICK)


@dataclass(frozen=True, slots=True)
class Folder:
    """A Backlog.md folder, which may not be there yet."""

    root: Path
    project: str
    """Name of the project, for a folder that has to be created."""
    _known: _KnownFiles = field(default_factory=_KnownFiles, compare=False, repr=False)

    def settings(self) -> Settings:
        """Read the config of the folder; a folder without one is as Backlog.md has it by default."""
        self._check_root()
        config = config_of(self.root)
        return self._known.settings(config) if config else Settings()

    def files(self) -> list[TaskFile]:
        """Read all files that have, or seem to have, the id of a task."""
        self._check_root()
        names = self._names()
        # A task only ever moves forward in this order: one that moves meanwhile is seen twice rather than never.
        found = [file for place in Place for file in self._files_in(place) if file.number]
        self._known.remember(names, found)
        return found

    def find(self, number: str) -> Task | None:
        """Return the task with this number, wherever it is.

        :raises FolderProblem: several files have this number, or its file is broken.
        """
        wanted = canonical(number, self.settings().prefix)
        found = only(wanted, self._numbered(wanted))
        return found.parsed() if found and found.number == wanted else None

    def required(self, number: str) -> Task:
        """Return the task with this number.

        :raises FolderProblem: no task has this number, or several do.
        """
        if task := self.find(number):
            return task
        raise FolderProblem(self.root, f"there is no task {number}")

    @contextmanager
    def changing(self, number: str, seconds: float) -> Iterator[Task]:
        """Keep all other writers away from one task, and read it."""
        self._check_root()
        with lock.among_ourselves(self.root, seconds):
            name = f"task-{self.required(number).number.lower()}"
            with lock.against_the_cli(self.root / lock.FOLDER / name, seconds):
                yield self.required(number)

    @contextmanager
    def creating(self, seconds: float) -> Iterator[None]:
        """Keep all other writers from taking ids. A missing folder is created first, as ``backlog init`` does."""
        self._check_root()
        self.root.mkdir(parents=True, exist_ok=True)
        with lock.among_ourselves(self.root, seconds):
            self._make()
            with lock.against_the_cli(self._create_lock(), seconds):
                yield

    def write(self, path: Path, content: bytes) -> None:
        """Replace a whole file in one step."""
        unfinished = path.with_name(_UNFINISHED)
        unfinished.unlink(missing_ok=True)
        with unfinished.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            unfinished.chmod(path.stat().st_mode & 0o777)
        unfinished.replace(path)

    def moved(self, task: Task, place: Place) -> Task:
        """Move a task's file to another place; the file stays as it is.

        :raises FolderProblem: another file has its name there.
        """
        if task.place is place:
            return task
        path = self.path_of(place, task.path.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise FolderProblem(path, f"is in the way of {task.path}", "rename one of the two")
        task.path.rename(path)
        return replace(task, path=path, place=place)

    def path_of(self, place: Place, name: str) -> Path:
        """Return where the file with this name is."""
        return self.root / place.value / name

    def _numbered(self, wanted: str) -> list[TaskFile]:
        """Return the files with a number: only these are read, while there are the files that the last listing found.

        Each link looks for two tasks: to look at all files for each would take hours in a large folder. Another file
        that is given this number by hand in the meantime is noticed by the next run.
        """
        with suppress(FileNotFoundError):
            listed = self._known.listed(wanted, self._names())
            found = [TaskFile(path, place, _bytes_of(path)) for path, place in listed if not self._leads_out(path)]
            if found and all(file.number == wanted for file in found):
                return found
        return [self._as_it_is_now(file) for file in self.files() if file.number == wanted]

    def _names(self) -> _Names:
        places = (self.root / place.value for place in Place)
        # A path for each of very many names would take several times as long.
        return tuple(frozenset(os.listdir(place)) if place.exists() else frozenset() for place in places)  # noqa: PTH208

    def _files_in(self, place: Place) -> Iterator[TaskFile]:
        directory = self.root / place.value
        if not directory.exists():
            return
        with os.scandir(directory) as entries:
            found = sorted((entry for entry in entries if entry.name.endswith(".md")), key=lambda entry: entry.name)
        for entry in found:
            with suppress(FileNotFoundError):
                if not entry.is_symlink():
                    if entry.is_file():
                        yield self._known.file(entry.path, place, entry.stat())
                elif (path := Path(entry.path)).is_file():
                    # A link that points out of the folder is not followed; only its name counts.
                    yield TaskFile(path, place, b"" if self._leads_out(path) else _bytes_of(path))

    def _as_it_is_now(self, file: TaskFile) -> TaskFile:
        """Return a file read again: what a person may have just saved is never taken from memory."""
        with suppress(FileNotFoundError):
            if not self._leads_out(file.path):
                return replace(file, raw=_bytes_of(file.path))
        return file

    def _create_lock(self) -> Path:
        git = None if self.settings().filesystem_only else git_directory(self.root)
        return (git / "backlog.md" / "locks" if git else self.root / lock.FOLDER) / "create"

    def _leads_out(self, path: Path) -> bool:
        return path.is_symlink() and not files.is_within(path, Path(os.path.realpath(self.root)))

    def _check_links(self) -> None:
        """Refuse a folder that is, or contains, a link to another place: nothing is written through links."""
        border = files.border_of(self.root)
        if border is not None and not files.is_within(self.root, border):
            what = "is a link that leads out of the repository, or into .git"
            raise FolderProblem(self.root, what, "name the folder that it leads to after backlog:")
        # Asked for several times with each write: a path for each would take most of the time.
        names = (name for name in (*_FOLDERS, "archive", lock.FOLDER) if os.path.islink(f"{self.root}/{name}"))  # noqa: PTH114
        for path in (self.root / name for name in names):
            if self._leads_out(path):
                raise FolderProblem(path, "is a link that leads out of the folder", "put the folder itself there")

    def _check_root(self) -> None:
        """Refuse a place that is already used for something else, before anything is written to it."""
        self._check_links()
        if not self.root.exists():
            return
        if not self.root.is_dir():
            raise FolderProblem(self.root, "is a file", "name a folder after backlog:")
        known = (self.root / Place.TASKS.value).is_dir() or config_of(self.root)
        if not known and any(self.root.iterdir()):
            hint = "name an empty or a new folder, such as backlog:./backlog"
            raise FolderProblem(self.root, "has files but is not a Backlog.md folder", hint)

    def _make(self) -> None:
        # The tasks come first: by them another process recognises the folder while it is being made.
        (self.root / Place.TASKS.value).mkdir(exist_ok=True)
        if not config_of(self.root):
            for name in _FOLDERS:
                (self.root / name).mkdir(parents=True, exist_ok=True)
            config = new_config(self.project, git=git_directory(self.root) is not None)
            self.write(self.root / "config.yml", config.encode())


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as file:
        raw = file.read(_MOST_BYTES + 1)
    if len(raw) > _MOST_BYTES:
        raise FolderProblem(path, f"is larger than {_MOST_BYTES >> 20} MiB", "no task is that large: move it elsewhere")
    return raw


def only(number: str, files: list[TaskFile]) -> TaskFile | None:
    """Return the one file with this number, or None.

    :raises FolderProblem: there are several. Their tasks cannot be distinguished, so none may be written.
    """
    if len(files) > 1:
        # One that was moved meanwhile has been seen twice.
        files = [file for file in files if file.path.exists()]
    if len(files) > 1:
        paths = ", ".join(str(file.path) for file in files)
        hint = "give all but one of them another id, or delete them; `backlog doctor` helps"
        raise FolderProblem(files[0].path.parent, f"{number} is the number of several tasks: {paths}", hint)
    return files[0] if files else None


def check_unique(files: list[TaskFile], numbers: set[str]) -> None:
    """Do nothing when each number has one file.

    :raises FolderProblem: one has several.
    """
    by_number = defaultdict(list)
    for file in files:
        by_number[file.number].append(file)
    for number in numbers:
        only(number, by_number[number])


def next_free(files: list[TaskFile], settings: Settings, parent: Task | None) -> str:
    """Return the number of a new task, below its parent if it has one."""
    # A broken file counts by its name. Archived tasks count too: Backlog.md would reuse their ids.
    taken = {file.number for file in files} | {number_in_name(file.path.name) for file in files}
    if parent:
        return next_child(taken, parent.number, settings.padding)
    return next_number(taken, settings.prefix, settings.padding)


def next_ordinal(files: list[TaskFile]) -> int:
    """Return where a new task is put on the board: at the end."""
    found = (re.search(rb"^ordinal:[ ]*([0-9]{1,9})", file.raw, re.M) for file in files if file.place is Place.TASKS)
    return max((int(match[1]) for match in found if match), default=0) + _ORDINAL_STEP
