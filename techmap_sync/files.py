"""Reads files of a repository, and nothing outside of it: links are resolved, and only plain files are opened.

A checkout can contain anything. A link in it could lead to the environment of this process, to ``.git/config`` or to
a device; opening a pipe would wait forever.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from techmap_sync.errors import UnreadableFile
from techmap_sync.text_forms import composed

MIB = 1024 * 1024
_BINARY, _NOFOLLOW, _NONBLOCK, _DIRECTORY = (
    getattr(os, name, 0) for name in ("O_BINARY", "O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY")
)
_KINDS = {
    stat.S_IFDIR: "is a folder, not a file",
    stat.S_IFIFO: "is a named pipe, not a file",
    stat.S_IFSOCK: "is a socket, not a file",
    stat.S_IFCHR: "is a device, not a file",
    stat.S_IFBLK: "is a device, not a file",
}
_REMOVE = "remove or rename it, or leave it out with the setting exclude"
_LINK = "put the file itself there: links are followed within the repository, and not into .git"


def shipped(name: str) -> Path:
    """Return a file of the folder ``config/``, which is ``shipped/`` in the wheel."""
    package = Path(__file__).parent
    folder = package / "shipped"
    return (folder if folder.is_dir() else package.parent / "config") / name


def repository_around(folder: Path) -> Path:
    """Return the nearest folder upwards that holds ``.git``, links resolved; the folder itself outside of a repository.

    Git is not asked, because the repository's settings could change its answer (``core.worktree``).
    """
    here = place = os.path.realpath(folder)
    while not os.path.exists(os.path.join(place, ".git")):  # noqa: PTH110, PTH118 - asked for very often
        if (above := os.path.dirname(place)) == place:  # noqa: PTH120
            return Path(here)
        place = above
    return Path(place)


def is_in_repository(folder: Path) -> bool:
    """Return whether the folder, or one upwards, holds ``.git``."""
    return os.path.exists(os.path.join(repository_around(folder), ".git"))  # noqa: PTH110, PTH118 - as above


def path_in_repository(path: Path) -> str:
    """Return the path of a file from the root of its repository, with ``/``, whatever the current folder; the path as
    written outside of a repository. A submodule is part of the repository around it, whose services show the file.
    """
    real = Path(os.path.realpath(path))
    root = repository_around(real.parent)
    while (outer := _around_submodule(root)) is not None:
        root = outer
    return composed(real.relative_to(root).as_posix() if (root / ".git").exists() else path.as_posix())


def _around_submodule(root: Path) -> Path | None:
    """Return the repository that a submodule belongs to; None for any other one.

    Its ``.git`` is a file that leads into the outer repository: https://git-scm.com/docs/gitsubmodules
    """
    link = root / ".git"
    try:
        said = link.read_bytes()[:4096].decode("utf-8", "surrogateescape") if link.is_file() else ""
    except OSError:
        return None
    inner = f"/{said.removeprefix('gitdir:').strip()}".replace("\\", "/")
    outer = repository_around(root.parent)
    return outer if "/modules/" in inner and (outer / ".git").exists() else None


def border_of(path: Path) -> Path | None:
    """Return the repository that a path has to stay in, once its links are resolved.

    It is the one around the current folder. None for a path that is written as one outside of it: a user who types
    that path may read the file.
    """
    root = repository_around(Path.cwd())
    written = Path(os.path.abspath(path))  # noqa: PTH100 - links as they are
    return root if written.is_relative_to(root) else None


def is_within(path: Path, border: Path) -> bool:
    """Return whether a path leads into a folder and not into its ``.git``; its target need not exist."""
    real = Path(os.path.realpath(path))
    return real.is_relative_to(border) and ".git" not in map(str.casefold, real.relative_to(border).parts)


def read(path: Path, limit: int, border: Path | None) -> bytes:
    """Return the content of a plain file.

    :param limit: the most bytes allowed.
    :param border: folder that it has to be in, resolved; None for a file anywhere.
    :raises UnreadableFile: it is not there, leads outside, is not a plain file, is too large, or cannot be read.
    """
    try:
        real = Path(os.path.realpath(path, strict=True))
        if border is not None and not is_within(real, border):
            raise UnreadableFile(str(path), "leads out of the repository, or into .git", _LINK)
        _check_kind(path, real.stat().st_mode)  # opening some devices has an effect
        with open(_opened(real, border), "rb") as file:
            _check_kind(path, os.fstat(file.fileno()).st_mode)
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if len(content) > limit:
        raise UnreadableFile(str(path), f"is larger than {limit // MIB} MiB", "make it shorter, or leave it out")
    return content


def change_bytes(path: Path, before: bytes, after: bytes, border: Path | None) -> None:
    """Change single bytes of a plain file in place: its length, its permissions and its links stay as they are.

    :param before: what the file holds.
    :param after: what it shall hold, as many bytes.
    :param border: as of ``read``.
    :raises UnreadableFile: it holds something else by now, leads outside, or cannot be written.
    """
    assert len(before) == len(after), "only single bytes change"
    with _unchanged(path, before, border) as file:
        for place in (place for place, byte in enumerate(after) if byte != before[place]):
            file.seek(place)
            file.write(after[place : place + 1])


def rewrite(path: Path, before: bytes, after: bytes, border: Path | None) -> None:
    """Change a plain file in place, from the first byte that differs: its permissions and its links stay.

    :param before: what the file holds.
    :param after: what it shall hold.
    :param border: as of ``read``.
    :raises UnreadableFile: it holds something else by now, leads outside, or cannot be written.
    """
    same = next((place for place, (old, new) in enumerate(zip(before, after, strict=False)) if old != new), 0)
    with _unchanged(path, before, border) as file:
        file.seek(same)
        left = memoryview(after)[same:]
        while left:
            left = left[file.write(left) or 0 :]
        file.truncate(len(after))


@contextmanager
def _unchanged(path: Path, before: bytes, border: Path | None) -> Iterator[io.FileIO]:
    """Open a plain file to be changed, as long as it holds what was read of it."""
    try:
        real = Path(os.path.realpath(path, strict=True))
        if border is not None and not is_within(real, border):
            raise UnreadableFile(str(path), "leads out of the repository, or into .git", _LINK)
        _check_kind(path, real.stat().st_mode)
        with open(_opened(real, border, os.O_RDWR), "r+b", buffering=0) as file:
            _check_kind(path, os.fstat(file.fileno()).st_mode)
            if file.read() != before:
                raise UnreadableFile(str(path), "has changed since it was read", "run the command again")
            yield file
    except OSError as error:
        what = f"cannot be written: {(error.strerror or str(error)).lower()}"
        raise UnreadableFile(str(path), what, "check its permissions, and run the command again") from error


def read_typed(path: Path, limit: int) -> bytes:
    """Return the content of a path that a user typed, which may be a pipe or ``/dev/null``.

    :raises UnreadableFile: it cannot be read, or has more than the limit.
    """
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if len(content) > limit:
        raise UnreadableFile(str(path), f"is larger than {limit // MIB} MiB", "name another file")
    return content


def _opened(real: Path, border: Path | None, access: int = os.O_RDONLY) -> int:
    """Open a resolved path folder by folder, so that none of them can be replaced by a link meanwhile."""
    if border is None or os.open not in os.supports_dir_fd:
        return os.open(real, access | _BINARY | _NOFOLLOW | _NONBLOCK)
    *folders, name = real.relative_to(border).parts
    held = os.open(border, os.O_RDONLY | _DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | _DIRECTORY | _NOFOLLOW, dir_fd=held)
            os.close(held)
            held = inner
        return os.open(name, access | _NOFOLLOW | _NONBLOCK, dir_fd=held)
    finally:
        os.close(held)


def _check_kind(path: Path, mode: int) -> None:
    if not stat.S_ISREG(mode):
        raise UnreadableFile(str(path), _KINDS.get(stat.S_IFMT(mode), "is not a plain file"), _REMOVE)


def _unreadable(path: Path, error: OSError | ValueError) -> UnreadableFile:
    if isinstance(error, ValueError):
        return UnreadableFile(str(path), "is not a path: it contains a NUL", "name another file")
    if error.errno == errno.ELOOP:
        return UnreadableFile(str(path), "is a link that leads back to itself", _REMOVE)
    if error.errno == errno.ENOENT and os.path.islink(path):  # noqa: PTH114 - never raises
        return UnreadableFile(str(path), "is a link to a file that does not exist", _REMOVE)
    said = (error.strerror or str(error)).lower()
    return UnreadableFile(str(path), f"cannot be read: {said}", "check that it is there, and its permissions")
