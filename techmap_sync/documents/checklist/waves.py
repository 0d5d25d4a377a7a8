"""Waves of tasks, as Kiro writes them in JSON below "Task Dependency Graph"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Any

from techmap_sync.documents.units.grammar import Grammar, alternatives
from techmap_sync.documents.units.page import Entry, Kind


@dataclass(frozen=True, slots=True)
class Waves:
    """The ids of each wave, in order."""

    ids: tuple[tuple[str, ...], ...] = ()
    unknown: tuple[str, ...] = ()
    line: int = 0
    unreadable: bool = False

    def before(self, ident: str) -> tuple[str, ...]:
        """Return everything in the wave before that of a task."""
        wave = self.of(ident)
        return self.ids[wave - 1] if wave else ()

    def of(self, ident: str | None) -> int | None:
        """Return the number of the wave that names an id, None where none does."""
        return next((number for number, ids in enumerate(self.ids) if ident in ids), None)


def waves_in(entries: Sequence[Entry], grammar: Grammar, known: Set[str]) -> Waves:
    """Return the waves of a page; none where it has no readable graph."""
    heading = re.compile(alternatives(grammar.graph_headings), re.I)
    below = False
    unreadable = 0
    for entry in entries:
        if entry.kind is Kind.HEADING:
            below = bool(heading.search(entry.text))
        elif below and entry.kind is Kind.FENCE:
            ids = tuple(_ids(entry.text))
            if ids:
                named = dict.fromkeys(one for wave in ids for one in wave)
                return Waves(ids, tuple(one for one in named if one not in known), entry.line)
            unreadable = unreadable or (entry.line if entry.language.casefold() == "json" else 0)
    return Waves(line=unreadable, unreadable=bool(unreadable))


def _ids(code: str) -> Iterator[tuple[str, ...]]:
    try:
        graph: Any = json.loads(code)
    except (ValueError, RecursionError):
        return
    waves = graph.get("waves") if isinstance(graph, dict) else graph
    for wave in waves if isinstance(waves, list) else ():
        tasks = wave.get("tasks") if isinstance(wave, dict) else wave
        if isinstance(tasks, list):
            yield tuple(dict.fromkeys(str(one) for one in tasks if isinstance(one, str | int | float)))
