"""CODEOWNERS as GitLab reads it, with its sections.

https://docs.gitlab.com/user/project/codeowners/reference/ and https://docs.gitlab.com/user/project/codeowners/advanced/;
what these leave open is in ``ee/lib/gitlab/code_owners/file.rb`` and ``section_parser.rb`` of the server's source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from techmap_sync.ownership import Owners, together
from techmap_sync.patterns import lazy
from techmap_sync.trackers.owned_paths import EMAIL, PathPattern, Rule, as_names, last_match

_HEADING = lazy(r"\^?\[(?P<name>.*?)\](?:\[[\s\d]*\])?(?P<owners>\s*[@\w.\-/\s]*)")
_SPLIT = lazy(r"(?<!\\)\s+")
_REFERENCE = lazy(r"@{1,2}\w[\w.-]*(?:/[\w.-]+)*")
_ACCOUNT = lazy(r"@\w[\w.-]*")


@dataclass(slots=True)
class _Section:
    """Lines that are read apart from all others."""

    owners: tuple[str, ...] = ()
    """Of its lines that name none."""
    rules: list[Rule] = field(default_factory=list)
    excluded: list[PathPattern] = field(default_factory=list)

    def owners_of(self, path: str) -> tuple[str, ...]:
        """Return who owns a path: the last rule that matches it decides."""
        if any(pattern.matches(path) for pattern in self.excluded):
            return ()
        rule = last_match(self.rules, path)
        return rule.owners if rule else ()


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The sections of one file; the owners of a path are those of all of them."""

    sections: tuple[_Section, ...]

    def of(self, path: str) -> Owners:
        """Return the owners of a file: an account may be a group, and only one of several may fit, so all are named."""
        return together(_owners(section.owners_of(path)) for section in self.sections)


def _owners(names: tuple[str, ...]) -> Owners:
    return Owners(tuple(name[1:] for name in names if _ACCOUNT.fullmatch(name)), names)


def read(text: str) -> CodeOwners:
    """Read a file. A heading that GitLab does not understand is a line of the section before it."""
    here = _Section()
    sections = {"": here}
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("#"):
            continue
        if heading := _HEADING.match(line):
            here = sections.setdefault(f"[{heading['name'].casefold()}]", _Section())
            here.owners = _references(heading["owners"])
        else:
            _add(line, here)
    return CodeOwners(tuple(sections.values()))


def _add(line: str, section: _Section) -> None:
    """Add a line to its section. What is excluded there cannot be included again."""
    pattern, *said = _SPLIT.split(line, maxsplit=1)
    if pattern.startswith("!"):
        section.excluded += [_pattern(pattern[1:])] if pattern[1:] else []
        return
    section.rules.append(Rule(_pattern(pattern), _references(said[0]) if said else section.owners))


def _references(said: str) -> tuple[str, ...]:
    """Return the accounts, groups, roles and addresses in a text; anything else is ignored."""
    return tuple(word for word in said.split() if _REFERENCE.fullmatch(word) or EMAIL.fullmatch(word))


def _pattern(written: str) -> PathPattern:
    """Return a pattern as Ruby's ``File.fnmatch`` reads it, from the root or at any depth."""
    if written == "*":
        return PathPattern(("**", "*"))
    names = as_names(re.sub(r"\\\s+", r"\\ ", written), sets=True)
    names = names if written.startswith("/") else ("**", *names)
    if written.endswith("/"):
        return PathPattern((*names, "**", "*"))
    return PathPattern((*names[:-1], "*") if names[-1] == "**" else names)
