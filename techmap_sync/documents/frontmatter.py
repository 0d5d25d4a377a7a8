"""The YAML between two ``---`` lines at the very top (docs/map-format.md, "How a map is read")."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from techmap_sync.documents.ticket_fields import NAMES
from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ruamel.yaml.events import Event


_FRONT_MATTER = lazy(r"---[ \t]*\n(?P<yaml>(?:(?!---[ \t]*(?:\n|\Z)).*\n)*)---[ \t]*(?:\n|\Z)")
_LONGEST = 10_000  # characters; YAML is slow, and few lines are ever kept here
_DEEPEST, _MOST_ALIASES = 16, 10
"""YAML takes cubic time for collections within each other, and exponential time for aliases that are merged."""
_SCALARS = (str, int, float, bool)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """Front matter and how much of the text it takes."""

    values: Mapping[str, str] = field(default_factory=dict)
    """Top-level keys with a plain value; everything else is passed over."""
    length: int = 0
    """Characters, with both ``---`` lines."""
    unreadable: bool = False


def split_front_matter(text: str) -> FrontMatter:
    r"""Return the front matter of a text that has ``\\n`` line ends."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return FrontMatter()
    if len(match["yaml"]) > _LONGEST:
        return FrontMatter(length=match.end(), unreadable=True)
    values = _load(match["yaml"])
    return FrontMatter(values or {}, match.end(), unreadable=values is None)


def _load(yaml: str) -> dict[str, str] | None:
    from ruamel.yaml import YAML  # slow to import, and few maps have front matter
    from ruamel.yaml.error import YAMLError

    try:
        if not _is_plain(YAML(typ="safe", pure=True).parse(yaml)):
            return None
        loaded = YAML(typ="safe", pure=True).load(yaml)
    except (YAMLError, RecursionError, ValueError):
        return None
    if not isinstance(loaded, dict):
        return {} if loaded is None else None
    return {str(key): text for key, value in loaded.items() if (text := _text(str(key), value)) is not None}


def _text(key: str, value: Any) -> str | None:
    """Return a value as text; lists and dates count only in the fields of tickets."""
    if isinstance(value, _SCALARS):
        return str(value)
    if key.casefold() not in NAMES:
        return None
    if isinstance(value, list) and all(isinstance(each, _SCALARS) for each in value):
        return ", ".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else "" if value is None else None


def tables_of(yaml: str, longest: int = 200_000) -> Mapping[str, Any] | None:
    """Return a YAML file whose top is a table as tables of texts, as they are written; None where it is not one.

    :param longest: characters above which nothing is read.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        if len(yaml) > longest or not _is_plain(YAML(typ="safe", pure=True).parse(yaml)):
            return None
        reader = YAML(typ="safe", pure=True)
        reader.composer.warn_double_anchors = (
            False  # the second is an error of the file, which no reader of ours prints
        )
        found = _texts(reader.compose(yaml))
    except (YAMLError, RecursionError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _texts(node: Any) -> Any:
    """Return a node as texts and tables of them; lists count for nothing."""
    if isinstance(node.value if node is not None else None, str):
        return node.value
    pairs = node.value if node is not None and node.id == "mapping" else ()
    return {key.value: _texts(value) for key, value in pairs if isinstance(key.value, str)}


def _is_plain(events: Iterable[Event]) -> bool:
    """Say whether nothing is nested or repeated so much that loading it would take long."""
    from ruamel.yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent

    depth = aliases = 0
    for event in events:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        aliases += isinstance(event, AliasEvent)
        if depth > _DEEPEST or aliases > _MOST_ALIASES:
            return False
    return True
