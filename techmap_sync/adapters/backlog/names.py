"""Numbers of tasks and names of their files, as Backlog.md 1.52 makes them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

# Most file systems take 255 bytes; Backlog.md itself fails on more.
_LONGEST_NAME = 255
_NUMBER = re.compile(r"([a-zA-Z]+)-([0-9]{1,18}(?:\.[0-9]{1,18})*)")

ID_LINE = re.compile(r"""^["']?id["']?[ \t]*:[ \t]*(["']?)([\w.-]+)\1[ \t\r]*(?:#.*)?$""", re.M)
"""Finds the id of a task without reading its YAML."""


@lru_cache(maxsize=8192)  # Every file of a folder is looked at before each write.
def canonical(number: str, prefix: str = "task") -> str:
    """Return the one way to write a number: ``TASK-1.2`` for ``task-01.2`` and, with the prefix, for ``1.2``."""
    text = number.strip()
    if text[:1].isdigit():
        text = f"{prefix}-{text}"
    if not (found := _NUMBER.fullmatch(text)):
        return text.upper()
    return f"{found[1].upper()}-{'.'.join(str(int(part)) for part in found[2].split('.'))}"


def sort_key(number: str) -> tuple[str, tuple[int, ...]]:
    """Return what puts TASK-2 before TASK-10 and TASK-1.1 behind TASK-1."""
    prefix, _, digits = canonical(number).partition("-")
    return prefix, tuple(int(part) for part in digits.split(".")) if _NUMBER.fullmatch(f"{prefix}-{digits}") else ()


def next_number(taken: Iterable[str], prefix: str, padding: int = 0) -> str:
    """Return the first free number above all that are taken: ``TASK-13``, or ``TASK-013`` with a padding of 3."""
    keys = [sort_key(number) for number in taken]
    highest = max((digits[0] for word, digits in keys if word == prefix.upper() and digits), default=0)
    return f"{prefix.upper()}-{highest + 1:0{padding}d}"


def next_child(taken: Iterable[str], parent: str, padding: int = 0) -> str:
    """Return the first free number below a parent: ``TASK-1.3``."""
    word, above = sort_key(parent)
    depth = len(above)
    keys = [sort_key(number) for number in taken]
    below = [digits[depth] for w, digits in keys if w == word and digits[:depth] == above and len(digits) > depth]
    return f"{parent.upper()}.{max(below, default=0) + 1:0{2 if padding else 0}d}"


def number_in_name(name: str) -> str:
    """Return the number that a file's name starts with, empty when there is none."""
    found = _NUMBER.match(name)
    return canonical(found[0]) if found else ""


def file_name(number: str, title: str) -> str:
    """Return the name of the file of a new task: ``task-1 - Create-X.md``.

    The rules are those of ``sanitizeFilename`` in Backlog.md, except that control characters are dropped and that the
    name is cut to what a file system takes.
    """
    slug = re.sub(r'[<>:"/\\|?*]', "-", title)
    slug = re.sub(r"['(),!@#$%^&+=\[\]{};]", "", slug)
    slug = re.sub(r"[\s\ufeff]+", "-", slug)
    slug = "".join(sign for sign in slug if unicodedata.category(sign) not in ("Cc", "Cs"))
    slug = re.sub(r"-+", "-", slug)
    slug = slug.removeprefix("-").removesuffix("-") or "untitled"
    start = f"{number.lower()} - "
    room = _LONGEST_NAME - len(start.encode()) - len(".md")
    return f"{start}{slug.encode()[:room].decode(errors='ignore')}.md"
