"""Where settings come from, which source wins, and how a mistake is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from techmap_sync.config import FILE_NAME, find_settings_file, load_settings
from techmap_sync.errors import SettingsProblem
from techmap_sync.settings import Origin


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_text('milestone = "of the file"\nsource = "file"\njobs = 2\n\n[limits]\nmax_creates = 5\n', "utf-8")
    return path


def test_later_sources_win_and_each_setting_knows_who_made_it(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_SOURCE", "variable")
    monkeypatch.setenv("TECHMAP_SYNC_JOBS", "3")
    settings = load_settings(file, {"jobs": 4})
    assert (settings.milestone, settings.source, settings.jobs) == ("of the file", "variable", 4)
    origins = {"milestone": Origin.FILE, "source": Origin.USER, "jobs": Origin.USER, "timeout": Origin.DEFAULT}
    assert {name: settings.origin(name) for name in origins} == origins


def test_a_table_is_merged_and_keeps_its_other_defaults(file: Path) -> None:
    defaults, settings = load_settings(None, {}), load_settings(file, {})
    assert settings.limits.max_creates == 5
    assert settings.limits.max_updates == defaults.limits.max_updates


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("\nmilstone = ''", ":2", "milestone"),
        ("[limits]\nmax_create = 1", ":2", "max_creates"),
        ("[severity]\nnot-redy = 'off'", ":2", "not-ready"),
    ],
)
def test_an_unknown_setting_is_reported_with_its_line_and_the_nearest(
    file: Path, text: str, where: str, hint: str
) -> None:
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsProblem) as problem:
        load_settings(file, {})
    assert problem.value.where.endswith(f"{FILE_NAME}{where}")
    assert hint in problem.value.hint


def test_a_variable_that_is_no_setting_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_MILSTONE", "1.0")
    with pytest.raises(SettingsProblem) as problem:
        load_settings(None, {})
    assert "TECHMAP_SYNC_MILSTONE" in problem.value.where
    assert "TECHMAP_SYNC_MILESTONE" in problem.value.hint


def test_a_flag_with_a_bad_value_is_named_as_the_flag() -> None:
    with pytest.raises(SettingsProblem) as problem:
        load_settings(None, {"jobs": -1})
    assert problem.value.where == "--jobs"


def test_the_nearest_file_counts_within_its_repository_and_without_one_only_that_of_the_folder(file: Path) -> None:
    inner = file.parent / "docs" / "maps"
    inner.mkdir(parents=True)
    assert find_settings_file(file.parent) == file
    assert find_settings_file(inner) is None
    (file.parent / ".git").mkdir()
    assert find_settings_file(inner) == file
    (inner / ".git").mkdir()
    assert find_settings_file(inner) is None
