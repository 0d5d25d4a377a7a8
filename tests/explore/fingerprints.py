"""What two worlds have in common that differ only in numbers and in the order in which sets were filled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import lru_cache

from techmap_sync.sync.tracker import Ticket

FIRST_NUMBER = 900_000
"""Tickets have numbers that no text contains by chance, so that a fingerprint can forget them."""
NUMBER = re.compile(r"\b9\d{5}\b")
NAMING = re.compile(r'"(?:graph|status)":\["\w*","\w+"')
"""Digests of the picture and of the status, which name tickets by their numbers; what they say counts."""
_NUMBERS = re.compile(rf"({NUMBER.pattern})")


def digest_of(*values: object, tickets: Iterable[Ticket] = ()) -> bytes:
    """Return what is the same for all worlds whose numbers have the same order.

    :param tickets: those of the world. Most are the same as in other worlds, so that each is spelt only once.
    """
    pieces = _pieces(repr(plain(values)))
    for ticket in tickets:
        pieces += _of_ticket(ticket)
    numbers = pieces[1::2]
    ranks = {number: f"#{rank}" for rank, number in enumerate(sorted(set(numbers)))}
    pieces[1::2] = map(ranks.__getitem__, numbers)
    return hashlib.blake2b("".join(pieces).encode(), digest_size=16).digest()


def unnumbered(value: object) -> str:
    """Return what a value says, whatever the numbers in it."""
    return NAMING.sub("", NUMBER.sub("#", repr(plain(value))))


def _pieces(text: str) -> list[str]:
    """Take a text apart: what is no number, a number, what is none ... and nothing, so that pieces can follow."""
    return [*_NUMBERS.split(text), ""]


@lru_cache(maxsize=100_000)
def _of_ticket(ticket: Ticket) -> tuple[str, ...]:
    return tuple(_pieces(repr(plain(ticket))))


def plain(value: object) -> object:
    """A value whose text is the same whatever the order in which sets were filled."""
    if isinstance(value, Enum | str | bytes | int | None):
        return value
    if isinstance(value, Mapping):
        return [(key, plain(value[key])) for key in sorted(value)]
    if isinstance(value, Set):
        return sorted(map(repr, map(plain, value)))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    assert is_dataclass(value), value
    return [plain(getattr(value, each.name)) for each in fields(value)]
