"""What all tickets of a document get: what it asks for itself, else what the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from techmap_sync.documents.base import Document


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """Everything outside the map that decides what its tasks look like."""

    managed_label: str
    """The label by which our tickets are listed."""
    kind_labels: Mapping[str, str]
    """Label by kind of task; a kind that is missing gets none."""
    phase_labels: Mapping[str, str]
    priority_labels: Mapping[str, str]
    milestone: str
    assignees: tuple[str, ...]
    own_labels: frozenset[str] = frozenset()
    """Labels with a meaning of ours, in lower case: no document can ask for one."""


class Asked(NamedTuple):
    """What all tickets of a document get."""

    milestone: str
    labels: frozenset[str]
    assignees: tuple[str, ...] | None
    """None where the owners of the files are asked for."""
    follows: bool
    due: str


def asked_of(document: Document, options: PlanOptions, *, owners_are_known: bool) -> Asked:
    """Return what the document asks for, else the settings.

    :param owners_are_known: whether the owners of files are assigned where the document names nobody.
    """
    said = document.fields
    labels = frozenset(label for label in said.labels if label.casefold() not in options.own_labels)
    milestone = options.milestone if said.milestone is None else said.milestone
    if said.assignees is not None:
        return Asked(milestone, labels, said.assignees, True, said.due or "")
    return Asked(milestone, labels, None if owners_are_known else options.assignees, owners_are_known, said.due or "")
