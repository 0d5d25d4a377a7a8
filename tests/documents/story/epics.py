"""Epics and stories, written in a line each."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.documents.story.story_family import read_stories
from techmap_sync.documents.units.unit import Task, Unit
from tests.families.gold import grammar

WORDS = grammar("bmad")


V6 = "_bmad-output/implementation-artifacts"


EPICS = "_bmad-output/planning-artifacts/epics.md"


SPRINT = f"{V6}/sprint-status.yaml"


def story(text: str, name: str = "docs/stories/1.1.weigh-the-parcel.md") -> Unit:
    return only({name: text})


def only(files: Mapping[str, str]) -> Unit:
    (unit,) = read_stories(files, WORDS)
    return unit


def written(tasks: str, head: str = "# Story 1.1: Weigh the parcel\n\nStatus: Approved\n") -> str:
    return f"{head}\n## Tasks / Subtasks\n\n{tasks}"


def leaves(unit: Unit) -> list[Task]:
    return [task for task in unit.tasks if task.kind is None]
