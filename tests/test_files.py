"""Only plain files within a border are read, and only up to a limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from techmap_sync import files
from techmap_sync.errors import UnreadableFile


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "maps").mkdir()
    (root / "maps" / "a.md").write_bytes(b"text")
    (root.parent / "secret").write_bytes(b"secret")
    return root


def test_a_plain_file_is_read_whole(repository: Path) -> None:
    assert files.read(repository / "maps" / "a.md", 4, repository) == b"text"


def test_a_link_within_the_border_is_followed(repository: Path) -> None:
    (repository / "b.md").symlink_to(repository / "maps" / "a.md")
    assert files.read(repository / "b.md", files.MIB, repository) == b"text"


@pytest.mark.parametrize("name", ["outside", "git", "loop", "lost", "folder", "pipe", "missing", "nul\0"])
def test_anything_else_is_one_error_that_names_the_path(repository: Path, name: str) -> None:
    (repository / ".git" / "config").write_bytes(b"x")
    (repository / "outside").symlink_to(repository.parent / "secret")
    (repository / "git").symlink_to(repository / ".git" / "config")
    (repository / "loop").symlink_to(repository / "loop")
    (repository / "lost").symlink_to(repository / "nowhere")
    (repository / "folder").mkdir()
    os.mkfifo(repository / "pipe")
    with pytest.raises(UnreadableFile) as caught:
        files.read(repository / name, files.MIB, repository)
    assert caught.value.path.endswith(name)
    assert caught.value.what


def test_a_file_over_the_limit_is_refused(repository: Path) -> None:
    with pytest.raises(UnreadableFile):
        files.read(repository / "maps" / "a.md", 3, repository)
    with pytest.raises(UnreadableFile):
        files.read_typed(repository / "maps" / "a.md", 3)


def test_the_repository_is_the_nearest_folder_with_git(repository: Path) -> None:
    assert files.repository_around(repository / "maps") == repository
    assert files.repository_around(repository.parent) == repository.parent


def test_a_path_is_named_from_the_root_of_its_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "maps")
    assert files.path_in_repository(Path("a.md")) == "maps/a.md"


@pytest.mark.parametrize(("path", "inside"), [("maps/new.md", True), (".git/x", False), ("../secret", False)])
def test_a_target_need_not_exist_to_be_within(repository: Path, path: str, inside: bool) -> None:
    assert files.is_within(repository / path, repository) is inside
