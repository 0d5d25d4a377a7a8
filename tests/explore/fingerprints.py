"""What two worlds have in common that differ only in numbers and in the order in which sets were filled."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum

FIRST_NUMBER = 900_000
"""Tickets have numbers that no text contains by chance, so that a fingerprint can forget them."""
NUMBER = re.compile(r"9\d{5}")


def digest_of(values: object) -> bytes:
    """Return what is the same for all worlds whose numbers have the same order."""
    text = repr(plain(values))
    ranks = {number: f"#{rank}" for rank, number in enumerate(sorted(set(NUMBER.findall(text))))}
    return hashlib.blake2b(NUMBER.sub(lambda number: ranks[number[0]], text).encode(), digest_size=16).digest()


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
