"""Which files a command is about: paths, folders and globs become files, in a stable order."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

from techmap_sync.errors import UsageProblem

_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv"})
_GLOB_SIGNS = frozenset("*?[")


class FoundFile(NamedTuple):
    """A file that may be a map."""

    path: Path
    named: bool
    """The user named this very file, so it has to be a map."""


def find_files(patterns: Sequence[str], exclude: Sequence[str] = ()) -> tuple[FoundFile, ...]:
    """Return the files that some paths, folders and globs stand for, each once, in the order of their names.

    :param exclude: globs over whole paths; they do not hold for a file that is named.
    :raises UsageProblem: a path does not exist, a folder cannot be read, or a glob matches nothing.
    """
    found: dict[Path, FoundFile] = {}
    for pattern in patterns:
        for file in _matches(pattern):
            if file.named or not _excluded(file.path, exclude):
                earlier = found.get(file.path.resolve())
                found[file.path.resolve()] = FoundFile(file.path, file.named or (earlier is not None and earlier.named))
    return tuple(sorted(found.values(), key=lambda file: file.path.as_posix()))


def read_bytes(path: Path) -> bytes:
    """Return what a file holds.

    :raises UsageProblem: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageProblem(f"cannot read {path}: {error.strerror}", "check its permissions") from error


def _matches(pattern: str) -> Iterator[FoundFile]:
    path = Path(pattern)
    if path.is_dir():
        yield from (FoundFile(file, False) for file in _below(path))
    elif path.exists():
        yield FoundFile(path, True)
    elif _GLOB_SIGNS & set(pattern):
        yield from _globbed(pattern)
    else:
        raise UsageProblem(f"no such file or folder: {pattern}", "name a map, a folder that holds maps, or a glob")


def _globbed(pattern: str) -> Iterator[FoundFile]:
    path = Path(pattern)
    start = Path(path.anchor) if path.is_absolute() else Path()
    files = [file for file in start.glob(str(path.relative_to(path.anchor))) if file.is_file()]
    if not files:
        raise UsageProblem(f"no file matches {pattern}", "in a shell, quote the glob so that ** is not expanded there")
    yield from (FoundFile(file, False) for file in sorted(files))


def _below(folder: Path) -> Iterator[Path]:
    for root, folders, files in os.walk(folder, onerror=_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in _LEFT_OUT)
        yield from (Path(root, name) for name in sorted(files) if name.lower().endswith((".md", ".markdown")))


def _excluded(path: Path, exclude: Iterable[str]) -> bool:
    return any(fnmatch(path.as_posix(), glob) or fnmatch(path.name, glob) for glob in exclude)


def _unreadable(error: OSError) -> None:
    raise UsageProblem(f"cannot read the folder {error.filename}: {error.strerror}", "check its permissions") from error
