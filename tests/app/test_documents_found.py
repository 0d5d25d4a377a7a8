"""The maps of a run: which files are read, and what becomes of those that are not maps."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.app.documents_found import MapFiles, read_maps, read_one
from techmap_sync.app.parallel import Shard
from techmap_sync.config import load_settings
from techmap_sync.errors import UnreadableMap, UsageProblem

MAP = "# TECHNICAL MAP: {}\n\n## New Components\n- `Store`: keeps it\n\n**Implementation Ready**: {}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in {
        "a.md": MAP.format("Alpha", "Yes"),
        "b.md": MAP.format("Beta", "No"),
        "notes.md": "# Notes\n",
        "bytes.md": "# TECHNICAL MAP: X\n\udcff\n",
    }.items():
        (tmp_path / name).write_text(text, encoding="utf-8", errors="surrogateescape")
    return tmp_path


def read(*paths: str, shard: Shard | None = None) -> MapFiles:
    return read_maps(paths, load_settings(None, {"jobs": 1}), shard or Shard())


def test_a_folder_holds_maps_and_other_files_and_one_unreadable_file_stops_no_other(folder: Path) -> None:
    found = read(".")
    assert {file.name: (file.ready, file.approved) for file in found.maps} == {
        "a.md": (True, True),
        "b.md": (False, False),
    }
    assert [path.name for path in found.passed_over] == ["notes.md"]
    assert [problem.path for problem in found.unreadable] == ["bytes.md"]
    assert found.ids == {"alpha", "beta"}
    assert len(found.real_paths) == 4


def test_a_file_that_is_named_has_to_be_a_map(folder: Path) -> None:
    assert [problem.path for problem in read("notes.md").unreadable] == ["notes.md"]


def test_a_map_that_is_not_approved_says_where_it_says_so(folder: Path) -> None:
    approved, waiting = read("a.md", "b.md").maps
    assert approved.reasons == ()
    assert waiting.reasons[0].startswith("b.md:6: ")


def test_of_two_maps_with_one_id_both_have_an_error(folder: Path) -> None:
    (folder / "c.md").write_text(MAP.format("Alpha", "Yes"), encoding="utf-8")
    found = read("a.md", "b.md", "c.md")
    errors = {file.name: [error.rule.id for error in file.errors] for file in found.maps}
    assert errors == {"a.md": ["duplicate-map-id"], "b.md": [], "c.md": ["duplicate-map-id"]}


def test_a_shard_reads_its_maps_and_knows_the_ids_of_all(folder: Path) -> None:
    parts = [read("a.md", "b.md", shard=Shard(number, 2)) for number in (1, 2)]
    assert sorted(file.name for part in parts for file in part.maps) == ["a.md", "b.md"]
    assert all(part.ids == {"alpha", "beta"} for part in parts)


def test_one_map_is_one_map(folder: Path) -> None:
    settings = load_settings(None, {"jobs": 1})
    assert read_one("a.md", settings).document.id == "alpha"
    with pytest.raises(UnreadableMap):
        read_one("notes.md", settings)
    (folder / "empty").mkdir()
    with pytest.raises(UsageProblem):
        read_one("empty", settings)
