"""Units with gold answers: a folder is a repository, the JSON beside it what is in it (README.md here)."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from techmap_sync.documents.units.grammar import Grammar
from techmap_sync.documents.units.unit import Unit

ROOT = Path(__file__).parent
DEFAULTS = Path(__file__).parents[2] / "config/defaults.toml"
TABLES: Mapping[str, Any] = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))["family"]

UNIT_FIELDS = ("unit", "title", "approved", "finished")
TASK_FIELDS = (
    "id",
    "title",
    "done",
    "state",
    "kind",
    "parallel",
    "phase",
    "parent",
    "depends_on",
    "optional",
    "requirements",
)
TICKET_FIELDS = (
    "id", "title", "items", "done", "optional_items", "priority", "waits_for", "requirements", "left_out", "optional",
    "not_planned",
)  # fmt: skip
EMPTY: Mapping[str, Any] = {
    "state": None, "kind": None, "parallel": False, "left_out": [], "optional": False, "not_planned": False,
    "approved": True,
}  # fmt: skip


@dataclass(frozen=True)
class Gold:
    """One unit and its answer."""

    family: str
    name: str
    repository: Path
    answer: Mapping[str, Any]

    def __str__(self) -> str:
        return f"{self.family}/{self.name}"


def golds(family: str, root: Path = ROOT) -> list[Gold]:
    return [
        Gold(family, path.name.removesuffix(".gold.json"), path.parent / path.name.split(".")[0], _json(path))
        for path in sorted((root / family).glob("*.gold.json"))
    ]


def _json(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def grammar(family: str) -> Grammar:
    return Grammar.named(family, TABLES)


def paths_in(repository: Path) -> list[str]:
    return sorted(path.relative_to(repository).as_posix() for path in repository.rglob("*") if path.is_file())


def text_of(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def said(value: Any, field: str) -> Any:
    """Return a field of a task or a ticket as the gold files write it."""
    found = getattr(value, field)
    plain = list(found) if isinstance(found, tuple) else found
    return " ".join(plain.casefold().split()) if isinstance(plain, str) and field == "title" else plain


def wanted(record: Mapping[str, Any], field: str) -> Any:
    value = record.get(field, EMPTY.get(field))
    return " ".join(value.casefold().split()) if field == "title" else value


def differences(gold: Gold, unit: Unit) -> Iterator[str]:
    """Yield every field that is not as the gold file says."""
    answer = gold.answer
    for field in UNIT_FIELDS:
        if answer[field] != getattr(unit, field):
            yield f"{field}: {getattr(unit, field)!r} instead of {answer[field]!r}"
    if list(unit.reasons) != [answer["reason"]]:
        yield f"reasons: {unit.reasons}"
    if list(unit.not_tasks) != answer["not_tasks"]:
        yield f"not_tasks: {unit.not_tasks} instead of {answer['not_tasks']}"
    noticed = {(notice.rule.replace("-", " "), notice.subject or None) for notice in unit.diagnostics}
    yield from (f"not reported: {each}" for each in answer.get("check", ()) if tuple(each) not in noticed)
    for part, fields in (("tasks", TASK_FIELDS), ("tickets", TICKET_FIELDS)):
        ours, theirs = getattr(unit, part), answer[part]
        if len(ours) != len(theirs):
            yield f"{part}: {[one.title for one in ours]} instead of {[one['title'] for one in theirs]}"
        for one, record in zip(ours, theirs, strict=False):
            for field in fields:
                if said(one, field) != wanted(record, field):
                    yield f"{part} {record['id']} {field}: {getattr(one, field)!r} instead of {record.get(field)!r}"


@dataclass
class Score:
    """How many values of a field were right, found and wanted."""

    right: int = 0
    found: int = 0
    wanted: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0


def scores(pairs: list[tuple[Gold, Unit]]) -> dict[str, Score]:
    """Count by field the values that are found and wanted: records are paired by id and title."""
    counted: dict[str, Score] = {}
    for gold, unit in pairs:
        for part, fields in (("tasks", TASK_FIELDS), ("tickets", TICKET_FIELDS)):
            ours = {(one.id, said(one, "title")): one for one in getattr(unit, part)}
            theirs = {(one["id"], wanted(one, "title")): one for one in gold.answer[part]}
            for field in fields:
                score = counted.setdefault(f"{part}.{field}", Score())
                score.found += len(ours)
                score.wanted += len(theirs)
                score.right += sum(
                    said(ours[k], field) == wanted(theirs[k], field) for k in ours.keys() & theirs.keys()
                )
    return counted
