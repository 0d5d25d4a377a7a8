"""Titles of units and tickets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath

from techmap_sync.documents.units.grammar import Grammar, alternatives, folded
from techmap_sync.patterns import lazy

_NUMBER_OR_DATE = lazy(r"(?:\d{4}-\d{2}-\d{2}|\d{8}-\d{6}|\d+)[-_.](?=.)")
_PARENTHESES = lazy(r"\s*[(（][^()（）]*[)）]")
_NUMBERED_NAME = lazy(r"(?P<name>(?:user story|us)\s*\d+|(?:final\s+)?checkpoint(?:\s+\d+)?)\s*[-–—:]\s*(?=\S)", re.I)
_COUNTED_NAME = lazy(r"(?:user story|us|epic)\s*\d+\s*[-–—:]\s*(?=\S)", re.I)


def unit_id(name: str, said: str = "") -> str:
    """Return the id of a unit: what the file says, else the name without leading number or date."""
    return said or _NUMBER_OR_DATE.sub("", name, count=1)


def unit_heading(headings: Iterable[str], grammar: Grammar) -> str:
    """Return the first heading that names the feature, without the words of the family; empty where none does."""
    return next(filter(None, (without_family_words(heading, grammar) for heading in headings)), "")


def title_of_name(name: str) -> str:
    """Return the name of a unit in words."""
    words = " ".join(re.split(r"[-_\s]+", unit_id(name))).strip() or name
    return words[:1].upper() + words[1:]


def without_family_words(heading: str, grammar: Grammar) -> str:
    """Return a heading without "Tasks:", "- Design" and the like; nothing where that is all it says."""
    words = alternatives(grammar.title_words)
    heading = " ".join(heading.split())
    if re.fullmatch(rf"(?:{words})", heading, re.I):
        return ""
    before = re.match(rf"(?:{words})\s*(?:[:：]|\s[-–—])\s*(?=\S)|(?:{words})\s+for\s+(?=\S)", heading, re.I)
    if before:
        return without_family_words(heading[before.end() :], grammar)
    phrases = alternatives(word for word in grammar.title_words if " " in word)  # "Rota Implementation Plan"
    behind = re.search(rf"(?:\s*[:：]\s*|\s+[-–—]\s+)(?:{words})$|\s+(?:{phrases})$", heading, re.I)
    return heading[: behind.start()].strip() if behind else heading


def ticket_title(title: str, grammar: Grammar, unit: str) -> str:
    """Return the title of a ticket: the author's words, and the unit's after words that say nothing alone."""
    bare = _PARENTHESES.sub("", title).strip()
    if folded(bare) in grammar.generic_titles:
        return f"{bare}: {unit}"
    if not title:
        return unit
    return _NUMBERED_NAME.sub(r"\g<name>: ", title, count=1) if _NUMBERED_NAME.match(title) else title


def ticket_subject(title: str, grammar: Grammar) -> str:
    """Return what the key of a ticket is made of: the author's words without any number, and no name of the unit."""
    bare = _PARENTHESES.sub("", title).strip()
    words = bare if folded(bare) in grammar.generic_titles else title
    return _COUNTED_NAME.sub("", words, count=1).strip() or words


def name_of(path: str) -> str:
    """Return the name by which a unit goes on disk: its folder."""
    return PurePosixPath(path).parent.name
