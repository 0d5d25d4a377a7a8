"""What a process does once: done once for all runs of the program in a process of tests.

A run reads the shipped settings, compiles its templates and reads its maps, which takes longer than the rest of a small
run. Here a text that was read or compiled is remembered by what it says, so a changed file or template is another one.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache, lru_cache, partial
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
import tomli
import typer.main
from jinja2.bccache import Bucket, BytecodeCache

from techmap_sync import config
from techmap_sync.app import documents_found, run, without_tracker
from techmap_sync.app.documents_found import MapFile
from techmap_sync.app.other_documents import Place, task_plan
from techmap_sync.documents.base import Document, Sources
from techmap_sync.documents.statements import Statement
from techmap_sync.documents.technical_map import technical_map_family as family
from techmap_sync.documents.technical_map.map_statements import statements_of
from techmap_sync.documents.technical_map.model import Reading
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.planning import templates
from techmap_sync.planning.task import TaskPlan
from techmap_sync.planning.task_graph import TaskGraph, task_graph
from techmap_sync.planning.templates import TicketTemplates
from techmap_sync.settings import Settings
from techmap_sync.trackers.backlog import frontmatter

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

read_map = family.TechnicalMaps.read
"""Reads a map each time."""
MOST = 1_024
"""How many values of a kind are remembered."""
MOST_KEYS = 16_384
"""How many keys of task files are: tests push the same maps again and again."""


class Compiled(BytecodeCache):
    """Compiled templates in memory. Jinja2 itself drops one whose source is another."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._kept.get(f"{bucket.key} {bucket.checksum}"):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[f"{bucket.key} {bucket.checksum}"] = bucket.bytecode_to_string()


@lru_cache(MOST)
def _packed(text: str) -> bytes:
    return pickle.dumps(tomli.loads(text))


def loads(text: str) -> Any:
    """Return what a text of TOML says, as a value that belongs to the caller alone."""
    return pickle.loads(_packed(text))


class Readings:
    """Vocabularies by their tables, and what is read and planned by text and vocabulary; all are frozen values.

    A key with the number of an object keeps the object too, so that its number stays its own.
    """

    def __init__(self) -> None:
        self._vocabularies: dict[str, Vocabulary] = {}
        self._readings: dict[tuple[str, int], tuple[Vocabulary, Reading]] = {}
        self._statements: dict[tuple[str, int, bool], tuple[Vocabulary, tuple[Statement, ...]]] = {}
        self._documents: dict[tuple[object, ...], tuple[Vocabulary, Document]] = {}
        self._graphs: dict[int, tuple[Document, TaskGraph]] = {}
        self._plans: dict[tuple[int, str], tuple[TaskGraph, TaskPlan]] = {}

    def vocabulary(self, tables: Mapping[str, Mapping[str, Any]]) -> Vocabulary:
        """Return the words of some tables, which say the same only in the same order."""
        return _once(self._vocabularies, repr(tables), lambda: Vocabulary.from_tables(tables))

    def read(self, text: str, vocabulary: Vocabulary) -> Reading:
        """Return what a map says in a vocabulary."""
        return _once(self._readings, (text, id(vocabulary)), lambda: (vocabulary, parse(text, vocabulary)))[1]

    def statements(self, text: str, vocabulary: Vocabulary, *, by_sentence: bool = True) -> tuple[Statement, ...]:
        """Return what each line of a map says."""
        key = text, id(vocabulary), by_sentence
        made = partial(statements_of, text, vocabulary, by_sentence=by_sentence)
        return _once(self._statements, key, lambda: (vocabulary, made()))[1]

    def document(self, of: family.TechnicalMaps, sources: Sources) -> Document:
        """Return a map as a document."""
        key = sources.text, sources.path, id(of.vocabulary), of.granularity, of.language
        return _once(self._documents, key, lambda: (of.vocabulary, read_map(of, sources)))[1]

    def graph(self, document: Document) -> TaskGraph:
        """Return the tasks of a document."""
        return _once(self._graphs, id(document), lambda: (document, task_graph(document)))[1]

    def plan(self, file: MapFile, settings: Settings, place: Place, shipped_or_own: TicketTemplates) -> TaskPlan:
        """Return the plan of a document; remembered only where no owners and no templates of a team play a part."""
        if settings.templates or place.owners.ownership or file.at_sight:
            return task_plan(file, settings, place, shipped_or_own)
        key = id(file.graph), f"{settings.plan_options()} {place.source}"
        return _once(self._plans, key, lambda: (file.graph, task_plan(file, settings, place, shipped_or_own)))[1]


def _once(kept: dict[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
    if key not in kept:
        made = make()
        _forget(kept)
        kept[key] = made
    return kept[key]


def _forget(kept: dict[Any, Any]) -> None:
    """Drop the oldest of many."""
    while len(kept) >= MOST:
        del kept[next(iter(kept))]


@contextmanager
def warm() -> Iterator[None]:
    """Remember what was read and compiled."""
    environment = partial(templates._Environment, bytecode_cache=Compiled())
    readings = Readings()

    def read(maps: family.TechnicalMaps, sources: Sources) -> Document:
        return readings.document(maps, sources)

    with pytest.MonkeyPatch.context() as patched:
        known = SimpleNamespace(loads=loads, TOMLDecodeError=tomli.TOMLDecodeError)
        patched.setattr(config, "tomli", known)
        patched.setattr(frontmatter, "_pairs", lru_cache(MOST_KEYS)(frontmatter._pairs.__wrapped__))
        patched.setattr(typer.main, "get_command", cache(typer.main.get_command))
        patched.setattr(templates, "_Environment", environment)
        patched.setattr(family, "Vocabulary", SimpleNamespace(from_tables=readings.vocabulary))
        patched.setattr(family, "parse", readings.read)
        patched.setattr(family, "statements_of", readings.statements)
        patched.setattr(family.TechnicalMaps, "read", read)
        patched.setattr(documents_found, "task_graph", readings.graph)
        for module in (run, without_tracker):
            patched.setattr(module, "task_plan", readings.plan)
        yield
