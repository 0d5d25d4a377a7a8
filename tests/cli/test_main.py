"""Commands are found by their names, and every bad input is one clear message with the way out and an exit code."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from techmap_sync.cli import options
from techmap_sync.cli.main import COMMANDS, command
from tests.app.run import CORPUS, Program, clone
from tests.planning.maps import keys_of

GOOD = CORPUS / "01-two-factor-login.md"


def no_map(folder: Path) -> list[str]:
    (folder / "notes.md").write_text("# Notes\n\nNothing to see.\n")
    return ["check", "notes.md"]


def bad_bytes(folder: Path) -> list[str]:
    (folder / "map.md").write_bytes(b"# TECHNICAL MAP: X\n\xff\n")
    return ["check", "map.md"]


def file_where_the_folder_should_be(folder: Path) -> list[str]:
    (folder / "taken").write_text("")
    return ["push", str(GOOD), "--to", "backlog:taken"]


def unknown_key(folder: Path) -> list[str]:
    (folder / "techmap-sync.toml").write_text('to = "backlog"\n\n[granularity]\ntest = "item"\n')
    return ["plan", str(GOOD)]


def bad_value(folder: Path) -> list[str]:
    (folder / "techmap-sync.toml").write_text('[granularity]\ntests = "chapter"\n')
    return ["plan", str(GOOD)]


def bad_toml(folder: Path) -> list[str]:
    (folder / "techmap-sync.toml").write_text("to = \n")
    return ["plan", str(GOOD)]


def no_target(folder: Path) -> list[str]:
    clone(folder, "git@github.com:octo/app.git")
    return ["push", str(GOOD)]


CASES: dict[str, tuple[Callable[[Path], list[str]], int, list[str]]] = {
    "no such file": (lambda _: ["check", "missing.md"], 2, ["error: no such file or folder: missing.md", "hint: "]),
    "a glob that matches nothing": (lambda _: ["check", "maps/**/*.md"], 2, ["error: no file matches maps/**/*.md"]),
    "a file that is no map": (no_map, 1, ["error: notes.md: not a technical map", "hint: techmap-sync new"]),
    "bytes that are not UTF-8": (bad_bytes, 1, ["error: map.md: byte 19 is not UTF-8", "hint: save the file as UTF-8"]),
    "a file where a folder should be": (file_where_the_folder_should_be, 5, ["error: backlog:taken: ", "hint: "]),
    "an unknown key": (
        unknown_key,
        2,
        ["techmap-sync.toml:4: no such setting: granularity.test", "hint: did you mean tests?"],
    ),
    "a bad value": (
        bad_value,
        2,
        ["techmap-sync.toml:2: granularity.tests = 'chapter'", "'section', 'item' or 'none'"],
    ),
    "broken TOML": (bad_toml, 2, ["techmap-sync.toml: ", "line 1"]),
    "no such tracker": (
        lambda _: ["plan", str(GOOD), "--to", "jira:X"],
        2,
        ["error: no such tracker: jira", "backlog"],
    ),
    "no target in a GitHub clone": (
        no_target,
        2,
        ["error: no target chosen", "--to github:octo/app", "--to backlog:./backlog"],
    ),
    "an unknown flag": (lambda _: ["plan", "--dry"], 2, ["--dry"]),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input(program: Program, name: str) -> None:
    prepare, code, said = CASES[name]
    ended = program(*prepare(program.folder))
    assert ended.code == code, ended.err
    for text in said:
        assert text in ended.err
    assert "Traceback" not in ended.err
    assert not (program.folder / "backlog").exists()


def test_a_good_map_beside_a_bad_one_is_pushed(program: Program) -> None:
    no_map(program.folder)
    ended = program("push", GOOD, "notes.md")
    assert ended.code == 1
    assert f"{len(keys_of(GOOD))} created" in ended.out
    assert "error: notes.md: not" in ended.err


def test_a_file_in_a_folder_that_is_no_map_is_passed_over_with_a_note(program: Program) -> None:
    no_map(program.folder)
    assert "notes.md" not in program("check", ".").err
    assert "note: notes.md" in program("check", ".", "-v").err


def test_an_unknown_variable_is_refused_because_it_would_be_ignored(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TECHMAP_SYNC_GRANULARITY__TEST", "item")
    ended = program("check", GOOD)
    assert ended.code == 2
    assert "TECHMAP_SYNC_GRANULARITY__TEST: no such setting" in ended.err
    assert "did you mean TECHMAP_SYNC_GRANULARITY__TESTS?" in ended.err


def test_flag_beats_variable_beats_file_beats_default(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def target() -> str:
        return str(program("plan", GOOD, "--format", "json").json["tracker"])

    assert target() == "backlog:./backlog"
    (program.folder / "techmap-sync.toml").write_text('to = "backlog:from-file"\n')
    assert target() == "backlog:from-file"
    monkeypatch.setenv("TECHMAP_SYNC_TO", "backlog:from-variable")
    assert target() == "backlog:from-variable"
    assert program("plan", GOOD, "--to", "backlog:from-flag", "--format", "json").json["tracker"] == "backlog:from-flag"


def test_a_nested_setting_is_reached_by_a_variable(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    before = program("plan", GOOD, "--format", "json").json["counts"]["create"]
    monkeypatch.setenv("TECHMAP_SYNC_GRANULARITY__TESTS", "item")
    assert program("plan", GOOD, "--format", "json").json["counts"]["create"] == before - 4 + 12


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_cannot_be_read(program: Program) -> None:
    locked = program.folder / "locked"
    locked.mkdir(mode=0)
    ended = program("check", "locked")
    assert ended.code == 2
    assert "error: cannot read the folder" in ended.err


def test_a_bug_is_named_as_one(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "settings_of", lambda *_, **__: 1 / 0)
    ended = program("check", GOOD)
    assert ended.code == 70
    assert "a bug in techmap-sync: ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("command", ["check", "show", "plan", "push"])
def test_every_command_has_help_with_an_example(program: Program, command: str) -> None:
    ended = program(command, "--help")
    assert ended.code == 0
    assert f"Example: techmap-sync {command}" in ended.out


def test_version(program: Program) -> None:
    assert program("--version").out.startswith("techmap-sync ")


def test_colour_only_on_a_terminal(program: Program) -> None:
    assert "\x1b" not in program("plan", GOOD).out


@pytest.mark.parametrize("command", ["plan", "push", "reconcile"])
def test_a_misspelt_guard_is_an_error_for_every_command_that_takes_one(program: Program, command: str) -> None:
    ended = program(command, "--allow", "clsoes", "--to", "backlog:backlog")
    assert ended.code == 2
    assert "clsoes" in ended.err


@pytest.mark.parametrize("place", ["missing/plan.json", ".", "nul\0byte"])
def test_a_plan_that_cannot_be_written_is_an_error_with_a_way_out(program: Program, place: str) -> None:
    (program.folder / "map.md").write_text((CORPUS / "08-cli-profiles.md").read_text("utf-8"), encoding="utf-8")
    ended = program("plan", "map.md", "--to", "backlog:backlog", "--out", place)
    assert ended.code == 2
    assert "--out" in ended.err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_found_in_the_file_of_its_name(name: str) -> None:
    assert command(name).name == name
    assert command(name).epilog.startswith(f"Example: techmap-sync {name}")


def test_a_misspelled_command_is_answered_with_the_nearest_of_all(program: Program) -> None:
    ended = program("reconcil")
    assert ended.code == 2
    assert ended.err == "error: no such command: reconcil\nhint: did you mean reconcile?\n"


MISSPELT = {
    "a command": (["chek"], "check"),
    "an option": (["plan", "--formt", "json"], "--format"),
    "the beginning of an option": (["push", "--max", "3"], "--max-writes"),
    "a value": (["plan", "--format", "htlm"], "html"),
    "a value of status": (["status", "--format", "markdwon"], "markdown"),
    "a value of ci": (["ci", "--fail-on", "conflict"], "conflicts"),
    "a value of a report": (["push", "--report", "htlm=x"], "html"),
    "a guard": (["plan", "--allow", "clsoes"], "closes"),
    "a tracker": (["plan", "--to", "githbu:octo/maps"], "github"),
    "a rule": (["check", "--explain", "odd-spaec"], "odd-space"),
}


@pytest.mark.parametrize("name", MISSPELT)
def test_a_misspelt_word_is_answered_with_the_nearest(program: Program, name: str) -> None:
    words, meant = MISSPELT[name]
    if name == "a tracker":
        (program.folder / "map.md").write_text(GOOD.read_text("utf-8"), "utf-8")
    ended = program(*words)
    assert ended.code == 2
    error, hint = ended.err.splitlines()[-2:]
    assert error.startswith("error: ")
    assert hint.startswith(f"hint: did you mean {meant}?")


def test_a_misspelt_value_of_a_setting_is_answered_with_the_nearest(program: Program) -> None:
    (program.folder / "techmap-sync.toml").write_text('on_conflict = "fial"\n', "utf-8")
    ended = program("plan", GOOD)
    assert ended.code == 2
    assert "did you mean fail?" in ended.err


def test_what_other_programs_call_otherwise_is_answered_with_what_does_it_here(program: Program) -> None:
    assert "techmap-sync plan" in program("push", "--dry-run").err
    assert program("-V").out == program("--version").out
    assert program("help").out == program("--help").out
    assert program("help", "plan").out == program("plan", "--help").out


UNREAD = {
    "an option": (["plan", "--zzz"], "usage"),
    "a path": (["check", "nowhere.md"], "usage"),
    "a tracker": (["doctor", "--to", "jira:X"], "usage"),
    "settings": (["plan", "."], "settings"),
    "a folder": (["push", str(GOOD), "--to", "backlog:taken"], "tracker"),
}


@pytest.mark.parametrize("name", UNREAD)
@pytest.mark.parametrize("form", [["--format", "json"], ["--format=json"]], ids=len)
def test_an_error_is_one_document_where_json_was_asked_for(program: Program, name: str, form: list[str]) -> None:
    words, code = UNREAD[name]
    (program.folder / "taken").write_text("", "utf-8")
    if code == "settings":
        (program.folder / "techmap-sync.toml").write_text("too = 1\n", "utf-8")
    without, ended = program(*words), program(*words, *form)
    assert ended.code == without.code > 0
    assert ended.err == without.err, "a person reads the same"
    assert without.out == ""
    assert ended.json["version"] == 1
    error = ended.json["error"]
    assert (error["code"], error["exit"]) == (code, ended.code)
    assert f"error: {error['message']}" in ended.err


def test_an_unreadable_map_is_in_the_result_of_those_beside_it(program: Program) -> None:
    no_map(program.folder)
    for verb in ("check", "plan", "push"):
        ended = program(verb, GOOD, "notes.md", "--format", "json")
        assert ended.code == 1
        (error,) = ended.json["errors"]
        assert (error["code"], error["path"]) == ("unreadable-map", "notes.md")


def test_an_error_after_a_result_is_no_second_document(program: Program) -> None:
    ended = program("plan", GOOD, "--format", "json", "--report", "markdown=no/such/folder")
    assert ended.code == 2
    assert "error: cannot write" in ended.err
    assert "error" not in ended.json


def test_a_bug_is_one_document_too(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "settings_of", lambda *_, **__: 1 / 0)
    ended = program("check", GOOD, "--format", "json")
    assert (ended.code, ended.json["error"]["code"]) == (70, "bug")
