"""Families whose units are folders with a checklist: spec-kit, OpenSpec, Kiro, and what a team describes like them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.base import DocumentPlace, Sources
from techmap_sync.documents.checklist.task_lists import read_checklist
from techmap_sync.documents.units.family import UnitFamily
from techmap_sync.documents.units.finding import looks_like_unit, places_of_units
from techmap_sync.documents.units.grammar import alternatives
from techmap_sync.documents.units.unit import Unit

_OPEN_BOX = re.compile(r"\[[ \t~-]?\](?![(\[])")
_TICKED_BOX = re.compile(r"^[ \t]*(?:[-*+]|\d+[.)])[ \t]+\[[xX]\]", re.M)


@dataclass(frozen=True)
class Checklists(UnitFamily):
    """Units with a file of boxes."""

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the folders that hold the family's file."""
        grammar = self.grammar
        wanted = {*grammar.title_files, *grammar.requirement_files, grammar.gate} - {grammar.file, ""}
        linked = {*grammar.context_files} - wanted - {grammar.file}
        for place in places_of_units(paths, grammar):
            yield DocumentPlace(
                f"{place.folder}/{grammar.file}",
                tuple(f"{place.folder}/{name}" for name in place.files if name in wanted),
                tuple(f"{place.folder}/{name}" for name in place.files if name in linked),
                any(fnmatchcase(place.folder, pattern) for pattern in grammar.archives),
            )

    def looks_right(self, text: str) -> bool:
        """Return whether a file holds a box or a heading with an id."""
        return looks_like_unit(text, self.grammar)

    def is_ticked(self, sources: Sources) -> bool:
        """Return whether the unit is archived, or each of its boxes is ticked and no heading is a task."""
        folder, grammar = PurePosixPath(sources.place).parent.as_posix(), self.grammar
        if any(PurePosixPath(path).name == grammar.gate for path in sources.beside):
            return False
        archived = any(fnmatchcase(folder, pattern) for pattern in grammar.archives)
        if archived or _OPEN_BOX.search(sources.text) or not _TICKED_BOX.search(sources.text):
            return archived
        words = alternatives(grammar.task_words)
        number = r"\d+[.)]" if grammar.ticket == "box" else grammar.id if grammar.only_with_id else r"(?!)"
        heading = rf"^[ \t]*#{{1,6}}[ \t]+\W*(?:(?:{words})\s+{grammar.id}|{number})"
        return not re.search(heading, sources.text, re.M | re.I)

    def unit_of(self, sources: Sources) -> Unit:
        """Read a unit."""
        folder = PurePosixPath(sources.place).parent.as_posix()
        files = {PurePosixPath(path).name: text for path, text in sources.beside.items()}
        granularity = "task" if self.grammar.each_task else ""
        return read_checklist(folder, {**files, self.grammar.file: sources.text}, self.grammar, granularity)
