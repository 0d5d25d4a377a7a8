"""What a process does once: done once for all runs of the program in a process of tests.

A run reads the shipped settings, compiles its templates and reads its maps, which takes longer than the rest of a small
run. Here a text that was read or compiled is remembered by what it says, so a changed file or template is another one.
"""

from __future__ import annotations

import pickle
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from types import SimpleNamespace
from typing import Any

import pytest
from jinja2.bccache import Bucket, BytecodeCache

from techmap_sync import config
from techmap_sync.documents.technical_map import technical_map_family as family
from techmap_sync.documents.technical_map.model import Reading
from techmap_sync.documents.technical_map.parser import parse
from techmap_sync.documents.technical_map.vocabulary import Vocabulary
from techmap_sync.planning import templates

MOST = 256
"""How many values of a kind are remembered."""


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
    return pickle.dumps(tomllib.loads(text))


def loads(text: str) -> Any:
    """Return what a text of TOML says, as a value that belongs to the caller alone."""
    return pickle.loads(_packed(text))


class Readings:
    """Vocabularies by their tables, and readings by text and vocabulary; both are frozen values."""

    def __init__(self) -> None:
        self._vocabularies: dict[str, Vocabulary] = {}
        self._readings: dict[tuple[str, int], tuple[Vocabulary, Reading]] = {}

    def vocabulary(self, tables: Mapping[str, Mapping[str, Any]]) -> Vocabulary:
        """Return the words of some tables, which say the same only in the same order."""
        said = repr(tables)
        if said not in self._vocabularies:
            _forget(self._vocabularies)
            self._vocabularies[said] = Vocabulary.from_tables(tables)
        return self._vocabularies[said]

    def read(self, text: str, vocabulary: Vocabulary) -> Reading:
        """Return what a map says in a vocabulary, which is kept too, so that its number stays its own."""
        key = text, id(vocabulary)
        if key not in self._readings:
            _forget(self._readings)
            self._readings[key] = vocabulary, parse(text, vocabulary)
        return self._readings[key][1]


def _forget(kept: dict[Any, Any]) -> None:
    """Drop the oldest of many."""
    while len(kept) >= MOST:
        del kept[next(iter(kept))]


@contextmanager
def warm() -> Iterator[None]:
    """Remember what was read and compiled."""
    environment = partial(templates._Environment, bytecode_cache=Compiled())
    readings = Readings()
    with pytest.MonkeyPatch.context() as patched:
        known = SimpleNamespace(loads=loads, TOMLDecodeError=tomllib.TOMLDecodeError)
        patched.setattr(config, "tomllib", known)
        patched.setattr(templates, "_Environment", environment)
        patched.setattr(family, "Vocabulary", SimpleNamespace(from_tables=readings.vocabulary))
        patched.setattr(family, "parse", readings.read)
        yield
