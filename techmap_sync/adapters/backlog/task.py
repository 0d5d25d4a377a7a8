"""One task file: its text as a value, and that value as a ticket."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from techmap_sync.adapters.backlog import description, frontmatter
from techmap_sync.adapters.backlog.frontmatter import BadYaml, Value
from techmap_sync.adapters.backlog.problems import FolderProblem

_LAYOUT = re.compile(r"(\ufeff?---[ \t\r]*\n)(.*?)(?<=\n)(---[ \t\r]*(?:\n|\Z))(.*)\Z", re.S)

# An id becomes part of names of files.
_ID = re.compile(r"[A-Z0-9][A-Z0-9._-]*")


class Place(Enum):
    """Where the file of a task lies, below the folder."""

    TASKS = "tasks"
    COMPLETED = "completed"
    ARCHIVED = "archive/tasks"


@dataclass(frozen=True, slots=True)
class Task:
    """A task file. Two are equal when their files are, byte for byte."""

    path: Path
    place: Place
    opening: str
    front: str
    """The YAML with its last line end."""
    closing: str
    content: str
    """Everything below the second ``---`` line."""
    fields: Mapping[str, Value] = field(compare=False)
    """The keys of the YAML."""
    crlf: bool = False
    """Every line of the file ends with CR LF; the texts above have LF alone."""

    @classmethod
    def parse(cls, path: Path, place: Place, raw: bytes) -> Task:
        """Read the bytes of a task file.

        Raises:
            FolderProblem: it is not UTF-8, or has no front matter with an id that can stand in a file's name.

        """
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise FolderProblem(path, f"not UTF-8 at byte {error.start + 1}", "save the file as UTF-8") from error
        crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
        found = _LAYOUT.match(text.replace("\r\n", "\n") if crlf else text)
        if not found:
            raise FolderProblem(path, "no front matter between two --- lines", "mend the file or move it elsewhere")
        opening, front, closing, content = found.groups()
        task = cls(path, place, opening, front, closing, content, _fields(path, front), crlf)
        if not _ID.fullmatch(task.number):
            raise FolderProblem(path, "the front matter has no id", "add the id that the file's name starts with")
        return task

    @classmethod
    def new(cls, path: Path, fields: dict[str, Value], body: str) -> Task:
        """Return a task that is not written yet, laid out as ``backlog task create`` does."""
        front = frontmatter.write(fields)
        text = description.settled(body)
        content = description.replaced("", text) if text else "\n\n"
        return cls(path, Place.TASKS, "---\n", f"{front}\n", "---\n", content, _fields(path, front))

    @property
    def number(self) -> str:
        """The id as it stands in the file, in capitals."""
        return self.text("id").upper()

    @property
    def body(self) -> str:
        """The text of the description section."""
        return description.read(self.content)

    def text(self, key: str) -> str:
        """Return a value as one text, empty when it is missing."""
        value = self.fields.get(key, "")
        return value if isinstance(value, str) else " ".join(value)

    def listed(self, key: str) -> tuple[str, ...]:
        """Return a value as a list; people write a single one without brackets."""
        value = self.fields.get(key, ())
        return (value,) if isinstance(value, str) else value

    def with_field(self, key: str, value: Value) -> Task:
        """Return the task with one key set, or removed when the value is empty text."""
        known = self.fields.get(key, "")
        if known == value or not (known or value):
            return self
        try:
            front = frontmatter.replaced(self.front.removesuffix("\n"), key, value if value != "" else None)
        except BadYaml as error:
            raise FolderProblem(self.path, str(error), "write every key on lines of its own") from error
        return replace(self, front=f"{front}\n", fields=_fields(self.path, front))

    def with_body(self, body: str) -> Task:
        """Return the task with another description."""
        text = description.settled(body)
        if self.body == text:
            return self
        try:
            return replace(self, content=description.replaced(self.content, text))
        except description.BrokenMarkers as error:
            hint = "put both SECTION:DESCRIPTION lines back, or remove both"
            raise FolderProblem(self.path, "one of the two description markers is missing", hint) from error

    def encoded(self) -> bytes:
        """Return the bytes of the file."""
        text = self.opening + self.front + self.closing + self.content
        return (text.replace("\n", "\r\n") if self.crlf else text).encode()


def _fields(path: Path, front: str) -> dict[str, Value]:
    try:
        return frontmatter.read(front)
    except BadYaml as error:
        raise FolderProblem(path, f"broken front matter: {error}", "mend the YAML at its top") from error
