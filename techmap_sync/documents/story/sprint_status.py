"""``sprint-status.yaml``: the status of each story, which comes before what the story's own file says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from techmap_sync.documents.frontmatter import tables_of
from techmap_sync.documents.story.story_words import StoryWords
from techmap_sync.text_forms import unified

_TABLE = "development_status"


@dataclass(frozen=True, slots=True)
class SprintStatus:
    """What a file of statuses says."""

    path: str
    statuses: Mapping[str, str] = field(default_factory=dict)
    """By the names of the stories' files, in order."""
    lines: Mapping[str, int] = field(default_factory=dict)
    unreadable: bool = False

    def stories(self) -> Iterator[tuple[str, str, str]]:
        """Yield key, number and words of each story; epics and retrospectives are passed over."""
        for key in self.statuses:
            if found := StoryWords.number_in_name(key):
                yield key, *found


def read_sprint_status(path: str, text: str) -> SprintStatus:
    """Read a file; no text makes this raise."""
    text = unified(text)
    table = (tables_of(text) or {}).get(_TABLE)
    if not isinstance(table, dict):
        return SprintStatus(path, unreadable=True)
    statuses = {key: said for key, value in table.items() if (said := _said(value))}
    return SprintStatus(path, statuses, {key: _line(text, key) for key in statuses})


def _said(value: object) -> str:
    status = value.get("status") if isinstance(value, dict) else value
    return status if isinstance(status, str) else ""


def _line(text: str, key: str) -> int:
    lines = text.split("\n")
    return next((n for n, line in enumerate(lines, 1) if line.strip().strip("\"'").startswith(key)), 1)
