"""The words of a family as a frozen value, from its table in the settings (``[family.NAME]``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from techmap_sync.documents.units.family_tables import PLACES, READER, table_of, words_in
from techmap_sync.errors import SettingsProblem
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import compatible

_CHOICES = {
    "reader": ("checklist", "headings", "story"),
    "ticket": ("section", "box", "heading", "story"),
    "nested": ("items", "lines"),
    "order": ("", "phases", "waves"),
}
_PATTERNS = ("id", "story")
_LONGEST_PATTERN = 200
_OPEN_REPEAT = lazy(r"[*+}]\)[*+{]")  # repeats within repeats take exponential time


@dataclass(frozen=True)
class Grammar:
    """What a family calls things. The fields are the keys of its table."""

    name: str
    reader: str = READER
    folders: tuple[str, ...] = ()
    """Folders that are units: globs from the root of the repository."""
    archives: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    """Files that are units, for families of one file."""
    file: str = "tasks.md"
    title_files: tuple[str, ...] = ()
    requirement_files: tuple[str, ...] = ()
    context_files: tuple[str, ...] = ()
    gate: str = ""
    id: str = r"\d+(?:\.\d+)*"
    only_with_id: bool = False
    ticket: str = "section"
    nested: str = "lines"
    each_task: bool = False
    """Whether each task is a ticket of its own: ``ticket = "task"``."""
    order: str = ""
    story: str = ""
    setup: tuple[str, ...] = ()
    foundation: tuple[str, ...] = ()
    polish: tuple[str, ...] = ()
    title_words: tuple[str, ...] = ()
    generic: tuple[str, ...] = ()
    section_words: tuple[str, ...] = ()
    task_words: tuple[str, ...] = ()
    not_tasks: tuple[str, ...] = ()
    task_lists: tuple[str, ...] = ()
    dependency_headings: tuple[str, ...] = ()
    graph_headings: tuple[str, ...] = ()
    depends_words: tuple[str, ...] = ()
    depends_labels: tuple[str, ...] = ()
    requirement_labels: tuple[str, ...] = ()
    requirement_prefixes: tuple[str, ...] = ()
    checkpoints: tuple[str, ...] = ()
    parallel: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    done_words: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    """Words before the number of a step."""
    files_labels: tuple[str, ...] = ()
    """Labels before the paths that a task touches."""
    epic_files: tuple[str, ...] = ()
    """Files that name epics and their stories: globs from the root of the repository."""
    status_files: tuple[str, ...] = ()
    """Files that say the status of each story; they come before what the story says."""
    story_words: tuple[str, ...] = ()
    epic_words: tuple[str, ...] = ()
    status_labels: tuple[str, ...] = ()
    criteria_headings: tuple[str, ...] = ()
    story_headings: tuple[str, ...] = ()
    """Headings above what a story is for."""
    waiting_statuses: tuple[str, ...] = ()
    """Statuses of a story that nobody has released."""
    open_statuses: tuple[str, ...] = ()
    done_statuses: tuple[str, ...] = ()
    boxes: Mapping[str, str] = field(default_factory=dict)
    """What a sign in a box means besides done and open."""
    states: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def named(cls, name: str, tables: Mapping[str, Mapping[str, Any]]) -> Grammar:
        """Return the grammar of a family, with what ``like`` and ``[family.all]`` say where its table is silent.

        :raises SettingsProblem: for a family without a table, a key that is not known and a value of another type.
        """
        return cls(name, **{key: _checked(name, key, value) for key, value in table_of(name, tables).items()})

    @property
    def places(self) -> tuple[str, ...]:
        """The folders and files that may belong to a unit."""
        return tuple(place for key in PLACES for place in getattr(self, key))

    @cached_property
    def ids(self) -> re.Pattern[str]:
        """What an id is, alone."""
        return re.compile(rf"(?:{self.id})")

    @cached_property
    def ignored(self) -> re.Pattern[str]:
        """What is in a heading whose boxes are not tasks."""
        return re.compile(
            rf"(?<!\w)(?:{alternatives(self.not_tasks)})(?!\w)|(?:{alternatives(_cjk(self.not_tasks))})", re.I
        )

    @cached_property
    def state_of(self) -> Mapping[str, str]:
        """The state that a folded word says."""
        return {folded(word): state for state, words in self.states.items() for word in words}

    @cached_property
    def status_words(self) -> str:
        """A pattern for words that say a state."""
        return alternatives((*(word for words in self.states.values() for word in words), *self.done_words))

    @cached_property
    def generic_titles(self) -> frozenset[str]:
        """Folded titles that say nothing alone."""
        return frozenset(map(folded, self.generic))

    def struck_state(self) -> str:
        """The state of a task that is struck through."""
        return "removed" if "removed" in self.states else "skipped"


def _checked(name: str, key: str, value: Any) -> Any:
    where = f"family.{name}.{key}"
    wanted = {entry.name: str(entry.type) for entry in fields(Grammar) if entry.name != "name"}
    if key not in wanted:
        raise SettingsProblem(where, "no such key", f"known are: {', '.join(sorted(wanted))}")
    if wanted[key] == "tuple[str, ...]":
        return words_in(where, value)
    if wanted[key].startswith("Mapping"):
        if not isinstance(value, dict):
            raise SettingsProblem(where, "this must be a table")
        return {
            k: words_in(f"{where}.{k}", v) if key == "states" else _text(f"{where}.{k}", v) for k, v in value.items()
        }
    if wanted[key] == "bool":
        if not isinstance(value, bool):
            raise SettingsProblem(where, "this must be true or false")
        return value
    return _pattern(where, _text(where, value)) if key in _PATTERNS else _choice(where, key, _text(where, value))


def _text(where: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsProblem(where, "this must be a text")
    return value


def _choice(where: str, key: str, value: str) -> str:
    if key in _CHOICES and value not in _CHOICES[key]:
        raise SettingsProblem(where, f"no such choice: {value}", f"known are: {', '.join(filter(None, _CHOICES[key]))}")
    return value


def _pattern(where: str, value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise SettingsProblem(where, f"this is not a regular expression: {error}") from error
    if len(value) > _LONGEST_PATTERN or _OPEN_REPEAT.search(value.replace(r"(?:\.\d+)*", "")):
        raise SettingsProblem(where, "this regular expression could take very long", "use one repeat at a time")
    return value


def alternatives(words: Iterable[str]) -> str:
    """Return a pattern for any of some words, the longest first; it matches nothing where there are none."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(r"\s+".join(map(re.escape, word.split())) for word in ordered) or r"(?!)"


def folded(text: str) -> str:
    """Return a text as it is compared."""
    return " ".join(compatible(text).casefold().split())


def _cjk(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in words if not word.isascii())
