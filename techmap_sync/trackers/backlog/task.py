"""One task file: its text as a value, and that value as a ticket."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from techmap_sync.patterns import lazy
from techmap_sync.sync.tracker import EdgeKind
from techmap_sync.text_forms import with_line_feeds
from techmap_sync.trackers.backlog import frontmatter
from techmap_sync.trackers.backlog.frontmatter import BadYaml, Value
from techmap_sync.trackers.backlog.location import FolderProblem, canonical

_BEGIN = "<!-- SECTION:DESCRIPTION:BEGIN -->"
_END = "<!-- SECTION:DESCRIPTION:END -->"
_HEADING = "## Description"
_NEXT_HEADING = lazy(
    r"## (?:Acceptance Criteria|Definition of Done|Implementation (?:Plan|Notes)|Notes|Comments|Final Summary)\b", re.I
)
# JavaScript, in which Backlog.md is written, starts a new line at U+2028 and U+2029 too.
_MARKER = r"<!-- (?:SECTION:[A-Z][A-Z0-9_]*|COMMENTS?|AC|DOD):(?:BEGIN|END) -->[^\S\n]*(?=[\n\u2028\u2029\ufeff]|\Z)"
_MARKER_LINE = lazy(rf"(?:(?<=[\n\u2028\u2029])|\A)( *)({_MARKER})")
_COMMENTS_END = "<!-- COMMENTS:END -->"
_COMMENTS = lazy(r"^## Comments\s*\n<!-- COMMENTS:BEGIN -->\n(.*?)<!-- COMMENTS:END -->", re.S | re.M)


class BrokenMarkers(Exception):
    """One of the two marker lines of the section is missing."""


def settled(text: str) -> str:
    """Return a text as it can be stored in a file: lines end with a line feed, and all of it is valid Unicode."""
    return with_line_feeds(text).encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class _Section:
    """Where the section starts and ends in a content, heading and markers included, and where its text does."""

    start: int
    text_start: int
    text_end: int
    end: int
    marked: bool


def description_in(content: str) -> str:
    """Return the text of the section, or an empty text."""
    if not (section := _found(content)):
        return ""
    text = content[section.text_start : section.text_end]
    return _unescaped(text.removesuffix("\n")) if section.marked else text.strip()


def with_description(content: str, text: str) -> str:
    """Return the content with another description; the section is added at the top when it is missing.

    :raises BrokenMarkers: it is unclear where the section ends.
    """
    inner = f"{_escaped(text)}\n" if text else ""
    section = _found(content)
    if section and section.marked:
        return content[: section.text_start] + inner + content[section.text_end :]
    if any(line.rstrip() in (_BEGIN, _END) for line in content.split("\n")):
        raise BrokenMarkers
    marked = f"{_HEADING}\n\n{_BEGIN}\n{inner}{_END}"
    if section:
        return content[: section.start] + marked + content[section.end :]
    below = content.lstrip("\n")
    return f"\n{marked}\n" + (f"\n{below}" if below else "")


def count_comments(content: str) -> int:
    """Return how many comments Backlog.md shows; each is between two ``---`` lines."""
    found = _COMMENTS.search(_with_comments(_without_description(content))[0])
    return sum(line.strip() == "---" for line in found[1].split("\n")) // 2 if found else 0


def has_other_text(content: str) -> bool:
    """Return whether people or agents have written plans, notes or criteria besides the description."""
    comments, rest = _with_comments(_without_description(content))
    return bool(_COMMENTS.sub("", comments).strip() or rest.strip())


def _with_comments(content: str) -> tuple[str, str]:
    """Return a content up to the last end of comments, and the rest, where no search for an end can succeed."""
    end = content.rfind(_COMMENTS_END)
    end = 0 if end < 0 else end + len(_COMMENTS_END)
    return content[:end], content[end:]


def _without_description(content: str) -> str:
    section = _found(content)
    return content[: section.start] + content[section.end :] if section else content


def _found(content: str) -> _Section | None:
    """Return the section with markers, else one that was written by hand without them."""
    lines = content.split("\n")
    headings = [number for number, line in enumerate(lines) if line.rstrip().lower() == _HEADING.lower()]
    ends = _matching_ends(lines)
    marked = (section for heading in headings if (section := _marked(lines, heading, ends)))
    return next(marked, None) or (_unmarked(lines, headings[0]) if headings else None)


def _marked(lines: list[str], heading: int, ends: Mapping[int, int]) -> _Section | None:
    begin = next((number for number in range(heading + 1, len(lines)) if lines[number].strip()), None)
    if begin is None or lines[begin].rstrip() != _BEGIN or not (end := ends.get(begin)):
        return None
    return _Section(
        _offset(lines, heading), _offset(lines, begin + 1), _offset(lines, end), _end_of(lines, end), marked=True
    )


def _unmarked(lines: list[str], heading: int) -> _Section:
    """Return the section up to the next heading of Backlog.md's own."""
    last = next((n for n in range(heading + 1, len(lines)) if _NEXT_HEADING.match(lines[n])), len(lines)) - 1
    while not lines[last].strip():
        last -= 1
    end = _end_of(lines, last)
    return _Section(_offset(lines, heading), min(_offset(lines, heading + 1), end), end, end, marked=False)


def _matching_ends(lines: list[str]) -> dict[int, int]:
    """Return the line that ends what each first marker line begins."""
    ends, begun = {}, []
    for number, line in enumerate(map(str.rstrip, lines)):
        if line == _BEGIN:
            begun.append(number)
        elif line == _END and begun:
            ends[begun.pop()] = number
    return ends


def _offset(lines: list[str], number: int) -> int:
    return sum(len(line) + 1 for line in lines[:number])


def _end_of(lines: list[str], number: int) -> int:
    return _offset(lines, number) + len(lines[number])


def _escaped(text: str) -> str:
    return _MARKER_LINE.sub(r" \1\2", text)


def _unescaped(text: str) -> str:
    return _MARKER_LINE.sub(lambda found: found[1][1:] + found[2], text)


_LAYOUT = lazy(r"(\ufeff?---[ \t\r]*\n)(.*?)(?<=\n)(---[ \t\r]*(?:\n|\Z))(.*)\Z", re.S)

# An id becomes part of file names.
_ID = lazy(r"[A-Z0-9][A-Z0-9._-]*")


class Place(Enum):
    """The subfolder of a task's file."""

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

        :raises FolderProblem: it is not UTF-8, or has no front matter with an id that can be part of a file name.
        """
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise FolderProblem(path, f"not UTF-8 at byte {error.start + 1}", "save the file as UTF-8") from error
        crlf = "\r\n" in text and text.count("\r\n") == text.count("\n")
        found = _LAYOUT.match(text.replace("\r\n", "\n") if crlf else text)
        if not found:
            raise FolderProblem(path, "no front matter between two --- lines", "fix the file or move it elsewhere")
        opening, front, closing, content = found.groups()
        task = cls(path, place, opening, front, closing, content, _fields(path, front), crlf)
        if not _ID.fullmatch(task.number):
            raise FolderProblem(path, "the front matter has no id", "add the id that the file's name starts with")
        return task

    @classmethod
    def new(cls, path: Path, fields: dict[str, Value], body: str) -> Task:
        """Return a task that is not written yet, in the layout of ``backlog task create``."""
        front = frontmatter.write(fields)
        text = settled(body)
        content = with_description("", text) if text else "\n\n"
        return cls(path, Place.TASKS, "---\n", f"{front}\n", "---\n", content, _fields(path, front))

    @property
    def number(self) -> str:
        """The id in the file, in capitals."""
        return self.text("id").upper()

    @property
    def body(self) -> str:
        """The text of the description section."""
        return description_in(self.content)

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
            raise FolderProblem(self.path, str(error), "write every key on its own lines") from error
        return replace(self, front=f"{front}\n", fields=_fields(self.path, front))

    def with_body(self, body: str) -> Task:
        """Return the task with another description."""
        text = settled(body)
        if self.body == text:
            return self
        try:
            return replace(self, content=with_description(self.content, text))
        except BrokenMarkers as error:
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
        raise FolderProblem(path, f"broken front matter: {error}", "fix the YAML at its top") from error


def with_list(task: Task, key: str, added: Iterable[str] = (), removed: Collection[str] = ()) -> Task:
    """Return the task with items added to and removed from a list; all others keep their order."""
    known = task.listed(key)
    kept = tuple(item for item in known if item not in removed)
    changed = kept + tuple(sorted(set(added) - set(kept)))
    return task if changed == known else task.with_field(key, changed)


def linked(task: Task, kind: EdgeKind, target: str) -> Task:
    """Return the task with an edge to another number."""
    if kind is EdgeKind.CHILD_OF:
        same = canonical(task.text("parent_task_id")) == canonical(target)
        return task if same else task.with_field("parent_task_id", target)
    known = {canonical(number, _word(task)) for number in task.listed("dependencies")}
    return task if canonical(target) in known else with_list(task, "dependencies", added=[target])


def unlinked(task: Task, kind: EdgeKind, target: str) -> Task:
    """Return the task without an edge to another number."""
    wanted = canonical(target)
    if kind is EdgeKind.CHILD_OF:
        return task.with_field("parent_task_id", "") if canonical(task.text("parent_task_id")) == wanted else task
    spelt = {number for number in task.listed("dependencies") if canonical(number, _word(task)) == wanted}
    return with_list(task, "dependencies", removed=spelt)


def _word(task: Task) -> str:
    return task.number.partition("-")[0]
