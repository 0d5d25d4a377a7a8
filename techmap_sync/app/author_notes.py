"""What only ``check`` says about maps: notes that help their authors, and lines that no ticket would carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from techmap_sync.app.documents_found import MapFile, MapFiles, Then
from techmap_sync.diagnostics import OFF, Diagnostic, Span, apply_severities, condensed
from techmap_sync.documents.base import DocumentFamily
from techmap_sync.planning.lines import LOST, LineHome
from techmap_sync.planning.rules import ADVICE, LINE_LOST, advice_on
from techmap_sync.settings import Settings

_MOST_OF_A_RULE = 3
"""As many are shown one by one."""
_LONGEST_QUOTE = 60


def author_notes(settings: Settings) -> Then | None:
    """Return what adds the notes for its author to a map that is read; None where the settings ask for none."""
    off = {} if settings.author_notes else dict.fromkeys(ADVICE, OFF)
    severities = {**off, **settings.severity}
    if all(severities.get(rule) == OFF for rule in ADVICE):
        return None
    return _Notes({family.name: family for family in settings.document_families}, severities).added


class _Notes(NamedTuple):
    """What is needed to find the notes about one map; it can be sent to a worker process."""

    families: Mapping[str, DocumentFamily]
    severities: Mapping[str, str]

    def added(self, file: MapFile) -> MapFile:
        """Return a map with the notes; where a line is about something wrong already, its task gets none."""
        if file.document.is_retired:
            return file
        advice = self.families[file.family].advice(file.document, file.sources)
        of_words = self._weighed(advice, file)
        of_tasks = self._weighed(advice_on(file.graph, (*file.diagnostics, *of_words)), file)
        return _with(file, condensed((*of_words, *of_tasks), _MOST_OF_A_RULE))

    def _weighed(self, found: Iterable[Diagnostic], file: MapFile) -> tuple[Diagnostic, ...]:
        named = (each._replace(path=file.name) for each in found)
        return apply_severities(named, self.severities, file.document.ignores)


def planned(files: MapFiles) -> tuple[MapFile, ...]:
    """Return the maps that could get tickets: those without errors that are not retired."""
    return tuple(file for file in files.maps if not file.errors and not file.document.is_retired)


def with_lost_lines(files: MapFiles, settings: Settings, homes: Mapping[Path, Iterable[LineHome]]) -> MapFiles:
    """Return the maps with a warning for the lines that would be in no ticket.

    :param homes: by path of a map, in which ticket each of its lines is found.
    """
    maps = (_with(file, _lost(file, settings, homes.get(file.path, ()))) for file in files.maps)
    return replace(files, maps=tuple(maps))


def _lost(file: MapFile, settings: Settings, homes: Iterable[LineHome]) -> tuple[Diagnostic, ...]:
    lost = (home.line for home in homes if home.where == LOST)
    found = (Diagnostic(LINE_LOST, LINE_LOST.severity, _quoted(file, line), Span(line), file.name) for line in lost)
    weighed = apply_severities(found, settings.severity, file.document.ignores)
    return condensed(weighed, _MOST_OF_A_RULE)


def _quoted(file: MapFile, line: int) -> str:
    said = file.checked.line(line).strip()
    cut = f"{said[:_LONGEST_QUOTE].rstrip()}…" if len(said) > _LONGEST_QUOTE else said
    return f'no ticket says "{cut}"'


def _with(file: MapFile, more: Iterable[Diagnostic]) -> MapFile:
    return replace(file, diagnostics=apply_severities((*file.diagnostics, *more), {}))
