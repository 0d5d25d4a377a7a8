"""The ``config.yml`` of a folder: the few keys that matter here, and the file of a new folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from techmap_sync import files
from techmap_sync.adapters.backlog import frontmatter
from techmap_sync.adapters.backlog.frontmatter import BadYaml, Value
from techmap_sync.adapters.backlog.problems import FolderProblem
from techmap_sync.errors import UnreadableFile

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
    """Digits of a number at least."""
    filesystem_only: bool = False
    """Backlog.md does without git here."""

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
        """Return whether somebody has moved a task on from where it began."""
        known = [name.casefold() for name in self.statuses]
        return status != "" and status.casefold() not in known[: known.index(self.initial.casefold()) + 1]


def read(path: Path) -> Settings:
    """Read a config file; what it does not say is as Backlog.md has it by default.

    Raises:
        FolderProblem: it is not YAML, has fewer than two statuses (open, closed), or a prefix that is no word.

    """
    try:
        content = files.read(path, files.MIB, Path(os.path.realpath(path.parent)))
        values = frontmatter.read(content.decode("utf-8-sig"))
    except UnreadableFile as problem:
        raise FolderProblem(path, problem.what, problem.hint) from problem
    except (BadYaml, UnicodeDecodeError) as error:
        raise FolderProblem(path, f"cannot be read: {error}", "mend the file") from error
    statuses = values.get("statuses") or _STATUSES
    if not isinstance(statuses, tuple) or len(statuses) < 2:
        raise FolderProblem(path, "statuses is no list of two or more", "the first means open, the last closed")
    prefix, padding = _text(values, "task_prefix") or "task", _text(values, "zero_padded_ids")
    if not (prefix.isascii() and prefix.isalpha()):
        raise FolderProblem(path, "task_prefix is no word", "Backlog.md takes letters from a to z")
    return Settings(
        statuses=statuses,
        default_status=_text(values, "default_status"),
        prefix=prefix,
        padding=int(padding) if padding.isdecimal() and len(padding) < 3 else 0,
        filesystem_only=_text(values, "filesystem_only").lower() == "true",
    )


def new_file(project: str, git: bool) -> str:
    """Return the config that ``backlog init --defaults`` writes for a project within git or outside of it."""
    # Backlog.md reads this value line by line and drops all quotes from it.
    name = " ".join("".join(sign for sign in project if sign not in "\"'\\").split())
    printable = "".join(sign for sign in name if sign.isprintable())
    return _NEW.format(project=printable or "Backlog", git=_yaml(git), no_git=_yaml(not git))


def _yaml(value: bool) -> str:
    return "true" if value else "false"


def _text(values: dict[str, Value], key: str) -> str:
    value = values.get(key, "")
    return value if isinstance(value, str) else ""
