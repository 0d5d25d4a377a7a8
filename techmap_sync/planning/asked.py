"""What all tickets of a document get: what it asks for itself, else what the settings say."""

from __future__ import annotations

from typing import NamedTuple

from techmap_sync.documents.base import Document
from techmap_sync.planning.task import PlanOptions


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
