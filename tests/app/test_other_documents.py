"""Commands in any order, and maps that the settings leave out: nothing that is there counts as gone."""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.app.run import CORPUS, Program

MAP = CORPUS / "08-cli-profiles.md"
TO = ("--to", "backlog:backlog")


def status_of(program: Program) -> dict[str, Any]:
    (only,) = program("status", "--format", "json", *TO).json["maps"]
    assert isinstance(only, dict)
    return only


def tickets() -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in Path("backlog/tasks").iterdir()}


@pytest.fixture
def hidden(program: Program) -> Program:
    """A map was pushed, and then settings were made that leave it out."""
    shutil.copy(MAP, "profiles.md")
    program.has_run("push", "profiles.md", *TO)
    Path("docs/maps").mkdir(parents=True)
    Path("techmap-sync.toml").write_text('maps = ["docs/maps"]\n', encoding="utf-8")
    return program


@pytest.mark.parametrize(
    "place", ["profiles.md", "design/profiles.md", "docs/maps/profiles.md", "docs/maps/a/p.md", "ü b/profiles.md"]
)
def test_init_after_a_push_keeps_the_pushed_map(program: Program, place: str) -> None:
    Path(place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(MAP, place)
    assert program("push", place, *TO).code == 0
    assert program("init").code == 0
    assert tomllib.loads(Path("techmap-sync.toml").read_text("utf-8"))["maps"][0] == "docs/maps"
    before = tickets()
    assert "checked 1 map" in program("check").out
    assert program("push", *TO).code == 0
    assert tickets() == before
    assert status_of(program)["gate"] == "approved"


def test_init_without_maps_names_the_usual_folder_alone(program: Program) -> None:
    program("init")
    assert tomllib.loads(Path("techmap-sync.toml").read_text("utf-8"))["maps"] == ["docs/maps"]


def test_a_map_outside_the_setting_is_not_missing(hidden: Program) -> None:
    standing = status_of(hidden)
    assert (standing["gate"], standing["path"]) == ("outside", "profiles.md")
    assert "--retire" not in " ".join(standing["reasons"])


@pytest.mark.parametrize("moved", ["profiles.md", "elsewhere/renamed.md", "excluded.md"])
def test_nothing_is_retired_while_its_file_may_be_there(hidden: Program, moved: str) -> None:
    Path(moved).parent.mkdir(exist_ok=True)
    shutil.move("profiles.md", moved)
    with Path("techmap-sync.toml").open("a", encoding="utf-8") as settings:
        settings.write('exclude = ["excluded.md"]\n')
    map_id, before = status_of(hidden)["map_id"], tickets()
    ended = hidden("reconcile", "--retire", map_id, *TO)
    assert ended.code == 4
    assert moved in ended.out
    assert tickets() == before


def test_another_map_at_its_path_may_be_the_same_map_under_another_id(hidden: Program) -> None:
    map_id, before = status_of(hidden)["map_id"], tickets()
    Path("profiles.md").write_text("# TECHNICAL MAP: Something Else\n", encoding="utf-8")
    assert hidden("reconcile", "--retire", map_id, *TO).code == 4
    assert tickets() == before
    ended = hidden("reconcile", "--retire", map_id, "--allow", "exists", "--allow", "closes", *TO)
    assert ended.code == 0
    assert tickets() != before


def test_a_map_whose_file_is_gone_is_still_retired(hidden: Program) -> None:
    Path("profiles.md").unlink()
    standing = status_of(hidden)
    assert standing["gate"] == "missing"
    assert f"--retire {standing['map_id']}" in " ".join(standing["reasons"])
    assert hidden("reconcile", "--retire", standing["map_id"], *TO).code == 0
    assert all(b"status: Done" in text or b"status: To Do" not in text for text in tickets().values())


def test_a_new_map_does_not_take_the_tickets_of_one_outside_the_setting(hidden: Program) -> None:
    """Half of the keys match, but the old map is not gone."""
    before = tickets()
    text = Path("profiles.md").read_text("utf-8")
    title = next(line for line in text.splitlines() if "TECHNICAL MAP" in line)
    twin = text.replace(title, f"{title.rpartition(':')[0]}: Twin", 1)
    Path("docs/maps/twin.md").write_text(twin, encoding="utf-8")
    hidden("push", *TO)
    assert {path: tickets()[path] for path in before} == before


@pytest.mark.parametrize("command", [("check",), ("plan", *TO), ("push", *TO)])
def test_a_run_that_finds_no_map_says_what_to_type_next(hidden: Program, command: tuple[str, ...]) -> None:
    ended = hidden(*command)
    assert ended.code == 0
    assert "techmap-sync new" in ended.err
    assert "docs/maps" in ended.err
    assert "no problems" not in ended.out
