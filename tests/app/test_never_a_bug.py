"""Exit code 70 is for bugs alone: odd settings, variables and file names end in one clear error, or in none."""

from __future__ import annotations

import os
import string
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from techmap_sync.config import load_settings
from techmap_sync.errors import Problem
from techmap_sync.settings import Settings
from tests.app.run import CORPUS, Ended, Program
from tests.sampling import sampling

MAP = CORPUS / "08-cli-profiles.md"
FORMATS = {
    "check": ("text", "json", "sarif", "github", "gitlab"),
    "plan": ("text", "json", "markdown", "html", "github", "gitlab"),
}


def judged(ended: Ended) -> Ended:
    """Return how a run ended, which is no bug."""
    assert ended.code in (0, 1, 2, 4, 5), ended.err
    assert "bug" not in ended.err
    assert "Traceback" not in ended.err + ended.out
    return ended


DEEP = {
    "arrays": "maps = " + "[" * 3000 + "]" * 3000,
    "inline tables": "[vocabulary.en]\na = " + "{b = " * 900 + "1" + "}" * 900,
    "dotted keys": "a" + ".a" * 3000 + " = 1",
    "headers": "[" + "a." * 3000 + "a]\nb = 1",
}
ODD = {
    **DEEP,
    "list as language": '[vocabulary]\nen = ["a"]',
    "text as language": '[vocabulary]\nen = "a"',
    "list as table of words": '[vocabulary.en]\nsections = ["a"]',
    "numbers as words": "[vocabulary.en.sections]\nnew = [1, 2]",
    "table as list of words": "[vocabulary.en]\ntitles = {a = 1}",
    "NUL in to": 'to = "backlog:a\\u0000b"',
    "NUL in source": 'source = "a\\u0000b"',
    "NUL in maps": 'maps = ["a\\u0000b"]',
    "NUL in exclude": 'exclude = ["a\\u0000b"]',
    "NUL in templates": 'templates = "a\\u0000b"',
    "NUL in a key": '[labels.colors]\n"a\\u0000b" = "ffffff"',
    "escape in assignees": 'assignees = ["\\u001b[31mred"]',
    "endless time-out": "timeout = inf",
    "no time-out": "timeout = nan",
    "endless pause": "[github]\nseconds_between_writes = inf",
    "a number of 400 digits": f"jobs = {'9' * 400}",
    "a date": "source = 1979-05-27T07:32:00Z",
    "not TOML": "to = ",
}


@pytest.mark.parametrize("toml", ODD.values(), ids=ODD)
@pytest.mark.parametrize("command", [("check",), ("plan", "--to", "backlog:backlog"), ("status", "--to", "backlog:b")])
def test_odd_settings_are_one_error(program: Program, toml: str, command: tuple[str, ...]) -> None:
    Path("techmap-sync.toml").write_text(f"{toml}\n", encoding="utf-8")
    assert judged(program(command[0], MAP, *command[1:])).code == 2


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("TO", "backlog:a\udcff"),
        ("MAPS", "[" * 3000),
        ("VOCABULARY", '{"en": [1]}'),
        ("JOBS", "9" * 400),
        ("TIMEOUT", "1e400"),
        ("LIMITS__MAX_CREATES", "nan"),
    ],
)
def test_odd_variables_are_one_error(program: Program, monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(f"TECHMAP_SYNC_{name}", value)
    assert judged(program("plan", MAP)).code == 2


@pytest.mark.parametrize("moment", ["9" * 20, "9" * 400, "253402300800"])
def test_a_date_beyond_all_calendars_is_one_error(
    program: Program, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", moment)
    assert judged(program("status", MAP, "--to", "backlog:backlog")).code == 2


TEMPLATES = {
    "includes itself": '{% include "component.md.j2" %}',
    "extends itself": '{% extends "component.md.j2" %}',
    "calls itself": "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "nested": "{% if 1 %}" * 3000 + "{% endif %}" * 3000,
    "no such attribute": "{{ ''.a.b }}",
    "a number as text": "{{ 1.join(2) }}",
    "a generator that fails": "{{ (1 / 0) }}",
    "not closed": "{% if %}",
}


@pytest.mark.parametrize("text", TEMPLATES.values(), ids=TEMPLATES)
def test_odd_templates_are_one_error_that_names_the_file(program: Program, text: str) -> None:
    Path("tpl").mkdir()
    Path("tpl/component.md.j2").write_text(text, encoding="utf-8")
    Path("techmap-sync.toml").write_text('templates = "tpl"\n', encoding="utf-8")
    ended = judged(program("plan", MAP, "--to", "backlog:backlog"))
    assert ended.code == 2
    assert "component.md.j2" in ended.err


ODD_NAMES = (b"m\xff\xe9.md", b"line\nend.md", b"\x1b[31m.md", b"::error::.md", "ß 名.md".encode())


@pytest.mark.parametrize(
    ("output", "name"),
    sampling.meeting_in_turn(
        "odd file names in a format", [(c, form) for c, forms in FORMATS.items() for form in forms], ODD_NAMES
    ),
    ids=ascii,
)
def test_odd_file_names_break_no_format(program: Program, output: tuple[str, str], name: bytes) -> None:
    command, form = output
    Path("maps").mkdir()
    place = os.fsdecode(b"maps/" + name)
    Path(place).write_bytes(MAP.read_bytes().replace(b"Status", b"Staatus", 1))
    to = ("--to", "backlog:backlog") if command == "plan" else ()
    ended = judged(program(command, "maps", *to, "--format", form))
    ended.out.encode("utf-8")


TEXT = st.text(st.characters(codec=None, categories=None), max_size=8) | st.sampled_from(
    ["backlog:b", "github:a/b", ""]
)
SCALAR = st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUE: st.SearchStrategy[object] = st.recursive(
    SCALAR, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
NAMES = sorted(Settings.model_fields)


EXAMPLES = int(os.environ.get("EXAMPLES", sampling.times("odd settings", 80, 300)))


@given(st.dictionaries(st.sampled_from(NAMES) | st.text(string.ascii_letters, max_size=4), VALUE, max_size=3))
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_any_values_are_settings_or_one_problem(values: dict[str, object]) -> None:
    try:
        assert isinstance(load_settings(None, values), Settings)
    except Problem as problem:
        assert str(getattr(problem, "what", ""))


@given(st.binary(max_size=60) | st.text(string.printable, max_size=60).map(str.encode))
@settings(
    max_examples=EXAMPLES,
    suppress_health_check=list(HealthCheck),
)
def test_any_file_is_settings_or_one_problem(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / "any.toml"
    file.write_bytes(content)
    try:
        assert isinstance(load_settings(file, {}), Settings)
    except Problem:
        return


COMMANDS: tuple[Callable[[Program], Ended], ...] = (
    lambda program: program("show", MAP),
    lambda program: program("doctor", "--to", "backlog:backlog"),
    lambda program: program("reconcile", "--to", "backlog:backlog"),
    lambda program: program("ci", "--command", "check"),
    lambda program: program("init"),
    lambda program: program("new", "Feature"),
)


@pytest.mark.parametrize("run", COMMANDS, ids=["show", "doctor", "reconcile", "ci", "init", "new"])
@pytest.mark.parametrize("toml", [ODD["list as language"], ODD["NUL in to"], DEEP["arrays"]])
def test_odd_settings_stop_every_command_alike(program: Program, run: Callable[[Program], Ended], toml: str) -> None:
    Path("techmap-sync.toml").write_text(f"{toml}\n", encoding="utf-8")
    assert judged(run(program)).code == 2
