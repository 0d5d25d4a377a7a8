"""What git says of commits: which of two came first, and whether one holds the text of some files. Only reads."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from techmap_sync import programs
from techmap_sync.syncing.descent import Descent
from techmap_sync.unicode_forms import composed, unified, with_line_feeds

_HASH = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_AT_ONCE = 200
"""Paths on one command line."""
_POINTER = re.compile(r"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
"""What git keeps of a file that Git LFS holds: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""


def descent(repository: Path, commit: str, other: str) -> Descent:
    """Return how a commit is related to another one.

    :param repository: root of a clone.
    :param other: a full hash, as somebody's ledger names it.
    """
    if not _HASH.fullmatch(commit) or not _HASH.fullmatch(other):
        return Descent.UNKNOWN
    if commit == other:
        return Descent.SAME
    if is_ancestor(repository, other, commit):
        return Descent.AFTER
    return Descent.BEFORE if is_ancestor(repository, commit, other) else Descent.UNKNOWN


def is_ancestor(repository: Path, first: str, second: str) -> bool:
    """Whether one commit is known to be in the history of another one, or the same."""
    return programs.git(repository, "merge-base", "--is-ancestor", first, second).code == 0


def committed(repository: Path, commit: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files whose text a commit holds, and the path of each in it; line ends and Unicode form do not count.

    :param repository: root of a clone.
    :param files: what the files hold, by their path in the repository, as the file system spells it.
    """
    blobs = dict(_blobs(repository, commit, {spelling for path in files for spelling in _spellings(path)}))
    found = {}
    for path, data in files.items():
        # Of what git prints all line ends are read as one.
        known = next((spelling for spelling in _spellings(path) if with_line_feeds(spelling) in blobs), "")
        if known and _holds(repository, blobs[with_line_feeds(known)], data):
            found[path] = known
    return found


def _spellings(path: str) -> Sequence[str]:
    """A file system may spell a name in another Unicode form than the commit does."""
    return tuple(dict.fromkeys((path, composed(path), unicodedata.normalize("NFD", path))))


def _blobs(repository: Path, commit: str, paths: set[str]) -> Iterator[tuple[str, str]]:
    left = iter(sorted(paths))
    while some := list(islice(left, _AT_ONCE)):
        listing = programs.git(repository, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *some)
        for row in filter(None, listing.output.split("\0")):
            about, _, path = row.partition("\t")
            _, kind, name = about.split(" ", 2)
            if kind == "blob":
                yield path, name


def _holds(repository: Path, blob: str, data: bytes) -> bool:
    """Whether a blob says the same as some file; where the hash does not tell, the blob is read."""
    if blob in (_name_of(data, blob), _name_of(data.replace(b"\r\n", b"\n"), blob)):
        return True
    text = programs.git(repository, "cat-file", "blob", blob).output
    pointer = _POINTER.match(text)
    if pointer is not None:
        return hashlib.sha256(data).hexdigest() == pointer[1]
    return unified(text) == unified(data.decode("utf-8", "surrogateescape"))


def _name_of(data: bytes, like: str) -> str:
    algorithm = hashlib.sha1 if len(like) == 40 else hashlib.sha256
    return algorithm(b"blob %d\0" % len(data) + data).hexdigest()
