"""What ``pull`` found: boxes that completed tickets tick, as a diff to read and as JSON; and the diff of any file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path

from rich.text import Text

from techmap_sync.documents.text import decode
from techmap_sync.errors import Problem
from techmap_sync.reports.messages import clean, count, error_values, fitted, inline, json_text
from techmap_sync.text_forms import with_line_feeds

_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def diff_of(path: str, before: bytes, after: bytes) -> Iterator[str]:
    """Yield the lines of a unified diff.

    :param path: from the root of the repository.
    """
    old, new = (with_line_feeds(decode(content)).split("\n") for content in (before, after))
    yield from unified_diff(old, new, f"a/{path}", f"b/{path}", n=1, lineterm="")


def diff_text(path: str, before: bytes, after: bytes) -> Iterator[Text]:
    """Yield the same lines in colour."""
    yield from (Text(clean(line), _STYLES.get(line[:1], "")) for line in diff_of(path, before, after))


SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Tick:
    """A box that a completed ticket ticks."""

    line: int
    text: str
    """What is written after it."""
    key: str
    ticket: str
    """Number of the ticket."""


@dataclass(frozen=True, slots=True)
class Left:
    """Something that a completed ticket is about and that stays as it is."""

    path: str
    reason: str
    line: int = 0
    text: str = ""
    key: str = ""
    ticket: str = ""


@dataclass(frozen=True, slots=True)
class PulledFile:
    """A document before and after."""

    path: str
    """From the root of the repository."""
    place: Path
    """Where it is, from the current folder."""
    before: bytes
    after: bytes
    ticks: tuple[Tick, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a run changes in documents, and what it leaves."""

    tracker: str
    files: tuple[PulledFile, ...] = ()
    left: tuple[Left, ...] = ()

    @property
    def ticks(self) -> int:
        """How many boxes are ticked."""
        return sum(len(file.ticks) for file in self.files)


def pull_text(pulled: Pulled, *, written: bool) -> Text:
    """Render the diff of each document, what is left with its reason, and one closing line."""
    parts = [line for file in pulled.files for line in diff_text(file.path, file.before, file.after)]
    parts += [Text(clean(line), "dim") for line in _left_lines(pulled.left)]
    return Text("\n").join([*parts, Text(_closing(pulled, written=written), "bold")])


_ROOM = 50_000
"""Bytes of Markdown: a pull request on GitHub holds 65,536 characters."""


def pull_title(pulled: Pulled) -> str:
    """Return what ticking all of it is called, as the title of a commit."""
    boxes = "the box" if pulled.ticks == 1 else f"{pulled.ticks} boxes"
    return f"Tick {boxes} of completed tickets"


def pull_markdown(pulled: Pulled) -> str:
    """Render what is ticked, for a pull request: nothing in it links or mentions."""
    blocks = ["The tickets of these tasks were closed as completed, so their boxes are ticked. Nothing else changes."]
    for file in pulled.files:
        lines = (f"- line {one.line}: {inline(one.text)} (ticket {inline(one.ticket)})" for one in file.ticks)
        blocks += ["", f"**{inline(file.path)}**", "", *lines]
    return fitted(blocks, _ROOM)


def _closing(pulled: Pulled, *, written: bool) -> str:
    if not pulled.ticks:
        return f"Pull: nothing to tick. ({pulled.tracker})"
    boxes = "1 box" if pulled.ticks == 1 else f"{pulled.ticks} boxes"
    what = f"{boxes} in {count(len(pulled.files), 'file')}"
    said = f"ticked {what}" if written else f"{what} to tick; --write does it"
    return f"Pull: {said}. ({pulled.tracker})"


def _left_lines(left: Sequence[Left]) -> Iterator[str]:
    """Yield one line for each thing that is left; what has no line of its own is counted."""
    for one in left:
        if one.line:
            yield f"{one.path}:{one.line}: not ticked, ticket {one.ticket}: {one.reason}"
    whole = Counter((one.path, one.reason) for one in left if not one.line)
    for (path, reason), number in whole.items():
        yield f"{path}: {count(number, 'completed task')} left alone: {reason}"


def pull_json(pulled: Pulled, *, written: bool, problems: Sequence[Problem] = ()) -> str:
    """Render the same as JSON.

    :param problems: what could not be read.
    """
    files = [
        {
            "path": file.path,
            "ticks": [{"line": one.line, "text": one.text, "key": one.key, "ticket": one.ticket} for one in file.ticks],
            "diff": "\n".join(diff_of(file.path, file.before, file.after)),
        }
        for file in pulled.files
    ]
    left = [
        {"path": o.path, "line": o.line, "text": o.text, "key": o.key, "ticket": o.ticket, "reason": o.reason}
        for o in pulled.left
    ]
    counts = {"boxes": pulled.ticks, "files": len(files), "left": len(left)}
    return json_text(
        {
            "schema": SCHEMA,
            "tracker": pulled.tracker,
            "written": written,
            "files": files,
            "left": left,
            "counts": counts,
            "errors": error_values(problems),
        }
    )
