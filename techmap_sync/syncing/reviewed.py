"""A plan that somebody reviewed: a later push may write what it shows and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from techmap_sync.syncing.changes import LEDGER, Action, Change, ChangeSet
from techmap_sync.syncing.digest import digest

Fingerprint = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """What a plan file allows."""

    tracker: str
    allowed: frozenset[Fingerprint]


def edit_digests(change: Change) -> list[list[str]]:
    """Return (field, digest before, digest after) of every field that a change touches, for a plan file."""
    return [[edit.name, digest(edit.before), digest(edit.after)] for edit in change.edits]


def read_reviewed(document: Mapping[str, Any]) -> ReviewedPlan:
    """Read a plan file that ``plan --out`` wrote.

    :raises LookupError, TypeError: the document is no such file.
    """
    allowed = (mark for change in document["changes"] for mark in _marks_of_row(change))
    return ReviewedPlan(str(document["tracker"]), frozenset(allowed))


def not_reviewed(change_set: ChangeSet, plan: ReviewedPlan) -> tuple[Change, ...]:
    """Return the changes that the reviewed plan does not show; what is applied already is no longer among them."""
    return tuple(change for change in change_set.writes if not set(_marks(change)) <= plan.allowed)


def _marks(change: Change) -> Iterable[Fingerprint]:
    head = (change.action.value, change.key, change.target)
    if change.action is Action.UPDATE:
        return [_field_mark(change.key, *edit) for edit in edit_digests(change) if not _is_ledger(edit[0])]
    return [head]


def _marks_of_row(row: Mapping[str, Any]) -> Iterable[Fingerprint]:
    if row["action"] == Action.UPDATE.value:
        return [_field_mark(str(row["key"]), *map(str, edit)) for edit in row["edits"] if not _is_ledger(edit[0])]
    return [(str(row["action"]), str(row["key"]), str(row.get("target", "")))]


def _field_mark(key: str, name: str, before: str, after: str) -> Fingerprint:
    return (Action.UPDATE.value, key, name, before, after)


def _is_ledger(name: str) -> bool:
    """The ledger follows from everything else; nobody reviews it by itself."""
    return name == LEDGER
