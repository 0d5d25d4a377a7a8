"""The pages that are made from the code are up to date, and leave nothing out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from techmap_sync.app.exit_codes import Exit
from techmap_sync.config import load_settings
from techmap_sync.sync.policy import Guard
from tests.pages import MADE
from tests.pages.problems import PACKAGE, problems
from tests.pages.settings import SETTINGS, all_settings, default_of
from tests.pages.troubleshooting import (
    ELSEWHERE,
    EXITS,
    GUARDS,
    UNLIFTED,
    refusing_functions,
    troubleshooting_page,
    unplaced,
)


@pytest.mark.parametrize("path", MADE, ids=lambda path: path.name)
def test_a_page_is_up_to_date(path: Path) -> None:
    assert path.read_text("utf-8") == MADE[path](), "run `make docs`"


def test_every_setting_is_explained() -> None:
    assert SETTINGS.keys() == all_settings().keys()


def test_every_example_of_a_setting_is_taken_and_changes_something(tmp_path: Path) -> None:
    file = tmp_path / "techmap-sync.toml"
    file.write_text("".join(f"{name} = {example}\n" for name, (_, example) in SETTINGS.items()), "utf-8")
    taken: Any = load_settings(file, {}).model_dump(mode="json")
    for name, (_, example) in SETTINGS.items():
        (shown,) = tomllib.loads(f"x = {example}").values()
        found = taken
        for part in name.split("."):
            found = found[part]
        if isinstance(shown, dict):
            assert {key: found[key] for key in shown if not isinstance(shown[key], dict)}.items() <= shown.items()
            assert shown.items() - default_of(name).items() if all(map(_is_plain, shown.values())) else True
        else:
            assert shown != default_of(name)
            assert found == ([str(each) for each in shown] if name == "adopted" else shown)


def _is_plain(value: object) -> bool:
    return not isinstance(value, dict)


def test_every_refusal_has_its_row() -> None:
    assert GUARDS.keys() == set(Guard)
    assert refusing_functions() == ELSEWHERE | UNLIFTED.keys()


def test_every_exit_code_has_its_row() -> None:
    assert EXITS.keys() == set(Exit)


def test_every_error_is_in_a_section() -> None:
    assert unplaced() == set()


def test_a_message_that_another_way_of_reading_finds_is_on_the_page() -> None:
    """Texts that begin right behind the name of an error, found without the syntax tree."""
    page = re.sub(r"\\", "", troubleshooting_page())
    found = 0
    for path in PACKAGE.rglob("*.py"):
        for text in re.findall(r'(?:UsageProblem|Refused)\(\s*"([^"\\]+)"', path.read_text("utf-8")):
            assert f"| {text} |" in page, path
            found += 1
    assert found > 8


def test_advice_stays_with_its_message() -> None:
    """Both are chosen in the same branch of a function, far from where the error is made."""
    advised = {each.says: each.advises for each in problems() if each.kind == "RequestRefused"}
    assert advised["the project has moved"] == "write its new path after gitlab:"
    assert advised["the text is too long to …"] == "shorten the section of the map"
