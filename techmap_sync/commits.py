"""Which files a commit holds, and with which text: git's objects are read, and no filter of a repository runs."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

from techmap_sync import programs
from techmap_sync.patterns import lazy
from techmap_sync.text_forms import composed, unified, with_line_feeds

_AT_ONCE = 200
"""Paths on one command line."""
_POINTER = lazy(r"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\n")
"""What git stores for a file in Git LFS: https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md"""
_EXECUTABLE = "100755"
_PLAIN = ("100644", _EXECUTABLE)
"""Modes of files; others are links and submodules."""


def committed(repository: Path, commit: str, files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files whose text is in a commit, and the path of each in it; line ends and Unicode form do not count.

    :param repository: root of a clone.
    :param files: content by path in the repository, as the file system spells it.
    """
    found = stored(repository, commit, files)
    return {path: known for path, (known, is_same) in found.items() if is_same}


def stored(repository: Path, commit: str, files: Mapping[str, bytes]) -> dict[str, tuple[str, bool]]:
    """Return the files that are in a commit: the path of each in it, and whether its text is the same.

    The parameters are those of ``committed``.
    """
    blobs = dict(_blobs(repository, commit, {spelling for path in files for spelling in _spellings(path)}))
    found = {}
    for path, data in files.items():
        # All line ends in git's output are read as line feeds.
        known = next((spelling for spelling in _spellings(path) if with_line_feeds(spelling) in blobs), "")
        if known:
            found[path] = (known, _holds(repository, blobs[with_line_feeds(known)], data))
    return found


def _spellings(path: str) -> Sequence[str]:
    """A file system may spell a name in another Unicode form than the commit does."""
    return tuple(dict.fromkeys((path, composed(path), unicodedata.normalize("NFD", path))))


def _blobs(repository: Path, commit: str, paths: set[str]) -> Iterator[tuple[str, str]]:
    return ((path, name) for path, _, name in _entries(repository, commit, paths))


def _entries(repository: Path, commit: str, paths: set[str]) -> Iterator[tuple[str, str, str]]:
    """Yield path, mode and name of the blobs at some paths of a commit; nothing where there is no commit."""
    left = iter(sorted(paths) if commit else ())
    while some := list(islice(left, _AT_ONCE)):
        listing = programs.git(repository, "--literal-pathspecs", "ls-tree", "-z", "--full-tree", commit, "--", *some)
        for row in filter(None, listing.output.split("\0")):
            about, _, path = row.partition("\t")
            mode, kind, name = about.split(" ", 2)
            if kind == "blob":
                yield path, mode, name


def _holds(repository: Path, blob: str, data: bytes) -> bool:
    """Whether a blob has the text of a file; where the hash does not decide, the blob is read."""
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


def stored_exactly(repository: Path, commit: str, files: Mapping[str, bytes]) -> dict[str, tuple[str, bool]]:
    """Return the files that a commit has byte for byte: the path of each in it, and whether it is executable.

    The parameters are those of ``committed``.
    """
    entries = _entries(repository, commit, {spelling for path in files for spelling in _spellings(path)})
    by_path = {path: (mode, blob) for path, mode, blob in entries}
    found: dict[str, tuple[str, bool]] = {}
    for path, data in files.items():
        for known in (each for each in _spellings(path) if with_line_feeds(each) in by_path):
            mode, blob = by_path[with_line_feeds(known)]
            if mode in _PLAIN and blob == _name_of(data, blob):
                found.setdefault(path, (known, mode == _EXECUTABLE))
    return found
