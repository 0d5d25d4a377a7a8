"""Patterns of paths, and whose the files are that match them: what the CODEOWNERS files of all vendors share.

No library reads both vendors' files as they do: ``pathspec`` matches what is deeper than ``docs/*``, and ``codeowners``
knows neither default owners nor that sections add up.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import translate
from functools import cache

from techmap_sync.patterns import lazy

_ANY_DEPTH = "**"
_WILD = frozenset("*?[")
EMAIL = lazy(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_SET = lazy(r"\[[!^]?\]?[^\]]*\]")


@dataclass(frozen=True, slots=True)
class PathPattern:
    """A pattern, name by name along the path; ``**`` is any number of folders.

    Each name is matched by itself, so that no pattern takes more than its length times that of the path.
    """

    names: tuple[str, ...]
    """As ``fnmatch`` reads them."""
    goes_deeper: bool = False
    """A folder that matches stands for all that is below it."""

    def matches(self, path: str) -> bool:
        """Return whether a file matches.

        :param path: from the root of the repository.
        """
        return self.matches_steps(path.strip("/").split("/"))

    def matches_steps(self, steps: Sequence[str]) -> bool:
        """Return whether a path matches, given by its names."""
        first = self.names[0] if self.names else ""
        if first == _ANY_DEPTH and len(self.names) == 2 and self.goes_deeper:  # *.py, or a name without a slash
            return any(_is_name(self.names[1], step) for step in steps)
        if first != _ANY_DEPTH and not _is_name(first, steps[0]):
            return False  # most patterns end here
        places = {0}
        for step in steps:
            if self.goes_deeper and len(self.names) in places:
                return True
            if not places:
                return False
            places = set(self._after(step, places))
        return len(self.names) in places

    def _after(self, step: str, places: set[int]) -> Sequence[int]:
        """Return the places in the pattern that one more name of the path leads to."""
        found: list[int] = []
        for place in self._reached(places):
            if place < len(self.names) and self.names[place] == _ANY_DEPTH:
                found.append(place)
            elif place < len(self.names) and _is_name(self.names[place], step):
                found.append(place + 1)
        return found

    def _reached(self, places: set[int]) -> set[int]:
        """Return some places and those after a ``**`` there, which may also be no folder at all."""
        reached = set(places)
        for place, name in enumerate(self.names):
            if place in reached and name == _ANY_DEPTH:
                reached.add(place + 1)
        return reached


def _is_name(pattern: str, step: str) -> bool:
    return pattern == step if _WILD.isdisjoint(pattern) else _compiled(pattern).match(step) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))


def as_names(pattern: str, *, sets: bool) -> tuple[str, ...]:
    """Return the names of a pattern as ``fnmatch`` reads them: a backslash makes the next character an ordinary one.

    :param sets: whether ``[a-z]`` is one of several characters.
    """
    found: list[str] = [""]
    place = 0
    while place < len(pattern):
        sign = pattern[place]
        matched = _SET.match(pattern, place) if sets and sign == "[" else None
        if matched and "/" not in matched[0]:
            found[-1] += matched[0].replace("[^", "[!", 1)
            place = matched.end()
            continue
        if sign == "\\" and place + 1 < len(pattern):
            place += 1
            found[-1] += _ordinary(pattern[place])
        elif sign == "/":
            found.append("")
        else:
            found[-1] += _ordinary(sign) if sign == "[" else sign
        place += 1
    return tuple(name for name in found if name)


def _ordinary(sign: str) -> str:
    return f"[{sign}]" if sign in _WILD else sign


@dataclass(frozen=True, slots=True)
class Rule:
    """One line: a pattern and the owners of what it matches."""

    pattern: PathPattern
    owners: tuple[str, ...]
    """As written, ``@sara``, ``@org/team``, ``docs@example.org``; nobody's where there are none."""


def last_match(rules: Sequence[Rule], path: str) -> Rule | None:
    """Return the last rule that matches a path, which is the one that counts."""
    steps = path.strip("/").split("/")
    return next((rule for rule in reversed(rules) if rule.pattern.matches_steps(steps)), None)
