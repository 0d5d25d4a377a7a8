"""CODEOWNERS as GitHub reads it.

https://docs.github.com/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
"""

from __future__ import annotations

from dataclasses import dataclass

from techmap_sync.ownership import Owners
from techmap_sync.patterns import lazy
from techmap_sync.trackers.owned_paths import EMAIL, PathPattern, Rule, as_names, last_match

_PARTS = lazy(r"(?:\\.|\S)+")
_ACCOUNT = lazy(r"@[A-Za-z0-9][A-Za-z0-9_-]*(?:\[bot\])?")
_TEAM = lazy(r"@[A-Za-z0-9][A-Za-z0-9_-]*/[\w.-]+")


@dataclass(frozen=True, slots=True)
class CodeOwners:
    """The lines of one file; the last one that matches a path counts."""

    rules: tuple[Rule, ...]

    def of(self, path: str) -> Owners:
        """Return the owners of a file."""
        rule = last_match(self.rules, path)
        owners = rule.owners if rule else ()
        people = tuple(name[1:] for name in owners if _ACCOUNT.fullmatch(name))
        return Owners(people, tuple(name for name in owners if not _ACCOUNT.fullmatch(name)))


def read(text: str) -> CodeOwners:
    """Read a file. A line that GitHub does not understand is skipped, as GitHub does."""
    rules = (_rule(line) for line in text.splitlines())
    return CodeOwners(tuple(rule for rule in rules if rule))


def _rule(line: str) -> Rule | None:
    """Return what a line says; None for a comment, and for one that names anything but owners.

    ``!`` and an escaped ``#`` do not work, and ``[ ]`` is no range of characters.
    """
    parts = _PARTS.findall(line)
    comment = next((place for place, part in enumerate(parts) if part.startswith("#")), len(parts))
    parts = parts[:comment]
    if not parts or parts[0].startswith(("!", "\\#")):
        return None
    pattern, *owners = parts
    if not all(_is_owner(name) for name in owners):
        return None
    return Rule(_pattern(pattern), tuple(owners))


def _is_owner(name: str) -> bool:
    return any(form.fullmatch(name) for form in (_ACCOUNT, _TEAM, EMAIL))


def _pattern(written: str) -> PathPattern:
    """Return a pattern as gitignore reads it, but ``docs/*`` is not about what is deeper.

    https://git-scm.com/docs/gitignore#_pattern_format
    """
    names = as_names(written, sets=False)
    anchored = "/" in written.rstrip("/")
    names = names if anchored else ("**", *names)
    if written.endswith(("/", "/**")):
        names = tuple(names[:-1]) if names and names[-1] == "**" else names
        return PathPattern((*names, "**", "*"))
    return PathPattern(names, goes_deeper=not written.endswith("/*"))
