"""``new``: a map from the blank template."""

from __future__ import annotations

import subprocess

import pytest

from tests.app.run import ROOT, Program

TEMPLATE = (ROOT / "config" / "technical-map.md").read_text(encoding="utf-8")


@pytest.fixture
def named(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A folder in which git knows who writes."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(program.folder.parent / "gitconfig"))
    subprocess.run(["git", "config", "--global", "user.name", "Mira Novák"], check=True)
    return program


def test_the_command_says_what_it_wrote_and_what_comes_next(named: Program) -> None:
    ended = named("new", "Two-Factor Login")
    assert ended.code == 0
    assert ended.out.splitlines() == [
        "wrote two-factor-login.md",
        "next: fill it in, then techmap-sync check two-factor-login.md",
    ]
    text = (named.folder / "two-factor-login.md").read_text(encoding="utf-8")
    assert "**Author**: Mira Novák" in text
    assert "[YYYY-MM-DD]" not in text


def test_a_new_map_is_a_map_that_is_not_ready(named: Program) -> None:
    named("new", "Two-Factor Login")
    said = named("check", "two-factor-login.md", "--format", "json").json
    assert {found["severity"] for found in said["diagnostics"]} == {"note"}
    assert named("show", "two-factor-login.md", "--format", "json").json["map_id"] == "two-factor-login"


def test_it_lies_in_the_first_folder_of_maps(named: Program) -> None:
    (named.folder / "docs" / "maps").mkdir(parents=True)
    (named.folder / "techmap-sync.toml").write_text('maps = ["plans/*.md", "docs/maps"]\n')
    assert named("new", "Login").out.startswith("wrote docs/maps/login.md")
    assert (named.folder / "docs" / "maps" / "login.md").exists()


def test_a_team_begins_with_the_template_that_it_made_its_own(named: Program) -> None:
    named("init")
    own = named.folder / "docs" / "maps" / "TEMPLATE.md"
    own.write_text(
        TEMPLATE.replace("[Your Name]", "[Your Name], Team Blue").replace("[Feature Name]", "«[Feature Name]»")
    )
    assert named("new", "Login").out.splitlines()[0] == "wrote docs/maps/login.md, from docs/maps/TEMPLATE.md"
    text = (named.folder / "docs" / "maps" / "login.md").read_text("utf-8")
    assert "Mira Novák, Team Blue" in text
    assert "«Login»" in text
    assert named("check").err.count("TEMPLATE") == 0, "the template is no map"
    own.unlink()
    assert named("new", "Logout").out.splitlines()[0] == "wrote docs/maps/logout.md"


def test_a_template_that_cannot_be_read_is_one_clear_message(named: Program) -> None:
    named("init")
    (named.folder / "docs" / "maps" / "TEMPLATE.md").write_bytes(b"\xff")
    ended = named("new", "Login")
    assert ended.code == 2
    assert "docs/maps/TEMPLATE.md is not valid UTF-8" in ended.err
    assert not (named.folder / "docs" / "maps" / "login.md").exists()


def test_a_template_elsewhere_is_nobodys(named: Program) -> None:
    (named.folder / "TEMPLATE.md").write_text("# Something else\n")
    assert named("new", "Login").out.splitlines()[0] == "wrote login.md"
    assert "Something else" not in (named.folder / "login.md").read_text("utf-8")


def test_an_output_may_be_named_and_its_folder_is_made(named: Program) -> None:
    assert named("new", "Login", "--output", "plans/my map.md").out.endswith("check 'plans/my map.md'\n")
    assert (named.folder / "plans" / "my map.md").exists()


def test_nothing_is_overwritten(named: Program) -> None:
    (named.folder / "login.md").write_text("mine")
    ended = named("new", "Login")
    assert ended.code == 2
    assert "error: login.md exists already" in ended.err
    assert (named.folder / "login.md").read_text() == "mine"


def test_a_name_in_any_script_names_the_file(named: Program) -> None:
    assert named("new", "検索 機能").out.startswith("wrote 検索-機能.md")


def test_a_map_needs_a_name(named: Program) -> None:
    ended = named("new", " ")
    assert ended.code == 2
    assert "needs a name" in ended.err


def test_without_a_name_in_git_the_author_is_left_to_be_filled_in(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", "/dev/null")
    program("new", "Login")
    assert "**Author**: [Your Name]" in (program.folder / "login.md").read_text(encoding="utf-8")


def test_a_place_that_cannot_be_written_is_one_clear_message(named: Program) -> None:
    (named.folder / "taken").write_text("")
    ended = named("new", "Login", "--output", "taken/login.md")
    assert ended.code == 2
    assert "error: cannot write taken/login.md: " in ended.err
