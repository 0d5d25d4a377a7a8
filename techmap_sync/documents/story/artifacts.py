"""Which files of a repository belong to stories: by their paths, without opening them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from techmap_sync.documents.units.grammar import Grammar


@dataclass(frozen=True, slots=True)
class Artifacts:
    """The paths of one repository's stories, epics and statuses, each in order."""

    stories: tuple[str, ...] = ()
    epics: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.statuses, *self.epics, *self.stories)


def artifacts_in(paths: Iterable[str], grammar: Grammar) -> Artifacts:
    """Return the files that may belong to stories; what is in them decides.

    :param paths: files from the root of the repository, with ``/``; hidden folders included.
    """
    ordered = sorted(paths)
    return Artifacts(
        tuple(path for path in ordered if _matches(path, grammar.files)),
        tuple(path for path in ordered if _matches(path, grammar.epic_files)),
        tuple(path for path in ordered if _matches(path, grammar.status_files)),
    )


def _matches(path: str, patterns: Sequence[str]) -> bool:
    """Whether a path is one that a family names; a star does not reach into folders below."""
    parts = PurePosixPath(path).parts
    return any(
        len(wanted := PurePosixPath(pattern).parts) == len(parts) and all(map(fnmatchcase, parts, wanted))
        for pattern in patterns
    )
