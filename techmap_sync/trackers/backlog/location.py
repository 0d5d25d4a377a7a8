"""Where a Backlog.md folder is, how it is configured, and how its tasks are numbered and named."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from techmap_sync import files
from techmap_sync.errors import TicketRefused, TrackerError, UnreadableFile
from techmap_sync.patterns import lazy
from techmap_sync.trackers.backlog import frontmatter
from techmap_sync.trackers.backlog.frontmatter import BadYaml, Value


class FolderProblem(Exception):
    """A file or folder that Backlog.md would not accept."""

    def __init__(self, path: Path, what: str, hint: str = "") -> None:
        super().__init__(path, what, hint)
        self.path = path
        self.what = what
        self.hint = hint


@contextmanager
def as_tracker_error(tracker: str) -> Iterator[None]:
    """Turn a problem with a file, our own or one of the system, into a ``TrackerError`` of this tracker."""
    try:
        yield
    except FolderProblem as problem:
        raise TrackerError(tracker, f"{problem.path}: {problem.what}", problem.hint) from problem
    except OSError as error:
        what = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        raise TrackerError(tracker, what, "check that the folder can be read and written") from error


@contextmanager
def about_one_task(tracker: str) -> Iterator[None]:
    """Turn a problem with a task's file into a ``TicketRefused``: others can be read and written."""
    try:
        yield
    except FolderProblem as problem:
        raise TicketRefused(tracker, f"{problem.path}: {problem.what}", problem.hint) from problem


_STATUSES = ("To Do", "In Progress", "Done")
_NEW = """\
project_name: "{project}"
default_status: "To Do"
statuses: ["To Do", "In Progress", "Done"]
labels: []
date_format: yyyy-mm-dd
max_column_width: 20
auto_open_browser: true
default_port: 6420
remote_operations: {git}
auto_commit: false
filesystem_only: {no_git}
bypass_git_hooks: false
check_active_branches: {git}
active_branch_days: 30
task_prefix: "task"
"""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a folder names its states and its tasks."""

    statuses: tuple[str, ...] = _STATUSES
    default_status: str = ""
    prefix: str = "task"
    padding: int = 0
    """The least number of digits."""
    filesystem_only: bool = False
    """Backlog.md does not use git here."""

    @property
    def initial(self) -> str:
        """The status of a new task: the default one when it is a status with work left, else the first."""
        known = {status.casefold(): status for status in self.statuses[:-1]}
        return known.get(self.default_status.casefold(), self.statuses[0])

    @property
    def final(self) -> str:
        """The status of a finished task: the last one, as in Backlog.md."""
        return self.statuses[-1]

    def is_final(self, status: str) -> bool:
        """Return whether a task with this status is finished."""
        return status.strip().casefold() == self.final.strip().casefold()

    def is_started(self, status: str) -> bool:
        """Return whether a person has moved a task on from its first status."""
        known = [name.casefold() for name in self.statuses]
        return status != "" and status.casefold() not in known[: known.index(self.initial.casefold()) + 1]


def read_settings(path: Path) -> Settings:
    """Read a config file; what it leaves out has Backlog.md's defaults.

    :raises FolderProblem: it is not YAML, has fewer than two statuses (open, closed), or a prefix that is not a word.
    """
    try:
        content = files.read(path, files.MIB, Path(os.path.realpath(path.parent)))
        values = frontmatter.read(content.decode("utf-8-sig"))
    except UnreadableFile as problem:
        raise FolderProblem(path, problem.what, problem.hint) from problem
    except (BadYaml, UnicodeDecodeError) as error:
        raise FolderProblem(path, f"cannot be read: {error}", "fix the file") from error
    statuses = values.get("statuses") or _STATUSES
    if not isinstance(statuses, tuple) or len(statuses) < 2:
        raise FolderProblem(path, "statuses is not a list of two or more", "the first means open, the last closed")
    prefix, padding = _text(values, "task_prefix") or "task", _text(values, "zero_padded_ids")
    if not (prefix.isascii() and prefix.isalpha()):
        raise FolderProblem(path, "task_prefix is not a word", "Backlog.md takes letters from a to z")
    return Settings(
        statuses=statuses,
        default_status=_text(values, "default_status"),
        prefix=prefix,
        padding=int(padding) if padding.isdecimal() and len(padding) < 3 else 0,
        filesystem_only=_text(values, "filesystem_only").lower() == "true",
    )


def new_config(project: str, git: bool) -> str:
    """Return the config that ``backlog init --defaults`` writes for a project within git or outside of it."""
    # Backlog.md reads this value line by line and drops all its quotes.
    name = " ".join("".join(sign for sign in project if sign not in "\"'\\").split())
    printable = "".join(sign for sign in name if sign.isprintable())
    return _NEW.format(project=printable or "Backlog", git=_yaml(git), no_git=_yaml(not git))


def _yaml(value: bool) -> str:
    return "true" if value else "false"


def _text(values: dict[str, Value], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""


_USUAL_NAMES = ("backlog", ".backlog")
_CONFIGS = ("config.yml", "config.yaml")
_PROJECT_CONFIG = "backlog.config.yml"


def usual_folder(project: Path) -> Path:
    """Return the folder that Backlog.md would open, or create, in a project directory."""
    if named := _named_in(project / _PROJECT_CONFIG):
        return project / named
    folders = [project / name for name in _USUAL_NAMES]
    configured = [folder for folder in folders if _inner_config(folder)]
    return next(iter(configured + [folder for folder in folders if folder.is_dir()]), folders[0])


def config_of(folder: Path) -> Path | None:
    """Return the config of a folder: the project's own file if it names this folder, else the one within."""
    folder = folder.resolve()
    for project in folder.parents:
        config = project / _PROJECT_CONFIG
        if config.is_file() and usual_folder(project).resolve() == folder:
            return config
    return _inner_config(folder)


def git_directory(folder: Path) -> Path | None:
    """Return the git directory that all work trees of the folder's project share; None outside of git."""
    for project in folder.resolve().parents:
        git = project / ".git"
        if git.is_dir():
            return git
        if git.is_file():
            own = project / git.read_text(encoding="utf-8", errors="replace").removeprefix("gitdir:").strip()
            shared = own / "commondir"
            return own / shared.read_text(encoding="utf-8", errors="replace").strip() if shared.is_file() else own
    return None


def _inner_config(folder: Path) -> Path | None:
    return next((path for name in _CONFIGS if (path := folder / name).is_file()), None)


def _named_in(config: Path) -> str:
    """Return the folder that a project's config names, or an empty text."""
    try:
        value = frontmatter.read(config.read_text(encoding="utf-8-sig")).get("backlog_directory", "")
    except (OSError, UnicodeDecodeError, BadYaml):
        return ""
    return value if isinstance(value, str) else ""


# Most file systems take 255 bytes; Backlog.md itself fails on more.
_LONGEST_NAME = 255
_NUMBER = lazy(r"([a-zA-Z]+)-([0-9]{1,18}(?:\.[0-9]{1,18})*)")

ID_LINE = lazy(r"""^["']?id["']?[ \t]*:[ \t]*(["']?)([\w.-]+)\1[ \t\r]*(?:#.*)?$""", re.M)
"""Finds the id of a task without reading its YAML."""


@lru_cache(maxsize=8192)  # Every file of a folder is read before each write.
def canonical(number: str, prefix: str = "task") -> str:
    """Return the one way to write a number: ``TASK-1.2`` for ``task-01.2`` and, with the prefix, for ``1.2``."""
    text = number.strip()
    if text[:1].isdigit():
        text = f"{prefix}-{text}"
    if not (found := _NUMBER.fullmatch(text)):
        return text.upper()
    return f"{found[1].upper()}-{'.'.join(str(int(part)) for part in found[2].split('.'))}"


def sort_key(number: str) -> tuple[str, tuple[int, ...]]:
    """Return a key that sorts TASK-2 before TASK-10 and TASK-1.1 after TASK-1."""
    prefix, _, digits = canonical(number).partition("-")
    return prefix, tuple(int(part) for part in digits.split(".")) if _NUMBER.fullmatch(f"{prefix}-{digits}") else ()


def next_number(taken: Iterable[str], prefix: str, padding: int = 0) -> str:
    """Return the first free number after all that are taken: ``TASK-13``, or ``TASK-013`` with a padding of 3."""
    keys = [sort_key(number) for number in taken]
    highest = max((digits[0] for word, digits in keys if word == prefix.upper() and digits), default=0)
    return f"{prefix.upper()}-{highest + 1:0{padding}d}"


def next_child(taken: Iterable[str], parent: str, padding: int = 0) -> str:
    """Return the first free number below a parent: ``TASK-1.3``."""
    word, above = sort_key(parent)
    depth = len(above)
    keys = [sort_key(number) for number in taken]
    below = [digits[depth] for w, digits in keys if w == word and digits[:depth] == above and len(digits) > depth]
    return f"{parent.upper()}.{max(below, default=0) + 1:0{2 if padding else 0}d}"


def number_in_name(name: str) -> str:
    """Return the number that a file's name starts with, or an empty text."""
    found = _NUMBER.match(name)
    return canonical(found[0]) if found else ""


def file_name(number: str, title: str) -> str:
    """Return the name of the file of a new task: ``task-1 - Create-X.md``.

    The rules are those of ``sanitizeFilename`` in Backlog.md, except that control characters are dropped and that the
    name is cut to what a file system takes.
    """
    slug = re.sub(r'[<>:"/\\|?*]', "-", title)
    slug = re.sub(r"['(),!@#$%^&+=\[\]{};]", "", slug)
    slug = re.sub(r"[\s\ufeff]+", "-", slug)
    slug = "".join(sign for sign in slug if unicodedata.category(sign) not in ("Cc", "Cs"))
    slug = re.sub(r"-+", "-", slug)
    slug = slug.removeprefix("-").removesuffix("-") or "untitled"
    start = f"{number.lower()} - "
    room = _LONGEST_NAME - len(start.encode()) - len(".md")
    return f"{start}{slug.encode()[:room].decode(errors='ignore')}.md"
