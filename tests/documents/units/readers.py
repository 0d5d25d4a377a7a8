"""Reads the unit of a gold answer with the reader of its family, from texts that a test may change."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from techmap_sync.documents.checklist.checklist_family import places_of_units, read_checklist
from techmap_sync.documents.headings.headings_family import read_plan
from techmap_sync.documents.story.story_family import artifacts_in, read_stories
from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.unit import Unit
from tests.families.gold import Gold, golds, grammar, paths_in, text_of

FAMILIES = ("spec-kit", "openspec", "kiro", "bmad", "plans")
GOLDS = [gold for family in FAMILIES for gold in golds(family)]


def texts_of(gold: Gold) -> dict[str, str]:
    """Return the texts of a unit's repository by their paths."""
    return {path: text_of(gold.repository / path) for path in paths_in(gold.repository)}


def read_unit(gold: Gold, texts: Mapping[str, str], words: Grammar | None = None) -> Unit:
    """Read the unit of an answer from these texts."""
    words = words or grammar(gold.family)
    if words.reader == "story":
        files = {path: texts[path] for path in artifacts_in(texts, words).paths}
        return next(unit for unit in read_stories(files, words) if unit.unit == gold.answer["unit"])
    if words.reader == "headings":
        ((path, text),) = texts.items()
        return read_plan(path, text, words)
    (place,) = places_of_units(texts, words)
    return read_checklist(place.folder, {name: texts[f"{place.folder}/{name}"] for name in place.files}, words)


def task_files(unit: Unit) -> list[str]:
    """Return the files that hold tasks."""
    return sorted(
        {task.path or unit.path for task in unit.tasks if PurePosixPath(task.path or unit.path).name != "epics.md"}
    )
