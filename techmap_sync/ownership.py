"""Whose the files are that a task is about, as the repository's CODEOWNERS says."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Owners:
    """Owners of some files, in the order in which they are named."""

    people: tuple[str, ...] = ()
    """Accounts that a ticket can be assigned to, without ``@``."""
    named: tuple[str, ...] = ()
    """Teams, groups, roles and addresses as written, and accounts that may be groups: the ticket's text names them."""


class Ownership(Protocol):
    """What says whose a file is."""

    def of(self, path: str) -> Owners:
        """Return the owners of a file.

        :param path: from the root of the repository; a folder ends with ``/``.
        """


def together(owners: Iterable[Owners]) -> Owners:
    """Return all of some owners, each once; names that differ by case alone are one."""
    people: dict[str, str] = {}
    named: dict[str, str] = {}
    for each in owners:
        for known, names in ((people, each.people), (named, each.named)):
            for name in names:
                known.setdefault(name.casefold(), name)
    return Owners(tuple(people.values()), tuple(named.values()))
