"""What a document asks for its tickets in place of the settings: milestone, people, labels, a date."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from techmap_sync.patterns import lazy

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
