"""The YAML between two ``---`` lines at the very top (docs/map-format.md, "How a map is read"), and the fields by
which a document asks something else for its tickets than the settings do: milestone, people, labels, a date.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from techmap_sync.patterns import lazy

if TYPE_CHECKING:
    from ruamel.yaml.events import Event


NAMES = ("milestone", "assignees", "labels", "due")
"""Of the fields in a map, and of the keys of front matter."""
_NOBODY = frozenset({"", "none", "-", "n/a", "nobody"})
_LONGEST_LABEL = 50
"""https://docs.github.com/rest/issues/labels, the shortest limit of the trackers."""
_ACCOUNT = lazy(r"@?[\w][\w.-]{0,254}(?:\[bot\])?")
_BLANK = lazy(r"\s*\[.*\]\s*")
"""What a template leaves to be filled in."""
_CONTROL = lazy(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class TicketFields:
    """The fields of all tickets of a document; None where it says nothing."""

    milestone: str | None = None
    """Empty for none, whatever the settings say."""
    assignees: tuple[str, ...] | None = None
    """Accounts without ``@``; nobody where there are none."""
    labels: tuple[str, ...] = ()
    """In addition to those of the settings."""
    due: str | None = None
    """``2026-12-01``; None too where it is no such date."""


def ticket_fields(values: Mapping[str, str]) -> TicketFields:
    """Read the fields of a document.

    :param values: what the document says, by the names in ``NAMES``, in any case.
    """
    said = {name.casefold(): " ".join(value.split()) for name, value in values.items() if not _BLANK.fullmatch(value)}
    milestone, people, due = said.get("milestone"), said.get("assignees"), said.get("due")
    return TicketFields(
        milestone=None if milestone is None else "" if milestone.casefold() in _NOBODY else milestone,
        assignees=None if people is None else tuple(_accounts(people)),
        labels=tuple(_labels(said.get("labels", ""))),
        due=_date(due) if due else None,
    )


def _accounts(said: str) -> Iterable[str]:
    parts = re.split(r"[,;\s]+", said)
    names: dict[str, str] = {}
    for part in parts:
        if part.casefold() not in _NOBODY and _ACCOUNT.fullmatch(part):
            names.setdefault(part.removeprefix("@").casefold(), part.removeprefix("@"))
    return names.values()


def _labels(said: str) -> Iterable[str]:
    """Return the labels of a list; one that no tracker takes is left out."""
    names = [part.strip(" `") for part in re.split(r"[,;]", said)]
    good = (name for name in names if name.casefold() not in _NOBODY and len(name) <= _LONGEST_LABEL)
    return dict.fromkeys(name for name in good if not _CONTROL.search(name))


def _date(said: str) -> str | None:
    try:
        return date.fromisoformat(said).isoformat() if len(said) == len("2026-12-01") else None
    except ValueError:
        return None


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
