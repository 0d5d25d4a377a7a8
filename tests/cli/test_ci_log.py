"""No line that the program prints is a command to the runner of a CI, unless it is meant as one."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from techmap_sync.cli.ci_log import HarmlessStream
from techmap_sync.reports.messages import escape_data, escape_property, harmless_line, json_text, visible
from tests.app.run import Program
from tests.ci.runner_rules import (
    ANNOTATIONS,
    ESCAPED_DATA,
    ESCAPED_PROPERTY,
    REGISTERED,
    SECTION,
    commands_in,
    unescaped,
)
from tests.sampling import sampling

EVIL = (
    "::set-output name=created::99",
    "::stop-commands::x",
    "  \t::error::owned",
    "\u00a0\u2003::add-mask::e",
    "\u200b::warning::owned",
    ":\u200b:error::owned",
    "\x1b[0m::error::owned",
    "text ##[set-env name=PATH]x",
    "##[group]owned",
    "#\u200b#[error]owned",
    "##\u00ad[warning]owned",
    "##[error]owned ##[add-path]/tmp",
    "a\n::error::owned",
    "a\r::error::owned",
    "a\r\n##[error]owned",
    "section_start:1:x\r\x1b[0Kowned",
    "\x1b[2J\x1b]0;owned\x07",
    "\x9b2J",
    "\u202eowned\u2066",
    "a\u2028::error::owned",
    "a\x85::error::owned",
    "a\x0b::error::owned",
    "::ERROR::owned",
)
MAP = """# TECHNICAL MAP: {title}

## New Components
- `{name}`: {text}

**Implementation Ready**: {ready}
"""
PIECES = (*":#[] aA\r\n\t\u200b\u00ad\x1b\u2028\ufeff", "error", "::", "##[", "set-output", "]x", "\x1b[1m")
texts = st.lists(st.sampled_from(PIECES)).map("".join) | st.text()


@given(texts)
def test_no_text_is_a_command_however_it_is_cut(text: str) -> None:
    for size in (1, 2, 7, len(text) + 1):
        heard = io.StringIO()
        stream = HarmlessStream(heard)
        for start in range(0, len(text), size):
            stream.write(text[start : start + size])
            stream.flush()
        stream.finish()
        assert list(commands_in(heard.getvalue())) == []
        assert not SECTION.search(heard.getvalue())
        assert "\r" not in heard.getvalue()


@given(texts)
def test_a_line_keeps_its_words(text: str) -> None:
    line = text.replace("\n", "")
    assert harmless_line(line).replace("\u200b", "").replace("\x1b", "\u241b") == visible(line).replace("\u200b", "")
    assert len(visible(line)) == len(line)


@given(texts)
def test_json_says_the_same_and_needs_no_change(text: str) -> None:
    written = json_text({"a": text})
    assert json.loads(written) == {"a": text}
    assert [harmless_line(line) for line in written.split("\n")] == written.split("\n")


@given(texts)
def test_what_is_escaped_for_a_command_comes_back_by_the_tables_of_the_toolkit(text: str) -> None:
    assert unescaped(escape_data(text), ESCAPED_DATA) == text
    assert unescaped(escape_property(text), ESCAPED_PROPERTY) == text
    line = f"::error title={escape_property(text)}::{escape_data(text)}"
    (only,) = commands_in(line)
    assert (only.name, only.data) == ("error", text)


def test_the_rules_know_a_command_when_they_see_one() -> None:
    for name in REGISTERED - {"stop-commands"}:
        for line in (f"::{name}::x", f"  ::{name} a=b::x", f"text ##[{name} a=b]x", f"##[{name}]x"):
            assert [each.name for each in commands_in(line)] == [name]
    assert [each.name for each in commands_in("::stop-commands::t\n::error::x\n::t::\n::error::y")] == ["error"]
    assert list(commands_in("::nobody::x\n##[nobody]\nplain")) == []
    assert {each for text in EVIL for each in SECTION.findall(text)}


RUNNERS = ("GITHUB_ACTIONS", "GITLAB_CI")


@pytest.fixture(params=RUNNERS)
def hostile(request: pytest.FixtureRequest, program: Program) -> Program:
    """A job in a folder whose maps, names and settings are full of commands.

    A test of all commands, or of all words, meets some of the hostile words in each case, and all of them in all.
    """
    given = request.node.callspec.params
    program.monkeypatch.setenv(request.param, "true")
    program.monkeypatch.setenv("TECHMAP_SYNC_TO", "backlog:backlog")
    (program.folder / "maps").mkdir()
    every = list(enumerate(EVIL))
    for number, text in _in_turn(given, every) if given.keys() & {"line", "text"} else every:
        folder = program.folder / "maps" / f"{text.replace('/', '-').replace(chr(0), '')} {number}"
        folder.mkdir()
        words = MAP.format(title=f"{text} {number}", name=text, text=text, ready="Yes" if number % 2 else text)
        (folder / f"{folder.name}.md").write_text(words, encoding="utf-8", newline="")
        (folder / "none.md").write_text(text, encoding="utf-8", newline="")
        (folder / f"{text.replace('/', '-')}.md").symlink_to("nowhere")
    (program.folder / "maps" / os.fsdecode(b"\xff::error::owned.md")).symlink_to("nowhere")
    return program


def _in_turn(given: dict[str, str], every: list[tuple[int, str]]) -> list[tuple[int, str]]:
    turn = LINES.index(given["line"]) if "line" in given else EVIL.index(given["text"])
    return sampling.in_turn("hostile maps in a folder", every, 7, turn, where=repr(given))


def obeys_nothing(program: Program, *arguments: str) -> str:
    ended = program(*arguments)
    assert ended.code != 70, ended.err
    for heard in (ended.out, ended.err):
        is_ours = "github" in arguments or arguments[0] == "ci"
        found = [each for each in commands_in(heard) if not (is_ours and each.name in ANNOTATIONS)]
        assert found == [], arguments
        assert not SECTION.search(heard)
        assert "\x1b" not in heard
        assert "\x9b" not in heard
        assert "\u202e" not in heard
    return ended.out


COMMANDS = (
    ["check", "maps"],
    ["check", "maps", "--verbose"],
    *(["check", "maps", "--format", form] for form in ("json", "github", "sarif", "gitlab")),
    *(["plan", "maps", "--format", form] for form in ("text", "json", "markdown", "html", "github", "gitlab")),
    ["plan", "maps", "--report", "text=/dev/stdout"],
    ["push", "maps", "--verbose"],
    ["status", "maps"],
    ["status", "maps", "--format", "markdown"],
    ["reconcile", "--report-only"],
    ["doctor"],
)
LINES = [" ".join(arguments) for arguments in COMMANDS]


@pytest.mark.parametrize(
    ("line", "hostile"),
    sampling.meeting_in_turn("commands on a runner", LINES, RUNNERS),
    indirect=["hostile"],
)
def test_no_command_prints_one(hostile: Program, line: str) -> None:
    arguments = line.split()
    out = obeys_nothing(hostile, *arguments)
    if arguments[-1] in ("json", "sarif", "gitlab"):
        json.loads(out)


@pytest.mark.parametrize(
    ("text", "hostile"),
    sampling.meeting_in_turn("hostile words on a runner", EVIL, RUNNERS),
    indirect=["hostile"],
)
def test_words_of_the_command_line_and_of_settings_are_none(hostile: Program, text: str) -> None:
    place = EVIL.index(text)
    forms = (
        ["check", text], [text], ["plan", f"--{text}"], ["plan", "--to", text], ["check", "--explain", text],
        ["plan", "--shard", text], ["check", "--format", text], ["ci", "--paths", text], ["ci", "--command", text],
        ["plan", "--report", text], ["show", text], ["new", text, "--output", f"{text}/x"], ["plan", "--config", text],
    )  # fmt: skip
    # Where a sample is taken, each text begins with another one, so that every form meets some of the texts.
    turned = [*forms[place % len(forms) :], *forms[: place % len(forms)]]
    for arguments in sampling.spread("hostile words of a command line", turned, 2, where=str(place)):
        obeys_nothing(hostile, *arguments)
    for key in sampling.in_turn("settings of hostile words", ("maps", "to", text), 1, place):
        toml = json.dumps(key) + " = " + json.dumps(text.replace("\x9b", "")) + "\n"
        (hostile.folder / "techmap-sync.toml").write_text(toml, encoding="utf-8")
        obeys_nothing(hostile, "check")


def test_an_annotation_is_a_command_and_everything_else_in_it_is_text(hostile: Program) -> None:
    out = hostile("check", "maps", "--format", "github").out
    found = list(commands_in(out))
    assert len(found) >= 10
    assert {each.name for each in found} <= ANNOTATIONS


def test_a_bug_is_said_in_harmless_words(hostile: Program) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("x\n::error::owned\n##[error]owned")

    hostile.monkeypatch.setattr("techmap_sync.cli.options.settings_of", broken)
    ended = hostile("check")
    assert ended.code == 70
    assert list(commands_in(ended.err)) == []
    assert "owned" in ended.err


def test_colours_stay_and_only_the_programs_own(hostile: Program) -> None:
    hostile.monkeypatch.setenv("FORCE_COLOR", "1")
    ended = hostile("push", "maps")
    assert "\x1b[" in ended.out + ended.err
    assert list(commands_in(ended.out + ended.err)) == []
    assert "\r" not in ended.out + ended.err
    assert "\x1b[2J" not in ended.out + ended.err


def test_elsewhere_a_terminal_obeys_nothing_either(program: Program) -> None:
    (program.folder / "map.md").write_text(
        "# TECHNICAL MAP: \x1b[2J\u202ex\n\n::error::y ##[error]z\n", encoding="utf-8"
    )
    ended = program("check", "map.md", "no\x1b[2Jwhere")
    assert "\x1b" not in ended.out + ended.err
    assert "no [2Jwhere" in ended.err


def test_what_an_encoding_lacks_is_no_bug(tmp_path: Path) -> None:
    (tmp_path / "map.md").write_text("# TECHNICAL MAP: 地図\n\n**Implementation Ready**: Yes\n", encoding="utf-8")
    command = [sys.executable, "-m", "techmap_sync", "show", "map.md"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"\\u5730" in done.stdout
