"""The families of documents that this program reads. Adding one is its folder, and its name here."""

from __future__ import annotations

from collections.abc import Mapping

from techmap_sync.diagnostics import Rule
from techmap_sync.documents.base import DocumentFamily, ReadingOptions
from techmap_sync.documents.technical_map.family import TechnicalMaps

FAMILIES: tuple[type[DocumentFamily], ...] = (TechnicalMaps,)
"""In the order in which they are asked whether a file is theirs."""


def families(options: ReadingOptions) -> tuple[DocumentFamily, ...]:
    """Return all families as a team's settings want them.

    :raises SettingsProblem: a setting of a family has a bad value.
    """
    return tuple(family.configured(options) for family in FAMILIES)


def endings() -> tuple[str, ...]:
    """Return how the names of files end that may be documents."""
    return tuple(dict.fromkeys(ending for family in FAMILIES for ending in family.endings))


def rules() -> Mapping[str, Rule]:
    """Return what documents are checked for, by rule id."""
    return {name: rule for family in FAMILIES for name, rule in family.rules.items()}
