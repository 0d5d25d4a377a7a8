"""The families of documents that this program reads.

Adding one is its folder, and its name here: a class, or a reader that the tables of words of several families name
(``[family.NAME]`` in the settings).
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from techmap_sync.diagnostics import Rule
from techmap_sync.documents.base import DocumentFamily, ReadingOptions
from techmap_sync.documents.technical_map.technical_map_family import TechnicalMaps
from techmap_sync.documents.units.family_tables import ALL, READER, places_in, table_of
from techmap_sync.documents.units.unit_notices import RULES
from techmap_sync.errors import SettingsProblem
from techmap_sync.nearest import did_you_mean

FAMILIES: tuple[type[DocumentFamily], ...] = (TechnicalMaps,)
READERS: Mapping[str, str] = {
    "checklist": "techmap_sync.documents.checklist.checklist_family:Checklists",
    "headings": "techmap_sync.documents.headings.headings_family:Plans",
    "story": "techmap_sync.documents.story.story_family:Stories",
}
"""The readers of specs by the names that tables give them; imported only where a team has such a family."""


def families(options: ReadingOptions) -> tuple[DocumentFamily, ...]:
    """Return the families that a team has, in the order in which they are asked whether a document is theirs.

    :raises SettingsProblem: there is no such family, or one of its settings has a bad value.
    """
    return tuple(family_named(name, options) for name in dict.fromkeys(options.families))


def family_named(name: str, options: ReadingOptions) -> DocumentFamily:
    """Return one family as a team's settings want it.

    :raises SettingsProblem: there is no such family, or one of its settings has a bad value.
    """
    own = next((family for family in FAMILIES if family.name == name), None)
    if own is not None:
        return own.configured(options)
    if name not in options.grammars or name == ALL:
        known = known_families(options)
        hint = did_you_mean(name, known)
        raise SettingsProblem("families", f"there is no family {name}", hint)
    reader = table_of(name, options.grammars).get("reader", READER)
    if not isinstance(reader, str) or reader not in READERS:
        raise SettingsProblem(f"family.{name}.reader", f"no such reader: {reader}", f"known are: {', '.join(READERS)}")
    module, _, family = READERS[reader].partition(":")
    made: DocumentFamily = getattr(import_module(module), family).named(name, options)
    return made


def places_of(name: str, options: ReadingOptions) -> tuple[str, ...]:
    """Return the folders and files that may belong to units of a family, without importing its reader.

    Empty for a family whose documents may be anywhere.

    :raises SettingsProblem: one of the family's settings has a bad value.
    """
    if any(family.name == name for family in FAMILIES):
        return ()
    return places_in(name, table_of(name, options.grammars))


def known_families(options: ReadingOptions) -> tuple[str, ...]:
    """Return the names of all families that a team could have."""
    read = (
        name for name, table in options.grammars.items() if name != ALL and table.get("reader", "") in (*READERS, "")
    )
    return tuple(dict.fromkeys((*(family.name for family in FAMILIES), *read)))


def endings() -> tuple[str, ...]:
    """Return how the names of files end that may be documents."""
    return tuple(dict.fromkeys(ending for family in FAMILIES for ending in family.endings))


def rules() -> Mapping[str, Rule]:
    """Return what documents are checked for, by rule id."""
    return {**{name: rule for family in FAMILIES for name, rule in family.rules.items()}, **RULES}
