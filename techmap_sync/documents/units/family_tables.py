"""The tables of words of spec families in the settings (``[family.NAME]``), before a ``Grammar`` is made of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from techmap_sync.errors import SettingsProblem

ALL = "all"
"""The table whose words every family has."""
EACH_TASK = "task"
READER = "checklist"
"""The reader of a family that names none."""
PLACES = ("folders", "archives", "files", "epic_files", "status_files")
"""The keys that name folders and files."""


def table_of(name: str, tables: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the table of a family, with what ``like`` and ``[family.all]`` say where it is silent.

    :raises SettingsProblem: for a family without a table, and one that copies such a family.
    """
    if name not in tables or name == ALL:
        known = ", ".join(sorted(set(tables) - {ALL}))
        raise SettingsProblem(f"family.{name}", "there is no such family", f"known are: {known}")
    merged = dict(tables.get(ALL, {}))
    for table in _lineage(name, tables):
        merged |= table if table.get("ticket") != EACH_TASK else _with_each_task(table)
    return {key: value for key, value in merged.items() if key != "like"}


def places_in(name: str, table: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the folders and files that may belong to a unit of a family.

    :raises SettingsProblem: they are not lists of words.
    """
    return tuple(place for key in PLACES for place in words_in(f"family.{name}.{key}", table.get(key, [])))


def words_in(where: str, value: Any) -> tuple[str, ...]:
    """Return the words of a setting.

    :raises SettingsProblem: it is not a list of words.
    """
    if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
        raise SettingsProblem(where, "this must be a list of words")
    return tuple(value)


def _with_each_task(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table whose tasks are tickets; what the family divides by stays what it is."""
    return {**{key: value for key, value in table.items() if key != "ticket"}, "each_task": True}


def _lineage(name: str, tables: Mapping[str, Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    """Return the tables that make up a family, the family's own last."""
    line: list[str] = []
    following: Any = name
    while following:
        if following in line or not isinstance(following, str) or following not in tables:
            raise SettingsProblem(f"family.{line[-1]}.like", f"there is no family to copy: {following}")
        line.append(following)
        following = tables[following].get("like")
    return [tables[each] for each in reversed(line)]
