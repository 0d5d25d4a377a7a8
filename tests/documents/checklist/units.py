"""Units with a checklist, written in a line each."""

from __future__ import annotations

from techmap_sync.documents.checklist.checklist_family import read_checklist
from techmap_sync.documents.units.unit import Task, Unit
from tests.families.gold import grammar

FOLDERS = {"spec-kit": "specs/007-canoe", "openspec": "openspec/changes/add-canoe", "kiro": ".kiro/specs/canoe"}


def unit_of(family: str, text: str, **files: str) -> Unit:
    return read_checklist(FOLDERS[family], {"tasks.md": text, **files}, grammar(family))


def phase(*boxes: str) -> str:
    return "# Tasks: Canoe\n\n## Phase 1: Setup\n\n" + "\n".join(boxes) + "\n"


def section(*boxes: str) -> str:
    return "## 1. Storage\n\n" + "\n".join(boxes) + "\n"


def plan(*boxes: str) -> str:
    return "# Implementation Plan\n\n## Tasks\n\n" + "\n".join(boxes) + "\n"


def facts(task: Task) -> tuple[object, ...]:
    return task.id, task.title, task.done, task.state, task.optional, task.parallel
