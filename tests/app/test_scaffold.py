"""The files that a repository starts with."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from techmap_sync.app.scaffold import NewFile, new_map, places_of_maps, write_files
from techmap_sync.config import load_settings
from techmap_sync.errors import UsageProblem
from tests.app.run import ROOT

TEMPLATE = (ROOT / "config" / "technical-map.md").read_text(encoding="utf-8")


def test_only_title_date_and_author_are_filled_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = load_settings(None, {})
    path = new_map("Two-Factor  Login", None, date(2026, 3, 2), "Mira Novák", settings)
    expected = TEMPLATE.replace("[Feature Name]", "Two-Factor Login").replace("[YYYY-MM-DD]", "2026-03-02")
    assert path.name == "two-factor-login.md"
    assert path.read_text(encoding="utf-8") == expected.replace("[Your Name]", "Mira Novák")


@pytest.mark.parametrize(
    ("there", "places"),
    [
        ([], ("docs/maps",)),
        (["docs/maps/a.md", "docs/maps/old/b.md"], ("docs/maps",)),
        (["plans/a.md", "plans/b.md"], ("docs/maps", "plans")),
        (["map.md", "docs/a.md"], ("docs/maps", "docs", "map.md")),
    ],
)
def test_the_setting_maps_names_the_folders_that_hold_maps_already(there: list[str], places: tuple[str, ...]) -> None:
    assert places_of_maps(there) == places


def test_one_file_in_the_way_keeps_all_from_being_written_unless_forced(tmp_path: Path) -> None:
    taken, free = NewFile(tmp_path / "a.toml", "new"), NewFile(tmp_path / "b.toml", "new")
    taken.path.write_text("old", encoding="utf-8")
    with pytest.raises(UsageProblem):
        write_files([free, taken], tmp_path, force=False)
    assert (taken.path.read_text("utf-8"), free.path.exists()) == ("old", False)
    write_files([free, taken], tmp_path, force=True)
    assert (taken.path.read_text("utf-8"), free.path.read_text("utf-8")) == ("new", "new")
