"""Families whose units are single files, each task a heading with steps below it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.base import DocumentPlace, Sources
from techmap_sync.documents.headings.plans import read_plan
from techmap_sync.documents.units.family import UnitFamily
from techmap_sync.documents.units.grammar import alternatives
from techmap_sync.documents.units.unit import Unit
from techmap_sync.text_forms import with_line_feeds


@dataclass(frozen=True)
class Plans(UnitFamily):
    """Files of headings such as ``### Task 3: Photograph the bearings``."""

    def units_in(self, paths: Iterable[str], read: Callable[[str], str]) -> Iterator[DocumentPlace]:
        """Yield the files at the places of the family; globs do not reach into folders below."""
        for path in sorted(paths):
            parts = PurePosixPath(path).parts
            wanted = (PurePosixPath(pattern).parts for pattern in self.grammar.files)
            if any(len(each) == len(parts) and all(map(fnmatchcase, parts, each)) for each in wanted):
                yield DocumentPlace(path)

    def looks_right(self, text: str) -> bool:
        """Return whether a file has a heading that is a task."""
        words, ident = alternatives(self.grammar.task_words), self.grammar.id
        return bool(
            re.search(rf"^#{{1,6}}[ \t]+\W*(?:{words})\s+(?:{ident})(?!\w)", with_line_feeds(text), re.M | re.I)
        )

    def name_of(self, place: str) -> str:
        """Return the name of a plan: that of its file."""
        return PurePosixPath(place).stem

    def unit_of(self, sources: Sources) -> Unit:
        """Read a plan."""
        return read_plan(sources.place, sources.text, self.grammar)
